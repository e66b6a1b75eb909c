/**
 * JSON numbers under conditions, as languages over their texts, in exact decimal arithmetic.
 *
 * They are exact within the normalised form (`normalisedNumber`): a text in that form is a member if and only if its
 * value is, however it is spelled (`1`, `1.0`, `1.00`, `1e0`; `10e-1` is not normalised). So a negation must be taken
 * as a difference from `normalisedNumber`, not from `jsonNumber`: from that one, `not: {minimum: 5}` would let `60e-1`
 * pass.
 *
 * Unions, intersections and differences of such languages are calculated and give such a language again.
 */
import type { LanguageArena } from "./arena.js";
import { Decimal } from "./decimal.js";
import { reducedStep } from "./divisibility.js";
import { ExponentNumbers } from "./exponent-number.js";
import { FixedNumbers } from "./fixed-number.js";
import { LanguageLimitError, type LanguageLimits } from "./limits.js";
import { Kind, type Language } from "./nodes.js";
import { ALL_NUMBERS, INTEGERS, NO_NUMBERS, NumberSet } from "./number-set.js";
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

/** The numbers of a language, by their spelling: draft-04 has integers that only digits can spell. */
interface SpelledSet {
  /** Those spelled with digits only. */
  readonly digits: NumberSet;
  /** Those spelled with a point or an exponent. */
  readonly others: NumberSet;
}

const ALL: SpelledSet = { digits: ALL_NUMBERS, others: ALL_NUMBERS };

type Combine = (x: NumberSet, y: NumberSet, limits: LanguageLimits) => NumberSet;
const INTERSECTION: Combine = (x, y, limits) => x.intersection(y, limits);
const UNION: Combine = (x, y, limits) => x.union(y, limits);

/**
 * The texts of the numbers of a range.
 * @throws SyntaxError if a bound is not a JSON number
 * @throws RangeError if `multipleOf` is not positive
 * @throws LanguageLimitError if a bound has more digits in fixed notation than `maxDigits`
 */
export function numberRange(arena: LanguageArena, range: NumberRange): Language {
  const set = rangeSet(range, arena.nodes.limits);
  const digitsOnly = range.integer === true && range.integerForm === "no-fraction";
  return numbersOf(arena).language({ digits: set, others: digitsOnly ? NO_NUMBERS : set });
}

/** The values of a range, however they are spelled. Throws as `numberRange` does. */
export function rangeSet(range: NumberRange, limits: LanguageLimits): NumberSet {
  const parts: NumberSet[] = [];
  if (range.min !== undefined) {
    parts.push(NumberSet.from(decimal(range.min, limits), range.exclusiveMin === true));
  }
  if (range.max !== undefined) {
    parts.push(NumberSet.upTo(decimal(range.max, limits), range.exclusiveMax === true));
  }
  if (range.integer === true) parts.push(INTEGERS);
  if (range.multipleOf !== undefined) parts.push(multiplesOf(range.multipleOf, limits));
  return parts.reduce((x, y) => x.intersection(y, limits), ALL_NUMBERS);
}

/**
 * All normalised spellings of these values: 1, 1.0 and 1e0 are equal; 100,000 values cost a sort. Throws as
 * `numberRange` does.
 */
export function numberChoice(arena: LanguageArena, texts: readonly string[]): Language {
  const set = choiceSet(texts, arena.nodes.limits);
  return numbersOf(arena).language({ digits: set, others: set });
}

/** The set of these values. Throws as `numberRange` does. */
export function choiceSet(texts: readonly string[], limits: LanguageLimits): NumberSet {
  const integers = shortIntegers(texts, limits);
  return integers === undefined
    ? NumberSet.of(texts.map((text) => decimal(text, limits)))
    : NumberSet.ofIntegers(integers);
}

/**
 * Up to `atMost` different values of a language that is made of those of this file and `jsonNumber` by unions,
 * intersections and differences, as JSON texts; all of them, if there are no more.
 */
export function numberValues(arena: LanguageArena, language: Language, atMost: number): string[] {
  return numbersOf(arena).values(language).members(atMost);
}

/** The values of such a language; undefined: it is none. */
export function numberSet(arena: LanguageArena, language: Language): NumberSet | undefined {
  return numbersOf(arena).knownValues(language);
}

/** Whether such a language has infinitely many values. */
export function hasEndlessNumbers(arena: LanguageArena, language: Language): boolean {
  return numbersOf(arena).values(language).isEndless;
}

function multiplesOf(text: string, limits: LanguageLimits): NumberSet {
  const of = decimal(text, limits);
  if (of.sign <= 0) throw new RangeError(`multipleOf must be positive: ${text}`);
  const scale = Math.max(0, Number(-of.exponent));
  return NumberSet.multiplesOf(reducedStep(of.scaled(scale), scale));
}

const EXPONENT = /e/i;

/** Whether a number is within `maxDigits`; else conditions with it are refused. */
export function numberFits(text: string, { maxDigits }: LanguageLimits): boolean {
  // Without an exponent there are no more digits than characters.
  if (text.length <= maxDigits && !EXPONENT.test(text)) return true;
  return text.length <= maxDigits * 2 && Decimal.parse(text).extent <= maxDigits;
}

