import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../test/walk.js";
import { bitsetAdd, bitsetHas, createBitset, TokenTrie } from "../vocabulary/index.js";
import { TokenCollector } from "./token-collector.js";
import { DenseTokens, LayeredMask } from "./token-mask.js";

/** Random masks and the sets that they should be. */
function* randomMasks(size: number, seed: number): Generator<[LayeredMask, Set<number>]> {
  const random = randomNumbers(seed);
  const draw = (share: number, from: (id: number) => boolean) =>
    Int32Array.from({ length: size }, (_, id) => id).filter((id) => from(id) && random() < share);
  for (const share of [0, 0.01, 0.5, 1]) {
    const words = createBitset(size);
    for (const id of draw(share, () => true)) bitsetAdd(words, id);
    const base = new DenseTokens(words);
    for (const change of [0, 0.02, 1]) {
      const added = draw(change, (id) => !bitsetHas(words, id));
      const removed = draw(change, (id) => bitsetHas(words, id));
      const gone = new Set(removed);
      const kept = Array.from({ length: size }, (_, id) => id).filter(
        (id) => bitsetHas(words, id) && !gone.has(id),
      );
      yield [new LayeredMask(size, base, added, removed), new Set([...kept, ...added])];
      yield [new LayeredMask(size, undefined, added), new Set(added)];
    }
  }
}

describe("LayeredMask", () => {
  it.each([1, 31, 32, 100, 3000])("says of %i tokens which are in it, in every form", (size) => {
    for (const [mask, expected] of randomMasks(size, size)) {
      const ascending = [...expected].sort((a, b) => a - b);
      expect(mask.count).toBe(expected.size);
      for (let id = -1; id <= size + 40; id++) expect(mask.has(id), `${id}`).toBe(expected.has(id));
      expect(mask.has(Number.NaN)).toBe(false);
      // Before and after the words have been written.
      for (const target of [new Int32Array(200), new Uint32Array(200)]) {
        target.fill(-1);
        mask.writeTo(target, 7);
        const words = Uint32Array.from(target.subarray(7, 7 + ((size + 31) >> 5)));
        expect(words).toEqual(mask.words);
        expect(target[6]! | 0).toBe(-1);
        expect(target[7 + words.length]! | 0).toBe(-1);
      }
      expect([...mask.list()]).toEqual(ascending);
      if (expected.size <= 512) expect([...(mask.ids as Int32Array)]).toEqual(ascending);
      else expect(mask.ids).toBeUndefined();
      for (let id = 0; id < size; id++) expect(bitsetHas(mask.words, id)).toBe(expected.has(id));
      const some = ascending.filter((_, i) => i % 3 === 1);
      const others = ascending.filter((_, i) => i % 3 !== 1);
      expect([...mask.without(Int32Array.from(some)).list()]).toEqual(others);
    }
  });
});

describe("TokenCollector", () => {
  it("gives what was added, ascending, once", () => {
    const random = randomNumbers(3);
    const size = 5000;
    const trie = new TokenTrie({ bytes: new Uint8Array(), offsets: new Uint32Array(size + 1) });
    const collector = new TokenCollector(size, trie);
    for (let round = 0; round < 50; round++) {
      const added = Array.from({ length: round * 7 }, () => Math.floor(random() * size));
      collector.addAll(added);
      if (round % 5 === 4) {
        collector.clear();
        expect([...collector.take()]).toEqual([]);
        continue;
      }
      expect([...collector.take()]).toEqual([...new Set(added)].sort((a, b) => a - b));
    }
  });
});
