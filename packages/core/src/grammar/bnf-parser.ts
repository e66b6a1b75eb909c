/** The syntax of GBNF (llama.cpp), and of XGrammar's EBNF, which is close to it. */
import { DEFAULT_GRAMMAR_LIMITS, GrammarLimitError } from "../language/index.js";
import { readCharacterClass, readQuoted } from "./bnf-characters.js";
import type { GrammarOptions } from "./context-free.js";
import { readMacro, readRuleOptions, withOptions } from "./ebnf-extensions.js";
import { GrammarError } from "./errors.js";
import { SourceText } from "./source-text.js";
import {
  choice,
  type GrammarNode,
  type GrammarTree,
  repeat,
  type SourcePlace,
  sequence,
  text,
  token,
} from "./tree.js";

export interface BnfDialect {
  readonly dialect: "gbnf" | "xgrammar";
  /** The rule that outputs follow. */
  readonly start: string;
}

/** @throws GrammarError, GrammarLimitError */
export function parseBnf(source: string, dialect: BnfDialect, options: GrammarOptions = {}): GrammarTree {
  const limits = { ...DEFAULT_GRAMMAR_LIMITS, ...options.limits };
  if (typeof source !== "string") throw new GrammarError("A grammar is a string.");
  if (source.length > limits.maxSource) throw new GrammarLimitError("maxSource", limits.maxSource);
  return new BnfParser(source, dialect, limits.maxDepth).parse();
}

const NAME = { gbnf: /[A-Za-z0-9_-]+/y, xgrammar: /[A-Za-z_.][A-Za-z0-9_.-]*/y };
/** Rules may refer to rules that come later; they are looked up at the end. */
interface Reference {
  readonly name: string;
  readonly place: SourcePlace;
}

class BnfParser {
  private readonly source: SourceText;
  private readonly dialect: BnfDialect;
  private readonly maxDepth: number;
  private readonly rules = new Map<string, GrammarNode>();
  private readonly references: Reference[] = [];
  private depth = 0;

  constructor(source: string, dialect: BnfDialect, maxDepth: number) {
    this.source = new SourceText(source);
    this.dialect = dialect;
    this.maxDepth = maxDepth;
  }

  parse(): GrammarTree {
    const { source, rules } = this;
    const { start } = this.dialect;
    for (this.space(true); !source.isAtEnd; this.space(true)) this.rule();
    if (rules.size === 0)
      throw new GrammarError(`The grammar has no rules; it needs one that is called "${start}".`);
    if (!rules.has(start)) {
      throw new GrammarError(
        `There is no rule "${start}", which outputs follow. Rules: ${[...rules.keys()].join(", ")}`,
      );
    }
    const missing = this.references.find(({ name }) => !rules.has(name));
    if (missing !== undefined) throw new GrammarError(`There is no rule "${missing.name}".`, missing.place);
    return { rules, start };
  }

  private rule(): void {
    const { source, rules } = this;
    const offset = source.at;
    const name = this.name();
    if (name === "") source.fail(`A rule begins with its name, not with ${source.next()}.`);
    this.space(false);
    const options =
      this.dialect.dialect === "xgrammar" && source.peek() === "[" ? readRuleOptions(source) : undefined;
    this.space(false);
    if (!source.eat("::="))
      source.fail(`"::=" must follow the name of the rule "${name}", not ${source.next()}.`);
    if (rules.has(name)) source.fail(`The rule "${name}" is there already.`, offset);
    this.space(true);
    const body = this.alternatives(false);
    if (this.isAtLookAhead()) this.lookAhead();
    rules.set(name, options === undefined ? body : withOptions(name, body, options));
    if (source.isAtEnd || source.peek() === "\n" || source.peek() === "\r" || this.isAtRule()) return;
    source.fail(`Nothing in a rule begins with ${source.next()}.`);
  }

  private isAtLookAhead(): boolean {
    return this.dialect.dialect === "xgrammar" && this.source.startsWith("(=");
  }

  /**
   * A look-ahead `(= ...)` at the end of a rule tells what follows the rule wherever it is used. The texts are the same with
   * and without it: XGrammar, which writes them when it prints a grammar, narrows the tokens down earlier with it, and here
   * masks are exact anyway. So it is read, with the rules that it names, and nothing is made of it.
   */
  private lookAhead(): void {
    const { source } = this;
    const offset = source.at;
    source.at += 2;
    this.space(true);
    this.alternatives(true);
    this.space(true);
    if (!source.eat(")"))
      source.fail(
        `The look-ahead from ${placeOf(source, offset)} on is not closed: ")" must follow, not ${source.next()}.`,
      );
    this.space(false);
  }

  private name(): string {
    return this.source.match(NAME[this.dialect.dialect]);
  }

