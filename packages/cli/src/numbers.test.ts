import { expect, test } from "vitest";
import { decimalNumber, wholeNumber } from "./numbers.js";

test("whole numbers in a range", () => {
  const parse = wholeNumber({ min: 1, max: 10 });
  expect(parse("10")).toBe(10);
  expect(() => parse("0")).toThrow("at least 1");
  expect(() => parse("11")).toThrow("at most 10");
  for (const text of ["", "x", "1.5", "1e3", " 1", "Infinity", "NaN"]) {
    expect(() => parse(text)).toThrow("whole number");
  }
});

test("decimal numbers in a range", () => {
  const parse = decimalNumber({ min: 0 });
  expect(parse("0.7")).toBe(0.7);
  expect(() => parse("-0.1")).toThrow("at least 0");
  for (const text of ["", " ", "x", "Infinity", "NaN", "1,5"]) expect(() => parse(text)).toThrow("a number");
});
