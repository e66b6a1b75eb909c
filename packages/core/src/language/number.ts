/**
 * JSON numbers within bounds, as languages over their texts, in exact decimal arithmetic.
 *
 * `numberRange` is exact within the normalised form (`normalisedNumber`): a text in that form is a member if and only
 * if its value is within the range, however it is spelled (`1`, `1.0`, `1.00`, `1e0`, `10e-1` is not normalised). So
 * a negation must be taken as a difference from `normalisedNumber`, not from `jsonNumber`: from that one, `not: {minimum:
 * 5}` would let `60e-1` pass.
 */
import type { LanguageArena } from "./arena.js";
import { Decimal } from "./decimal.js";
import { ExponentNumbers } from "./exponent-number.js";
import { FixedNumbers } from "./fixed-number.js";
import { LanguageLimitError } from "./limits.js";
import type { Language } from "./nodes.js";
import { commonStep, isVoid, type NumberSet, reducedStep, type Step } from "./number-set.js";
import { jsonNumber, normalisedNumber } from "./number-syntax.js";

/** Which numbers. Bounds and steps are JSON number texts, so that they are exact. */
export interface NumberRange {
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  /** Whether `min` itself is left out. */
  readonly exclusiveMin?: boolean | undefined;
  /** Whether `max` itself is left out. */
  readonly exclusiveMax?: boolean | undefined;
  /** Only integers: `2`, and depending on `integerForm` also `2.0` and `2e0`. */
  readonly integer?: boolean | undefined;
  /** `any` (the default): an integer by its value; `no-fraction`: digits only, as draft-04 has it. */
  readonly integerForm?: "any" | "no-fraction" | undefined;
  /** Only multiples of this number, which must be positive. */
  readonly multipleOf?: string | undefined;
}

const ranges = new WeakMap<LanguageArena, Map<string, Language>>();

/**
 * The texts of the numbers of a range.
 * @throws SyntaxError if a bound is not a JSON number
 * @throws RangeError if `multipleOf` is not positive
 * @throws LanguageLimitError if a bound has more digits in fixed notation than `maxDigits`
 */
export function numberRange(arena: LanguageArena, range: NumberRange): Language {
  let known = ranges.get(arena);
  if (!known) ranges.set(arena, (known = new Map()));
  const key = JSON.stringify([
    range.min,
    range.max,
    range.exclusiveMin === true,
    range.exclusiveMax === true,
    range.integer === true,
    range.integerForm ?? "any",
    range.multipleOf,
  ]);
  let language = known.get(key);
  if (language === undefined) {
    language = buildRange(arena, range);
    arena.assumeSubset(language, jsonNumber(arena));
    arena.assumeSubset(language, normalisedNumber(arena));
    known.set(key, language);
  }
  return language;
}

/** All normalised spellings of one value: 1, 1.0 and 1e0 are equal. Throws as `numberRange` does. */
export function numberEqual(arena: LanguageArena, text: string): Language {
  return numberRange(arena, { min: text, max: text });
}

function buildRange(arena: LanguageArena, range: NumberRange): Language {
  const min = range.min === undefined ? undefined : bound(arena, range.min);
  const max = range.max === undefined ? undefined : bound(arena, range.max);
  const minStrict = range.exclusiveMin === true;
  const maxStrict = range.exclusiveMax === true;
  const digitsOnly = range.integer === true && range.integerForm === "no-fraction";
  const step = stepOf(arena, range);
  if (min === undefined && max === undefined && step === undefined) return normalisedNumber(arena);
  const upwards = magnitudes(arena, atLeastZero(min, minStrict, max, maxStrict, step), digitsOnly);
  const mirrored = atLeastZero(max?.negate(), maxStrict, min?.negate(), minStrict, step);
  const downwards = magnitudes(arena, mirrored, digitsOnly);
  return arena.union([upwards, arena.concat(arena.text("-"), downwards)]);
}

/** The part of an interval that is not negative. */
function atLeastZero(
  min: Decimal | undefined,
  minStrict: boolean,
  max: Decimal | undefined,
  maxStrict: boolean,
  step: Step | undefined,
): NumberSet {
  const isBelow = min === undefined || min.sign < 0;
  return { min: isBelow ? Decimal.zero : min, minStrict: !isBelow && minStrict, max, maxStrict, step };
}

function magnitudes(arena: LanguageArena, set: NumberSet, digitsOnly: boolean): Language {
  if (isVoid(set)) return arena.empty;
  const fixed = new FixedNumbers(arena, set, !digitsOnly).start();
  return digitsOnly ? fixed : arena.union([fixed, new ExponentNumbers(arena, set).start()]);
}

function stepOf(arena: LanguageArena, range: NumberRange): Step | undefined {
  const whole: Step = { numerator: 1n, scale: 0 };
  if (range.multipleOf === undefined) return range.integer === true ? whole : undefined;
  const of = bound(arena, range.multipleOf);
  if (of.sign <= 0) throw new RangeError(`multipleOf must be positive: ${range.multipleOf}`);
  const scale = Math.max(0, Number(-of.exponent));
  const step = reducedStep(of.scaled(scale), scale);
  return range.integer === true ? commonStep(step, whole) : step;
}

function bound(arena: LanguageArena, text: string): Decimal {
  const { maxDigits } = arena.nodes.limits;
  if (text.length > maxDigits * 2) throw new LanguageLimitError("maxDigits", maxDigits);
  const value = Decimal.parse(text);
  if (value.extent > maxDigits) throw new LanguageLimitError("maxDigits", maxDigits);
  return value;
}
