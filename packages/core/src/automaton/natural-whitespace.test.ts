import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepts, begins } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { type Gap, json, serialise } from "../../test/json-texts.js";
import type { Json } from "../../test/random-formulas.js";
import { randomNumbers, randomWalk } from "../../test/walk.js";
import { compileJson, compileJsonSchema, LayoutError, Matcher } from "../index.js";

const grammar = compileJson({ whitespace: "auto" });
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const INDENTS = [
  "",
  ..." "
    .repeat(8)
    .split("")
    .map((_, i) => " ".repeat(i + 1)),
  "\t",
];

const python = (value: Json) =>
  serialise(value, (at) => (at === "after colon" || at === "after comma" ? " " : ""));

/** Where a value's text ends, written on lines of its own or on one; -1 if it is not written so. */
function readLines(text: string, from: number, value: Json, depth: number, indent: string): number {
  const inLine = python(value);
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    return text.startsWith(inLine, from) ? from + inLine.length : -1;
  }
  const isArray = Array.isArray(value);
  let at = from + 1;
  let separator = isArray ? "[" : "{";
  for (const [key, of] of Object.entries(value)) {
    const before = `${separator}\n${indent.repeat(depth + 1)}${isArray ? "" : `${JSON.stringify(key)}: `}`;
    const start = separator === "," ? at : from;
    if (!text.startsWith(before, start))
      return depth > 0 && text.startsWith(inLine, from) ? from + inLine.length : -1;
    at = readLines(text, start + before.length, of as Json, depth + 1, indent);
    if (at < 0) return -1;
    separator = ",";
  }
  const end = `\n${indent.repeat(depth)}${isArray ? "]" : "}"}`;
  return text.startsWith(end, at) ? at + end.length : -1;
}

/** Whether a text is a value in one of the styles, told without an automaton. */
function isNatural(value: Json, text: string): boolean {
  if (text === JSON.stringify(value) || text === python(value)) return true;
  return INDENTS.some((indent) => readLines(text, 0, value, 0, indent) === text.length);
}

