/**
 * Continuations: what the rest of a text may be at a place in a pattern. Patterns with assertions are compiled from
 * right to left by passing them: `$` keeps the empty text of what follows, a look-ahead intersects it. What follows can
 * depend on what stands to the left (`\b`, `^`, a look-behind) and, in a loop, on whether an iteration has read anything.
 */
import type { Language } from "./nodes.js";
import { type Left, START } from "./pattern-left.js";

export interface Continuation {
  /** Whether the rest is the same wherever one comes from. */
  readonly blind: boolean;
  /** What the rest may be after this left side; `moved`: whether the innermost loop's iteration has read anything. */
  at(left: Left, moved: boolean): Language;
}

/** The continuation that is the same everywhere. */
export function constant(language: Language): Continuation {
  return { blind: true, at: () => language };
}

/** A continuation that is computed once for each situation. */
export function lazy(blind: boolean, compute: (left: Left, moved: boolean) => Language): Continuation {
  const known: (Language | undefined)[] = [];
  return {
    blind,
    at(left, moved) {
      const situation = blind ? 0 : left * 2 + (moved ? 1 : 0);
      return (known[situation] ??= blind ? compute(START, true) : compute(left, moved));
    },
  };
}
