import { expect, test } from "vitest";
import { scoreFields } from "./score.js";

test.each([
  ["A b.", " a  B", 1, 1],
  ["a", "b", 0, 1],
  ["10115", 10115, 1, 1],
  [24.5, "24.50", 1, 1],
  [0, "", 0, 1],
  [0, null, 0, 1],
  [true, "true", 0, 1],
  [null, null, 1, 1],
  [{ a: 1, b: { c: "x", d: false } }, { a: 1, b: { c: "x" }, e: 5 }, 2, 3],
  [{ a: 1 }, [1], 0, 1],
  [{ toString: 1 }, {}, 0, 1],
  [["a", "b", "c"], ["a", "c"], 2, 3],
  [["a", "b"], ["x", "a", "b"], 2, 3],
  [["a", "b"], ["b", "a"], 1, 2],
  [["a", "b"], "a", 0, 2],
  [[], [], 1, 1],
  [[], ["a", "b"], 0, 2],
  [["a"], [], 0, 1],
  [
    [
      { n: "x", q: 1 },
      { n: "y", q: 2 },
    ],
    [{ n: "y", q: 2 }],
    2,
    4,
  ],
])("%j against %j", (expected, actual, right, fields) => {
  expect(scoreFields(expected, actual)).toEqual({ right, fields });
});

test("a list is aligned as trying all alignments does", () => {
  const items = ["a", "b", "c"];
  const lists = [[], ...items.map((a) => [a]), ...items.flatMap((a) => items.map((b) => [a, b]))].flatMap(
    (list) => items.map((last) => [...list, last]),
  );
  for (const expected of lists)
    for (const actual of lists)
      expect(scoreFields(expected, actual).right).toBe(commonLength(expected, actual));
});

/** The longest common subsequence, by trying all of them. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  let longest = 0;
  for (let subset = 0; subset < 2 ** a.length; subset++) {
    const part = a.filter((_, i) => (subset >> i) & 1);
    let at = 0;
    for (const item of b) if (item === part[at]) at++;
    if (at === part.length) longest = Math.max(longest, part.length);
  }
  return longest;
}
