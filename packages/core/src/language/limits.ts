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

/** What an output that hit a limit may use to be ended: a quarter more, or where that is little, as much as most need. */
export function beyond(limit: number): number {
  return Math.max(limit * 1.25, limit + LEAST_RESERVE);
}

const LEAST_RESERVE = 1000;

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

/** Bounds on what a context-free grammar may cost, in addition to those of its terminals' languages. */
export interface GrammarLimits {
  /** Length of the source, in characters. */
  readonly maxSource: number;
  /** Nesting depth of expressions in the source. */
  readonly maxDepth: number;
  /** Symbols of all rules, repetitions with bounds unrolled. */
  readonly maxSymbols: number;
  /** Alternatives that one position in an output may be in. */
  readonly maxItems: number;
  /** Different positions that outputs may reach. */
  readonly maxPositions: number;
  /** Time for compiling, in milliseconds. It depends on the machine; the limits above do not. */
  readonly compileMilliseconds: number;
  /** Time for one mask, and for accepting one token. */
  readonly maskMilliseconds: number;
}

export const DEFAULT_GRAMMAR_LIMITS: GrammarLimits = {
  maxSource: 4 * 1024 * 1024,
  maxDepth: 500,
  maxSymbols: 1_000_000,
  maxItems: 20_000,
  maxPositions: 400_000,
  compileMilliseconds: Number.POSITIVE_INFINITY,
  maskMilliseconds: Number.POSITIVE_INFINITY,
};

/** A limit of `GrammarLimits` was reached. */
export class GrammarLimitError extends Error {
  override readonly name = "GrammarLimitError";
  readonly code = "grammar-limit";

  constructor(
    /** Which limit. */
    readonly limit: keyof GrammarLimits,
    /** Its value. */
    readonly value: number,
  ) {
    super(`The grammar exceeds the limit ${limit} = ${value}; allow more, or simplify it.`);
  }
}
