import { GrammarLimitError } from "../../language/index.js";

/** The number of a set of items; 0 is none. */
export type ItemSetId = number;

/** As the origin of an item: the set that it is in. */
export const SELF = 0;
/** Whoever waits for an output waits for no nonterminal. */
export const WHOLE = -1;

const SCAN = 4;
const WAIT = 3;

/**
 * Sets of items, hash-consed: equal sets have the same number, and a set refers to those in which its rules were begun by
 * their numbers. So stacks are shared as a graph and never copied.
 *
 * An item that reads is (dot, state of the terminal there, rule, origin), one that waits (dot, rule, origin): where the
 * nonterminal at its dot ends, it goes on. `rule` and `origin` say who goes on where the item ends: what waits for `rule`
 * in the set `origin`. For the rule's own items that is the set in which it was begun.
 */
export class ItemSets {
  private data = new Int32Array(4096);
  private used = 0;
  private starts = new Int32Array(1024);
  private scanCounts = new Int32Array(1024);
  private waitCounts = new Int32Array(1024);
  private accepts = new Uint8Array(1024);
  private slots = new Int32Array(2048);
  private count = 1;
  private readonly maxSets: number;

  constructor(maxSets: number) {
    this.maxSets = maxSets;
  }

  get size(): number {
    return this.count;
  }

  /** Whether the output may end here. */
  isAccepting(set: ItemSetId): boolean {
    return this.accepts[set] === 1;
  }

  scanCount(set: ItemSetId): number {
    return this.scanCounts[set] as number;
  }

  waitCount(set: ItemSetId): number {
    return this.waitCounts[set] as number;
  }

  scanDot(set: ItemSetId, i: number): number {
    return this.data[(this.starts[set] as number) + i * SCAN] as number;
  }

  scanState(set: ItemSetId, i: number): number {
    return this.data[(this.starts[set] as number) + i * SCAN + 1] as number;
  }

  scanRule(set: ItemSetId, i: number): number {
    return this.data[(this.starts[set] as number) + i * SCAN + 2] as number;
  }

  /** `SELF` is told as the set itself. */
  scanOrigin(set: ItemSetId, i: number): ItemSetId {
    const origin = this.data[(this.starts[set] as number) + i * SCAN + 3] as number;
    return origin === SELF ? set : origin;
  }

  waitDot(set: ItemSetId, i: number): number {
    return this.data[this.waitAt(set, i)] as number;
  }

  waitRule(set: ItemSetId, i: number): number {
    return this.data[this.waitAt(set, i) + 1] as number;
  }

  waitOrigin(set: ItemSetId, i: number): ItemSetId {
    const origin = this.data[this.waitAt(set, i) + 2] as number;
    return origin === SELF ? set : origin;
  }

  private waitAt(set: ItemSetId, i: number): number {
    return (this.starts[set] as number) + (this.scanCounts[set] as number) * SCAN + i * WAIT;
  }

  /** The number of a set, given by its items: sorted in place, without duplicates. */
  intern(scans: ItemList, waits: ItemList, accepts: boolean): ItemSetId {
    scans.sort();
    waits.sort();
    if (this.used + scans.length * SCAN + waits.length * WAIT > this.data.length) this.growData(scans, waits);
    const mask = this.slots.length - 1;
    let slot = (scans.hash(17) ^ waits.hash(accepts ? 29 : 31)) & mask;
    for (;;) {
      const known = this.slots[slot] as number;
      if (known === 0) break;
      if (this.equals(known, scans, waits, accepts)) return known;
      slot = (slot + 1) & mask;
    }
    if (this.count >= this.maxSets) throw new GrammarLimitError("maxPositions", this.maxSets);
    const set = this.count++;
    if (set >= this.starts.length) this.growSets();
    this.starts[set] = this.used;
    this.scanCounts[set] = scans.length;
    this.waitCounts[set] = waits.length;
    this.accepts[set] = accepts ? 1 : 0;
    this.used = waits.copyTo(this.data, scans.copyTo(this.data, this.used));
    this.slots[slot] = set;
    if (set * 2 > this.slots.length) this.growSlots();
    return set;
  }

