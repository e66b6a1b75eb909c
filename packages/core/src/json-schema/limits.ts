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
}

export const DEFAULT_SCHEMA_LIMITS: SchemaLimits = {
  maxBytes: 16 * 1024 * 1024,
  maxDepth: 512,
  maxSchemas: 200_000,
  maxDocuments: 200,
  maxFormulaNodes: 1_000_000,
  maxSatSteps: 20_000,
};
