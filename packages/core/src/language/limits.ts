/** Bounds on what a language may cost, so that an expression from an untrusted source cannot get past them. */
export interface LanguageLimits {
  /** Nodes (states and their parts) in an arena. */
  readonly maxLexemeNodes: number;
  /** Segments of step functions in an arena, of 8 bytes each. */
  readonly maxSteps: number;
  /** Operands looked at in one operation (a pattern, a question, the derivatives of a node): about 1 µs each. */
  readonly maxWork: number;
  /** States of a byte automaton. */
  readonly maxStates: number;
  /** Digits before or after the point of a number bound in fixed notation. */
  readonly maxDigits: number;
  /** Steps, and common multiples of them, in one condition on what numbers are multiples of. */
  readonly maxDivisors: number;
  /** Characters of a pattern, which bound the nodes of its syntax tree. */
  readonly maxPatternLength: number;
  /** Code points that every text of a language may need; each costs a node or a few when it is read. */
  readonly maxTextLength: number;
  /** States that one question (emptiness, shortest text) may explore. */
  readonly maxSearch: number;
}

export const DEFAULT_LANGUAGE_LIMITS: LanguageLimits = {
  maxLexemeNodes: 1_100_000,
  maxSteps: 20_000_000,
  maxWork: 2_000_000,
  maxStates: 1_100_000,
  maxDigits: 1000,
  maxDivisors: 1024,
  maxPatternLength: 100_000,
  maxTextLength: 1_000_000,
  maxSearch: 20_000,
};

/** A limit of time, in milliseconds. */
export type TimeLimit = "compileMilliseconds" | "maskMilliseconds";

/** A limit of `LanguageLimits`, or of time, was reached. The arena stays usable for what it already knows. */
export class LanguageLimitError extends Error {
  override readonly name = "LanguageLimitError";
  readonly code = "language-limit";

  constructor(
    /** Which limit. */
    readonly limit: keyof LanguageLimits | TimeLimit,
    /** Its value. */
    readonly value: number,
  ) {
    super(
      limit === "compileMilliseconds" || limit === "maskMilliseconds"
        ? `It took more than the limit ${limit} = ${value}.`
        : `A regular language exceeds the limit ${limit} = ${value}.`,
    );
  }
}
