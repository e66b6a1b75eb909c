import type { TokenMask } from "@grammask/core";

/** At most `count` tokens of a mask, the likeliest first; of equals the lowest id first. None whose logit is -Infinity or no number. */
export function likeliest(logits: Float32Array, mask: TokenMask, count: number): Int32Array {
  const ids = new Int32Array(count + 1);
  const values = new Float32Array(count + 1);
  let size = 0;
  const consider = (id: number) => {
    const value = logits[id]!;
    if (!(value > (size === count ? values[size - 1]! : Number.NEGATIVE_INFINITY))) return;
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[middle]! >= value) low = middle + 1;
      else high = middle;
    }
    ids.copyWithin(low + 1, low, size);
    values.copyWithin(low + 1, low, size);
    ids[low] = id;
    values[low] = value;
    size = Math.min(size + 1, count);
  };
  if (mask.ids !== undefined) {
    for (const id of mask.ids) consider(id);
  } else {
    forEachBit(mask.words, consider);
  }
  return ids.slice(0, size);
}

/** The set bits, ascending: bit `i % 32` of word `floor(i / 32)`. */
export function forEachBit(words: Uint32Array, visit: (index: number) => void): void {
  for (let w = 0; w < words.length; w++) {
    let word = words[w]!;
    while (word !== 0) {
      visit((w << 5) + 31 - Math.clz32(word & -word));
      word &= word - 1;
    }
  }
}
