import { parseBnf } from "./bnf-parser.js";
import { compileTree, type GrammarOptions } from "./context-free.js";
import type { Grammar } from "./grammar.js";

export interface EbnfOptions extends GrammarOptions {
  /** The rule that outputs follow. Default: "root". */
  readonly root?: string;
}

/**
 * Compiles a grammar in XGrammar's EBNF: that of GBNF with rules over several lines, more escapes, the option `capture`, the
 * options `lazy`, `max_tokens`, `max_chars` and `temperature` of regular rules, and the macros `Regex`, `Substring`,
 * `TagDispatch`, `Token`, `ExcludeToken` and `TokenTagDispatch`. Look-aheads `(= ...)` at the ends of rules tell what follows
 * them, which changes neither texts nor masks.
 *
 * @throws GrammarError with line and column where it is malformed or has what is not supported; without, where no text
 *   matches
 * @throws GrammarLimitError, LanguageLimitError where it is too large
 */
export function compileEbnf(source: string, options: EbnfOptions = {}): Grammar {
  return compileTree(
    "ebnf",
    parseBnf(source, { dialect: "xgrammar", start: options.root ?? "root" }, options),
    options,
  );
}
