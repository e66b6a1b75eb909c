import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonDepth, jsonPart } from "./json-text.js";

/** All paths of a value, with what stands there. */
function* parts(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<[readonly (string | number)[], unknown]> {
  yield [path, value];
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* parts(item, [...path, i]);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* parts(item, [...path, key]);
  }
}

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe("parts of a JSON text", () => {
  it("are the values that stand there, however it is spaced", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        const text = ` ${JSON.stringify(value, null, space)}\n`;
        const known = JSON.parse(text) as unknown;
        for (const [path, part] of parts(known)) {
          expect(JSON.parse(jsonPart(text, path)!)).toEqual(part);
        }
        expect(jsonDepth(text)).toBe(depthOf(known));
      }),
    );
  });

  it("are as they are written", () => {
    const text = '{"a" : [1.0, {"b\\"}]": 12345678901234567890 , "c":{"z":1,"y" :"}"}}], "a\\u0062": true}';
    expect(jsonPart(text, ["a", 0])).toBe("1.0");
    expect(jsonPart(text, ["a", 1, 'b"}]'])).toBe("12345678901234567890");
    expect(jsonPart(text, ["a", 1, "c"])).toBe('{"z":1,"y" :"}"}');
    expect(jsonPart(text, ["ab"])).toBe("true");
  });

  it("are the last ones where a key comes again", () => {
    const text = '{"a": {"b": 1}, "c": 0, "a": {"b": [2], "b": 3}}';
    expect(jsonPart(text, ["a", "b"])).toBe("3");
    expect(jsonPart('{"a": {"b": 1}, "a": 2}', ["a", "b"])).toBeUndefined();
  });

  it("are not there where the path goes elsewhere", () => {
    for (const path of [["b"], ["a", "x"], ["a", 2], ["a", 0, 0], ["a", 0, "x"], ["s", 0]]) {
      expect(jsonPart('{"a": [1, "x"], "s": "text"}', path)).toBeUndefined();
    }
  });

  it("can be asked of texts that are not JSON, for their depth", () => {
    expect(jsonDepth('[[["')).toBe(3);
    expect(jsonDepth("]]]]")).toBe(0);
    expect(jsonDepth(`${"[".repeat(100_000)}`)).toBe(100_000);
  });
});
