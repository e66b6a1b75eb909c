import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bitsetAdd,
  bitsetCount,
  bitsetDelete,
  bitsetHas,
  bitsetIds,
  bitsetWords,
  createBitset,
} from "./bitset.js";

describe("bitsets", () => {
  it("need one word for 32 integers", () => {
    expect([0, 1, 32, 33, 128_256].map(bitsetWords)).toEqual([0, 1, 1, 2, 4008]);
  });

  it("put id 33 at bit 1 of word 1", () => {
    const words = createBitset(64);
    bitsetAdd(words, 33);
    bitsetAdd(words, 31);
    expect([...words]).toEqual([0x80000000, 2]);
  });

  it("behave as sets", () => {
    const size = 100;
    const id = fc.nat(size - 1);
    fc.assert(
      fc.property(fc.array(id), fc.array(id), (added, deleted) => {
        const words = createBitset(size);
        const model = new Set<number>();
        for (const i of added) {
          bitsetAdd(words, i);
          model.add(i);
        }
        for (const i of deleted) {
          bitsetDelete(words, i);
          model.delete(i);
        }
        for (let i = 0; i < size; i++) expect(bitsetHas(words, i)).toBe(model.has(i));
        expect(bitsetCount(words)).toBe(model.size);
        const ids = new Int32Array(size);
        expect([...ids.subarray(0, bitsetIds(words, ids))]).toEqual([...model].sort((a, b) => a - b));
      }),
    );
  });
});
