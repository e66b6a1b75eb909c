/** A memo table from lists of small non-negative integers to one; it starts afresh when it has grown large. */
import { mix } from "./pair-memo.js";

/** Numbers kept before the table is dropped: 4 MB. */
const MAX_STORED = 1 << 20;

export class ListMemo {
  /** Each entry: result, length, the list. */
  #stored = new Int32Array(1024);
  #used = 1;
  /** Offsets of entries by hash; 0: free. */
  #slots = new Int32Array(256);
  #count = 0;

  /** The number stored for the list, or -1. */
  get(list: readonly number[]): number {
    const entry = this.#slots[this.#slot(list)]!;
    return entry === 0 ? -1 : this.#stored[entry]!;
  }

  /** The number stored for the list, computed first where there is none. */
  remember(list: readonly number[], compute: (list: readonly number[]) => number): number {
    const known = this.get(list);
    if (known >= 0) return known;
    const value = compute(list);
    // Computing can have stored the same list.
    if (this.get(list) < 0) this.set(list, value);
    return value;
  }

  /** Stores a number for a list that `get` did not find. */
  set(list: readonly number[], value: number): void {
    if (this.#used + list.length + 2 > MAX_STORED) this.#clear();
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    while (this.#used + list.length + 2 > this.#stored.length) {
      const stored = new Int32Array(this.#stored.length * 2);
      stored.set(this.#stored);
      this.#stored = stored;
    }
    const entry = this.#used;
    this.#slots[this.#slot(list)] = entry;
    this.#stored[entry] = value;
    this.#stored[entry + 1] = list.length;
    for (let i = 0; i < list.length; i++) this.#stored[entry + 2 + i] = list[i]!;
    this.#used += list.length + 2;
    this.#count++;
  }

  /** The slot of a list, or the free one where it would be. */
  #slot(list: readonly number[]): number {
    const mask = this.#slots.length - 1;
    let hash = list.length;
    for (let i = 0; i < list.length; i++) hash = mix(hash, list[i]!);
    let slot = hash & mask;
    while (this.#slots[slot] !== 0 && !this.#holds(this.#slots[slot]!, list)) slot = (slot + 1) & mask;
    return slot;
  }

  #holds(entry: number, list: readonly number[]): boolean {
    if (this.#stored[entry + 1] !== list.length) return false;
    for (let i = 0; i < list.length; i++) if (this.#stored[entry + 2 + i] !== list[i]) return false;
    return true;
  }

  #grow(): void {
    const used = this.#used;
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let entry = 1; entry < used; entry += this.#stored[entry + 1]! + 2) {
      const list: number[] = [];
      for (let i = 0; i < this.#stored[entry + 1]!; i++) list.push(this.#stored[entry + 2 + i]!);
      this.#slots[this.#slot(list)] = entry;
    }
  }

  #clear(): void {
    this.#slots = new Int32Array(256);
    this.#stored = new Int32Array(1024);
    this.#used = 1;
    this.#count = 0;
  }
}
