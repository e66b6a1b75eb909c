import { DEFAULT_GRAMMAR_LIMITS, GrammarLimitError } from "../language/index.js";
import { compileTree, type GrammarOptions } from "./context-free.js";
import { GrammarError } from "./errors.js";
import type { Grammar } from "./grammar.js";
import { parseLark } from "./lark/parser.js";
import { larkTree } from "./lark/tree.js";
import { SourceText } from "./source-text.js";

/**
 * Compiles a grammar in the dialect of Lark that llguidance has: terminals of regular expressions with `&` and `~`, `%ignore`,
 * rules with a parameter, `%import common`, `%json` with a schema, `%regex` with substrings, tokens `<name>` and `<[ids]>`, `[lazy]`, `[suffix=...]`,
 * `[stop=...]`. Terminals are read as long as any that may stand there goes on. Outputs follow the rule `start`.
 *
 * @throws GrammarError with line and column where it is malformed or has what is not supported; without, where no text
 *   matches
 * @throws PatternError for terminals that are not regular, SchemaError and its kinds for schemas
 * @throws GrammarLimitError, LanguageLimitError where it is too large
 */
export function compileLark(source: string, options: GrammarOptions = {}): Grammar {
  const limits = { ...DEFAULT_GRAMMAR_LIMITS, ...options.limits };
  if (typeof source !== "string") throw new GrammarError("A grammar is a string.");
  if (source.length > limits.maxSource) throw new GrammarLimitError("maxSource", limits.maxSource);
  const text = new SourceText(source);
  return compileTree("lark", larkTree(parseLark(text, limits.maxDepth), text, limits.maxSymbols), options);
}
