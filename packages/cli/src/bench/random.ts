/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One of the tokens of a mask, each with the same probability. */
export function drawToken(words: Uint32Array, count: number, random: () => number): number {
  let skip = Math.floor(random() * count);
  for (let w = 0; w < words.length; w++) {
    let bits = words[w]!;
    const size = bitCount(bits);
    if (skip >= size) {
      skip -= size;
      continue;
    }
    for (; skip > 0; skip--) bits &= bits - 1;
    return 32 * w + (31 - Math.clz32(bits & -bits));
  }
  throw new RangeError(`The mask has fewer than ${count} tokens`);
}

/** Hamming weight by halves, as in Hacker's Delight, 5-1. */
function bitCount(bits: number): number {
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  bits = (bits + (bits >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bits, 0x01010101) >>> 24;
}
