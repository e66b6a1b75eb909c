import { GrammarLimitError } from "../../language/index.js";
import type { SourceText } from "../source-text.js";
import type { LarkAttributes, LarkDefinition, LarkExpression, LarkSource } from "./ast.js";
import { COMMON } from "./common.js";
import { readCondition, readParameter } from "./parameter-parser.js";
import { larkString } from "./strings.js";
import { type LarkToken, type LarkTokenKind, larkTokens } from "./tokens.js";

const MANY = Number.POSITIVE_INFINITY;

/** Reads a grammar. @throws GrammarError with line and column, GrammarLimitError */
export function parseLark(source: SourceText, maxDepth: number): LarkSource {
  return new LarkParser(source, maxDepth).parse();
}

class LarkParser {
  private readonly source: SourceText;
  private readonly maxDepth: number;
  private readonly tokens: LarkToken[];
  private at = 0;
  private depth = 0;
  private readonly rules = new Map<string, LarkDefinition>();
  private readonly terminals = new Map<string, LarkDefinition>();
  private readonly ignored: LarkExpression[] = [];
  private options: Record<string, unknown> = {};

  constructor(source: SourceText, maxDepth: number) {
    this.source = source;
    this.maxDepth = maxDepth;
    this.tokens = larkTokens(source);
  }

  parse(): LarkSource {
    for (this.lines(); this.next.kind !== "end"; this.lines()) {
      if (this.next.kind === "rule") this.rule();
      else if (this.next.kind === "terminal") this.terminal();
      else if (this.next.kind === "statement") this.statement();
      else this.fail("A rule, a terminal or a statement must begin here");
      this.endLine();
    }
    const { rules, terminals, ignored, options } = this;
    return { rules, terminals, ignored, options };
  }

  get next(): LarkToken {
    return this.tokens[this.at] as LarkToken;
  }

  private fail(message: string, token = this.next): never {
    const found =
      token.kind === "end"
        ? "the end"
        : token.kind === "line"
          ? "the end of the line"
          : JSON.stringify(token.text);
    return this.source.fail(`${message}, not ${found}.`, token.offset);
  }

  failAt(message: string, offset: number): never {
    return this.source.fail(message, offset);
  }

  private unsupported(what: string, offset: number): never {
    return this.source.fail(`${what} not supported.`, offset);
  }

  private lines(): void {
    while (this.next.kind === "line") this.at++;
  }

  private endLine(): void {
    if (this.next.kind !== "line" && this.next.kind !== "end") this.fail("The line should end here");
  }

  eat(sign: string): boolean {
    if (this.next.kind !== "sign" || this.next.text !== sign) return false;
    this.at++;
    return true;
  }

  expect(sign: string): void {
    if (!this.eat(sign)) this.fail(`"${sign}" must follow`);
  }

  take(kind: LarkTokenKind, what: string): LarkToken {
    const token = this.next;
    if (token.kind !== kind) this.fail(`${what} must follow`);
    this.at++;
    return token;
  }

  private rule(): void {
    const { text, offset } = this.take("rule", "The name of a rule");
    // What marks how Lark shapes its tree says nothing of the texts.
    const name = text.replace(/^!?\??/, "");
    const isParametric = this.eat("::");
    if (isParametric) this.expect("_");
    const parameters = this.eat("{") ? this.parameters() : [];
    if (this.next.text === ".") this.unsupported("Priorities are", offset);
    const attributes = this.eat("[") ? this.attributes(name) : {};
    this.define(this.rules, { name, offset, attributes, parameters, isParametric });
  }

  private terminal(): void {
    const { text: name, offset } = this.take("terminal", "The name of a terminal");
    if (this.next.text === "{") this.unsupported("Templates of terminals are", offset);
    if (this.next.text === ".") this.unsupported("Priorities are", offset);
    this.define(this.terminals, { name, offset, attributes: {}, parameters: [] });
  }

  /** The names of a template's parameters. */
  private parameters(): string[] {
    const names: string[] = [];
    do {
      const { text, offset } = this.take("rule", "The name of a parameter");
      if (names.includes(text)) this.source.fail(`There are two parameters "${text}".`, offset);
      names.push(text);
    } while (this.eat(","));
    this.expect("}");
    return names;
  }

