import type { TokenBytes } from "./token-bytes.js";

/** So many ids leave room for four bytes beside them in the 53 bits of a number's integers. */
const MAX_BESIDE_FOUR = 1 << 21;

/**
 * The ids of all tokens that have bytes, in the order of their bytes; equal ones in the order of their ids. Numbers made
 * of the first bytes and the id are sorted without a comparison function, which takes most of the time otherwise; then
 * runs that begin alike.
 */
export function sortTokens(tokens: TokenBytes): Int32Array {
  const { bytes, offsets } = tokens;
  const size = offsets.length - 1;
  const prefix = size <= MAX_BESIDE_FOUR ? 4 : 3;
  const scale = prefix === 4 ? MAX_BESIDE_FOUR : 1 << 24;
  const keys = new Float64Array(size);
  let count = 0;
  for (let id = 0; id < size; id++) {
    const start = offsets[id]!;
    const end = offsets[id + 1]!;
    if (end === start) continue;
    let first = 0;
    for (let i = start; i < start + prefix; i++) first = first * 256 + (i < end ? bytes[i]! : 0);
    keys[count++] = first * scale + id;
  }
  const sorted = keys.subarray(0, count).sort();
  const ids = new Int32Array(count);
  for (let i = 0; i < count; i++) ids[i] = sorted[i]! % scale;
  for (let from = 0; from < count; ) {
    const first = Math.floor(sorted[from]! / scale);
    let to = from + 1;
    while (to < count && Math.floor(sorted[to]! / scale) === first) to++;
    if (to > from + 1) ids.subarray(from, to).sort((a, b) => compareTokens(tokens, a, b));
    from = to;
  }
  return ids;
}

/** Less than 0 where token `a` comes before token `b`: by their bytes, then by their ids. */
export function compareTokens({ bytes, offsets }: TokenBytes, a: number, b: number): number {
  let i = offsets[a]!;
  let j = offsets[b]!;
  const endA = offsets[a + 1]!;
  const endB = offsets[b + 1]!;
  while (i < endA && j < endB) {
    const difference = bytes[i++]! - bytes[j++]!;
    if (difference !== 0) return difference;
  }
  return endA - i - (endB - j) || a - b;
}
