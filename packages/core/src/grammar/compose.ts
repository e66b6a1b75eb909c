import { compilePattern, DEFAULT_GRAMMAR_LIMITS } from "../language/index.js";
import { parseBnf } from "./bnf-parser.js";
import { compileTree, type GrammarOptions } from "./context-free.js";
import { embedded } from "./embedded-tree.js";
import { GrammarError } from "./errors.js";
import { textWithout } from "./free-text.js";
import type { Grammar } from "./grammar.js";
import { parseLark } from "./lark/parser.js";
import { larkTree } from "./lark/tree.js";
import type { GrammarPart } from "./part.js";
import { SourceText } from "./source-text.js";
import { substringOf, wordsOf } from "./substring.js";
import { choice, type GrammarNode, repeat, sequence, text, token } from "./tree.js";

/**
 * Joins grammars of all kinds:
 *
 * ```ts
 * const answer = compileGrammar({
 *   sequence: ["Answer: ", { anyOf: [{ schema: { type: "integer" } }, { quoteOf: document }] }],
 * });
 * ```
 *
 * @throws GrammarError for parts that are malformed, with line and column in sources, and where no text matches
 * @throws SchemaError and its kinds for schemas, PatternError for regular expressions
 * @throws GrammarLimitError, LanguageLimitError where it is too large
 */
export function compileGrammar(part: GrammarPart, options: GrammarOptions = {}): Grammar {
  const rules = new Map<string, GrammarNode>();
  const composer = new Composer(rules, options);
  rules.set("output", composer.node(part));
  return compileTree("joined", { start: "output", rules }, options);
}

/** Makes nodes of parts, in a tree with these rules; what the parts need besides is added to them. */
export function partBuilder(
  rules: Map<string, GrammarNode>,
  options: GrammarOptions,
): (part: GrammarPart) => GrammarNode {
  const composer = new Composer(rules, options);
  return (part) => composer.node(part);
}

class Composer {
  private readonly rules: Map<string, GrammarNode>;
  private readonly options: GrammarOptions;
  private embeddedCount = 0;

  constructor(rules: Map<string, GrammarNode>, options: GrammarOptions) {
    this.rules = rules;
    this.options = options;
  }

  node(part: GrammarPart): GrammarNode {
    if (typeof part === "string") return text(part);
    if (typeof part !== "object" || part === null)
      throw new GrammarError("A part of a grammar is a text or an object.");
    if ("schema" in part)
      return { kind: "json", schema: part.schema, ...(part.options && { options: part.options }) };
    if ("regex" in part) {
      const { regex } = part;
      return { kind: "regular", build: (arena) => compilePattern(arena, regex, { whole: true }).language };
    }
    if ("gbnf" in part)
      return this.embed(parseBnf(part.gbnf, { dialect: "gbnf", start: "root" }, this.options));
    if ("ebnf" in part)
      return this.embed(parseBnf(part.ebnf, { dialect: "xgrammar", start: "root" }, this.options));
    if ("lark" in part) return this.lark(part.lark);
    if ("textWithout" in part) return textWithout(part.textWithout);
    if ("quoteOf" in part)
      return substringOf(part.by === "characters" ? [...part.quoteOf] : wordsOf(part.quoteOf));
    if ("token" in part) return token(part.token);
    if ("anyOf" in part) return choice(...part.anyOf.map((one) => this.node(one)));
    if ("sequence" in part) return sequence(...part.sequence.map((one) => this.node(one)));
    if ("repeat" in part)
      return this.repeat(part.repeat, part.min ?? 0, part.max ?? Number.POSITIVE_INFINITY);
    throw new GrammarError(`There is no part of a grammar with the fields ${Object.keys(part).join(", ")}.`);
  }

  private repeat(part: GrammarPart, min: number, max: number): GrammarNode {
    const isWhole = Number.isInteger(min) && (Number.isInteger(max) || max === Number.POSITIVE_INFINITY);
    if (!isWhole || min < 0 || max < min)
      throw new GrammarError(`A repetition from ${min} to ${max} times has no texts.`);
    return repeat(this.node(part), min, max);
  }

  private lark(source: string): GrammarNode {
    const { maxDepth, maxSymbols } = { ...DEFAULT_GRAMMAR_LIMITS, ...this.options.limits };
    const from = new SourceText(source);
    const tree = larkTree(parseLark(from, maxDepth), from, maxSymbols);
    if (tree.ignored !== undefined) {
      throw new GrammarError(
        "%ignore is for a whole grammar; one in Lark's syntax that is joined to others cannot have it.",
      );
    }
    return this.embed(tree);
  }

  private embed(tree: Parameters<typeof embedded>[0]): GrammarNode {
    return embedded(tree, String(this.embeddedCount++), this.rules);
  }
}
