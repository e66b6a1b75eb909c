import { mix } from "../language/index.js";

const INITIAL_WORDS = 256;
const INITIAL_SLOTS = 64;
/** The words before a key's own: hash, place, length, and the number of its value. */
const HEAD = 4;

/**
 * Values, such as masks, by lists of numbers. All keys are in one array: a key is mostly asked for when neither it nor its neighbours are in
 * the processor's caches, so that what counts is how many places of memory are looked at.
 */
export class KeyTable<Value> {
  /** Key behind key, from 1 on. */
  private words = new Int32Array(INITIAL_WORDS);
  private used = 1;
  /** Where keys begin, by hash; 0: free. */
  private slots = new Int32Array(INITIAL_SLOTS);
  private readonly values: Value[] = [];
  private readonly bytes: number[] = [];
  /** What the value takes that was found last, in bytes. */
  lastBytes = 0;

  static hash(place: number, words: Int32Array, start: number, end: number): number {
    let hash = mix(end - start, place);
    for (let i = start; i < end; i++) hash = mix(hash, words[i] as number);
    return hash;
  }

  /** The value of the key that is in `key` from `start` to `end - 1`. */
  find(hash: number, place: number, key: Int32Array, start: number, end: number): Value | undefined {
    const { words, slots } = this;
    const last = slots.length - 1;
    for (let slot = hash & last; slots[slot] !== 0; slot = (slot + 1) & last) {
      const at = slots[slot] as number;
      if (words[at] !== hash || words[at + 1] !== place || words[at + 2] !== end - start) continue;
      let i = start;
      while (i < end && words[at + HEAD + i - start] === key[i]) i++;
      if (i < end) continue;
      const number = words[at + 3] as number;
      this.lastBytes = this.bytes[number] as number;
      return this.values[number];
    }
    return undefined;
  }

  /** Adds a key that is not in the table. */
  add(
    hash: number,
    place: number,
    key: Int32Array,
    start: number,
    end: number,
    value: Value,
    bytes: number,
  ): void {
    const at = this.used;
    this.used += HEAD + end - start;
    if (this.used > this.words.length) this.growWords();
    const { words } = this;
    words[at] = hash;
    words[at + 1] = place;
    words[at + 2] = end - start;
    words[at + 3] = this.values.push(value) - 1;
    for (let i = start; i < end; i++) words[at + HEAD + i - start] = key[i] as number;
    this.bytes.push(bytes);
    if (this.values.length * 2 > this.slots.length) this.growSlots();
    else this.place(at);
  }

  private place(at: number): void {
    const { words, slots } = this;
    const last = slots.length - 1;
    let slot = (words[at] as number) & last;
    while (slots[slot] !== 0) slot = (slot + 1) & last;
    slots[slot] = at;
  }

  private growWords(): void {
    const words = new Int32Array(Math.max(2 * this.words.length, this.used));
    words.set(this.words);
    this.words = words;
  }

  private growSlots(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    for (let at = 1; at < this.used; at += HEAD + (this.words[at + 2] as number)) this.place(at);
  }
}