describe("whitespace that the model chooses", () => {
  it("is what the usual serialisers write", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(accepts(grammar, JSON.stringify(value))).toBe(true);
        expect(accepts(grammar, python(value))).toBe(true);
        for (const indent of INDENTS.slice(1)) {
          const text = JSON.stringify(value, null, indent);
          expect(accepts(grammar, text), text).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
    expect(accepts(grammar, '{\n"a": [\n1\n]\n}')).toBe(true);
  });

  it("has short arrays and objects on one line, but not the outermost", () => {
    for (const text of [
      '{\n  "a": [1, 2],\n  "b": {\n    "c": {"d": [], "e": 1}\n  }\n}',
      '[\n\t{"a": 1},\n\t[\n\t\t[1, 2]\n\t]\n]',
    ]) {
      expect(accepts(grammar, text), text).toBe(true);
    }
    for (const text of [
      '{\n  "a": [1,2]\n}',
      '{\n  "a": {"b":1}\n}',
      '{"a": [\n  1\n]}',
      '{\n  "a": [1, [\n    2\n  ]]\n}',
      '[{\n  "a": 1\n}]',
    ]) {
      expect(accepts(grammar, text), text).toBe(false);
    }
  });

  it("stays as it begins", () => {
    for (const [text, next] of [
      ['{"a":1,', ' "b'],
      ['{"a": 1,', '"b'],
      ["[[[1]],", "\n"],
      ["[[[1,2]],", " "],
      ["[[[1, 2]],", "3"],
      ['[[{"a":1}],', " "],
      ['[[{"a": 1}],', "["],
      ['{\n   "a": 1,\n', '  "b'],
      ['{\n   "a": 1,\n', "    "],
      ['{\n\t"a": {\n\t', " "],
      ['{\n\t"a": {\n\t', '"'],
      ['{\n  "a":', "1"],
      ['{\n  "a"', " "],
      ["[\n        ", " "],
      ["[\n\t", "\t"],
      ["[\n ", "\t"],
    ] as const) {
      expect(begins(grammar, text), text).toBe(true);
      expect(begins(grammar, text + next), text + next).toBe(false);
    }
  });

  it("takes no text that mixes styles", () => {
    const runs = fc.constantFrom("", "", "", " ", " ", "\n", "\n  ", "\n ", "\n    ", "\n\t", "  ", "\t");
    const styles = fc.constantFrom(
      (value: Json) => JSON.stringify(value),
      python,
      (value: Json) => JSON.stringify(value, null, 2),
      (value: Json) => JSON.stringify(value, null, "\t"),
      (value: Json) => JSON.stringify(value, null, 2).replace(/\[\s+([^{[,]*)\s+\]/g, "[$1]"),
    );
    let natural = 0;
    let mixed = 0;
    const check = (value: Json, text: string) => {
      const expected = isNatural(value, text);
      if (expected) natural++;
      else mixed++;
      expect(accepts(grammar, text), JSON.stringify(text)).toBe(expected);
    };
    fc.assert(
      fc.property(json, styles, fc.nat(), runs, fc.infiniteStream(runs), (value, style, at, run, stream) => {
        const text = style(value);
        check(value, text);
        // Whitespace put in or taken out at one place outside of strings and scalars.
        const gaps: number[] = [];
        for (let i = 1, quoted = false; i < text.length; i++) {
          if (text[i - 1] === '"' && !(quoted && text[i - 2] === "\\")) quoted = !quoted;
          if (!quoted && '[]{}:,"'.includes(text[i] as string)) gaps.push(i);
        }
        if (gaps.length > 0) {
          const place = gaps[at % gaps.length] as number;
          const before = text.slice(0, place);
          for (const changed of [before + run, before.trimEnd() + run])
            check(value, changed + text.slice(place));
        }
        check(
          value,
          serialise(value, (gap: Gap) =>
            gap === "before colon" || gap === "after value" ? "" : (stream.next().value as string),
          ),
        );
      }),
      { numRuns: 500 },
    );
    expect(natural).toBeGreaterThan(500);
    expect(mixed).toBeGreaterThan(200);
  });

  it("has few states: they do not grow with the depth where there are no lines", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a": ', "}"],
    ] as const) {
      const matcher = new Matcher(compileJson({ whitespace: "auto" }), byteVocabulary());
      const text = open.repeat(200_000) + 1 + close.repeat(200_000);
      expect(matcher.acceptBytes(encoder.encode(text)) && matcher.isComplete).toBe(true);
    }
  });

  it("lets outputs be closed in the style that they have", () => {
    const schema = {
      type: "object",
      properties: { a: { type: "array", minItems: 2, maxItems: 2 }, b: { type: "object", required: ["c"] } },
      required: ["a", "b"],
      additionalProperties: false,
    };
    for (const [text, end] of [
      ["", '{"a":[1,1],"b":{"c":1}}'],
      ['{"a": ', '[1, 1], "b": {"c": 1}}'],
      ['{\n  "a"', ': [1, 1],\n  "b": {"c": 1}\n}'],
      ['{\n "a": [\n  ', '1,\n  1\n ],\n "b": {"c": 1}\n}'],
    ] as const) {
      const matcher = new Matcher(compileJsonSchema(schema, { whitespace: "auto" }), byteVocabulary());
      expect(matcher.acceptBytes(encoder.encode(text))).toBe(true);
      expect(decoder.decode(matcher.shortestCompletion().bytes)).toBe(end);
    }
    const nested = new Matcher(compileJson({ whitespace: "auto" }), byteVocabulary());
    nested.acceptBytes(encoder.encode("[[1, 2],"));
    expect(decoder.decode(nested.shortestCompletion().bytes)).toBe(" 1]");
  });

  it("lets outputs be closed behind each of their bytes, also where only a line that is begun wants a property", () => {
    const any = { type: "object" };
    const optional = { type: "object", properties: { a: any, b: any }, additionalProperties: false };
    const schemas = [true, any, { additionalProperties: { type: ["object", "number"] } }, optional];
    const value = { a: { b: {} }, b: { a: { a: {} } } };
    for (const schema of schemas) {
      for (const indent of INDENTS) {
        const text = JSON.stringify(value, null, indent || 2);
        const matcher = new Matcher(compileJsonSchema(schema, { whitespace: "auto" }), byteVocabulary());
        for (let end = 0; end < text.length; end++) {
          const rest = decoder.decode(matcher.shortestCompletion().bytes);
          expect(isNatural(JSON.parse(text.slice(0, end) + rest), text.slice(0, end) + rest), rest).toBe(
            true,
          );
          expect(matcher.acceptBytes(encoder.encode(text[end])), text.slice(0, end + 1)).toBe(true);
        }
        expect(matcher.isComplete).toBe(true);
      }
    }
  });

  it("goes with outputs drawn from masks: each is natural", () => {
    const vocabulary = byteVocabulary();
    const random = randomNumbers(7);
    let lines = 0;
    for (let i = 0; i < 300; i++) {
      const matcher = new Matcher(grammar, vocabulary);
      matcher.acceptBytes(encoder.encode(["", "[\n", '{\n  "', '{"a":', "["][i % 5] as string));
      const text = randomWalk(matcher, random);
      if (!/[{[]/.test(text[0] as string)) continue;
      if (/^.\n/.test(text)) lines++;
      // What is read as one value may have been spelled in several ways: only whitespace is compared.
      const spelled = text.replace(/"(?:[^"\\]|\\.)*"|[^[\]{}:,\s]+/gs, "1");
      const bare = JSON.parse(numbered(spelled)) as Json;
      expect(isNatural(bare, numbered(spelled)), text).toBe(true);
    }
    expect(lines).toBeGreaterThan(50);
  });

  it("is not for exact separators", () => {
    expect(() => compileJson({ whitespace: "auto", separators: { item: ", " } })).toThrow(LayoutError);
  });
});

/** A text whose keys and scalars are all `1`, with distinct keys. */
function numbered(text: string): string {
  let count = 0;
  return text.replace(/1(?=\s*:)/g, () => `"k${count++}"`);
}
