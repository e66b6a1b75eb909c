import { type Language, type LanguageArena, numberRange } from "../language/index.js";
import { UNBOUNDED } from "../language/nodes.js";

/** Digits before and behind the point: what a double can tell apart, and an end to digits that go on for ever. */
const MAX_DIGITS = 16;

/**
 * Keeps numbers to how people write them: no exponent, a bounded number of digits, integers without a fraction. A model
 * that may write 20.3283271428444 or 23.000000 goes on doing so. Where a schema leaves no such number, any spelling stays.
 */
export class PlainNumbers {
  private readonly arena: LanguageArena;
  private readonly integer: Language;
  private readonly plain: Language;
  /** The integers, by value. */
  private readonly integers: Language;

  /** @param maxDigits before the point and behind it */
  constructor(arena: LanguageArena, maxDigits = MAX_DIGITS) {
    this.arena = arena;
    const isBounded = maxDigits < UNBOUNDED;
    const digit = arena.codePoints(arena.sets.range(0x30, 0x39));
    const nonZero = arena.codePoints(arena.sets.range(0x31, 0x39));
    const magnitude = arena.union([
      arena.text("0"),
      arena.concat(nonZero, arena.repeat(digit, 0, isBounded ? maxDigits - 1 : UNBOUNDED)),
    ]);
    this.integer = arena.concat(arena.choice(["", "-"]), magnitude);
    const fraction = arena.concat(arena.text("."), arena.repeat(digit, 1, maxDigits));
    this.plain = arena.concat(this.integer, arena.union([arena.epsilon, fraction]));
    this.integers = numberRange(arena, { integer: true });
  }

  /** The plain spellings in a language of number texts; the language itself where it has none. */
  within(language: Language): Language {
    const { arena } = this;
    // Ranges that meet are one range again, so a range of integers meets all integers in itself.
    const isInteger = arena.intersection([language, this.integers]) === language;
    const kept = arena.intersection([language, isInteger ? this.integer : this.plain]);
    return arena.isEmpty(kept) ? language : kept;
  }
}
