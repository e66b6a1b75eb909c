/**
 * Sets of decimal numbers, closed under union, intersection and complement, in exact arithmetic: a line that points cut
 * into pieces, with a condition on divisibility for each piece. Bounds, steps, integers, finite sets and all that can be
 * said with them by `not` or `oneOf` have this form.
 */
import type { Decimal } from "./decimal.js";
import { Divisibility, powerOfTen, type Step } from "./divisibility.js";
import type { LanguageLimits } from "./limits.js";

/** What two sets are combined by: the truths at a point, and the conditions on a piece. */
interface Operation {
  readonly truth: (x: boolean, y: boolean) => boolean;
  readonly condition: (x: Divisibility, y: Divisibility, limits: LanguageLimits) => Divisibility;
}

const AND: Operation = { truth: (x, y) => x && y, condition: (x, y, limits) => x.and(y, limits) };
const OR: Operation = { truth: (x, y) => x || y, condition: (x, y, limits) => x.or(y, limits) };

export class NumberSet {
  #key: string | undefined;
  #isFinite: boolean | undefined;

  private constructor(
    /** The points are integers when multiplied by 10^scale. */
    readonly scale: number,
    /** Where the pieces end, × 10^scale, ascending. */
    readonly points: readonly bigint[],
    /** Whether each point is a member. */
    private readonly isMember: readonly boolean[],
    /**
     * The condition on each piece, one more than there are points; a piece in which nothing meets its condition has
     * `none`, and no point is without need: so among any three neighbours there is a member.
     */
    readonly pieces: readonly Divisibility[],
  ) {}

  static multiplesOf(step: Step): NumberSet {
    return new NumberSet(0, [], [], [Divisibility.multipleOf(step)]);
  }

  static from(bound: Decimal, isStrict: boolean): NumberSet {
    const scale = digitsAfterPoint(bound);
    return new NumberSet(scale, [bound.scaled(scale)], [!isStrict], [Divisibility.none, Divisibility.all]);
  }

  static upTo(bound: Decimal, isStrict: boolean): NumberSet {
    const scale = digitsAfterPoint(bound);
    return new NumberSet(scale, [bound.scaled(scale)], [!isStrict], [Divisibility.all, Divisibility.none]);
  }

  /** The set of these numbers; 100,000 of them cost a sort. */
  static of(values: readonly Decimal[]): NumberSet {
    const scale = values.reduce((most, value) => Math.max(most, digitsAfterPoint(value)), 0);
    const scaled = values.map((value) => value.scaled(scale)).sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
    const points = scaled.filter((value, i) => i === 0 || value !== scaled[i - 1]);
    return NumberSet.#finite(scale, points);
  }

  /** The set of these safe integers. */
  static ofIntegers(values: readonly number[]): NumberSet {
    // Sorting of typed arrays calls no comparison.
    const sorted = Float64Array.from(values).sort();
    const points: bigint[] = [];
    for (let i = 0; i < sorted.length; i++)
      if (i === 0 || sorted[i] !== sorted[i - 1]) points.push(BigInt(sorted[i]!));
    return NumberSet.#finite(0, points);
  }

