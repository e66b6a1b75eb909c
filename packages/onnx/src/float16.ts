/** All 65,536 float16 values as numbers, made on first use: a table is faster than arithmetic, and Node 20 has neither. */
let table: Float32Array | undefined;

/**
 * Writes the numbers that float16 bits stand for.
 *
 * @param target at least as long as `source`; returned
 */
export function halfToFloat(source: Uint16Array, target: Float32Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => decode(bits));
  const values = table;
  for (let i = 0; i < source.length; i++) {
    target[i] = values[source[i]!]!;
  }
  return target;
}

function decode(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
