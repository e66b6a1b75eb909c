/** Lists of texts in the order of their code points: comparing, searching and hashing them. */
import { Kind } from "./nodes.js";
import { mix } from "./pair-memo.js";

/** The index, from `from` on, of the first of sorted texts that is not before another one (galloping search). */
export function lowerBound(sorted: readonly Int32Array[], text: Int32Array, from = 0): number {
  let low = from;
  let stride = 1;
  while (low + stride < sorted.length && compareCodePoints(sorted[low + stride]!, text) < 0) {
    low += stride;
    stride *= 2;
  }
  for (let high = Math.min(low + stride, sorted.length); low < high; ) {
    const middle = (low + high) >> 1;
    if (compareCodePoints(sorted[middle]!, text) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function textHash(codePoints: Int32Array): number {
  let hash = codePoints.length;
  for (let i = 0; i < codePoints.length; i++) hash = mix(hash, codePoints[i]!);
  return hash;
}

/** How many code points two texts begin with alike. */
export function sharedLength(x: Int32Array, y: Int32Array): number {
  let length = 0;
  while (length < x.length && length < y.length && x[length] === y[length]) length++;
  return length;
}

/** Whether `count` texts of a list, from an index on, are those of another. */
export function sameTexts(
  x: readonly Int32Array[],
  fromX: number,
  y: readonly Int32Array[],
  fromY: number,
  count: number,
): boolean {
  for (let i = 0; i < count; i++) {
    const [text, other] = [x[fromX + i]!, y[fromY + i]!];
    if (text !== other && compareCodePoints(text, other) !== 0) return false;
  }
  return true;
}

export function suffixHashes(codePoints: Int32Array): Int32Array {
  const hashes = new Int32Array(codePoints.length);
  let hash = Kind.Literal;
  for (let i = codePoints.length - 1; i >= 0; i--) hashes[i] = hash = mix(hash, codePoints[i]!);
  return hashes;
}

/** A hash of what is left of texts behind `depth` code points. */
export function hashOfRests(texts: readonly Int32Array[], first: number, end: number, depth: number): number {
  let hash = end - first;
  for (let i = first; i < end; i++) {
    const text = texts[i]!;
    hash = mix(hash, text.length - depth);
    for (let k = depth; k < text.length; k++) hash = mix(hash, text[k]!);
  }
  return hash;
}

/** Which of two texts comes first in the order of code points: below 0, 0 or above 0. */
export function compareCodePoints(x: Int32Array, y: Int32Array): number {
  if (x === y) return 0;
  const length = Math.min(x.length, y.length);
  for (let i = 0; i < length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

/** Compares a text from an offset on with another one. */
export function compareRests(x: Int32Array, offset: number, y: Int32Array): number {
  const length = Math.min(x.length - offset, y.length);
  for (let i = 0; i < length; i++) if (x[offset + i] !== y[i]) return x[offset + i]! - y[i]!;
  return x.length - offset - y.length;
}

/** The end of the run of texts, from `first` on, that have this code point at this depth (galloping search). */
export function lastWith(
  list: readonly Int32Array[],
  first: number,
  end: number,
  depth: number,
  codePoint: number,
): number {
  let stride = 1;
  let low = first;
  while (low + stride < end && list[low + stride]![depth] === codePoint) {
    low += stride;
    stride *= 2;
  }
  let high = Math.min(end, low + stride);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle]![depth] === codePoint) low = middle;
    else high = middle;
  }
  return high;
}
