/**
 * Numbers that decide what may follow them: "2,5" but not "5,2". A state is the digits read so far, so all of this is
 * made only where a text gets to it.
 */
import type { LeafTheory } from "../../language/algebra.js";
import type { Language, LanguageArena } from "../../language/index.js";
import type { StepBuilder } from "../../language/step-builder.js";

export interface DigitOptions {
  /** 10 or 16; hexadecimal digits are read in either case. */
  readonly base: 10 | 16;
  /** How many digits there are. */
  readonly min: number;
  readonly max: number;
  /** Whether digits may stand at the beginning; those that may must have a continuation. */
  readonly mayBegin: (digits: string) => boolean;
  /** What follows the number, which is given in lower case. */
  readonly after: (digits: string) => Language;
}

const DIGITS = "0123456789abcdef";

/** Digits in order, and `after` them. */
export function orderedDigits(arena: LanguageArena, options: DigitOptions): Language {
  return arena.leaf(new DigitTheory(arena, options), 1);
}

/** Numbers of as many digits that are not less than the given one. */
export function atLeast(arena: LanguageArena, digits: string, base: 10 | 16): Language {
  const anyDigit = oneOf(arena, DIGITS.slice(0, base));
  let result = arena.epsilon;
  for (let i = digits.length - 1; i >= 0; i--) {
    const value = DIGITS.indexOf(digits[i]!);
    const left = digits.length - 1 - i;
    const equal = arena.concat(oneOf(arena, DIGITS[value]!), result);
    const greater = oneOf(arena, DIGITS.slice(value + 1, base));
    result = arena.union([equal, arena.concat(greater, arena.repeat(anyDigit, left, left))]);
  }
  return result;
}

/** One of the digits, in either case. */
function oneOf(arena: LanguageArena, digits: string): Language {
  const codes = Array.from(digits + digits.toUpperCase(), (digit) => digit.charCodeAt(0));
  return arena.codePoints(arena.sets.ofRanges(codes.flatMap((code) => [code, code])));
}

/** States are digits as a number with a 1 before them, so that leading zeros count. */
class DigitTheory implements LeafTheory {
  constructor(
    private readonly arena: LanguageArena,
    private readonly options: DigitOptions,
  ) {}

  nullable(): boolean {
    return false;
  }

  minLength(): number {
    return 1;
  }

  step(state: number, out: StepBuilder): void {
    const { base } = this.options;
    const digits = state.toString(base).slice(1);
    const targets = Array.from(DIGITS.slice(0, base), (digit, value) =>
      this.#language(digits + digit, state * base + value),
    );
    const { empty } = this.arena;
    out.add(0, empty);
    for (let value = 0; value < 10; value++) out.add(0x30 + value, targets[value]!);
    out.add(0x3a, empty);
    if (base === 10) return;
    for (const a of [0x41, 0x61]) {
      for (let value = 10; value < 16; value++) out.add(a + value - 10, targets[value]!);
      out.add(a + 6, empty);
    }
  }

  #language(digits: string, state: number): Language {
    const { arena, options } = this;
    if (!options.mayBegin(digits)) return arena.empty;
    const ended = digits.length >= options.min ? options.after(digits) : arena.empty;
    const continues =
      digits.length < options.max &&
      Array.from(DIGITS.slice(0, options.base)).some((digit) => options.mayBegin(digits + digit));
    return continues ? arena.union([ended, arena.leaf(this, state)]) : ended;
  }
}
