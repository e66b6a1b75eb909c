import { compilePattern, type Language, type LanguageArena, PatternError } from "../../language/index.js";
import type { SourceText } from "../source-text.js";
import { substringOf, wordsOf } from "../substring.js";
import { type GrammarNode, type GrammarTree, token } from "../tree.js";
import type { LarkDefinition, LarkExpression, LarkSource } from "./ast.js";
import { withoutParameters } from "./parameters.js";
import { ecmaPattern, RustRegexError } from "./rust-regex.js";
import { withoutTemplates } from "./templates.js";

/** Makes the tree of a grammar in Lark's syntax. @throws GrammarError with line and column, GrammarLimitError */
export function larkTree(lark: LarkSource, source: SourceText, maxSymbols: number): GrammarTree {
  const plain = withoutParameters(withoutTemplates(lark, source), source, maxSymbols);
  return new LarkTree(plain, source).build();
}

class LarkTree {
  private readonly lark: LarkSource;
  private readonly source: SourceText;
  /** Terminals being looked at: they cannot lead back to themselves. */
  private readonly open = new Set<string>();
  private readonly terminals = new Map<string, GrammarNode>();

  constructor(lark: LarkSource, source: SourceText) {
    this.lark = lark;
    this.source = source;
  }

  build(): GrammarTree {
    const { lark, source } = this;
    if (!lark.rules.has("start")) source.fail('There is no rule "start", which outputs follow.', 0);
    const rules = new Map<string, GrammarNode>();
    for (const rule of lark.rules.values()) rules.set(rule.name, this.rule(rule));
    // Terminals that no rule uses are checked too.
    for (const name of lark.terminals.keys()) this.terminal(name, 0);
    const isIgnoredAtStart = this.options();
    const tree = { rules, start: "start", isIgnoredAtStart };
    if (lark.ignored.length === 0) return tree;
    const items = lark.ignored.map((item) => this.regular(item));
    return { ...tree, ignored: lexeme({ kind: "choice", items }, "longest") };
  }

  /** Whether what is ignored may stand at the start. */
  private options(): boolean {
    for (const [name, value] of Object.entries(this.lark.options)) {
      if (name !== "allow_initial_skip" && value !== false) {
        this.source.fail(`The option "${name}" of %llguidance is not supported.`, 0);
      }
    }
    return this.lark.options.allow_initial_skip === true;
  }

  private rule(definition: LarkDefinition): GrammarNode {
    const node = this.uncaptured(definition);
    const { capture, stopCapture, suffix } = definition.attributes;
    const named = (name: string | undefined) => (name === undefined ? {} : { name });
    if (stopCapture !== undefined && suffix === undefined)
      this.source.fail('The attribute "stop_capture" is supported beside suffix only.', definition.offset);
    if (capture === undefined && stopCapture === undefined) return node;
    if (suffix === undefined) return { kind: "capture", item: node, ...named(capture) };
    const own = this.regular(definition.body);
    const parts = { own, node: this.regular(suffix), ...named(stopCapture) };
    return { kind: "capture", item: node, ...named(capture), suffix: parts };
  }

