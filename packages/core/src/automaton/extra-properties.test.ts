import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { compileJsonSchema } from "../index.js";

const A = { properties: { a: { type: "integer" } } };
const IF_ONE = JSON.parse(
  '{ "if": { "properties": { "a": { "const": 1 } }, "required": ["a"] }, "then": { "minProperties": 2 } }',
) as object;

/** A schema, what it takes where extra properties come only as needed, and what it does not take then. */
const CASES: Readonly<Record<string, [schema: object, taken: unknown[], refused: unknown[]]>> = {
  "one property": [A, [{}, { a: 1 }, 3, []], [{ b: 1 }, { a: 1, b: 1 }]],
  "no property is mentioned": [{ type: "object" }, [{}, { b: 1 }], []],
  "all others have a schema": [
    { ...A, additionalProperties: { type: "string" } },
    [{ a: 1, b: "x" }],
    [{ b: 1 }],
  ],
  "a pattern": [
    { ...A, patternProperties: { "^x-": { type: "integer" } } },
    [{ a: 1, "x-1": 1 }, { "x-1": 1 }],
    [{ y: 1 }, { a: 1, y: 1 }, { "x-1": "" }],
  ],
  "a pattern that says nothing": [
    { ...A, patternProperties: { "^x-": true }, additionalProperties: false },
    [{ a: 1 }],
    [{ "x-1": 1 }],
  ],
  "a required name": [{ ...A, required: ["b"] }, [{ b: 1 }, { a: 1, b: 1 }], [{ b: 1, c: 1 }]],
  "more properties are needed than are mentioned": [
    { ...A, minProperties: 2 },
    [{ a: 1, b: 1 }],
    [{ a: 1 }, { a: 1, b: 1, c: 1 }],
  ],
  "a name of a kind is needed": [
    { ...A, not: { propertyNames: { maxLength: 2 } } },
    [{ abc: 1 }, { a: 1, abc: 1 }],
    [{ a: 1 }, { abc: 1, abcd: 1 }],
  ],
  "what a value asks for": [
    { ...A, ...IF_ONE },
    [{}, { a: 2 }, { a: 1, b: 1 }],
    [{ a: 1 }, { a: 2, b: 1 }, { a: 1, b: 1, c: 1 }],
  ],
  "all of several": [
    { allOf: [A, { properties: { b: { type: "string" } } }] },
    [{ a: 1, b: "x" }],
    [{ a: 1, b: "x", c: 1 }],
  ],
  "one of several": [
    {
      oneOf: [
        { properties: { a: { const: 1 }, b: {} }, required: ["a"] },
        { properties: { a: { const: 2 }, c: {} }, required: ["a"] },
      ],
    },
    [{ a: 1 }, { a: 1, b: 2 }, { a: 2, c: 2 }],
    [
      { a: 1, d: 1 },
      { a: 2, d: 1 },
    ],
  ],
  "objects inside": [
    { properties: { a: A }, additionalProperties: { ...A, minProperties: 1 } },
    [{ a: {} }, { a: { a: 1 }, b: { a: 1 } }],
    [{ a: { b: 1 } }, { b: { a: 1, c: 1 } }],
  ],
};

describe("extra properties only as needed", () => {
  it.each(Object.entries(CASES))("%s", (_, [schema, taken, refused]) => {
    for (const order of ["schema", "any"] as const) {
      const needed = compileJsonSchema(schema, { order, extraProperties: "needed" });
      const any = compileJsonSchema(schema, { order });
      for (const value of taken) expect([value, accepts(needed, spaced(value))]).toEqual([value, true]);
      for (const value of refused) expect([value, accepts(needed, spaced(value))]).toEqual([value, false]);
      for (const value of taken) expect([value, accepts(any, spaced(value))]).toEqual([value, true]);
    }
  });
});

/** The value in the layout of the default whitespace. */
function spaced(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  const members = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${spaced(each)}`);
  return `{${members.join(", ")}}`;
}
