import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { allowedTokens, randomNumbers } from "../test/walk.js";
import { compileJsonSchema, Matcher } from "./index.js";

const vocabulary = byteVocabulary();
const schema = {
  type: "object",
  properties: {
    a: { type: "array", items: { enum: [1, "x", true] }, uniqueItems: true },
    b: { type: "integer" },
  },
};

describe("masks of a draft tree", () => {
  it("are what clones that go each way say", () => {
    const grammar = compileJsonSchema(schema, { whitespace: "auto" });
    let allowedNodes = 0;
    let refusedNodes = 0;
    fc.assert(
      fc.property(fc.nat(), fc.nat(20), (seed, before) => {
        const random = randomNumbers(seed);
        const matcher = new Matcher(grammar, vocabulary);
        const pick = (from: readonly number[]) => from[Math.floor(random() * from.length)] as number;
        for (let i = 0; i < before && !matcher.isEnded; i++) matcher.accept(pick(allowedTokens(matcher)));
        const { length } = matcher;
        const text = matcher.bytes.slice();

        const tokens: number[] = [];
        const parents: number[] = [];
        const clones: (Matcher | undefined)[] = [];
        for (let node = 0; node < 12; node++) {
          const parent = Math.floor(random() * (node + 1)) - 1;
          const at = parent < 0 ? matcher : clones[parent];
          const id =
            at !== undefined && random() < 0.8 ? pick(allowedTokens(at)) : pick([97, 34, 123, 44, 49]);
          const clone = at?.clone();
          tokens.push(id);
          parents.push(parent);
          clones.push(clone?.accept(id) === true ? clone : undefined);
        }
        const masks = matcher.draftMasks(tokens, parents);
        for (const [node, clone] of clones.entries()) {
          if (clone === undefined) refusedNodes++;
          else allowedNodes++;
          const mask = masks[node];
          const ids =
            mask && Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => mask.has(id));
          expect(ids).toEqual(clone && allowedTokens(clone));
        }
        expect(matcher.length).toBe(length);
        expect(matcher.bytes).toEqual(text);
      }),
      { numRuns: 100 },
    );
    expect(Math.min(allowedNodes, refusedNodes)).toBeGreaterThan(100);
  });

  it("ask for trees in order", () => {
    const matcher = new Matcher(compileJsonSchema(schema), vocabulary);
    expect(matcher.draftMasks([], [])).toEqual([]);
    expect(() => matcher.draftMasks([1], [0])).toThrow(RangeError);
    expect(() => matcher.draftMasks([1, 2], [-1])).toThrow(RangeError);
    expect(() => matcher.draftMasks([1], [-2])).toThrow(RangeError);
  });
});
