import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isObject } from "./config.js";
import { ModelFileError, reasonOf } from "./errors.js";
import { channelFactors, expandColumns } from "./expand-columns.js";
import { halfToFloat } from "./float16.js";
import { readJsonObject } from "./json-file.js";

/**
 * Weights of 8 bits for a packed graph, made of the 4-bit ones in the files of the graph beside it: the kernels for 8 bits are
 * faster where a step brings several tokens, and as files they would be larger than the model. A JSON file beside the packed
 * graph says which weights are made of which; the bundled model's `build/expanded_products.py` has the definition.
 */

/** A file of weights that is handed to ONNX Runtime in memory. */
export interface WeightFile {
  /** As the graph calls it. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** Numbers of a 4-bit matrix that share a scale and a minimum. */
const BLOCK = 32;
/** A byte of 128 is zero, and the largest number of a block is 127 steps from it. */
const STEPS = 127;
const ZERO = 128;

/** Where numbers begin in which file, in bytes. */
interface Place {
  readonly file: string;
  readonly offset: number;
}

/** A matrix of rows of 4-bit numbers, `scale * q + minimum` for each block of 32, and where its bytes go. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Numbers that share a scale in the result, a multiple of 32; or it is turned, with one scale for each of its rows. */
  readonly block?: number;
  readonly turned?: Turned;
  /** Two numbers a byte, the low half first. */
  readonly weight: Place;
  /** float16, one for each block of 32. */
  readonly scale: Place;
  readonly minimum: Place;
  /** Where in the result the bytes begin. */
  readonly bytes: number;
  /** Where in the result the float32 scales begin. */
  readonly byteScale: number;
}

/** What a matrix behind a norm takes besides, whose channels have factors. */
interface Turned {
  /** One byte a column of the source, see `channelFactors`; base64. */
  readonly inputs: string;
  /** The norm's float32 weight, one number a column. */
  readonly norm: Place;
  /** Where in the result it goes, divided by the factors. */
  readonly scaledNorm: number;
}

const PARTS = ["weight", "scale", "minimum"] as const;

interface Expansion {
  /** What the graph calls the file of the result, and how long it is. */
  readonly file: string;
  readonly length: number;
  readonly matrices: readonly Matrix[];
}

/**
 * Makes the weights that a packed graph takes.
 *
 * @param path of the JSON file
 * @returns all files that the graph refers to: the weights that were made and those that they were made of
 * @throws ModelFileError where one of the files is missing or broken
 */
export async function expandWeights(path: string): Promise<WeightFile[]> {
  const { file, length, matrices } = await readExpansion(path);
  const names = new Set(
    matrices.flatMap((matrix) => [
      ...PARTS.map((part) => matrix[part].file),
      ...(matrix.turned === undefined ? [] : [matrix.turned.norm.file]),
    ]),
  );
  const sources = new Map(
    await Promise.all(
      Array.from(names, async (name) => [name, await readWeights(join(dirname(path), name))] as const),
    ),
  );
  const target = new Uint8Array(length);
  for (const [i, matrix] of matrices.entries()) {
    if (!expandMatrix(matrix, sources, target)) {
      throw new ModelFileError(path, `matrix ${i} does not lie within the files`);
    }
  }
  return [{ path: file, data: target }, ...Array.from(sources, ([name, data]) => ({ path: name, data }))];
}