  private define(definitions: Map<string, LarkDefinition>, head: Omit<LarkDefinition, "body">): void {
    this.expect(":");
    const { name, offset } = head;
    if (definitions.has(name)) this.source.fail(`"${name}" is there already.`, offset);
    definitions.set(name, { ...head, body: this.expansions() });
  }

  private attributes(rule: string): LarkAttributes {
    const attributes: { -readonly [K in keyof LarkAttributes]: LarkAttributes[K] } = {};
    const value = (): LarkExpression => {
      this.expect("=");
      return this.atom();
    };
    const number = (): number => {
      this.expect("=");
      return Number(this.take("number", "A number").text);
    };
    const string = (): string => {
      this.expect("=");
      return larkString(this.source, this.take("string", "A text in quotes"));
    };
    while (!this.eat("]")) {
      const { text: key, offset } = this.take("rule", "The name of an attribute");
      if (key === "capture") attributes.capture = this.next.text === "=" ? string() : rule;
      else if (key === "lazy") attributes.isLazy = true;
      else if (key === "stop") attributes.stop = value();
      else if (key === "suffix") attributes.suffix = value();
      else if (key === "stop_capture") attributes.stopCapture = string();
      else if (key === "max_tokens") attributes.maxTokens = number();
      else if (key === "temperature") attributes.temperature = number();
      else this.source.fail(`There is no attribute "${key}".`, offset);
      if (!this.eat(",") && this.next.text !== "]") this.fail('"," or "]" must follow');
    }
    return attributes;
  }

  private statement(): void {
    const { text, offset } = this.take("statement", "A statement");
    switch (text) {
      case "%ignore":
        this.ignored.push(this.expansions());
        return;
      case "%import":
        this.import();
        return;
      case "%llguidance":
        Object.assign(this.options, this.json());
        return;
      default:
        this.unsupported(`${text} is`, offset);
    }
  }

  private json(): Record<string, unknown> {
    const { text, offset } = this.take("json", "An object");
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch (error) {
      return this.source.fail(`This is not JSON: ${(error as Error).message}`, offset);
    }
  }

  private import(): void {
    const module = this.take("rule", "The name of a module");
    if (module.text !== "common") this.unsupported(`Modules other than "common" are`, module.offset);
    if (this.eat(".")) {
      const token = this.take("terminal", "The name of a terminal");
      this.common(token, this.eat("->") ? this.take("terminal", "A name").text : token.text);
      return;
    }
    this.expect("(");
    do this.common(this.next, this.take("terminal", "The name of a terminal").text);
    while (this.eat(","));
    this.expect(")");
  }

  private common({ text, offset }: LarkToken, name: string): void {
    const pattern = COMMON[text];
    if (pattern === undefined) this.source.fail(`There is no terminal "${text}" in common.`, offset);
    const body: LarkExpression = { kind: "regex", source: pattern, flags: "", offset };
    this.terminals.set(name, { name, parameters: [], body, attributes: {}, offset });
  }

  private expansions(): LarkExpression {
    if (this.depth++ === this.maxDepth) throw new GrammarLimitError("maxDepth", this.maxDepth);
    const { offset } = this.next;
    const items = [this.alternative()];
    while (this.atBar()) items.push(this.alternative());
    this.depth--;
    return items.length === 1 ? (items[0] as LarkExpression) : { kind: "choice", items, offset };
  }

  /** Moves behind `|`, which may stand on a later line. */
  private atBar(): boolean {
    const { at } = this;
    this.lines();
    if (this.eat("|")) {
      this.lines();
      return true;
    }
    this.at = at;
    return false;
  }

  private alternative(): LarkExpression {
    const { offset } = this.next;
    const items = [this.expansion()];
    while (this.eat("&")) items.push(this.expansion());
    // The name of an alternative shapes Lark's tree.
    if (this.eat("->")) this.take("rule", "A name");
    const item: LarkExpression =
      items.length === 1 ? (items[0] as LarkExpression) : { kind: "and", items, offset };
    if (this.next.text !== "%if") return item;
    this.at++;
    return { kind: "if", item, condition: readCondition(this, this.maxDepth), offset };
  }

