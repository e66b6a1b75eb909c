/**
 * Restricted step functions: what the remaining bits of a partial code point lead to. A slice is a function from
 * 0 to size - 1 to automaton states, as segments, relative to its start: so the middle of a two-byte sequence and
 * another one are the same slice if they lead to the same places, whichever code points they stand for.
 */
import { DEAD } from "./byte-automaton.js";
import { doubled } from "./nodes.js";
import { mix } from "./pair-memo.js";

/** The number of an interned slice; 0 is the slice that leads nowhere. */
export type Slice = number;

export class SliceTable {
  readonly #starts: number[] = [];
  readonly #counts: number[] = [];
  readonly #byHash = new Map<number, Slice[]>();
  #bounds = new Int32Array(1024);
  #targets = new Int32Array(1024);
  #used = 0;

  constructor() {
    this.intern([0], [0]);
  }

  /** The slice of these segments: ascending bounds from 0 on and a target for each, neighbours with one target merged. */
  intern(bounds: readonly number[], targets: readonly number[]): Slice {
    let hash = bounds.length;
    for (let i = 0; i < bounds.length; i++) hash = mix(mix(hash, bounds[i]!), targets[i]!);
    let bucket = this.#byHash.get(hash);
    if (!bucket) this.#byHash.set(hash, (bucket = []));
    for (const slice of bucket) if (this.#equals(slice, bounds, targets)) return slice;
    const slice = this.#starts.length;
    this.#starts.push(this.#used);
    this.#counts.push(bounds.length);
    for (let i = 0; i < bounds.length; i++) {
      if (this.#used === this.#bounds.length) {
        this.#bounds = doubled(this.#bounds);
        this.#targets = doubled(this.#targets);
      }
      this.#bounds[this.#used] = bounds[i]!;
      this.#targets[this.#used++] = targets[i]!;
    }
    bucket.push(slice);
    return slice;
  }

  /** Where an offset leads. */
  at(slice: Slice, offset: number): number {
    return this.#targets[this.#segment(slice, offset)]!;
  }

  /** The one target of the offsets from `from` to `from + size - 1`, or -1 if they have several. */
  constantOn(slice: Slice, from: number, size: number): number {
    const segment = this.#segment(slice, from);
    const end = this.#starts[slice]! + this.#counts[slice]!;
    return segment + 1 === end || this.#bounds[segment + 1]! >= from + size ? this.#targets[segment]! : -1;
  }

  /** From `from` on, the first offset that may lead elsewhere; Infinity: there is none. */
  constantUntil(slice: Slice, from: number): number {
    const next = this.#segment(slice, from) + 1;
    return next === this.#starts[slice]! + this.#counts[slice]! ? Infinity : this.#bounds[next]!;
  }

  /** Where it leads but nowhere, each place once. */
  liveTargets(slice: Slice): number[] {
    const start = this.#starts[slice]!;
    const targets = this.#targets.subarray(start, start + this.#counts[slice]!);
    return [...new Set(targets)].filter((target) => target !== DEAD);
  }

  /** The slice of the offsets from `from` to `from + size - 1`. */
  part(slice: Slice, from: number, size: number): Slice {
    const builder = new SliceBuilder();
    this.forEach(slice, from, from + size, (start, _, target) => builder.add(start - from, target));
    return this.intern(builder.bounds, builder.targets);
  }

  /** Calls back with each segment (start, end, target) within `from` to `to - 1`. */
  forEach(
    slice: Slice,
    from: number,
    to: number,
    visit: (start: number, end: number, target: number) => void,
  ): void {
    const end = this.#starts[slice]! + this.#counts[slice]!;
    for (let i = this.#segment(slice, from); i < end && this.#bounds[i]! < to; i++) {
      const next = i + 1 < end ? Math.min(to, this.#bounds[i + 1]!) : to;
      visit(Math.max(from, this.#bounds[i]!), next, this.#targets[i]!);
    }
  }

  #segment(slice: Slice, offset: number): number {
    const start = this.#starts[slice]!;
    let low = start + 1;
    let high = start + this.#counts[slice]!;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#bounds[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #equals(slice: Slice, bounds: readonly number[], targets: readonly number[]): boolean {
    if (this.#counts[slice] !== bounds.length) return false;
    const start = this.#starts[slice]!;
    return bounds.every(
      (bound, i) => this.#bounds[start + i] === bound && this.#targets[start + i] === targets[i],
    );
  }
}

/** Collects the segments of a slice, ascending. */
export class SliceBuilder {
  readonly bounds: number[] = [];
  readonly targets: number[] = [];

  /** From here on; a segment that starts where the last one did replaces it. */
  add(bound: number, target: number): void {
    if (this.bounds.at(-1) === bound) {
      this.bounds.pop();
      this.targets.pop();
    }
    if (this.targets.at(-1) === target) return;
    this.bounds.push(bound);
    this.targets.push(target);
  }
}
