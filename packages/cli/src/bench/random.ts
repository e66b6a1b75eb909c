import type { TokenMask } from "@grammask/core";

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

/** One of the tokens of a mask, each with the same probability. @param size of the vocabulary */
export function drawToken(mask: TokenMask, size: number, random: () => number): number {
  if (mask.ids !== undefined) return mask.ids[Math.floor(random() * mask.count)]!;
  // Many are allowed, so a few tries find one.
  for (;;) {
    const id = Math.floor(random() * size);
    if (mask.has(id)) return id;
  }
}
