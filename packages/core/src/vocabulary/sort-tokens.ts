import type { TokenBytes } from "./token-bytes.js";

/** The ids of all tokens that have bytes, in the order of their bytes; equal ones in the order of their ids. */
export function sortTokens({ bytes, offsets }: TokenBytes): Int32Array {
  const size = offsets.length - 1;
  const ids = new Int32Array(size);
  let count = 0;
  for (let id = 0; id < size; id++) if (offsets[id + 1]! > offsets[id]!) ids[count++] = id;
  return ids.subarray(0, count).sort((a, b) => {
    let i = offsets[a]!;
    let j = offsets[b]!;
    const endA = offsets[a + 1]!;
    const endB = offsets[b + 1]!;
    while (i < endA && j < endB) {
      const difference = bytes[i++]! - bytes[j++]!;
      if (difference !== 0) return difference;
    }
    return endA - i - (endB - j) || a - b;
  });
}
