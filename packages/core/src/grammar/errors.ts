/** A grammar that is not a schema has no output, or its description is of the wrong kind. The message says which. */
export class GrammarError extends Error {
  override readonly name = "GrammarError";
  readonly code = "invalid-grammar";
}
