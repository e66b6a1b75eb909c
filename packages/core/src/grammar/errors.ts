/**
 * A grammar that is not a schema has no output, is malformed, or says something that cannot be enforced. The message says
 * which, and `place` where in the source.
 */
export class GrammarError extends Error {
  override readonly name = "GrammarError";
  readonly code = "invalid-grammar";
  /** Line and column in the source, both from 1; undefined where the error is the whole's. */
  readonly place: { readonly line: number; readonly column: number } | undefined;

  constructor(message: string, place?: { readonly line: number; readonly column: number }) {
    super(place === undefined ? message : `Line ${place.line}, column ${place.column}: ${message}`);
    this.place = place;
  }
}
