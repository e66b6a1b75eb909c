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

/** What a range comes down to. */
interface Bounds {
  readonly min: Decimal | undefined;
  readonly minStrict: boolean;
  readonly max: Decimal | undefined;
  readonly maxStrict: boolean;
  readonly step: Step | undefined;
  readonly digitsOnly: boolean;
}

/** The ranges of an arena: by what they come down to, and back. */
interface Ranges {
  readonly byKey: Map<string, Language>;
  readonly bounds: Map<Language, Bounds>;
}

const rangesOf = new WeakMap<LanguageArena, Ranges>();

/**
 * The texts of the numbers of a range. Ranges that meet in an intersection become one range again, so that liveness
 * stays a matter of arithmetic.
 * @throws SyntaxError if a bound is not a JSON number
 * @throws RangeError if `multipleOf` is not positive
 * @throws LanguageLimitError if a bound has more digits in fixed notation than `maxDigits`
 */
export function numberRange(arena: LanguageArena, range: NumberRange): Language {
  return languageOf(arena, {
    min: range.min === undefined ? undefined : bound(arena, range.min),
    minStrict: range.min !== undefined && range.exclusiveMin === true,
    max: range.max === undefined ? undefined : bound(arena, range.max),
    maxStrict: range.max !== undefined && range.exclusiveMax === true,
    step: stepOf(arena, range),
    digitsOnly: range.integer === true && range.integerForm === "no-fraction",
  });
}

/** All normalised spellings of one value: 1, 1.0 and 1e0 are equal. Throws as `numberRange` does. */
export function numberEqual(arena: LanguageArena, text: string): Language {
  return numberRange(arena, { min: text, max: text });
}

function languageOf(arena: LanguageArena, bounds: Bounds): Language {
  let ranges = rangesOf.get(arena);
  if (!ranges) {
    const created: Ranges = { byKey: new Map(), bounds: new Map() };
    rangesOf.set(arena, (ranges = created));
    arena.onIntersection((items) => meet(arena, created, items));
  }
  const text = (value: Decimal | undefined) =>
    value ? `${value.sign}|${value.digits}e${value.exponent}` : "";
  const step = bounds.step && `${bounds.step.numerator}/${bounds.step.scale}`;
  const { minStrict, maxStrict, digitsOnly } = bounds;
  const key = [text(bounds.min), minStrict, text(bounds.max), maxStrict, step, digitsOnly].join();
  let language = ranges.byKey.get(key);
  if (language === undefined) {
    language = build(arena, bounds);
    ranges.byKey.set(key, language);
    // Different bounds can have the same members (none, or one); any of them describes the language.
    if (language !== arena.empty) ranges.bounds.set(language, bounds);
  }
  return language;
}

/** Replaces the ranges among the operands of an intersection by the one range that is theirs in common. */
function meet(arena: LanguageArena, ranges: Ranges, items: readonly Language[]): readonly Language[] {
  const met = items.filter((item) => ranges.bounds.has(item));
  if (met.length === 0) return items;
  const full = jsonNumber(arena);
  const rest = items.filter((item) => !ranges.bounds.has(item) && item !== full);
  if (rest.length === items.length - 1) return items;
  const all = met.map((item) => ranges.bounds.get(item)!);
  return [...rest, languageOf(arena, all.reduce(common))];
}

function common(x: Bounds, y: Bounds): Bounds {
  const [min, minStrict] = tighter(x.min, x.minStrict, y.min, y.minStrict, 1);
  const [max, maxStrict] = tighter(x.max, x.maxStrict, y.max, y.maxStrict, -1);
  const step = x.step && y.step ? commonStep(x.step, y.step) : (x.step ?? y.step);
  return { min, minStrict, max, maxStrict, step, digitsOnly: x.digitsOnly || y.digitsOnly };
}

function tighter(
  x: Decimal | undefined,
  xStrict: boolean,
  y: Decimal | undefined,
  yStrict: boolean,
  direction: number,
): [Decimal | undefined, boolean] {
  if (x === undefined) return [y, yStrict];
  if (y === undefined) return [x, xStrict];
  const order = x.compare(y) * direction;
  if (order === 0) return [x, xStrict || yStrict];
  return order > 0 ? [x, xStrict] : [y, yStrict];
}

function build(arena: LanguageArena, bounds: Bounds): Language {
  const { min, minStrict, max, maxStrict, step, digitsOnly } = bounds;
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