  private expansion(): LarkExpression {
    const { offset } = this.next;
    const items: LarkExpression[] = [];
    while (this.beginsItem()) items.push(this.item());
    return items.length === 1 ? (items[0] as LarkExpression) : { kind: "sequence", items, offset };
  }

  private beginsItem(): boolean {
    const { kind, text } = this.next;
    if (kind === "sign") return text === "(" || text === "[" || text === "~";
    if (kind === "statement") return text === "%json" || text === "%regex" || text === "%lark";
    return kind !== "line" && kind !== "end" && kind !== "number" && kind !== "json";
  }

  private item(): LarkExpression {
    let item = this.atom();
    for (;;) {
      const { offset, kind, text } = this.next;
      const follower = this.tokens[this.at + 1] as LarkToken;
      if (this.eat("?")) item = { kind: "repeat", item, min: 0, max: 1, offset };
      else if (this.eat("*")) item = { kind: "repeat", item, min: 0, max: MANY, offset };
      else if (this.eat("+")) item = { kind: "repeat", item, min: 1, max: MANY, offset };
      else if (kind === "sign" && text === "{") {
        this.at++;
        item = this.counted(item, "}", offset, ",");
        this.expect("}");
      } else if (kind === "sign" && text === "~" && follower.kind === "number") {
        this.at++;
        item = this.counted(item, "", offset, "..");
      } else return item;
    }
  }

  /** A rule, or a template with its arguments: a count in braces begins with a number or a comma. */
  private named(name: string, offset: number): LarkExpression {
    if (this.eat("::")) return { kind: "apply", name, parameter: readParameter(this), offset };
    if (this.next.text !== "{" || this.next.kind !== "sign") return { kind: "name", name, offset };
    const follower = this.tokens[this.at + 1];
    if (follower?.kind === "number" || (follower?.kind === "sign" && follower.text === ","))
      return { kind: "name", name, offset };
    this.expect("{");
    const args: LarkExpression[] = [];
    do args.push(this.expansions());
    while (this.eat(","));
    this.expect("}");
    return { kind: "use", name, args, offset };
  }

  private counted(item: LarkExpression, end: string, offset: number, separator: string): LarkExpression {
    const count = () =>
      this.next.kind === "number" ? Number(this.take("number", "A number").text) : undefined;
    const first = count();
    const isRange = this.eat(separator);
    const second = isRange ? count() : undefined;
    const min = first ?? 0;
    const max = isRange ? (second ?? MANY) : min;
    const isWhole = Number.isInteger(min) && (max === MANY || Number.isInteger(max));
    if ((first === undefined && second === undefined) || !isWhole || min < 0 || max < min) {
      this.source.fail(
        end === "" ? "A repetition is ~n or ~n..m." : "A repetition is {n}, {n,}, {,m} or {n,m}.",
        offset,
      );
    }
    return { kind: "repeat", item, min, max, offset };
  }

  private atom(): LarkExpression {
    const token = this.next;
    const { offset, text } = token;
    this.at++;
    switch (token.kind) {
      case "string": {
        const from = larkString(this.source, token);
        if (!this.eat("..")) return { kind: "string", text: from, ignoresCase: token.flags !== "", offset };
        const to = larkString(this.source, this.take("string", "A text in quotes"));
        return { kind: "range", from, to, offset };
      }
      case "regex":
        return { kind: "regex", source: text, flags: token.flags, offset };
      case "rule":
        return this.named(text.replace(/^!?\??/, ""), offset);
      case "terminal":
        return { kind: "name", name: text, offset };
      case "token":
        return { kind: "token", written: text, offset };
      case "reference":
        return this.unsupported(`References to other grammars (@${text}) are`, offset);
      case "statement": {
        if (text === "%lark") return this.unsupported("%lark is", offset);
        const json = this.take("json", "An object");
        return { kind: text === "%json" ? "json" : "structured", text: json.text, offset: json.offset };
      }
      case "sign": {
        if (text === "~") return { kind: "not", item: this.atom(), offset };
        if (text !== "(" && text !== "[") break;
        this.lines();
        const group = this.expansions();
        this.lines();
        this.expect(text === "(" ? ")" : "]");
        return text === "(" ? group : { kind: "repeat", item: group, min: 0, max: 1, offset };
      }
    }
    return this.fail("A text, regular expression, name or group must follow", token);
  }
}
