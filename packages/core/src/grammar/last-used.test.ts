import { expect, it } from "vitest";
import { LastUsed } from "./last-used.js";

it("keeps the values that were used last, and makes the others again", () => {
  const made: string[] = [];
  const values = new LastUsed<string>(2);
  const get = (key: string) =>
    values.get(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  expect(["a", "b", "a", "c", "a", "b"].map(get)).toEqual(["A", "B", "A", "C", "A", "B"]);
  // "c" took the place of "b", which was used before "a" was again.
  expect(made).toEqual(["a", "b", "c", "b"]);
});

it("keeps nothing where a value cannot be made", () => {
  const values = new LastUsed<number>(1);
  const fail = () => {
    throw new Error("no");
  };
  expect(() => values.get("a", fail)).toThrow("no");
  expect(values.get("a", () => 1)).toBe(1);
});
