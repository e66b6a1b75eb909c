/**
 * Numbers that decide what may follow them: "2,5" but not "5,2". A state is the digits read so far, so all of this is
 * made only where a text gets to it.
 */
import type { LeafRun, LeafTheory } from "../../language/algebra.js";
import type { CodePointSet } from "../../language/code-point-set.js";
import type { Language, LanguageArena } from "../../language/index.js";
import type { StepBuilder } from "../../language/step-builder.js";
import { copyStep } from "./builder.js";

export interface DigitOptions {
  /** 10 or 16; hexadecimal digits are read in either case. */
  readonly base: 10 | 16;
  /** How many digits there are. */
  readonly min: number;
  readonly max: number;
  /** Whether digits may stand at the beginning; those that may must have a continuation. */
  readonly mayBegin: (digits: string) => boolean;
  /** Whether any digits may follow these, and the number may end behind any of them but for `min`. */
  readonly isFree: (digits: string) => boolean;
  /** What follows the number, which is given in lower case. Asked for where a text gets to it. */
  readonly after: (digits: string) => Language;
  /** Whether nothing may follow any number. */
  readonly mayEnd: boolean;
}

const DIGITS = "0123456789abcdef";

/** Digits in order, and `after` them. */
export function orderedDigits(arena: LanguageArena, options: DigitOptions): Language {
  return arena.leaf(new DigitTheory(arena, options), 1);
}

/** Numbers of as many digits that are not less than the given one. */
export function atLeast(arena: LanguageArena, digits: string, base: 10 | 16): Language {
  const anyDigit = digitBetween(arena, 0, base - 1);
  let result = arena.epsilon;
  for (let i = digits.length - 1; i >= 0; i--) {
    const value = DIGITS.indexOf(digits[i]!);
    const left = digits.length - 1 - i;
    const equal = arena.concat(digitBetween(arena, value, value), result);
    const greater = digitBetween(arena, value + 1, base - 1);
    result = arena.union([equal, arena.concat(greater, arena.repeat(anyDigit, left, left))]);
  }
  return result;
}

/** A digit with one of the values from `least` to `most`, in either case. */
function digitBetween(arena: LanguageArena, least: number, most: number): Language {
  const ranges: number[] = [];
  if (least < 10) ranges.push(0x30 + least, 0x30 + Math.min(most, 9));
  const letter = Math.max(least, 10);
  if (letter <= most) for (const ten of [0x41, 0x61]) ranges.push(ten + letter - 10, ten + most - 10);
  return arena.codePoints(arena.sets.ofRanges(ranges));
}

/** What follows a number, made when it is read: a token can have any of a thousand numbers in it. */
class AfterTheory implements LeafTheory {
  constructor(
    private readonly arena: LanguageArena,
    private readonly options: DigitOptions,
  ) {}

  nullable(): boolean {
    return this.options.mayEnd;
  }

  minLength(): number {
    return this.options.mayEnd ? 0 : 1;
  }

  step(state: number, out: StepBuilder): void {
    const { base, after } = this.options;
    copyStep(this.arena, after(digitsOf(state, base)), out);
  }
}

function digitsOf(state: number, base: number): string {
  return state.toString(base).slice(1);
}

/** States are digits as a number with a 1 before them, so that leading zeros count. */
class DigitTheory implements LeafTheory {
  private readonly after: AfterTheory;
  private readonly set: CodePointSet;

  constructor(
    private readonly arena: LanguageArena,
    private readonly options: DigitOptions,
  ) {
    this.after = new AfterTheory(arena, options);
    const ranges = options.base === 10 ? [0x30, 0x39] : [0x30, 0x39, 0x41, 0x46, 0x61, 0x66];
    this.set = arena.sets.ofRanges(ranges);
  }

  nullable(): boolean {
    return false;
  }

  minLength(): number {
    return 1;
  }

  step(state: number, out: StepBuilder): void {
    const { base } = this.options;
    const digits = digitsOf(state, base);
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

  run(state: number): LeafRun | undefined {
    const { base, max, isFree } = this.options;
    const digits = digitsOf(state, base);
    if (!isFree(digits) || digits.length === max) return undefined;
    return { set: this.set, length: max - digits.length };
  }

  #language(digits: string, state: number): Language {
    const { arena, options } = this;
    if (!options.mayBegin(digits)) return arena.empty;
    const ended = digits.length >= options.min ? arena.leaf(this.after, state) : arena.empty;
    const continues =
      digits.length < options.max &&
      Array.from(DIGITS.slice(0, options.base)).some((digit) => options.mayBegin(digits + digit));
    return continues ? arena.union([ended, arena.leaf(this, state)]) : ended;
  }
}
