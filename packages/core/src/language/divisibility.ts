/**
 * Conditions on divisibility: boolean combinations of "is a multiple of s" for decimal steps s.
 *
 * A condition is kept as an integer combination of indicator functions, 1 where a number is a multiple of a step and else
 * 0: "x and y" is the product, in which [s]·[t] = [lcm(s, t)], and "not x" is 1 - x. The indicators of different steps
 * are linearly independent, so equal conditions have equal terms; and how many numbers of a block meet one is a sum of
 * quotients (inclusion and exclusion), which needs no search.
 */
import { LanguageLimitError, type LanguageLimits } from "./limits.js";

/** numerator / 10^scale, in lowest decimal terms. */
export interface Step {
  readonly numerator: bigint;
  readonly scale: number;
}

/** The step numerator / 10^scale in lowest decimal terms. */
export function reducedStep(numerator: bigint, scale: number): Step {
  while (scale > 0 && numerator % 10n === 0n) {
    numerator /= 10n;
    scale--;
  }
  return { numerator, scale };
}

/** The smallest number that is a multiple of both. */
function commonStep(x: Step, y: Step): Step {
  const scale = Math.max(x.scale, y.scale);
  const a = x.numerator * powerOfTen(scale - x.scale);
  const b = y.numerator * powerOfTen(scale - y.scale);
  return reducedStep((a / gcd(a, b)) * b, scale);
}

