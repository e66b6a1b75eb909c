import type { JsonSchemaOptions } from "./json-schema-options.js";

/** A part of a grammar: a text itself, or what the one field says. */
export type GrammarPart =
  | string
  /** A JSON value that is valid against a schema. */
  | { readonly schema: unknown; readonly options?: JsonSchemaOptions }
  /** A regular expression of ECMA-262, matched as a whole. */
  | { readonly regex: string }
  /** Sources of grammars; one in Lark's syntax without `%ignore`, which is a whole grammar's. */
  | { readonly gbnf: string }
  | { readonly ebnf: string }
  | { readonly lark: string }
  /** Any text without these strings. */
  | { readonly textWithout: readonly string[] }
  /** A verbatim quote of a text, perhaps empty: some of its words or characters in a row, as `by` says; default: words. */
  | { readonly quoteOf: string; readonly by?: "words" | "characters" }
  /** A special token, by its name. */
  | { readonly token: string }
  | { readonly anyOf: readonly GrammarPart[] }
  | { readonly sequence: readonly GrammarPart[] }
  /** At least `min` (default 0) and at most `max` (default: any number) of a part. */
  | { readonly repeat: GrammarPart; readonly min?: number; readonly max?: number };
