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
  const ids = [0, 3, 31, 32, 63, 95];
  const words = new Uint32Array(3);
  for (const id of ids) words[id >>> 5]! |= 1 << (id & 31);
  const drawn = ids.map((_, i) => drawToken(words, ids.length, () => (i + 0.5) / ids.length));
  expect(drawn).toEqual(ids);
  expect(() => drawToken(words, 7, () => 0.99)).toThrow(RangeError);
});
