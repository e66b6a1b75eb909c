import { expect, test } from "vitest";
import { randomNumbers } from "../random.js";
import { bootstrap, meanOf, ratioOf } from "./bootstrap.js";

test("the interval of a mean is that of the normal distribution where there are many values", () => {
  const random = randomNumbers(3);
  const values = Array.from({ length: 400 }, () => random());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const half = (1.96 * deviation) / Math.sqrt(values.length);
  const { value, low, high } = bootstrap(values.length, meanOf(values));
  expect(value).toBeCloseTo(mean, 10);
  expect(low).toBeCloseTo(mean - half, 2);
  expect(high).toBeCloseTo(mean + half, 2);
});

test("a difference in pairs is certain where each pair has the same one", () => {
  const a = [0.1, 0.9, 0.4, 0.7];
  const difference = a.map((value, i) => value - [0, 0.8, 0.3, 0.6][i]!);
  const { value, low, high } = bootstrap(a.length, meanOf(difference));
  expect([value, low, high].map((each) => each.toFixed(6))).toEqual(["0.100000", "0.100000", "0.100000"]);
});

test("a ratio is one of sums", () => {
  expect(bootstrap(2, ratioOf([1, 3], [2, 2])).value).toBe(1);
  expect(bootstrap(1, ratioOf([4], [2]))).toEqual({ value: 2, low: 2, high: 2 });
});