  private equals(set: ItemSetId, scans: ItemList, waits: ItemList, accepts: boolean): boolean {
    if (this.scanCounts[set] !== scans.length || this.waitCounts[set] !== waits.length) return false;
    if ((this.accepts[set] === 1) !== accepts) return false;
    const start = this.starts[set] as number;
    return scans.equals(this.data, start) && waits.equals(this.data, start + scans.length * SCAN);
  }

  private growData(scans: ItemList, waits: ItemList): void {
    const needed = this.used + scans.length * SCAN + waits.length * WAIT;
    const data = new Int32Array(Math.max(needed, this.data.length * 2));
    data.set(this.data);
    this.data = data;
  }

  private growSets(): void {
    this.starts = grown(this.starts);
    this.scanCounts = grown(this.scanCounts);
    this.waitCounts = grown(this.waitCounts);
    const accepts = new Uint8Array(this.accepts.length * 2);
    accepts.set(this.accepts);
    this.accepts = accepts;
  }

  private growSlots(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    const mask = this.slots.length - 1;
    const scans = new ItemList(SCAN);
    const waits = new ItemList(WAIT);
    for (let set = 1; set < this.count; set++) {
      const start = this.starts[set] as number;
      scans.view(this.data, start, this.scanCounts[set] as number);
      waits.view(this.data, start + scans.length * SCAN, this.waitCounts[set] as number);
      let slot = (scans.hash(17) ^ waits.hash(this.accepts[set] === 1 ? 29 : 31)) & mask;
      while ((this.slots[slot] as number) !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = set;
    }
  }
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const result = new Int32Array(array.length * 2);
  result.set(array);
  return result;
}

/** A list of items of so many numbers each, reused while a set is built. */
export class ItemList {
  length = 0;
  private values: Int32Array;
  private readonly width: number;

  constructor(width: typeof SCAN | typeof WAIT) {
    this.width = width;
    this.values = new Int32Array(64 * width);
  }

  clear(): void {
    this.length = 0;
  }

  push(a: number, b: number, c: number, d = 0): void {
    const { width } = this;
    const at = this.length * width;
    if (at + width > this.values.length) this.values = grown(this.values);
    const { values } = this;
    values[at] = a;
    values[at + 1] = b;
    values[at + 2] = c;
    if (width === SCAN) values[at + 3] = d;
    this.length++;
  }

  view(data: Int32Array, start: number, length: number): void {
    this.length = length;
    this.values = data.slice(start, start + length * this.width);
  }

  /** Orders the items by insertion: lists are short, and mostly in order. */
  sort(): void {
    const { width, values } = this;
    for (let i = 1; i < this.length; i++) {
      for (let k = i * width; k > 0 && this.isBefore(k, k - width); k -= width) {
        for (let j = k; j < k + width; j++) {
          const value = values[j] as number;
          values[j] = values[j - width] as number;
          values[j - width] = value;
        }
      }
    }
  }

  private isBefore(x: number, y: number): boolean {
    const { values, width } = this;
    for (let j = 0; j < width; j++) {
      const difference = (values[x + j] as number) - (values[y + j] as number);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  hash(seed: number): number {
    let hash = seed;
    const end = this.length * this.width;
    for (let i = 0; i < end; i++) {
      hash = Math.imul(hash ^ (this.values[i] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  equals(data: Int32Array, start: number): boolean {
    const end = this.length * this.width;
    for (let i = 0; i < end; i++) if (data[start + i] !== this.values[i]) return false;
    return true;
  }

  /** Returns where the copy ends. */
  copyTo(data: Int32Array, start: number): number {
    const end = this.length * this.width;
    for (let i = 0; i < end; i++) data[start + i] = this.values[i] as number;
    return start + end;
  }
}