function decimal(text: string, limits: LanguageLimits): Decimal {
  if (!numberFits(text, limits)) throw new LanguageLimitError("maxDigits", limits.maxDigits);
  return Decimal.parse(text);
}

const SHORT_INTEGER = /^-?[0-9]{1,15}$/;

/** The values of texts all of which are integers that doubles tell apart. */
function shortIntegers(texts: readonly string[], { maxDigits }: LanguageLimits): number[] | undefined {
  const values: number[] = [];
  for (const text of texts) {
    if (text.length > maxDigits || !SHORT_INTEGER.test(text)) return undefined;
    // There is no negative zero among numbers that are equal by value.
    values.push(Number(text) + 0);
  }
  return values;
}

const numbersByArena = new WeakMap<LanguageArena, Numbers>();

function numbersOf(arena: LanguageArena): Numbers {
  let numbers = numbersByArena.get(arena);
  if (numbers === undefined) numbersByArena.set(arena, (numbers = new Numbers(arena)));
  return numbers;
}

/** The sets of numbers of an arena: their languages, and back. */
class Numbers {
  readonly #byKey = new Map<string, Language>();
  readonly #sets = new Map<Language, SpelledSet>();
  readonly #full: Language;

  constructor(private readonly arena: LanguageArena) {
    this.#full = jsonNumber(arena);
    this.#store(normalisedNumber(arena), ALL);
    arena.onIntersection((items) => this.#meet(items));
    arena.onUnion((items) => this.#join(items));
  }

  language(set: SpelledSet): Language {
    const known = this.#byKey.get(keyOf(set));
    return known ?? this.#store(this.#build(set), set);
  }

  /** The values that some text of the language has. */
  values(language: Language): NumberSet {
    const values = this.knownValues(language);
    if (values === undefined) throw new TypeError("The language is no set of numbers");
    return values;
  }

  /** The same; undefined: the language is no set of numbers. */
  knownValues(language: Language): NumberSet | undefined {
    if (language === this.arena.empty) return NO_NUMBERS;
    const set = this.#asNumbers(language);
    if (set === undefined) return undefined;
    if (set.digits === set.others) return set.digits;
    const { limits } = this.arena.nodes;
    return set.digits.intersection(INTEGERS, limits).union(set.others, limits);
  }

  #store(language: Language, set: SpelledSet): Language {
    this.#byKey.set(keyOf(set), language);
    if (language !== this.arena.empty) this.#sets.set(language, set);
    return language;
  }

  #build({ digits, others }: SpelledSet): Language {
    const { arena } = this;
    const minus = arena.text("-");
    const magnitudes = (plain: NumberSet, other: NumberSet): Language => {
      if (!plain.hasNonNegative && !other.hasNonNegative) return arena.empty;
      const exponent = new ExponentNumbers(arena, other).start();
      if (plain === other) return arena.union([new FixedNumbers(arena, plain, "either").start(), exponent]);
      const integers = new FixedNumbers(arena, plain, "never").start();
      return arena.union([integers, new FixedNumbers(arena, other, "always").start(), exponent]);
    };
    const mirrored = digits.mirrored();
    const negative = magnitudes(mirrored, digits === others ? mirrored : others.mirrored());
    return arena.union([magnitudes(digits, others), arena.concat(minus, negative)]);
  }

  /** Replaces the sets among the operands of an intersection, and their complements, by what they have in common. */
  #meet(items: readonly Language[]): readonly Language[] {
    // Without a set, what is complemented need not be a number; and `full` alone has other spellings, too.
    if (!items.some((item) => this.#sets.has(item))) return items;
    return this.#combined(items, (item) => this.#asNumbers(item), INTERSECTION);
  }

  /** Replaces the sets among the operands of a union by one. */
  #join(items: readonly Language[]): readonly Language[] {
    return this.#combined(items, (item) => this.#sets.get(item), UNION);
  }

  #combined(
    items: readonly Language[],
    setOf: (item: Language) => SpelledSet | undefined,
    combine: Combine,
  ): readonly Language[] {
    const sets: SpelledSet[] = [];
    const rest: Language[] = [];
    for (const item of items) {
      const set = setOf(item);
      if (set === undefined) rest.push(item);
      else sets.push(set);
    }
    if (sets.length < 2) return items;
    const { limits } = this.arena.nodes;
    const all = sets.reduce((x, y) => {
      const digits = combine(x.digits, y.digits, limits);
      const isOne = x.digits === x.others && y.digits === y.others;
      return { digits, others: isOne ? digits : combine(x.others, y.others, limits) };
    });
    return [...rest, this.language(all)];
  }

  /** The normalised numbers that a language has, if it is a set, the syntax of all numbers, or a complement of these. */
  #asNumbers(item: Language): SpelledSet | undefined {
    const { nodes } = this.arena;
    if (item === this.#full) return ALL;
    if (nodes.kind[item] !== Kind.Complement) return this.#sets.get(item);
    const inner = nodes.a[item]!;
    const set = inner === this.#full ? ALL : this.#sets.get(inner);
    if (set === undefined) return undefined;
    const digits = set.digits.complement();
    return { digits, others: set.digits === set.others ? digits : set.others.complement() };
  }
}

function keyOf({ digits, others }: SpelledSet): string {
  return digits === others || digits.key === others.key ? digits.key : `${digits.key};${others.key}`;
}