  static #finite(scale: number, points: readonly bigint[]): NumberSet {
    const isMember = new Array<boolean>(points.length).fill(true);
    const pieces = new Array<Divisibility>(points.length + 1).fill(Divisibility.none);
    const set = new NumberSet(scale, points, isMember, pieces);
    set.#isFinite = true;
    return set;
  }

  /** Different for different forms; equal sets have one form in most cases. */
  get key(): string {
    this.#key ??= this.#computeKey();
    return this.#key;
  }

  #computeKey(): string {
    let key = `${this.scale}`;
    for (let i = 0; i < this.points.length; i++)
      key += ` ${this.pieces[i]!.key}${this.isMember[i] ? "|" : ":"}${this.points[i]}`;
    return `${key} ${this.pieces.at(-1)!.key}`;
  }

  /** Whether its members are its points, and no others; without need for other points, all of these are. */
  get isFinite(): boolean {
    this.#isFinite ??=
      this.pieces.every((piece) => piece === Divisibility.none) && !this.isMember.includes(false);
    return this.#isFinite;
  }

  get isEmpty(): boolean {
    return this.points.length === 0 && this.pieces[0] === Divisibility.none;
  }

  /** A scale at which every piece that has a member has one, and every point lies. */
  get resolution(): number {
    if (this.isFinite) return this.scale + 1;
    return this.pieces.reduce((scale, piece) => Math.max(scale, piece.scale), this.scale) + 1;
  }

  complement(): NumberSet {
    return new NumberSet(
      this.scale,
      this.points,
      this.isMember.map((truth) => !truth),
      this.pieces.map((piece) => piece.not()),
    ).#normalised();
  }

  /** @throws LanguageLimitError if a condition would have more than `maxDivisors` terms */
  intersection(other: NumberSet, limits: LanguageLimits): NumberSet {
    return this.#combined(other, AND, limits);
  }

  /** Throws as `intersection` does. */
  union(other: NumberSet, limits: LanguageLimits): NumberSet {
    return this.#combined(other, OR, limits);
  }

  /** The integers of the set. Throws as `intersection` does. */
  integers(limits: LanguageLimits): NumberSet {
    return this.isFinite && this.scale === 0 ? this : this.intersection(INTEGERS, limits);
  }

  /** The set of the numbers -x: as far as they are not negative, and perhaps more. */
  mirrored(): NumberSet {
    if (this.isFinite) {
      const points: bigint[] = [];
      for (let i = this.indexOf(1n, this.scale) - 1; i >= 0; i--) points.push(-this.points[i]!);
      return NumberSet.#finite(this.scale, points);
    }
    return new NumberSet(
      this.scale,
      this.points.map((point) => -point).reverse(),
      [...this.isMember].reverse(),
      [...this.pieces].reverse(),
    );
  }

  /** Without the points that the condition (on a point × 10^scale) is false of. */
  withPoints(condition: (point: bigint) => boolean): NumberSet {
    const kept = this.isMember.map((truth, i) => truth && condition(this.points[i]!));
    if (kept.every((truth, i) => truth === this.isMember[i])) return this;
    return new NumberSet(this.scale, this.points, kept, this.pieces).#normalised();
  }

  /** The index of the first point that is at least `value` / 10^`grid`; the number of points if there is none. */
  indexOf(value: bigint, grid: number): number {
    const shift = this.scale - grid;
    const target = shift >= 0 ? value * powerOfTen(shift) : ceilingDivide(value, powerOfTen(-shift));
    let low = 0;
    let high = this.points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.points[middle]! < target) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether `value` / 10^`grid` is a member; the grid can be negative. */
  has(value: bigint, grid: number): boolean {
    const i = this.indexOf(value, grid);
    if (i < this.points.length && this.#onGrid(i, grid) === value) return this.isMember[i]!;
    return this.pieces[i]!.has(value, grid);
  }

  /**
   * Whether some n / 10^`grid` with n from `low` to `high`, which are not negative, is a member. At the resolution or a
   * finer grid it looks at three pieces at most; at a coarser one at more, and after `atMost` pieces answers yes.
   */
  meets(low: bigint, high: bigint, grid: number, atMost = Number.POSITIVE_INFINITY): boolean {
    let from = low;
    for (let i = this.indexOf(low, grid), seen = 0; from <= high; i++, seen++) {
      if (seen === atMost) return true;
      if (i === this.points.length) return this.pieces[i]!.meets(from, high, grid);
      const floor = this.#floor(i, grid);
      const exact = this.#onGrid(i, grid);
      const before = exact === undefined ? floor : floor - 1n;
      if (this.pieces[i]!.meets(from, before < high ? before : high, grid)) return true;
      if (exact !== undefined && exact <= high && this.isMember[i]) return true;
      from = floor + 1n;
    }
    return false;
  }

  /** Whether a number that is not negative is a member. */
  get hasNonNegative(): boolean {
    if (this.pieces.at(-1) !== Divisibility.none) return true;
    const last = this.points.at(-1);
    if (last === undefined || last < 0n) return false;
    if (this.isFinite) return true;
    const { resolution } = this;
    return this.meets(0n, last * powerOfTen(resolution - this.scale), resolution);
  }

  /** Whether there are infinitely many members. */
  get isEndless(): boolean {
    const last = this.pieces.length - 1;
    return this.pieces.some(
      (piece, i) => piece !== Divisibility.none && (piece.isDense || i === 0 || i === last),
    );
  }

  /** No member is below `low` or above `high`, as doubles: rounding keeps the order of numbers. */
  get bounds(): { readonly low: number; readonly high: number } {
    const { points, pieces, scale } = this;
    const at = (point: bigint | undefined) => (point === undefined ? 0 : Number(decimalText(point, scale)));
    return {
      low: pieces[0] === Divisibility.none ? at(points[0]) : Number.NEGATIVE_INFINITY,
      high: pieces.at(-1) === Divisibility.none ? at(points.at(-1)) : Number.POSITIVE_INFINITY,
    };
  }

  /** Up to `atMost` members as JSON texts; all, if there are no more. */
  members(atMost: number): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.pieces.length && found.length < atMost; i++) {
      found.push(...this.#membersOfPiece(i, atMost - found.length));
      if (this.isMember[i] && found.length < atMost) found.push(decimalText(this.points[i]!, this.scale));
    }
    return found;
  }

  *#membersOfPiece(index: number, atMost: number): Generator<string> {
    const piece = this.pieces[index]!;
    if (piece === Divisibility.none) return;
    const before = this.points[index - 1];
    const after = this.points[index];
    // Where almost all numbers are members, there are enough with some more digits.
    const grid = piece.isDense ? this.resolution + String(atMost).length : Math.max(this.scale, piece.scale);
    const unit = powerOfTen(grid - this.scale);
    const enough = piece.periodAt(grid) * BigInt(atMost);
    let low = before === undefined ? (after ?? 0n) * unit - enough : before * unit + 1n;
    const high = after === undefined ? low + enough : after * unit - 1n;
    for (let count = 0; count < atMost && piece.meets(low, high, grid); count++) {
      let last = high;
      // The first member is the last number of the shortest block from `low` on that has one.
      for (let first = low; first < last; ) {
        const middle = first + (last - first) / 2n;
        if (piece.meets(low, middle, grid)) last = middle;
        else first = middle + 1n;
      }
      yield decimalText(last, grid);
      low = last + 1n;
    }
  }

  /** The largest integer n with n / 10^grid at most the point, which is not negative. */
  #floor(index: number, grid: number): bigint {
    const shift = grid - this.scale;
    const point = this.points[index]!;
    return shift >= 0 ? point * powerOfTen(shift) : point / powerOfTen(-shift);
  }

  /** The point × 10^grid, if that is an integer. */
  #onGrid(index: number, grid: number): bigint | undefined {
    const shift = grid - this.scale;
    const point = this.points[index]!;
    if (shift >= 0) return point * powerOfTen(shift);
    return point % powerOfTen(-shift) === 0n ? point / powerOfTen(-shift) : undefined;
  }

  #combined(other: NumberSet, { truth, condition }: Operation, limits: LanguageLimits): NumberSet {
    const scale = Math.max(this.scale, other.scale);
    const [x, y] = [this.#atScale(scale), other.#atScale(scale)];
    const points: bigint[] = [];
    const isMember: boolean[] = [];
    const pieces = [condition(x.pieces[0]!, y.pieces[0]!, limits)];
    for (let i = 0, j = 0; i < x.points.length || j < y.points.length; ) {
      const isX = j === y.points.length || (i < x.points.length && x.points[i]! <= y.points[j]!);
      const isY = i === x.points.length || (j < y.points.length && y.points[j]! <= x.points[i]!);
      const point = isX ? x.points[i]! : y.points[j]!;
      const inX = isX ? x.isMember[i]! : x.pieces[i]!.has(point, scale);
      const inY = isY ? y.isMember[j]! : y.pieces[j]!.has(point, scale);
      if (isX) i++;
      if (isY) j++;
      points.push(point);
      isMember.push(truth(inX, inY));
      pieces.push(condition(x.pieces[i]!, y.pieces[j]!, limits));
    }
    return new NumberSet(scale, points, isMember, pieces).#normalised();
  }

  #atScale(scale: number): NumberSet {
    if (scale === this.scale) return this;
    const unit = powerOfTen(scale - this.scale);
    return new NumberSet(
      scale,
      this.points.map((point) => point * unit),
      this.isMember,
      this.pieces,
    );
  }

  #normalised(): NumberSet {
    const { scale } = this;
    const points: bigint[] = [];
    const isMember: boolean[] = [];
    const pieces = [this.pieces[0]!];
    for (let i = 0; i < this.points.length; i++) {
      const point = this.points[i]!;
      const next = this.points[i + 1];
      const after =
        next === undefined ? this.pieces[i + 1]! : this.#occupied(this.pieces[i + 1]!, point, next);
      const before = pieces.at(-1)!;
      if (before.key === after.key && before.has(point, scale) === this.isMember[i]) continue;
      points.push(point);
      isMember.push(this.isMember[i]!);
      pieces.push(after);
    }
    let excess = 0;
    while (excess < scale && points.every((point) => point % powerOfTen(excess + 1) === 0n)) excess++;
    const unit = powerOfTen(excess);
    return new NumberSet(
      scale - excess,
      excess === 0 ? points : points.map((point) => point / unit),
      isMember,
      pieces,
    );
  }

  /** A condition on the numbers between two points, or `none` if no number there meets it. */
  #occupied(piece: Divisibility, from: bigint, to: bigint): Divisibility {
    if (piece.isDense) return piece;
    const grid = Math.max(this.scale, piece.scale);
    const unit = powerOfTen(grid - this.scale);
    return piece.meets(from * unit + 1n, to * unit - 1n, grid) ? piece : Divisibility.none;
  }
}

export const NO_NUMBERS = NumberSet.of([]);
export const ALL_NUMBERS = NO_NUMBERS.complement();
export const INTEGERS = NumberSet.multiplesOf({ numerator: 1n, scale: 0 });

/** value / 10^scale in fixed notation. */
function decimalText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const split = digits.length - scale;
  const fraction = digits.slice(split).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, split)}${fraction === "" ? "" : `.${fraction}`}`;
}

function digitsAfterPoint(value: Decimal): number {
  return value.sign === 0 ? 0 : Math.max(0, Number(-value.exponent));
}

function ceilingDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value > 0n && quotient * by !== value ? quotient + 1n : quotient;
}
