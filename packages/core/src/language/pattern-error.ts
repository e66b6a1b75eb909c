/** Why a pattern cannot be used. */
export type PatternErrorReason =
  /** Not a regular expression of ECMA-262, with or without the u flag. */
  | "syntax"
  /** A back-reference: what it matches is not a regular language. */
  | "back-reference"
  /** A look-behind that looks beyond its end, or, inside a group, has to keep too many cases apart. */
  | "look-behind"
  /** Syntax that is known but not supported. */
  | "unsupported";

export class PatternError extends Error {
  override readonly name = "PatternError";
  readonly code = "pattern";

  constructor(
    /** The pattern. */
    readonly source: string,
    readonly reason: PatternErrorReason,
    /** The part of the pattern, or the parser's message. */
    readonly detail: string,
  ) {
    super(`The pattern /${source.slice(0, 200)}/ is not supported (${reason}): ${detail}`);
  }
}
