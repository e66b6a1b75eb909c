/**
 * Sets of small integers as bits of a `Uint32Array`: bit `id % 32` (from the lowest) of word `floor(id / 32)`. For
 * token ids this is the layout of XGrammar's and llguidance's masks.
 */

/** The words that a set of integers below `size` needs. */
export function bitsetWords(size: number): number {
  return (size + 31) >>> 5;
}

/** An empty set for integers from 0 to `size - 1`. */
export function createBitset(size: number): Uint32Array {
  return new Uint32Array(bitsetWords(size));
}

export function bitsetHas(words: Uint32Array, id: number): boolean {
  return (words[id >>> 5]! & (1 << (id & 31))) !== 0;
}

export function bitsetAdd(words: Uint32Array, id: number): void {
  words[id >>> 5]! |= 1 << (id & 31);
}

export function bitsetDelete(words: Uint32Array, id: number): void {
  words[id >>> 5]! &= ~(1 << (id & 31));
}

/** How many integers the set holds. */
export function bitsetCount(words: Uint32Array): number {
  let count = 0;
  for (let w = 0; w < words.length; w++) {
    // Hamming weight by halves, as in Hacker's Delight, 5-1.
    let bits = words[w]!;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** Writes the set's integers in increasing order to `out`, which must be long enough; returns how many there are. */
export function bitsetIds(words: Uint32Array, out: Int32Array): number {
  let count = 0;
  for (let w = 0; w < words.length; w++) {
    let bits = words[w]!;
    while (bits !== 0) {
      const lowest = bits & -bits;
      out[count++] = (w << 5) + (31 - Math.clz32(lowest));
      bits ^= lowest;
    }
  }
  return count;
}
