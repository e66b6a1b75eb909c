/**
 * Weights of one scale a column, for products of bytes: see `expand_columns` in the bundled model's `build/expanded_products.py`, which
 * this follows number by number.
 */

/** Numbers of a 4-bit matrix that share a scale and a minimum. */
const BLOCK = 32;
/** The largest number of a column is so many steps from zero. */
const STEPS = 127;
/** Powers of the eighth root of 2, as float32: all readers have the same. */
const ROOTS = Float64Array.from({ length: 8 }, (_, i) => Math.fround(2 ** (i / 8)));

/** What the weights of channels are multiplied with, by their exponents: 2 ** ((exponent - 128) / 8). */
export function channelFactors(exponents: Uint8Array): Float64Array {
  return Float64Array.from(exponents, (exponent) => ROOTS[exponent & 7]! * 2 ** ((exponent >> 3) - 16));
}

/** A matrix of rows of 4-bit numbers, `scale * q + minimum` for each block of 32. */
export interface NibbleMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Two numbers a byte, the low half first. */
  readonly weight: Uint8Array;
  readonly scale: Float32Array;
  readonly minimum: Float32Array;
}

/**
 * Turns a matrix: its rows become columns of bytes, which are multiples of the column's step.
 *
 * @param factors of its columns
 * @param expanded gets `[columns][rows]` signed bytes
 * @param steps gets `[rows]`
 */
export function expandColumns(
  { rows, columns, weight, scale, minimum }: NibbleMatrix,
  factors: Float64Array,
  expanded: Int8Array,
  steps: Float32Array,
): void {
  const numbers = new Float64Array(columns);
  let block = 0;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let first = 0; first < columns; first += BLOCK, block++) {
      const slope = scale[block]!;
      const start = minimum[block]!;
      for (let k = first; k < first + BLOCK; k += 2, at++) {
        const pair = weight[at]!;
        const low = (slope * (pair & 15) + start) * factors[k]!;
        const high = (slope * (pair >> 4) + start) * factors[k + 1]!;
        numbers[k] = low;
        numbers[k + 1] = high;
        largest = Math.max(largest, Math.abs(low), Math.abs(high));
      }
    }
    const step = largest === 0 ? 1 : Math.fround(largest / STEPS);
    steps[row] = step;
    for (let k = 0, to = row; k < columns; k++, to += rows) {
      expanded[to] = Math.floor(numbers[k]! / step + 0.5);
    }
  }
}
