import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ModelFileError } from "./errors.js";
import { expandWeights } from "./expand-weights.js";
import { freeMemory } from "./free-memory.js";

const ROWS = 3;
const COLUMNS = 128;
const BLOCKS = (ROWS * COLUMNS) / 32;

/** float16 bits and what they stand for. */
const HALVES: readonly (readonly [bits: number, value: number])[] = [
  [0x2c00, 1 / 16],
  [0xb800, -0.5],
  [0x3555, 0.333251953125],
  [0xb266, -0.199951171875],
  [0x0000, 0],
  [0x3c00, 1],
];

describe("expandWeights", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "grammask-expand-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const half = (i: number) => HALVES[i % HALVES.length]!;
  const q = (i: number) => (i * 7 + (i >> 4) * 3) % 16;
  /** The scale of each block is followed by zeros from the fifth block on: those of the second row's end hold nothing. */
  const scale = (block: number) => (block === 6 || block === 7 ? HALVES[4]! : half(block));
  const minimum = (block: number) => (block === 6 || block === 7 ? HALVES[4]! : half(block + 1));

  /** Writes the files, with the weights from an odd offset on. */
  async function write(
    change: (matrix: Record<string, unknown>) => void = () => {},
    length = 424,
  ): Promise<string> {
    const source = Buffer.alloc(5 + (ROWS * COLUMNS) / 2);
    for (let i = 0; i < ROWS * COLUMNS; i++) {
      source[5 + (i >> 1)]! |= q(i) << (i % 2 === 0 ? 0 : 4);
    }
    const halves = Buffer.alloc(BLOCKS * 4);
    for (let block = 0; block < BLOCKS; block++) {
      halves.writeUInt16LE(scale(block)[0], block * 2);
      halves.writeUInt16LE(minimum(block)[0], (BLOCKS + block) * 2);
    }
    await writeFile(join(folder, "a.data"), source);
    await writeFile(join(folder, "b.data"), halves);
    const matrix: Record<string, unknown> = {
      rows: ROWS,
      columns: COLUMNS,
      block: 64,
      weight: { file: "a.data", offset: 5 },
      scale: { file: "b.data", offset: 0 },
      minimum: { file: "b.data", offset: BLOCKS * 2 },
      bytes: 8,
      byteScale: 400,
    };
    change(matrix);
    const path = join(folder, "made.json");
    await writeFile(path, JSON.stringify({ file: "made.data", length, matrices: [matrix] }));
    return path;
  }

  it("rounds the numbers of each block to steps of its largest, and gives all files", async () => {
    const files = await expandWeights(await write());
    expect(files.map(({ path }) => path).sort()).toEqual(["a.data", "b.data", "made.data"]);
    const { data } = files.find(({ path }) => path === "made.data")!;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let largestError = 0;
    for (let i = 0; i < ROWS * COLUMNS; i++) {
      const number = (block: number, value: number) => scale(block)[1] * value + minimum(block)[1];
      const blocks = [(i >> 6) * 2, (i >> 6) * 2 + 1];
      const ends = blocks.flatMap((block) => [number(block, 0), number(block, 15)]);
      const step = Math.max(...ends.map(Math.abs)) / 127;
      const made = view.getFloat32(400 + (i >> 6) * 4, true) * (data[8 + i]! - 128);
      const error = Math.abs(made - number(i >> 5, q(i)));
      if (step === 0) expect(made).toBe(0);
      else largestError = Math.max(largestError, error / step);
    }
    expect(largestError).toBeLessThan(0.5001);
    expect(largestError).toBeGreaterThan(0.4);
  });

  it("turns the matrix behind a norm, its channels multiplied with their factors, and divides the norm by these", async () => {
    const exponents = Array.from({ length: COLUMNS }, (_, k) => 96 + ((k * 11) % 64));
    const factor = (k: number) => 2 ** ((exponents[k]! - 128) / 8);
    const norm = Float32Array.from({ length: COLUMNS }, (_, k) => 0.1 + k / 7);
    await writeFile(join(folder, "norm.data"), Buffer.concat([Buffer.alloc(3), Buffer.from(norm.buffer)]));
    const turned = {
      inputs: Buffer.from(exponents).toString("base64"),
      norm: { file: "norm.data", offset: 3 },
      scaledNorm: 412,
    };
    const files = await expandWeights(
      await write((matrix) => Object.assign(matrix, { block: undefined, turned }), 412 + COLUMNS * 4),
    );
    expect(files.map(({ path }) => path).sort()).toEqual(["a.data", "b.data", "made.data", "norm.data"]);
    const { data } = files.find(({ path }) => path === "made.data")!;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let largestError = 0;
    for (let row = 0; row < ROWS; row++) {
      const numbers = Array.from({ length: COLUMNS }, (_, k) => {
        const i = row * COLUMNS + k;
        return (scale(i >> 5)[1] * q(i) + minimum(i >> 5)[1]) * factor(k);
      });
      const step = view.getFloat32(400 + row * 4, true);
      expect(step).toBeCloseTo(Math.max(...numbers.map(Math.abs)) / 127, 6);
      for (const [k, number] of numbers.entries()) {
        const made = step * view.getInt8(8 + k * ROWS + row);
        largestError = Math.max(largestError, Math.abs(made - number) / step);
      }
    }
    expect(largestError).toBeLessThan(0.5001);
    expect(largestError).toBeGreaterThan(0.4);
    for (let k = 0; k < COLUMNS; k++) {
      expect(view.getFloat32(412 + k * 4, true) * factor(k)).toBeCloseTo(norm[k]!, 5);
    }
  });

  const turnedWith = (change: object) => ({
    block: undefined,
    turned: {
      inputs: Buffer.alloc(COLUMNS, 128).toString("base64"),
      norm: { file: "b.data", offset: 0 },
      scaledNorm: 400,
      ...change,
    },
  });

  it.each([
    [
      "has a norm behind a file",
      turnedWith({ norm: { file: "a.data", offset: 0 } }),
      /matrix 0 does not lie/,
    ],
    ["has too few factors", turnedWith({ inputs: "gICA" }), /matrix 0 does not lie/],
    ["has no place for its norm", turnedWith({ scaledNorm: -1 }), /does not say how weights are made/],
    ["has neither blocks nor factors", { block: undefined }, /does not say how weights are made/],
    ["ends behind a file", { weight: { file: "a.data", offset: 6 } }, /matrix 0 does not lie within/],
    ["ends behind the result", { byteScale: 404 }, /matrix 0 does not lie within/],
    ["is not aligned", { bytes: 6 }, /matrix 0 does not lie within/],
    ["lies elsewhere", { scale: { file: "../b.data", offset: 0 } }, /does not say how weights are made/],
    ["has blocks of another size", { block: 48 }, /does not say how weights are made/],
    ["has rows that are no blocks", { columns: 96 }, /does not say how weights are made/],
    ["has no size", { rows: -1 }, /does not say how weights are made/],
    ["has no file", { minimum: { file: "none.data", offset: 0 } }, /none\.data.*cannot be read/],
  ])("refuses a matrix that %s", async (_, change, message) => {
    const made = expandWeights(await write((matrix) => Object.assign(matrix, change)));
    await expect(made).rejects.toThrow(ModelFileError);
    await expect(made).rejects.toThrow(message);
  });

  it("makes what can be freed", async () => {
    const files = await expandWeights(await write());
    freeMemory(files.map(({ data }) => data));
    expect(files.map(({ data }) => data.byteLength)).toEqual([0, 0, 0]);
  });

  it("refuses a description that is missing", async () => {
    await expect(expandWeights(join(folder, "none.json"))).rejects.toThrow(ModelFileError);
  });
});
