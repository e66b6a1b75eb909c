import { DEFAULT_LANGUAGE_LIMITS } from "../language/index.js";

/** Bounds on what a schema may cost. Reaching one is a `SchemaLimitError` that names it. */
export interface SchemaLimits {
  /** Length of a schema given as text, in UTF-8 bytes; also of all documents that `resolve` returns, in characters. */
  readonly maxBytes: number;
  /** Nesting depth of the document. */
  readonly maxDepth: number;
  /** Sub-schemas in the document. */
  readonly maxSchemas: number;
  /** Documents that references lead to. */
  readonly maxDocuments: number;
  /** Formula nodes that compiling and reading outputs may make. */
  readonly maxFormulaNodes: number;
  /** Steps of one question whether some value matches. */
  readonly maxSatSteps: number;
  /** Sub-schemas that one value is read against side by side, as with a `oneOf` that depends on it. */
  readonly maxAlternatives: number;
  /** Characters of a pattern. */
  readonly maxPatternLength: number;
  /** States of strings, numbers and patterns, and their parts, which compiling and reading outputs may make. */
  readonly maxLexemeNodes: number;
  /**
   * Time for compiling, without that of `resolve`. None by default, and none for masks: with it, what is refused and
   * where an output ends depends on the machine and its load. The limits above are the same everywhere.
   */
  readonly compileMilliseconds: number;
  /** Time for one mask, and for accepting one token. */
  readonly maskMilliseconds: number;
}

export const DEFAULT_SCHEMA_LIMITS: SchemaLimits = {
  maxBytes: 16 * 1024 * 1024,
  maxDepth: 512,
  maxSchemas: 200_000,
  maxDocuments: 200,
  maxFormulaNodes: 1_000_000,
  maxSatSteps: 20_000,
  maxAlternatives: 512,
  maxPatternLength: DEFAULT_LANGUAGE_LIMITS.maxPatternLength,
  maxLexemeNodes: DEFAULT_LANGUAGE_LIMITS.maxLexemeNodes,
  compileMilliseconds: Number.POSITIVE_INFINITY,
  maskMilliseconds: Number.POSITIVE_INFINITY,
};
