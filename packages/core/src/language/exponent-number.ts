/**
 * The members of a number set in scientific notation (no sign; one digit other than 0, a fraction or none, an exponent),
 * as states of a theory in the arena. A prefix of the mantissa lives if some exponent makes a member of it; after the
 * mantissa, the exponents that are right for it are ranges.
 */
import type { LeafTheory } from "./algebra.js";
import type { LanguageArena } from "./arena.js";
import { bitLength, Divisibility, gcd, powerOfTen, type Step } from "./divisibility.js";
import type { Language } from "./nodes.js";
import type { NumberSet } from "./number-set.js";
import { exponentRange, MAX_EXPONENT, MAX_FRACTION_DIGITS } from "./number-syntax.js";
import type { StepBuilder } from "./step-builder.js";

const POINT = 0x2e;
const ZERO = 0x30;

const enum Phase {
  Start,
  /** After the first digit. */
  Lead,
  /** After the point, before a digit. */
  Point,
  Fraction,
}

interface State {
  readonly phase: Phase;
  /** The digits of the mantissa as an integer. */
  readonly value: bigint;
  /** How many of them stand after the point. */
  readonly places: number;
  readonly minLength: number;
}

/** Exponents from `low` to `high` with which all mantissas fall into one piece of the set. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly piece: Divisibility;
}

export class ExponentNumbers implements LeafTheory {
  readonly #states: State[] = [];
  readonly #byKey = new Map<string, Language>();
  /** The languages of exponents, by their ranges: many mantissas have the same. */
  readonly #byExponents = new Map<string, Language>();
  readonly #set: NumberSet;
  /** The exponents of points, ascending. */
  readonly #pointed: readonly number[];
  /** The other exponents. */
  readonly #ranges: readonly Range[];
  /**
   * How a mantissa goes on depends on where its last digit other than 0 is and on its remainder, up to that digit, by this:
   * a power of ten more or less, it is a multiple of a step or not. 0: it depends on nothing.
   */
  readonly #modulus: bigint;

  constructor(
    private readonly arena: LanguageArena,
    set: NumberSet,
  ) {
    // Points with more digits than a mantissa has are no members here.
    this.#set = set.withPoints(fitsMantissa);
    this.#pointed = pointedExponents(this.#set);
    this.#ranges = this.#rangesBetween();
    // Up to their last digit other than 0, digits are a multiple of no ten: of tens in a step it does not matter which they are.
    let hasSteps = false;
    let common = 1n;
    for (const { terms } of this.#set.pieces) {
      for (const { step } of terms) {
        hasSteps = true;
        const modulus = withoutTens(step.numerator);
        common = (common / gcd(common, modulus)) * modulus;
      }
    }
    this.#modulus = hasSteps ? common : 0n;
  }

  start(): Language {
    return this.#at(Phase.Start, 0n, 0);
  }

  nullable(): boolean {
    return false;
  }

  minLength(state: number): number {
    return this.#states[state]!.minLength;
  }

  step(state: number, out: StepBuilder): void {
    const { empty } = this.arena;
    const { phase, value, places } = this.#states[state]!;
    out.add(0, empty);
    if (phase === Phase.Lead) {
      out.add(POINT, this.#at(Phase.Point, value, 0));
      out.add(POINT + 1, empty);
    } else {
      for (let digit = 0; digit < 10; digit++) {
        const next = value * 10n + BigInt(digit);
        const [nextPhase, nextPlaces] =
          phase === Phase.Start ? [Phase.Lead, 0] : [Phase.Fraction, places + 1];
        const allowed = next > 0n && nextPlaces <= MAX_FRACTION_DIGITS;
        out.add(ZERO + digit, allowed ? this.#at(nextPhase, next, nextPlaces) : empty);
      }
      out.add(ZERO + 10, empty);
    }
    if (phase === Phase.Start || phase === Phase.Point) return;
    const exponents = this.#exponents(value, places);
    out.add(0x45, exponents);
    out.add(0x46, empty);
    out.add(0x65, exponents);
    out.add(0x66, empty);
  }

  #at(phase: Phase, value: bigint, places: number): Language {
    const key = phase === Phase.Start ? `${phase}` : this.#key(phase, value, places);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const minLength = this.#minLength(phase, value, places);
    let language = this.arena.empty;
    if (minLength >= 0) {
      this.#states.push({ phase, value, places, minLength });
      language = this.arena.leaf(this, this.#states.length - 1);
    }
    this.#byKey.set(key, language);
    return language;
  }

  #key(phase: Phase, value: bigint, places: number): string {
    let key = `${phase} ${places}`;
    if (this.#modulus > 0n) {
      const zeros = trailingZeros(value);
      key += ` ${zeros} ${(value / powerOfTen(zeros)) % this.#modulus}`;
    }
    for (const exponent of this.#pointed) {
      const i = this.#set.indexOf(value, places - exponent);
      if (i !== this.#set.indexOf(value + 1n, places - exponent))
        return `${phase} ${places} ${value} exactly`;
      key += ` ${this.#set.pieces[i]!.key}`;
    }
    return key;
  }

  /** The exponents that are right for a whole mantissa. */
  #exponents(value: bigint, places: number): Language {
    const right: [number, number][] = [];
    for (const exponent of this.#pointed) {
      if (this.#set.has(value, places - exponent)) right.push([exponent, exponent]);
    }
    for (const { low, high, piece } of this.#ranges) {
      const changes = piece.terms.map(({ step }) => smallestExponent(step, value, places));
      const starts = [low, ...changes.filter((change) => change > low && change <= high)].sort(
        (x, y) => x - y,
      );
      starts.forEach((start, i) => {
        const end = (starts[i + 1] ?? high + 1) - 1;
        if (start <= end && piece.has(value, places - start)) right.push([start, end]);
      });
    }
    right.sort(([x], [y]) => x - y);
    const joined: [number, number][] = [];
    for (const [low, high] of right) {
      const last = joined.at(-1);
      if (last !== undefined && last[1] + 1 === low) last[1] = high;
      else joined.push([low, high]);
    }
    const key = joined.join(";");
    let exponents = this.#byExponents.get(key);
    if (exponents === undefined) {
      exponents = this.arena.union(joined.map(([low, high]) => exponentRange(this.arena, low, high)));
      this.#byExponents.set(key, exponents);
    }
    return exponents;
  }

  /** A lower bound of the length of the rest of a mantissa prefix, -1 if there is none. */
  #minLength(phase: Phase, value: bigint, places: number): number {
    if (phase === Phase.Start) {
      let shortest = -1;
      for (let digit = 1n; digit < 10n; digit++) {
        const rest = this.#minLength(Phase.Lead, digit, 0);
        if (rest >= 0 && (shortest < 0 || rest + 1 < shortest)) shortest = rest + 1;
      }
      return shortest;
    }
    if (!this.#isLive(value, places, MAX_FRACTION_DIGITS)) return -1;
    let more = phase === Phase.Point ? 1 : 0;
    while (places + more < MAX_FRACTION_DIGITS && !this.#isLive(value, places, places + more)) more++;
    return more + (phase === Phase.Lead && more > 0 ? 1 : 0) + 2;
  }

  /** Whether a prefix leads to a member with at most `digits` digits after the point. */
  #isLive(value: bigint, places: number, digits: number): boolean {
    const size = powerOfTen(digits - places);
    const low = value * size;
    const high = low + size - 1n;
    for (const { low: first, high: last, piece } of this.#ranges) {
      for (const exponent of exponentsToTry(piece, first, last, digits)) {
        if (piece.meets(low, high, digits - exponent)) return true;
      }
    }
    return this.#pointed.some((exponent) => this.#set.meets(low, high, digits - exponent));
  }

  #rangesBetween(): Range[] {
    const ranges: Range[] = [];
    let low = -MAX_EXPONENT;
    for (const exponent of [...this.#pointed, MAX_EXPONENT + 1]) {
      if (low < exponent) {
        const piece = this.#set.pieces[this.#set.indexOf(1n, -low)]!;
        if (piece !== Divisibility.none) ranges.push({ low, high: exponent - 1, piece });
      }
      low = exponent + 1;
    }
    return ranges;
  }
}

/**
 * The exponents to look at for a member with at most `digits` digits after the point: the largest first, because of most
 * numbers it makes multiples; and those at whose next neighbour nothing changes any more are one.
 */
function* exponentsToTry(piece: Divisibility, low: number, high: number, digits: number): Generator<number> {
  yield high;
  // With a larger exponent all multiples stay multiples.
  if (low === high || piece.isOneStep) return;
  yield low;
  // Above, all tens of a step are in the power of ten; below, no mantissa is large enough to be a multiple.
  let first = high;
  let last = low;
  for (const { step } of piece.terms) {
    first = Math.min(first, digits - step.scale - MAX_FRACTION_DIGITS - 2);
    last = Math.max(last, digits - step.scale + bitLength(step.numerator));
  }
  for (let exponent = Math.min(last, high - 1); exponent > Math.max(first, low); exponent--) yield exponent;
}

/** The exponents that the positive points have in scientific notation. */
function pointedExponents({ points, scale }: NumberSet): number[] {
  const exponents: number[] = [];
  for (const point of points) {
    if (point <= 0n) continue;
    const last = exponents.at(-1);
    if (last !== undefined && point < powerOfTen(last + 1 + scale)) continue;
    const exponent = String(point).length - 1 - scale;
    if (exponent > MAX_EXPONENT) break;
    if (exponent >= -MAX_EXPONENT) exponents.push(exponent);
  }
  return exponents;
}

/** The smallest exponent that makes a mantissa a multiple of the step; larger ones do too. */
function smallestExponent(step: Step, value: bigint, places: number): number {
  const zeros = trailingZeros(value);
  const digits = value / powerOfTen(zeros);
  let missing = step.numerator / gcd(step.numerator, digits);
  let tens = 0;
  for (; missing > 1n; tens++) {
    const common = gcd(missing, 10n);
    if (common === 1n) return Number.POSITIVE_INFINITY;
    missing /= common;
  }
  return places - zeros - step.scale + tens;
}

function withoutTens(value: bigint): bigint {
  while (value % 10n === 0n) value /= 10n;
  return value;
}

function trailingZeros(value: bigint): number {
  let zeros = 0;
  for (; value !== 0n && value % 10n === 0n; zeros++) value /= 10n;
  return zeros;
}

const MOST_DIGITS = MAX_FRACTION_DIGITS + 1;
const BEYOND_DIGITS = powerOfTen(MOST_DIGITS);

/** Whether a mantissa has room for the point's digits, without zeros at the end. */
function fitsMantissa(point: bigint): boolean {
  if (point < BEYOND_DIGITS && point > -BEYOND_DIGITS) return true;
  const digits = String(point < 0n ? -point : point);
  return digits.replace(/0+$/, "").length <= MOST_DIGITS;
}
