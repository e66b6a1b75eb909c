/**
 * Sets of Unicode scalar values as sorted ranges, interned to small integers, so that equal sets have equal
 * numbers and the algebra on them is memoised by number.
 *
 * A set is stored as its boundaries: an even number of ascending code points, where membership flips. Surrogates
 * (U+D800 to U+DFFF) are members of no set and count as nothing: no boundary lies inside them, the boundary at
 * U+D800 is written as U+E000. So complements need no special case, and every range holds a scalar value.
 */
import { PairMemo } from "./pair-memo.js";

/** The number of an interned set. */
export type CodePointSet = number;

/** One more than the largest code point. */
export const CODE_POINT_END = 0x110000;
export const SURROGATES = 0xd800;
export const SURROGATES_END = 0xe000;

/** Whether a code point is a surrogate, which no text has. */
export function isSurrogate(codePoint: number): boolean {
  return codePoint >= SURROGATES && codePoint < SURROGATES_END;
}

/** An interning table of code point sets. Numbers of different tables must not be mixed. */
export class CodePointSets {
  /** The set without members. */
  readonly none: CodePointSet = 0;
  /** Every Unicode scalar value. */
  readonly all: CodePointSet = 1;
  readonly #boundaries: Int32Array[] = [];
  readonly #byHash = new Map<number, CodePointSet[]>();
  readonly #unions = new PairMemo();
  readonly #intersections = new PairMemo();

  constructor() {
    this.#intern([]);
    this.#intern([0, CODE_POINT_END]);
  }

  /** The set of one code point (empty for a surrogate). */
  single(codePoint: number): CodePointSet {
    return this.range(codePoint, codePoint);
  }

  /** The set of the code points from `first` to `last`, both included. */
  range(first: number, last: number): CodePointSet {
    return this.ofRanges([first, last]);
  }

  /**
   * The union of ranges.
   * @param ranges pairs (first, last), both included, 0 to 0x10FFFF, in any order, overlaps allowed.
   */
  ofRanges(ranges: ArrayLike<number>): CodePointSet {
    const pairs: [number, number][] = [];
    for (let i = 0; i + 1 < ranges.length; i += 2) {
      const from = outsideSurrogates(Math.max(0, ranges[i]!));
      const to = outsideSurrogates(Math.min(CODE_POINT_END, ranges[i + 1]! + 1));
      if (from < to) pairs.push([from, to]);
    }
    pairs.sort((x, y) => x[0] - y[0]);
    const boundaries: number[] = [];
    for (const [from, to] of pairs) {
      const end = boundaries.length - 1;
      if (end > 0 && from <= boundaries[end]!) boundaries[end] = Math.max(boundaries[end]!, to);
      else boundaries.push(from, to);
    }
    return this.#intern(boundaries);
  }

  /** Whether the code point is a member. */
  has(set: CodePointSet, codePoint: number): boolean {
    if (isSurrogate(codePoint)) return false;
    const boundaries = this.#boundaries[set]!;
    let low = 0;
    let high = boundaries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (boundaries[middle]! <= codePoint) low = middle + 1;
      else high = middle;
    }
    return (low & 1) === 1;
  }

  /** Where membership flips, ascending: first member, first non-member after it, and so on. Read-only. */
  boundaries(set: CodePointSet): Int32Array {
    return this.#boundaries[set]!;
  }

  /** The members as pairs (first, last), both included, ascending, without surrogates. */
  ranges(set: CodePointSet): number[] {
    const boundaries = this.#boundaries[set]!;
    const ranges: number[] = [];
    for (let i = 0; i < boundaries.length; i += 2) {
      const from = boundaries[i]!;
      const to = boundaries[i + 1]!;
      if (from < SURROGATES && to >= SURROGATES_END) {
        ranges.push(from, SURROGATES - 1);
        if (to > SURROGATES_END) ranges.push(SURROGATES_END, to - 1);
      } else ranges.push(from, to - 1);
    }
    return ranges;
  }

  /** The members as texts, ascending; undefined if there are more than `atMost`. */
  characters(set: CodePointSet, atMost: number): string[] | undefined {
    if (this.size(set) > atMost) return undefined;
    const ranges = this.ranges(set);
    const members: string[] = [];
    for (let i = 0; i < ranges.length; i += 2) {
      for (let point = ranges[i]!; point <= ranges[i + 1]!; point++)
        members.push(String.fromCodePoint(point));
    }
    return members;
  }

  /** The number of members. */
  size(set: CodePointSet): number {
    const ranges = this.ranges(set);
    let size = 0;
    for (let i = 0; i < ranges.length; i += 2) size += ranges[i + 1]! - ranges[i]! + 1;
    return size;
  }

  union(x: CodePointSet, y: CodePointSet): CodePointSet {
    if (x === y || y === this.none) return x;
    if (x === this.none) return y;
    return this.#memoised(this.#unions, x, y, 1);
  }

  intersection(x: CodePointSet, y: CodePointSet): CodePointSet {
    if (x === y || y === this.all) return x;
    if (x === this.all) return y;
    return this.#memoised(this.#intersections, x, y, 2);
  }

  /** All scalar values that are not members. */
  complement(x: CodePointSet): CodePointSet {
    const boundaries = Array.from(this.#boundaries[x]!);
    if (boundaries[0] === 0) boundaries.shift();
    else boundaries.unshift(0);
    if (boundaries.at(-1) === CODE_POINT_END) boundaries.pop();
    else boundaries.push(CODE_POINT_END);
    return this.#intern(boundaries);
  }

  difference(x: CodePointSet, y: CodePointSet): CodePointSet {
    return this.intersection(x, this.complement(y));
  }

  #memoised(memo: PairMemo, x: CodePointSet, y: CodePointSet, needed: number): CodePointSet {
    const low = Math.min(x, y);
    const high = Math.max(x, y);
    const known = memo.get(low, high);
    if (known >= 0) return known;
    const result = this.#intern(sweep(this.#boundaries[x]!, this.#boundaries[y]!, needed));
    memo.set(low, high, result);
    return result;
  }

  #intern(boundaries: number[]): CodePointSet {
    let hash = boundaries.length;
    for (const boundary of boundaries) hash = (Math.imul(hash, 31) + boundary) | 0;
    const bucket = this.#byHash.get(hash) ?? [];
    for (const candidate of bucket) {
      const other = this.#boundaries[candidate]!;
      if (other.length === boundaries.length && other.every((value, i) => value === boundaries[i]))
        return candidate;
    }
    const set = this.#boundaries.length;
    this.#boundaries.push(Int32Array.from(boundaries));
    bucket.push(set);
    this.#byHash.set(hash, bucket);
    return set;
  }
}

function outsideSurrogates(boundary: number): number {
  return isSurrogate(boundary) ? SURROGATES_END : boundary;
}

/** The boundaries of the code points that at least `needed` (1 or 2) of two sets have. */
function sweep(x: Int32Array, y: Int32Array, needed: number): number[] {
  const result: number[] = [];
  let i = 0;
  let j = 0;
  let inside = false;
  while (i < x.length || j < y.length) {
    const next = Math.min(x[i] ?? CODE_POINT_END, y[j] ?? CODE_POINT_END);
    while (i < x.length && x[i] === next) i++;
    while (j < y.length && y[j] === next) j++;
    const now = (i & 1) + (j & 1) >= needed;
    if (now !== inside) result.push(next);
    inside = now;
  }
  return result;
}
