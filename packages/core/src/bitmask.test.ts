import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { compileJsonSchema, fillBitmasks, Matcher } from "./index.js";

const vocabulary = byteVocabulary();
const words = Math.ceil(vocabulary.size / 32);
const grammar = compileJsonSchema({
  type: "object",
  properties: { a: { type: "string" }, b: { enum: [1, 12] } },
  required: ["a", "b"],
});

function after(text: string): Matcher {
  const matcher = new Matcher(grammar, vocabulary);
  expect(matcher.acceptBytes(new TextEncoder().encode(text))).toBe(true);
  return matcher;
}

const texts = ["", "{", '{"', '{"a":"x', '{"a":"x","b":1', '{"a":"x","b":1}'];

/** The bits, by trying every token. */
function bits(matcher: Matcher): number[] {
  const row = new Array<number>(words).fill(0);
  for (let id = 0; id < vocabulary.size; id++) {
    if (!matcher.accept(id)) continue;
    matcher.rollback(1);
    row[id >>> 5]! |= 1 << (id & 31);
  }
  return row.map((word) => word >>> 0);
}

describe("fillBitmask", () => {
  it.each(texts)("writes what trying every token says, and nothing else: %j", (text) => {
    const matcher = after(text);
    for (const target of [new Int32Array(words + 5), new Uint32Array(words + 5)]) {
      target.fill(-1);
      matcher.fillBitmask(target, 3);
      const unsigned = Array.from(target, (word) => word >>> 0);
      expect(unsigned).toEqual([
        ...Array<number>(3).fill(2 ** 32 - 1),
        ...bits(matcher),
        2 ** 32 - 1,
        2 ** 32 - 1,
      ]);
    }
  });

  it("refuses an array that is too short", () => {
    const matcher = after("{");
    expect(() => matcher.fillBitmask(new Uint32Array(words - 1))).toThrow(RangeError);
    expect(() => matcher.fillBitmask(new Uint32Array(words), 1)).toThrow(RangeError);
    expect(() => matcher.fillBitmask(new Uint32Array(words), -1)).toThrow(RangeError);
    expect(() => matcher.fillBitmask(new Uint32Array(words + 1), 0.5)).toThrow(RangeError);
  });
});

describe("fillBitmasks", () => {
  it("writes one row for each matcher", () => {
    const matchers = texts.map(after);
    const expected = matchers.map(bits);
    const dense = new Int32Array(words * matchers.length);
    fillBitmasks(matchers, dense);
    expect(Array.from(dense, (word) => word >>> 0)).toEqual(expected.flat());
    const stride = words + 2;
    const wide = new Uint32Array(stride * matchers.length);
    fillBitmasks(matchers, wide, stride);
    expect([...wide]).toEqual(expected.flatMap((row) => [...row, 0, 0]));
  });
});
