import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outlinedPart, outlineOf } from "./json-outline.js";
import { jsonPart } from "./json-text.js";

const KEYWORDS = ["properties", "$defs", "enum", "anyOf", "items"];
const keys = fc.constantFrom(...KEYWORDS, "schema", "tools", "a", 'x"y', "pröperties");
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, 1, "enum", "properties: {", [], {}),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 4 }),
  ),
})).value;

/** The paths of what stands behind no keyword, and of what keywords themselves lead to. */
function* paths(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<readonly (string | number)[]> {
  yield path;
  if (typeof value !== "object" || value === null || KEYWORDS.includes(String(path.at(-1)))) {
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    yield* paths(item, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** What the outline is to be, by its definition. */
function cut(value: unknown, least: number, isBehind = false): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (isBehind && JSON.stringify(value).length >= least) {
    return Array.isArray(value) ? [] : {};
  }
  return Array.isArray(value)
    ? value.map((item) => cut(item, least))
    : Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, cut(item, least, KEYWORDS.includes(key))]),
      );
}

describe("an outline", () => {
  it("lacks the long parts behind keywords, and nothing else", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(2, 10, 30), (value, least) => {
        const { text } = outlineOf(JSON.stringify(value), least);
        expect(JSON.parse(text)).toEqual(cut(value, least));
      }),
      { numRuns: 500 },
    );
  });

  it("gives every part as the whole has it", () => {
    fc.assert(
      fc.property(
        values,
        fc.constantFrom(2, 10, 30),
        fc.constantFrom(undefined, 1),
        (value, least, space) => {
          const whole = JSON.stringify(value, null, space);
          const outline = outlineOf(whole, least);
          for (const path of paths(value)) {
            expect(outlinedPart(whole, outline, path)).toBe(jsonPart(whole, path));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("keeps numbers, escapes and keys that come again", () => {
    const whole = '{ "s": {"enum" : [1.0, 2e400, "\\u0041"], "enum":[3.00]}, "enum": "x", "t": 1.50 }';
    const outline = outlineOf(whole, 2);
    expect(outline.text).toBe('{ "s": {"enum" : [], "enum":[]}, "enum": "x", "t": 1.50 }');
    expect(outlinedPart(whole, outline, ["s"])).toBe('{"enum" : [1.0, 2e400, "\\u0041"], "enum":[3.00]}');
    expect(outlinedPart(whole, outline, ["t"])).toBe("1.50");
    expect(outlinedPart(whole, outline, ["u"])).toBeUndefined();
  });
});
