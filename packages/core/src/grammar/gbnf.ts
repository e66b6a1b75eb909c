import { parseBnf } from "./bnf-parser.js";
import { compileTree, type GrammarOptions } from "./context-free.js";
import type { Grammar } from "./grammar.js";

/**
 * Compiles a grammar in llama.cpp's GBNF: rules `name ::= ...`, texts in quotes, character classes, `.`, groups,
 * alternatives, `?`, `*`, `+`, `{m,n}`, comments from `#` on; tokens `<name>`, `<[id]>` and, negated, `!<name>`. Outputs
 * follow the rule `root`.
 *
 * @throws GrammarError with line and column where it is malformed; without, where no text matches
 * @throws GrammarLimitError, LanguageLimitError where it is too large
 */
export function compileGbnf(source: string, options: GrammarOptions = {}): Grammar {
  return compileTree("gbnf", parseBnf(source, { dialect: "gbnf", start: "root" }, options), options);
}