async function readWeights(path: string): Promise<Uint8Array> {
  try {
    // A plain array of bytes, whose `slice` copies.
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (thrown) {
    throw new ModelFileError(path, `cannot be read: ${reasonOf(thrown)}`, { cause: thrown });
  }
}

/** False where the matrix does not lie within the files. */
function expandMatrix(matrix: Matrix, sources: ReadonlyMap<string, Uint8Array>, target: Uint8Array): boolean {
  const { rows, columns, turned, block = columns, bytes, byteScale } = matrix;
  const numbers = rows * columns;
  const blocks = numbers / BLOCK;
  const part = ({ file, offset }: Place, length: number) =>
    sources.get(file)!.subarray(offset, offset + length);
  const weight = part(matrix.weight, numbers / 2);
  const scale = part(matrix.scale, blocks * 2);
  const minimum = part(matrix.minimum, blocks * 2);
  const expanded = target.subarray(bytes, bytes + numbers);
  const steps = target.subarray(byteScale, byteScale + (numbers / block) * 4);
  if (
    weight.length !== numbers / 2 ||
    scale.length !== blocks * 2 ||
    minimum.length !== blocks * 2 ||
    expanded.length !== numbers ||
    steps.length !== (numbers / block) * 4 ||
    (bytes | byteScale) % 4 !== 0
  ) {
    return false;
  }
  const stepOf = new Float32Array(steps.buffer, steps.byteOffset, numbers / block);
  if (turned === undefined) {
    const words8 = new Uint32Array(expanded.buffer, expanded.byteOffset, numbers / 4);
    expandBlocks(words(weight), floats(scale), floats(minimum), block / BLOCK, words8, stepOf);
    return true;
  }
  const norm = part(turned.norm, columns * 4);
  const scaled = target.subarray(turned.scaledNorm, turned.scaledNorm + columns * 4);
  const factors = channelFactors(Buffer.from(turned.inputs, "base64"));
  if (norm.length !== columns * 4 || scaled.length !== columns * 4 || factors.length !== columns) {
    return false;
  }
  expandColumns(
    { rows, columns, weight, scale: floats(scale), minimum: floats(minimum) },
    factors,
    new Int8Array(expanded.buffer, expanded.byteOffset, numbers),
    stepOf,
  );
  const normView = new DataView(norm.buffer, norm.byteOffset, norm.byteLength);
  const scaledView = new DataView(scaled.buffer, scaled.byteOffset, scaled.byteLength);
  for (const [k, factor] of factors.entries()) {
    scaledView.setFloat32(k * 4, normView.getFloat32(k * 4, true) / factor, true);
  }
  return true;
}

/**
 * Eight numbers at a time, as words (all platforms of ONNX Runtime have the low byte first).
 *
 * @param together how many blocks of the source share a scale in the result
 */
function expandBlocks(
  weight: Uint32Array,
  scale: Float32Array,
  minimum: Float32Array,
  together: number,
  expanded: Uint32Array,
  steps: Float32Array,
): void {
  /** By the 4-bit number. */
  const byteOf = new Int32Array(16);
  let at = 0;
  for (let first = 0; first < scale.length; first += together) {
    let largest = 0;
    for (let i = first; i < first + together; i++) {
      largest = Math.max(largest, Math.abs(minimum[i]!), Math.abs(scale[i]! * 15 + minimum[i]!));
    }
    const step = largest === 0 ? 1 : Math.fround(largest / STEPS);
    steps[first / together] = step;
    for (let i = first; i < first + together; i++) {
      const slope = scale[i]! / step;
      const start = minimum[i]! / step + (ZERO + 0.5);
      for (let q = 0; q < 16; q++) {
        byteOf[q] = slope * q + start;
      }
      for (const end = at + BLOCK / 8; at < end; at++) {
        const q = weight[at]!;
        expanded[2 * at] =
          byteOf[q & 15]! |
          (byteOf[(q >>> 4) & 15]! << 8) |
          (byteOf[(q >>> 8) & 15]! << 16) |
          (byteOf[(q >>> 12) & 15]! << 24);
        expanded[2 * at + 1] =
          byteOf[(q >>> 16) & 15]! |
          (byteOf[(q >>> 20) & 15]! << 8) |
          (byteOf[(q >>> 24) & 15]! << 16) |
          (byteOf[q >>> 28]! << 24);
      }
    }
  }
}

function words(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteOffset % 4 === 0
    ? new Uint32Array(buffer, byteOffset, byteLength / 4)
    : new Uint32Array(bytes.slice().buffer);
}

/** float16 of a file as numbers, wherever they begin in memory. */
function floats(bytes: Uint8Array): Float32Array {
  const bits = new Uint16Array(bytes.slice().buffer);
  return halfToFloat(bits, new Float32Array(bits.length));
}

async function readExpansion(path: string): Promise<Expansion> {
  const content = await readJsonObject(path);
  if (content === undefined) {
    throw new ModelFileError(path, "is missing");
  }
  const { file, length, matrices } = content;
  if (!isFileName(file) || !isSize(length) || !Array.isArray(matrices) || !matrices.every(isMatrix)) {
    throw new ModelFileError(
      path,
      "does not say how weights are made: file, length and matrices are expected",
    );
  }
  return { file, length, matrices };
}

function isMatrix(value: unknown): value is Matrix {
  if (!isObject(value)) {
    return false;
  }
  const { rows, columns, turned, block = columns } = value;
  return (
    isSize(rows) &&
    isSize(columns) &&
    isSize(block) &&
    block >= BLOCK &&
    block % BLOCK === 0 &&
    columns % block === 0 &&
    (turned === undefined ? value.block !== undefined : isTurned(turned)) &&
    isSize(value.bytes) &&
    isSize(value.byteScale) &&
    PARTS.every((part) => isPlace(value[part]))
  );
}

function isTurned(value: unknown): value is Turned {
  return (
    isObject(value) && typeof value.inputs === "string" && isPlace(value.norm) && isSize(value.scaledNorm)
  );
}

function isPlace(value: unknown): value is Place {
  return isObject(value) && isFileName(value.file) && isSize(value.offset);
}

/** A file beside the graph, none elsewhere. */
function isFileName(value: unknown): value is string {
  return typeof value === "string" && /^[\w.-]+$/.test(value) && !/^\.*$/.test(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
