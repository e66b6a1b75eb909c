/** Of tables without pairs, which most of a grammar's are. */
const NO_SLOTS = new Int32Array(3).fill(-1);
/**
 * Most grammars have few pairs in some of their tables, and each schema makes some of these. So small an array is within
 * V8's heap, and costs no memory outside it.
 */
const INITIAL_CAPACITY = 4;
/** The next capacity; then it is doubled. */
const SECOND_CAPACITY = 32;

/** A memo table from pairs of small non-negative integers to one: open addressing, no allocation but to grow. */
export class PairMemo {
  #capacity = 1;
  #count = 0;
  #slots = NO_SLOTS;

  /** The number stored for the pair, or -1. */
  get(x: number, y: number): number {
    const slots = this.#slots;
    for (let i = this.#index(x, y); slots[i] !== -1; i = i + 3 === slots.length ? 0 : i + 3) {
      if (slots[i] === x && slots[i + 1] === y) return slots[i + 2]!;
    }
    return -1;
  }

  set(x: number, y: number, value: number): void {
    if (this.#count * 2 + 1 >= this.#capacity) this.#grow();
    const slots = this.#slots;
    let i = this.#index(x, y);
    while (slots[i] !== -1 && !(slots[i] === x && slots[i + 1] === y)) i = i + 3 === slots.length ? 0 : i + 3;
    if (slots[i] === -1) this.#count++;
    slots[i] = x;
    slots[i + 1] = y;
    slots[i + 2] = value;
  }

  #index(x: number, y: number): number {
    return ((mix(mix(17, x), y) >>> 0) & (this.#capacity - 1)) * 3;
  }

  #grow(): void {
    const old = this.#slots;
    this.#capacity = this.#capacity === 1 ? INITIAL_CAPACITY : Math.max(this.#capacity * 2, SECOND_CAPACITY);
    const slots = new Int32Array(this.#capacity * 3).fill(-1);
    this.#slots = slots;
    for (let i = 0; i < old.length; i += 3) {
      const x = old[i]!;
      if (x === -1) continue;
      const y = old[i + 1]!;
      // The pairs are distinct, so each goes to the first free slot.
      let j = this.#index(x, y);
      while (slots[j] !== -1) j = j + 3 === slots.length ? 0 : j + 3;
      slots[j] = x;
      slots[j + 1] = y;
      slots[j + 2] = old[i + 2]!;
    }
  }
}

/** One step of an integer hash: adds a 32-bit value to a hash (multiply and xor-shift, after MurmurHash3's finaliser). */
export function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value, 0x9e3779b1);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
