/**
 * The members of a number set in scientific notation (no sign; one digit other than 0, a fraction or none, an exponent),
 * as states of a theory in the arena. The mantissa is read against the mantissas of the bounds and against the step;
 * after it, the exponents that are right for it are a range.
 */
import type { LeafTheory } from "./algebra.js";
import type { LanguageArena } from "./arena.js";
import { Decimal } from "./decimal.js";
import type { Language } from "./nodes.js";
import { gcd, type NumberSet } from "./number-set.js";
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

export class ExponentNumbers implements LeafTheory {
  readonly #states: State[] = [];
  readonly #byKey = new Map<string, Language>();
  /** The exponents of the bounds; a bound beyond all exponents is none. */
  readonly #minExponent: number;
  readonly #maxExponent: number;
  /** The bounds divided by the power of ten of their exponent: 1 up to but without 10. */
  readonly #minMantissa: Decimal | undefined;
  readonly #maxMantissa: Decimal | undefined;

  constructor(
    private readonly arena: LanguageArena,
    private readonly set: NumberSet,
  ) {
    const { min, max } = set;
    const low = min.sign === 0 ? -Infinity : Number(min.scientificExponent);
    const high = max === undefined ? Infinity : max.sign === 0 ? -Infinity : Number(max.scientificExponent);
    this.#minExponent = Math.max(low, -MAX_EXPONENT);
    this.#maxExponent = Math.min(high, MAX_EXPONENT);
    if (low >= -MAX_EXPONENT) this.#minMantissa = mantissaOf(min);
    if (max && high <= MAX_EXPONENT && max.sign !== 0) this.#maxMantissa = mantissaOf(max);
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
    const key = this.#key(phase, value, places);
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
    const { step } = this.set;
    const compare = (bound: Decimal | undefined, settled: number) => {
      if (bound === undefined) return settled;
      const prefix = bound.floorScaled(places);
      return value < prefix ? -1 : value > prefix ? 1 : 0;
    };
    let divisor = "";
    if (step?.numerator === 1n) divisor = String(places - trailingZeros(value));
    else if (step) divisor = String(value);
    return `${phase} ${places} ${compare(this.#minMantissa, 1)} ${compare(this.#maxMantissa, -1)} ${divisor}`;
  }

  /** The exponents that are right for a whole mantissa. */
  #exponents(value: bigint, places: number): Language {
    let low = this.#minExponent;
    let high = this.#maxExponent;
    if (this.#minMantissa) {
      const order = compareScaled(value, places, this.#minMantissa);
      if (order < 0 || (order === 0 && this.set.minStrict)) low++;
    }
    if (this.#maxMantissa) {
      const order = compareScaled(value, places, this.#maxMantissa);
      if (order > 0 || (order === 0 && this.set.maxStrict)) high--;
    }
    return exponentRange(this.arena, Math.max(low, this.#smallestExponent(value, places)), high);
  }

  /** The smallest exponent that makes a mantissa a multiple of the step; larger ones do too. */
  #smallestExponent(value: bigint, places: number): number {
    const { step } = this.set;
    if (step === undefined) return -MAX_EXPONENT;
    const zeros = trailingZeros(value);
    const digits = value / 10n ** BigInt(zeros);
    let missing = step.numerator / gcd(step.numerator, digits);
    let tens = 0;
    for (; missing > 1n; tens++) {
      const common = gcd(missing, 10n);
      if (common === 1n) return Number.POSITIVE_INFINITY;
      missing /= common;
    }
    return places - zeros - step.scale + tens;
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

  /**
   * Whether a prefix leads to a member with at most `digits` digits after the point. The larger the exponent, the more
   * mantissas are multiples of the step, so only the largest two have to be looked at: the bounds speak at their own
   * exponent alone.
   */
  #isLive(value: bigint, places: number, digits: number): boolean {
    for (let exponent = this.#maxExponent; exponent > this.#maxExponent - 2; exponent--) {
      if (exponent < this.#minExponent) return false;
      const size = 10n ** BigInt(digits - places);
      let low = value * size;
      let high = low + size - 1n;
      if (this.#minMantissa && exponent === this.#minExponent) {
        const bound = this.#minMantissa.floorScaled(digits);
        const first = this.#minMantissa.isIntegerAt(digits) && !this.set.minStrict ? bound : bound + 1n;
        if (first > low) low = first;
      }
      if (this.#maxMantissa && exponent === this.#maxExponent) {
        const bound = this.#maxMantissa.floorScaled(digits);
        const last = this.#maxMantissa.isIntegerAt(digits) && this.set.maxStrict ? bound - 1n : bound;
        if (last < high) high = last;
      }
      const multiple = this.#multipleAt(exponent - digits);
      if (((low + multiple - 1n) / multiple) * multiple <= high) return true;
    }
    return false;
  }

  /** What an integer must be a multiple of for integer × 10^exponent to be one of the step. */
  #multipleAt(exponent: number): bigint {
    const { step } = this.set;
    if (step === undefined) return 1n;
    const tens = exponent + step.scale;
    if (tens < 0) return step.numerator * 10n ** BigInt(-tens);
    let multiple = step.numerator;
    for (let i = 0; i < tens; i++) {
      const common = gcd(multiple, 10n);
      if (common === 1n) break;
      multiple /= common;
    }
    return multiple;
  }
}

function mantissaOf(bound: Decimal): Decimal {
  return Decimal.of(false, bound.digits, BigInt(1 - bound.digits.length));
}

/** Compares value / 10^places with a bound. */
function compareScaled(value: bigint, places: number, bound: Decimal): number {
  const floor = bound.floorScaled(places);
  if (value !== floor) return value < floor ? -1 : 1;
  return bound.isIntegerAt(places) ? 0 : -1;
}

function trailingZeros(value: bigint): number {
  let zeros = 0;
  for (; value !== 0n && value % 10n === 0n; zeros++) value /= 10n;
  return zeros;
}
