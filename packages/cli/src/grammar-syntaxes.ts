import { UsageError } from "./exit.js";

/** The syntaxes of grammars that the command line takes: names of files end in them. */
export const GRAMMAR_SYNTAXES = ["gbnf", "ebnf", "lark", "structural-tag"] as const;

export type GrammarSyntax = (typeof GRAMMAR_SYNTAXES)[number];

/** The syntax that a file's name tells. @throws UsageError where it tells none */
export function syntaxOf(file: string): GrammarSyntax {
  const end = file.slice(file.lastIndexOf(".") + 1);
  const syntax = GRAMMAR_SYNTAXES.find((each) => each === end);
  if (syntax !== undefined) return syntax;
  if (end === "json") return "structural-tag";
  throw new UsageError(
    `Which syntax has ${file}? Its name does not tell: give --syntax (${GRAMMAR_SYNTAXES.join(", ")}).`,
  );
}