  /** Whether a name and `::=` are next: where rules stand one behind the other. */
  private isAtRule(): boolean {
    const { source } = this;
    const { at } = source;
    let isRule = this.name() !== "";
    if (isRule) {
      if (this.dialect.dialect === "xgrammar") source.match(/\[[^\]\n]*\]/y);
      this.space(false);
      isRule = source.startsWith("::=");
    }
    source.at = at;
    return isRule;
  }

  /** Skips whitespace and comments; ends of lines only inside of parentheses and between rules. */
  private space(withLines: boolean): void {
    const { source } = this;
    for (;;) {
      source.match(withLines ? /[ \t\r\n]+/y : /[ \t]+/y);
      if (source.peek() !== "#") return;
      source.match(/[^\r\n]*/y);
    }
  }

  private alternatives(isNested: boolean): GrammarNode {
    if (this.depth++ === this.maxDepth) throw new GrammarLimitError("maxDepth", this.maxDepth);
    const items = [this.sequence(isNested)];
    while (this.atAlternative(isNested)) {
      this.space(true);
      items.push(this.sequence(isNested));
    }
    this.depth--;
    return items.length === 1 ? (items[0] as GrammarNode) : choice(...items);
  }

  /** Moves behind `|`, which may stand on the next line. */
  private atAlternative(isNested: boolean): boolean {
    const { source } = this;
    if (source.eat("|")) return true;
    if (isNested) return false;
    const { at } = source;
    this.space(true);
    if (source.eat("|")) return true;
    source.at = at;
    return false;
  }

  private sequence(isNested: boolean): GrammarNode {
    const items: GrammarNode[] = [];
    for (;;) {
      // In EBNF a rule goes on over the ends of lines.
      this.space(isNested || this.dialect.dialect === "xgrammar");
      if (!isNested && this.isAtRule()) break;
      const item = this.item();
      if (item === undefined) break;
      items.push(this.repeated(item));
    }
    return items.length === 1 ? (items[0] as GrammarNode) : sequence(...items);
  }

  private item(): GrammarNode | undefined {
    const { source } = this;
    const offset = source.at;
    switch (source.peek()) {
      case '"':
        return text(readQuoted(source, this.dialect.dialect));
      case "[":
        return readCharacterClass(source, this.dialect.dialect);
      case ".":
        if (this.dialect.dialect === "xgrammar") break;
        source.at++;
        return { kind: "regular", build: (arena) => arena.anyCodePoint };
      case "!":
      case "<":
        if (this.dialect.dialect === "gbnf") return this.token();
        break;
      case "(": {
        if (this.isAtLookAhead()) return undefined;
        source.at++;
        this.space(true);
        const group = this.alternatives(true);
        this.space(true);
        if (!source.eat(")"))
          source.fail(
            `The group from ${placeOf(source, offset)} on is not closed: ")" must follow, not ${source.next()}.`,
          );
        return group;
      }
    }
    const name = this.name();
    if (name === "") return undefined;
    if (this.dialect.dialect === "xgrammar" && source.peek() === "(") {
      return readMacro(name, source, offset, (rule, at) => this.reference(rule, at));
    }
    return this.reference(name, offset);
  }

  private reference(name: string, offset: number): GrammarNode {
    const place = this.source.place(offset);
    this.references.push({ name, place });
    return { kind: "rule", name, place };
  }

  /** An item with the repetitions behind it. */
  private repeated(item: GrammarNode): GrammarNode {
    const { source } = this;
    for (;;) {
      const { at } = source;
      this.space(false);
      if (source.eat("*")) item = repeat(item, 0, Number.POSITIVE_INFINITY);
      else if (source.eat("+")) item = repeat(item, 1, Number.POSITIVE_INFINITY);
      else if (source.eat("?")) item = repeat(item, 0, 1);
      else if (source.eat("{")) item = this.counted(item, source.at - 1);
      else {
        source.at = at;
        return item;
      }
    }
  }

  private counted(item: GrammarNode, offset: number): GrammarNode {
    const { source } = this;
    const number = () => {
      this.space(true);
      const digits = source.match(/[0-9]+/y);
      this.space(true);
      return digits === "" ? undefined : Number(digits);
    };
    const min = number();
    let max = min;
    if (source.eat(",")) max = number() ?? Number.POSITIVE_INFINITY;
    if (!source.eat("}") || (min === undefined && max === Number.POSITIVE_INFINITY)) {
      source.fail("A repetition is {n}, {n,}, {,m} or {n,m}.", offset);
    }
    if ((min ?? 0) > (max ?? 0))
      source.fail(`A repetition from ${min} to ${max} times has no texts.`, offset);
    return repeat(item, min ?? 0, max ?? 0);
  }

  /** `<name>`, `<[id]>`, `<[from-to]>`, and with `!` before it all others. */
  private token(): GrammarNode {
    const { source } = this;
    const offset = source.at;
    const isNegated = source.eat("!");
    const written = source.match(/<[^<>\s]+>/y);
    if (written === "") source.fail("A token is written <name> or <[id]>.", offset);
    const ids = /^<\[(\d+)(?:-(\d+))?\]>$/.exec(written);
    if (ids !== null) {
      const from = Number(ids[1]);
      return { kind: "tokens", ranges: [[from, Number(ids[2] ?? from)]], isNegated };
    }
    if (isNegated)
      source.fail("Only tokens that are given by their ids, as !<[id]>, can be negated.", offset);
    return token(written);
  }
}

function placeOf(source: SourceText, offset: number): string {
  const { line, column } = source.place(offset);
  return `line ${line}, column ${column}`;
}