  private uncaptured({ body, attributes, offset, name }: LarkDefinition): GrammarNode {
    const { isLazy, stop, suffix, maxTokens, temperature } = attributes;
    if (stop !== undefined && suffix !== undefined)
      this.source.fail(`"${name}" has both stop and suffix.`, offset);
    const isStopped = stop !== undefined || suffix !== undefined || isLazy === true;
    const limits = {
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(temperature === undefined ? {} : { temperature }),
    };
    if (!isStopped && Object.keys(limits).length === 0) return this.structure(body);
    if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
      this.source.fail("max_tokens is a number from 1 on.", offset);
    }
    const own = this.regular(body);
    if (!isStopped) return lexeme(own, "longest", limits);
    if (suffix !== undefined)
      return lexeme({ kind: "sequence", items: [own, this.regular(suffix)] }, "shortest", limits);
    if (isLazy === true && stop === undefined) return lexeme(own, "shortest", limits);
    // Text up to where the stop would begin, which is not part of it.
    const end = this.regular(stop as LarkExpression);
    return lexeme(
      {
        kind: "regular",
        build: (arena) => {
          const ends = languageOf(end, arena);
          if (ends === arena.epsilon) return languageOf(own, arena);
          const without = arena.complement(arena.concat(arena.any, ends, arena.any));
          return arena.intersection([languageOf(own, arena), without]);
        },
      },
      "anywhere",
      limits,
    );
  }

  /** An expression of a rule: each text, regular expression and terminal is a lexeme of its own. */
  private structure(expression: LarkExpression): GrammarNode {
    const { source } = this;
    switch (expression.kind) {
      case "name": {
        const { name, offset } = expression;
        if (/^_?[A-Z]/.test(name)) return lexeme(this.terminal(name, offset), "longest");
        if (!this.lark.rules.has(name)) source.fail(`There is no rule "${name}".`, offset);
        return { kind: "rule", name, place: source.place(offset) };
      }
      case "token":
        return this.token(expression.written, expression.offset);
      case "json":
        return { kind: "json", schema: this.json(expression.text, expression.offset) };
      case "sequence":
      case "choice":
        return { kind: expression.kind, items: expression.items.map((item) => this.structure(item)) };
      case "repeat": {
        const { item, min, max } = expression;
        return { kind: "repeat", item: this.structure(item), min, max };
      }
      case "and":
      case "not":
        return source.fail("& and ~ are for terminals only, whose names are in capitals.", expression.offset);
      default:
        return lexeme(this.regular(expression), "longest");
    }
  }

  private terminal(name: string, offset: number): GrammarNode {
    let node = this.terminals.get(name);
    if (node !== undefined) return node;
    const definition = this.lark.terminals.get(name);
    if (definition === undefined) this.source.fail(`There is no terminal "${name}".`, offset);
    if (this.open.has(name))
      this.source.fail(`The terminal "${name}" leads to itself; make it a rule, in small letters.`, offset);
    this.open.add(name);
    node = this.regular(definition.body);
    this.open.delete(name);
    this.terminals.set(name, node);
    return node;
  }

  /** An expression of a terminal. */
  private regular(expression: LarkExpression): GrammarNode {
    const { source } = this;
    switch (expression.kind) {
      case "string":
        if (expression.ignoresCase) {
          const pattern = `(?i:${expression.text.replace(/[$()*+./?[\\\]^{|}]/g, "\\$&")})`;
          return {
            kind: "regular",
            build: (arena) => compilePattern(arena, pattern, { whole: true }).language,
          };
        }
        return { kind: "text", text: expression.text };
      case "regex":
        return this.regex(expression);
      case "range": {
        const { from, to, offset } = expression;
        const [first, last] = [from, to].map((text) =>
          [...text].length === 1 ? (text.codePointAt(0) as number) : -1,
        );
        if (first === undefined || last === undefined || first < 0 || last < first) {
          return source.fail("A range is from a character to a later one.", offset);
        }
        return { kind: "regular", build: (arena) => arena.codePoints(arena.sets.range(first, last)) };
      }
      case "name":
        if (!/^_?[A-Z]/.test(expression.name)) {
          return source.fail(
            `"${expression.name}" is a rule, which cannot be part of a terminal.`,
            expression.offset,
          );
        }
        return this.terminal(expression.name, expression.offset);
      case "structured":
        return this.structured(expression.text, expression.offset);
      case "sequence":
      case "choice":
        return { kind: expression.kind, items: expression.items.map((item) => this.regular(item)) };
      case "repeat": {
        const { item, min, max } = expression;
        return { kind: "repeat", item: this.regular(item), min, max };
      }
      case "and": {
        const items = expression.items.map((item) => this.regular(item));
        return {
          kind: "regular",
          build: (arena) => arena.intersection(items.map((item) => languageOf(item, arena))),
        };
      }
      case "not": {
        const item = this.regular(expression.item);
        return { kind: "regular", build: (arena) => arena.complement(languageOf(item, arena)) };
      }
      default:
        return source.fail(
          "Tokens, JSON, conditions and rules cannot be part of a terminal.",
          expression.offset,
        );
    }
  }

  private regex({ source: pattern, flags, offset }: LarkExpression & { kind: "regex" }): GrammarNode {
    let ecma: string;
    try {
      ecma = ecmaPattern(pattern, flags);
    } catch (error) {
      if (error instanceof RustRegexError) return this.source.fail(error.message, offset + 1 + error.offset);
      throw error;
    }
    const place = this.source.place(offset);
    return {
      kind: "regular",
      build: (arena) => {
        try {
          return compilePattern(arena, ecma, { whole: true }).language;
        } catch (error) {
          if (error instanceof PatternError)
            return this.source.fail(`${error.message} (line ${place.line})`, offset);
          throw error;
        }
      },
    };
  }

  private json(text: string, offset: number): unknown {
    try {
      JSON.parse(text);
    } catch (error) {
      return this.source.fail(`This is not JSON: ${(error as Error).message}`, offset);
    }
    // As text, so that numbers and the order of keys stay as they are.
    return text;
  }

  private structured(text: string, offset: number): GrammarNode {
    const value = JSON.parse(this.json(text, offset) as string) as Record<string, unknown>;
    const [key] = Object.keys(value);
    const given = value[key ?? ""];
    if (Object.keys(value).length === 1) {
      if (
        key === "substring_chunks" &&
        Array.isArray(given) &&
        given.every((chunk) => typeof chunk === "string")
      ) {
        return substringOf(given);
      }
      if (key === "substring_words" && typeof given === "string") return substringOf(wordsOf(given));
      if (key === "substring_chars" && typeof given === "string") return substringOf([...given]);
    }
    return this.source.fail(
      "%regex has one of substring_chunks (a list of texts), substring_words and substring_chars.",
      offset,
    );
  }

  private token(written: string, offset: number): GrammarNode {
    const list = /^<\[(\^?)([0-9,-]+|\*)\]>$/.exec(written);
    if (list === null) return token(written);
    if (list[2] === "*") return { kind: "tokens", ranges: [], isNegated: true };
    const ranges = (list[2] as string).split(",").map((part): [number, number] => {
      const range = /^(\d+)(?:-(\d+))?$/.exec(part);
      const from = Number(range?.[1]);
      const to = Number(range?.[2] ?? from);
      if (range === null || to < from) this.source.fail(`"${part}" is no range of token ids.`, offset);
      return [from, to];
    });
    return { kind: "tokens", ranges, isNegated: list[1] === "^" };
  }
}

function lexeme(
  item: GrammarNode,
  ending: "anywhere" | "longest" | "shortest",
  limits: { readonly maxTokens?: number; readonly temperature?: number } = {},
): GrammarNode {
  return { kind: "lexeme", item, ending, ...limits };
}

/** The language of nodes that terminals are made of. */
function languageOf(node: GrammarNode, arena: LanguageArena): Language {
  switch (node.kind) {
    case "text":
      return arena.text(node.text);
    case "regular":
      return node.build(arena);
    case "sequence":
      return arena.concat(...node.items.map((item) => languageOf(item, arena)));
    case "choice":
      return arena.union(node.items.map((item) => languageOf(item, arena)));
    case "repeat":
      return arena.repeat(languageOf(node.item, arena), node.min, node.max);
    default:
      throw new TypeError(`A ${node.kind} is not part of a terminal`);
  }
}
