import { compileJsonSchema, Matcher, Vocabulary } from "@grammask/core";
import { expect, test } from "vitest";
import { drawToken, randomNumbers } from "./random.js";

test("a seed gives the same numbers", () => {
  const [one, same, other] = [1, 1, 2].map((seed) => {
    const random = randomNumbers(seed);
    return Array.from({ length: 5 }, random);
  });
  expect(one).toEqual(same);
  expect(one).not.toEqual(other);
});

test("every token of a mask is drawn, and no other", () => {
  // 800 letters that a text can have and 800 that are no UTF-8, alternating.
  const tokens = Array.from({ length: 1600 }, (_, id) =>
    id % 2 === 0 ? new TextEncoder().encode(String.fromCodePoint(0x400 + id)) : Uint8Array.of(0xff, id & 255),
  );
  const vocabulary = Vocabulary.fromBytes([...tokens, new TextEncoder().encode('"')], { eosTokenIds: [] });
  const matcher = new Matcher(compileJsonSchema({ type: "string" }), vocabulary);
  const random = randomNumbers(1);
  const quote = 1600;
  expect(drawToken(matcher.mask(), vocabulary.size, random)).toBe(quote);
  matcher.accept(quote);
  const mask = matcher.mask();
  expect(mask).toMatchObject({ count: 801, ids: undefined });
  const drawn = new Set(Array.from({ length: 20_000 }, () => drawToken(mask, vocabulary.size, random)));
  const even = Array.from({ length: 801 }, (_, i) => 2 * i);
  expect([...drawn].sort((a, b) => a - b)).toEqual(even);
});