export function gcd(x: bigint, y: bigint): bigint {
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const powers: bigint[] = [1n];

export function powerOfTen(exponent: number): bigint {
  for (let i = powers.length; i <= exponent; i++) powers.push(powers[i - 1]! * 10n);
  return powers[exponent]!;
}

interface Term {
  readonly step: Step;
  readonly coefficient: bigint;
}

/** The terms on a grid of numbers: there a multiple of a step is a multiple of an integer. */
interface Grid {
  readonly moduli: readonly bigint[];
}

export class Divisibility {
  static readonly none = new Divisibility(0n, []);
  static readonly all = new Divisibility(1n, []);

  /** Equal for equal conditions only. */
  readonly key: string;
  /** Digits after the point of the finest step. */
  readonly scale: number;
  readonly #grids = new Map<number, Grid>();

  private constructor(
    /** 1 if numbers that are multiples of no step meet the condition, else 0. */
    private readonly generic: bigint,
    readonly terms: readonly Term[],
  ) {
    this.key = [generic, ...terms.map(({ step, coefficient }) => `${coefficient}*${stepKey(step)}`)].join();
    this.scale = terms.reduce((scale, { step }) => Math.max(scale, step.scale), 0);
  }

  static multipleOf(step: Step): Divisibility {
    return new Divisibility(0n, [{ step, coefficient: 1n }]);
  }

  /** Whether almost all decimals meet it: all but multiples of some steps. */
  get isDense(): boolean {
    return this.generic === 1n;
  }

  /** Whether it is met by all numbers or by none. */
  get isConstant(): boolean {
    return this.terms.length === 0;
  }

  /** Whether it is "a multiple of one step". */
  get isOneStep(): boolean {
    return this.generic === 0n && this.terms.length === 1;
  }

  not(): Divisibility {
    if (this === Divisibility.none) return Divisibility.all;
    if (this === Divisibility.all) return Divisibility.none;
    const terms = this.terms.map(({ step, coefficient }) => ({ step, coefficient: -coefficient }));
    return new Divisibility(1n - this.generic, terms);
  }

  /** @throws LanguageLimitError if the result has more than `maxDivisors` terms */
  and(other: Divisibility, limits: LanguageLimits): Divisibility {
    if (this === Divisibility.none || other === Divisibility.all || this.key === other.key) return this;
    if (other === Divisibility.none || this === Divisibility.all) return other;
    const sums = new Map<string, Term>();
    const add = (step: Step, coefficient: bigint) => {
      if (coefficient === 0n) return;
      const key = stepKey(step);
      sums.set(key, { step, coefficient: coefficient + (sums.get(key)?.coefficient ?? 0n) });
      if (sums.size > limits.maxDivisors) throw new LanguageLimitError("maxDivisors", limits.maxDivisors);
    };
    for (const { step, coefficient } of this.terms) add(step, coefficient * other.generic);
    for (const { step, coefficient } of other.terms) add(step, coefficient * this.generic);
    for (const x of this.terms) {
      for (const y of other.terms) add(commonStep(x.step, y.step), x.coefficient * y.coefficient);
    }
    const kept = [...sums].filter(([, { coefficient }]) => coefficient !== 0n);
    kept.sort(([x], [y]) => (x < y ? -1 : 1));
    const generic = this.generic * other.generic;
    if (kept.length === 0) return generic === 0n ? Divisibility.none : Divisibility.all;
    return new Divisibility(
      generic,
      kept.map(([, term]) => term),
    );
  }

  /** Throws as `and` does. */
  or(other: Divisibility, limits: LanguageLimits): Divisibility {
    if (this === Divisibility.none || this.key === other.key) return other;
    if (other === Divisibility.none) return this;
    return this.not().and(other.not(), limits).not();
  }

  /** Whether `value` / 10^`scale` meets the condition; the scale can be negative. */
  has(value: bigint, scale: number): boolean {
    if (this.isConstant) return this.isDense;
    const { moduli } = this.#at(scale);
    let sum = this.generic;
    for (let i = 0; i < moduli.length; i++) {
      if (value % moduli[i]! === 0n) sum += this.terms[i]!.coefficient;
    }
    return sum !== 0n;
  }

  /** Whether some number n / 10^`scale` with n from `low` to `high` meets it; the scale can be negative. */
  meets(low: bigint, high: bigint, scale: number): boolean {
    if (low > high || this === Divisibility.none) return false;
    if (this.isConstant) return true;
    const { moduli } = this.#at(scale);
    // Most conditions are "an integer", where numbers of this scale are integers.
    if (this.isOneStep) return moduli[0] === 1n || multiples(low, high, moduli[0]!) !== 0n;
    let count = this.generic * (high - low + 1n);
    for (let i = 0; i < moduli.length; i++)
      count += this.terms[i]!.coefficient * multiples(low, high, moduli[i]!);
    return count !== 0n;
  }

  /** An integer n such that numbers v / 10^scale and w / 10^scale with v = w modulo n go on alike. */
  periodAt(scale: number): bigint {
    let period = 1n;
    for (const { step } of this.terms) {
      const own = step.numerator * powerOfTen(Math.max(0, scale - step.scale));
      period = (period / gcd(period, own)) * own;
    }
    return period;
  }

  #at(scale: number): Grid {
    let grid = this.#grids.get(scale);
    if (grid === undefined) {
      grid = { moduli: this.terms.map(({ step }) => modulusAt(step, scale)) };
      this.#grids.set(scale, grid);
    }
    return grid;
  }
}

function stepKey(step: Step): string {
  return `${step.numerator}/${step.scale}`;
}

/** What an integer n must be a multiple of for n / 10^scale to be one of the step. */
function modulusAt(step: Step, scale: number): bigint {
  const tens = step.scale - scale;
  if (tens <= 0) return step.numerator * powerOfTen(-tens);
  // More factors of ten than the numerator can have are no different.
  return step.numerator / gcd(step.numerator, powerOfTen(Math.min(tens, bitLength(step.numerator))));
}

/** About the binary digits of a positive integer, never less. */
export function bitLength(value: bigint): number {
  return value.toString(16).length * 4;
}

/** How many numbers from `low` to `high` are multiples. */
function multiples(low: bigint, high: bigint, of: bigint): bigint {
  return floorDivide(high, of) - floorDivide(low - 1n, of);
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}
