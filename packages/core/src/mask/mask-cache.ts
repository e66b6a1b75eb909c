import { PairMemo } from "../language/index.js";

/** What an entry takes besides its value, in bytes. */
const ENTRY_BYTES = 48;

/**
 * Memory for what was computed for one vocabulary, by whichever grammar. When half of the budget has been filled since
 * the last change of generations, all caches change: what was not asked for in the generation before goes.
 */
export class MaskBudget {
  private readonly half: number;
  private used = 0;
  /** The caches that hold anything. */
  private readonly filled = new Set<MaskCache<unknown>>();

  /** @param maxBytes what the caches may hold together, in bytes; about. */
  constructor(maxBytes: number) {
    this.half = maxBytes / 2;
  }

  /** Counts bytes that a cache has come to hold. */
  charge(cache: MaskCache<unknown>, bytes: number): void {
    this.filled.add(cache);
    this.used += bytes;
    if (this.used <= this.half) return;
    this.used = 0;
    for (const each of this.filled) if (!each.age()) this.filled.delete(each);
  }

  /** Forgets everything. */
  clear(): void {
    this.used = 0;
    for (const cache of this.filled) cache.clear();
    this.filled.clear();
  }
}

/** A map from pairs of small non-negative integers whose entries count against a budget and may go at any time. */
export class MaskCache<Value> {
  private readonly budget: MaskBudget;
  private recent = new Generation<Value>();
  private older = new Generation<Value>();

  constructor(budget: MaskBudget) {
    this.budget = budget;
  }

  get(x: number, y: number): Value | undefined {
    const index = this.recent.keys.get(x, y);
    if (index >= 0) return this.recent.values[index];
    const old = this.older.keys.get(x, y);
    if (old < 0) return undefined;
    const value = this.older.values[old] as Value;
    this.set(x, y, value, this.older.bytes[old] as number);
    return value;
  }

  /** @param bytes what the value takes. */
  set(x: number, y: number, value: Value, bytes: number): void {
    this.recent.add(x, y, value, bytes);
    this.budget.charge(this, bytes + ENTRY_BYTES);
  }

  /** Lets go of what was not used since the last call; whether anything is left. */
  age(): boolean {
    this.older = this.recent;
    this.recent = new Generation();
    return this.older.values.length > 0;
  }

  clear(): void {
    this.recent = new Generation();
    this.older = new Generation();
  }
}

class Generation<Value> {
  readonly keys = new PairMemo();
  readonly values: Value[] = [];
  readonly bytes: number[] = [];

  add(x: number, y: number, value: Value, bytes: number): void {
    this.keys.set(x, y, this.values.push(value) - 1);
    this.bytes.push(bytes);
  }
}
