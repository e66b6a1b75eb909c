import { PairMemo } from "../language/index.js";

/** What an entry takes besides its value, in bytes: its keys in a table that is half empty, and its place in two lists. */
const ENTRY_BYTES = 64;
/** What a cache takes for a generation, in bytes. */
const CACHE_BYTES = 800;
/** What a typed array takes besides its numbers, in bytes: V8's objects for it and its buffer, and for memory outside its heap. */
const ARRAY_BYTES = 224;

/** What a typed array takes, in bytes. None is made for no numbers. */
export function arrayBytes({ byteLength }: Int32Array): number {
  return byteLength === 0 ? 0 : ARRAY_BYTES + byteLength;
}

/**
 * Memory for what was computed for one vocabulary, by whichever grammar. When half of the budget has been filled since
 * the last change of generations, all caches change: what was not asked for in the generation before goes.
 *
 * The budget does not hold the caches, so that those of a grammar go with it: a cache has its entries in a `WeakMap` by
 * generation, and those of a generation that the budget has forgotten go, whether or not anyone asks the cache again.
 */
export class MaskBudget {
  /** What stands for the entries that were used since the last change. */
  recent: MaskGeneration = {};
  /** The same for those that were used before it. */
  older: MaskGeneration = {};
  private readonly half: number;
  private used = 0;

  /** @param maxBytes what the caches may hold together, in bytes; about. */
  constructor(maxBytes: number) {
    this.half = maxBytes / 2;
  }

  /** Counts bytes that a cache has come to hold. */
  charge(bytes: number): void {
    this.used += bytes;
    if (this.used <= this.half) return;
    this.used = 0;
    this.older = this.recent;
    this.recent = {};
  }

  /** Forgets everything. */
  clear(): void {
    this.used = 0;
    this.recent = {};
    this.older = {};
  }
}

/** Nothing but itself: a key of weak maps. */
export type MaskGeneration = object;

/** Caches of one budget that are made and dropped together: they share a weak map, which costs more than a cache. */
export class MaskCaches {
  readonly generations = new WeakMap<MaskGeneration, (Generation<unknown> | undefined)[]>();
  private count = 0;

  constructor(readonly budget: MaskBudget) {}

  /** A number for another one of them. */
  next(): number {
    return this.count++;
  }
}

/** A map from pairs of small non-negative integers whose entries count against a budget and may go at any time. */
export class MaskCache<Value> {
  private readonly caches: MaskCaches;
  private readonly budget: MaskBudget;
  private readonly number: number;

  /** @param caches with which others it shares its weak map */
  constructor(budget: MaskBudget, caches = new MaskCaches(budget)) {
    this.caches = caches;
    this.budget = budget;
    this.number = caches.next();
  }

  private generation(key: MaskGeneration): Generation<Value> | undefined {
    return this.caches.generations.get(key)?.[this.number] as Generation<Value> | undefined;
  }

  get(x: number, y: number): Value | undefined {
    const { budget } = this;
    const recent = this.generation(budget.recent);
    if (recent !== undefined) {
      const index = recent.keys.get(x, y);
      if (index >= 0) return recent.values[index];
    }
    const older = this.generation(budget.older);
    if (older === undefined) return undefined;
    const index = older.keys.get(x, y);
    if (index < 0) return undefined;
    const value = older.values[index] as Value;
    this.set(x, y, value, older.bytes[index] as number);
    return value;
  }

  /** @param bytes what the value takes. */
  set(x: number, y: number, value: Value, bytes: number): void {
    const { budget } = this;
    const recent = this.generation(budget.recent) ?? this.begin();
    recent.add(x, y, value, bytes);
    budget.charge(bytes + ENTRY_BYTES);
  }

  private begin(): Generation<Value> {
    const { budget, number } = this;
    const { generations } = this.caches;
    let all = generations.get(budget.recent);
    if (all === undefined) {
      all = [];
      generations.set(budget.recent, all);
    }
    const generation = new Generation<Value>();
    while (all.length <= number) all.push(undefined);
    all[number] = generation;
    budget.charge(CACHE_BYTES);
    return generation;
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
