import { expect, test } from "vitest";
import { describeBytes, positionOf } from "./byte-text.js";

const bytes = (text: string) => [...new TextEncoder().encode(text)].sort((a, b) => a - b);

test.each([
  ["", ""],
  ['"', '"'],
  ["-0123456789", "- 0–9"],
  ["12", "1 2"],
  ["abcxyzABC", "A–C a–c x–z"],
  [" \n\t{}", "tab newline space { }"],
  ["\u0000", "\\x00"],
  ["aé", "a other characters"],
])("%j is described as %j", (text, expected) => {
  expect(describeBytes(bytes(text))).toBe(expected);
});

test("bytes inside a character", () => {
  expect(describeBytes([0x80, 0x81, 0xbf])).toBe("the rest of a character");
});

test("all of a string's content", () => {
  const content = Array.from({ length: 0xf5 }, (_, byte) => byte).filter((byte) => byte >= 0x20);
  expect(describeBytes(content)).toBe("space !–/ 0–9 :–@ A–Z [–` a–z {–~ \\x7f other characters");
});

test("positions count characters, from 1", () => {
  const text = new TextEncoder().encode('{\n  "é": x}');
  expect(positionOf(text, 0)).toEqual({ line: 1, column: 1 });
  expect(positionOf(text, text.indexOf("x".charCodeAt(0)))).toEqual({ line: 2, column: 8 });
  expect(positionOf(text, text.length)).toEqual({ line: 2, column: 10 });
});
