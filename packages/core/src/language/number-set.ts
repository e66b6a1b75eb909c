/** Sets of non-negative decimals: an interval and a step (all multiples of it), with exact questions about blocks. */
import type { Decimal } from "./decimal.js";

export interface NumberSet {
  readonly min: Decimal;
  /** Whether `min` itself is left out. */
  readonly minStrict: boolean;
  /** Undefined for no upper bound. */
  readonly max: Decimal | undefined;
  readonly maxStrict: boolean;
  /** All members are multiples of numerator / 10^scale; undefined for all decimals. */
  readonly step: Step | undefined;
}

/** numerator / 10^scale */
export interface Step {
  readonly numerator: bigint;
  readonly scale: number;
}

/** The smallest number that is a multiple of both. */
export function commonStep(x: Step, y: Step): Step {
  const scale = Math.max(x.scale, y.scale);
  const a = x.numerator * 10n ** BigInt(scale - x.scale);
  const b = y.numerator * 10n ** BigInt(scale - y.scale);
  return reducedStep((a / gcd(a, b)) * b, scale);
}

/** The step numerator / 10^scale in lowest decimal terms. */
export function reducedStep(numerator: bigint, scale: number): Step {
  while (scale > 0 && numerator % 10n === 0n) {
    numerator /= 10n;
    scale--;
  }
  return { numerator, scale };
}

export function gcd(x: bigint, y: bigint): bigint {
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Whether a set has no members at all, as far as its bounds tell. */
export function isVoid(set: NumberSet): boolean {
  if (set.max === undefined) return false;
  const order = set.min.compare(set.max);
  return order > 0 || (order === 0 && (set.minStrict || set.maxStrict));
}

/**
 * Decides membership and blocks by integers: all bounds and the step at one scale (the values times a power of ten).
 */
export class ScaledSet {
  /** The scale at which the bounds and the step are integers, and one digit more if every decimal is a member. */
  readonly scale: number;
  readonly #powers: bigint[] = [1n];

  constructor(readonly set: NumberSet) {
    const digits = (bound: Decimal | undefined) => (bound ? Math.max(0, Number(-bound.exponent)) : 0);
    this.scale = Math.max(digits(set.min), digits(set.max), set.step?.scale ?? 0) + (set.step ? 0 : 1);
  }

  power(exponent: number): bigint {
    for (let i = this.#powers.length; i <= exponent; i++) this.#powers.push(this.#powers[i - 1]! * 10n);
    return this.#powers[exponent]!;
  }

  /** Whether `value` / 10^`places` is a member. */
  has(value: bigint, places: number): boolean {
    const scale = Math.max(this.scale, places);
    const scaled = value * this.power(scale - places);
    const { step } = this.set;
    if (scaled < this.#lowest(scale) || (this.set.max && scaled > this.#highest(scale))) return false;
    return step === undefined || scaled % (step.numerator * this.power(scale - step.scale)) === 0n;
  }

  /**
   * Whether the set has a member of at most `digits` digits after the point in the block from `first` / 10^`places`
   * up to but without (`first` + `size`) / 10^`places`.
   */
  meets(first: bigint, size: bigint, places: number, digits = Number.POSITIVE_INFINITY): boolean {
    const { max, step } = this.set;
    // At this scale the block and all members that matter are integers; between two bounds there is a digit to spare.
    const scale = Math.max(this.scale, step ? places : places + 1);
    const unit = this.power(scale - places);
    let low = first * unit;
    let high = (first + size) * unit - 1n;
    const lowest = this.#lowest(scale);
    if (lowest > low) low = lowest;
    if (max !== undefined) {
      const highest = this.#highest(scale);
      if (highest < high) high = highest;
    }
    let multiple = step ? step.numerator * this.power(scale - step.scale) : 1n;
    if (digits < scale) {
      const grid = this.power(scale - digits);
      multiple = (multiple / gcd(multiple, grid)) * grid;
    }
    return ((low + multiple - 1n) / multiple) * multiple <= high;
  }

  #lowest(scale: number): bigint {
    return this.set.min.scaled(scale) + (this.set.minStrict ? 1n : 0n);
  }

  #highest(scale: number): bigint {
    return this.set.max!.scaled(scale) - (this.set.maxStrict ? 1n : 0n);
  }
}
