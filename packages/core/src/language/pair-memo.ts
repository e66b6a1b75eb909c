/** So many pairs are searched one by one: most of the tables that each schema makes have no more. */
const MAX_SEARCHED = 8;
/** The first capacity of a table of more; then it is doubled. */
const INITIAL_CAPACITY = 32;
const NO_PAIRS: number[] = [];
const NO_SLOTS = new Int32Array(0);

/** A memo table from pairs of small non-negative integers to one: open addressing, no allocation but to grow. */
export class PairMemo {
  /** The pairs and what is stored for them, one behind the other, while they are few; then none. */
  #few: number[] = NO_PAIRS;
  #capacity = 0;
  #count = 0;
  #slots = NO_SLOTS;

  /** The number stored for the pair, or -1. */
  get(x: number, y: number): number {
    if (this.#capacity === 0) {
      const few = this.#few;
      for (let i = 0; i < few.length; i += 3) if (few[i] === x && few[i + 1] === y) return few[i + 2]!;
      return -1;
    }
    const slots = this.#slots;
    for (let i = this.#index(x, y); slots[i] !== -1; i = i + 3 === slots.length ? 0 : i + 3) {
      if (slots[i] === x && slots[i + 1] === y) return slots[i + 2]!;
    }
    return -1;
  }

  set(x: number, y: number, value: number): void {
    if (this.#capacity === 0) {
      if (this.#setFew(x, y, value)) return;
      this.#begin();
    }
    if (this.#count * 2 >= this.#capacity) this.#grow();
    const slots = this.#slots;
    let i = this.#index(x, y);
    while (slots[i] !== -1 && !(slots[i] === x && slots[i + 1] === y)) i = i + 3 === slots.length ? 0 : i + 3;
    if (slots[i] === -1) this.#count++;
    slots[i] = x;
    slots[i + 1] = y;
    slots[i + 2] = value;
  }

  /** False: there are too many pairs. */
  #setFew(x: number, y: number, value: number): boolean {
    if (this.#few === NO_PAIRS) this.#few = [];
    const few = this.#few;
    for (let i = 0; i < few.length; i += 3) {
      if (few[i] !== x || few[i + 1] !== y) continue;
      few[i + 2] = value;
      return true;
    }
    if (few.length >= 3 * MAX_SEARCHED) return false;
    few.push(x, y, value);
    return true;
  }

  #begin(): void {
    const few = this.#few;
    this.#few = NO_PAIRS;
    this.#capacity = INITIAL_CAPACITY;
    this.#slots = new Int32Array(this.#capacity * 3).fill(-1);
    for (let i = 0; i < few.length; i += 3) this.set(few[i]!, few[i + 1]!, few[i + 2]!);
  }

  #index(x: number, y: number): number {
    return ((mix(mix(17, x), y) >>> 0) & (this.#capacity - 1)) * 3;
  }

  #grow(): void {
    const old = this.#slots;
    this.#capacity *= 2;
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
