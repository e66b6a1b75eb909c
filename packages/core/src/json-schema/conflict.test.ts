import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallValues } from "../../test/random-formulas.js";
import { compileJsonSchema, type JsonSchemaOptions, UnsatisfiableSchemaError } from "../index.js";

function conflictOf(schema: unknown, options?: JsonSchemaOptions): UnsatisfiableSchemaError | undefined {
  try {
    compileJsonSchema(schema, options);
  } catch (error) {
    if (error instanceof UnsatisfiableSchemaError) return error;
    throw error;
  }
  return undefined;
}

const draft = (name: string) => `http://json-schema.org/${name}/schema#`;

describe("the error of a schema that no value matches", () => {
  it.each<[unknown, string, string[]]>([
    [
      { title: "t", type: "number", minimum: 5, maximum: 3, multipleOf: 1 },
      "",
      ["/type", "/minimum", "/maximum"],
    ],
    [false, "", []],
    [{ enum: [] }, "", ["/enum"]],
    [
      {
        type: "string",
        "x~/y": 1,
        allOf: [{ enum: ["a", 1] }, { $ref: "#/$defs/n~1m" }],
        $defs: { "n/m": { type: "number" } },
      },
      "",
      ["/type", "/$defs/n~1m/type"],
    ],
    [
      {
        type: "object",
        required: ["a", "b"],
        properties: {
          a: true,
          b: { type: "object", required: ["c"], properties: { c: { type: "null", const: 1 } } },
        },
      },
      "/properties/b/properties/c",
      ["/properties/b/properties/c/type", "/properties/b/properties/c/const"],
    ],
    [
      { type: "object", required: ["a"], properties: { b: true }, additionalProperties: false },
      "",
      ["/type", "/required", "/additionalProperties"],
    ],
    [
      { type: "array", minItems: 2, prefixItems: [true, { anyOf: [{ type: "null", enum: [1] }, false] }] },
      "/prefixItems/1",
      ["/prefixItems/1/anyOf"],
    ],
    [{ type: "array", minItems: 1, items: { not: true } }, "/items", ["/items/not"]],
    [
      { type: "array", contains: { type: "null", minContains: 2, const: 1 } },
      "/contains",
      ["/contains/type", "/contains/const"],
    ],
    [{ type: "array", contains: true, minContains: 3, maxContains: 2 }, "", ["/type", "/maxContains"]],
    [
      { anyOf: [{ $ref: "#/$defs/a" }], $defs: { a: { type: "null", not: { type: "null" } } } },
      "/$defs/a",
      ["/$defs/a/type", "/$defs/a/not"],
    ],
    [
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      { type: "integer", if: { minimum: 3 }, then: { maximum: 1 }, else: { const: 5 } },
      "",
      ["/type", "/then", "/else"],
    ],
    [
      { $schema: draft("draft-04"), type: "number", minimum: 1, exclusiveMinimum: true, maximum: 1 },
      "",
      ["/type", "/exclusiveMinimum", "/maximum"],
    ],
    // Every value would need another one in it.
    [
      { type: "object", required: ["n"], properties: { n: { $ref: "#" } } },
      "/properties/n",
      ["/type", "/required", "/properties/n"],
    ],
  ])("%j: at %j, by %j", (schema, pointer, conflict) => {
    const error = conflictOf(schema);
    expect(error).toMatchObject({ pointer, conflict });
    for (const place of conflict) expect(error?.message).toContain(`"${place}"`);
  });

  it("names the document", () => {
    const schemas = { "https://example.com/a": { type: "null", $defs: { b: { const: 0 } } } };
    const schema = { type: "string", $ref: "https://example.com/a" };
    expect(conflictOf(schema, { schemas })).toMatchObject({
      pointer: "",
      document: undefined,
      conflict: ["/type", "https://example.com/a#/type"],
    });
    const inner = { type: "null", $ref: "https://example.com/a#/$defs/b" };
    expect(conflictOf(inner, { schemas })?.conflict).toEqual([
      "/type",
      "https://example.com/a#/$defs/b/const",
    ]);
  });

  it("is found among many keywords, and given up among too many", () => {
    const properties = (n: number) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, { type: "string" }]));
    const schema = (n: number) => ({
      type: "object",
      properties: properties(n),
      patternProperties: { "^p7$": { type: "number" } },
      required: ["p7"],
    });
    expect(conflictOf(schema(100))?.conflict).toEqual([
      "/type",
      "/properties/p7",
      "/patternProperties",
      "/required",
    ]);
    expect(conflictOf(schema(1000))).toMatchObject({ pointer: "", conflict: [] });
  });

  it("names keywords none of which can go", () => {
    const keyword = fc.record(
      {
        type: fc.constantFrom("string", "number", "array", "object"),
        enum: fc.subarray([null, 1, 2.5, "a", "abc", [], [1], {}, { a: 1 }], { minLength: 1 }),
        minimum: fc.constantFrom(0, 2, 3),
        maximum: fc.constantFrom(0, 1, 2),
        minLength: fc.constantFrom(1, 2),
        maxLength: fc.constantFrom(0, 1),
        required: fc.constantFrom(["a"], ["b"]),
        properties: fc.constantFrom({ a: false }, { a: { type: "null" } }),
        additionalProperties: fc.constantFrom(false, { type: "null" }),
        minItems: fc.constantFrom(1, 2),
        items: fc.constantFrom(false, { type: "string" }),
        not: fc.constantFrom({ type: "string" }, { minimum: 1 }, { enum: [1, "a"] }),
      },
      { requiredKeys: [] },
    );
    const values = smallValues().filter((_, i) => i < 60 || i % 53 === 0);
    let found = 0;
    fc.assert(
      fc.property(keyword, (schema: Record<string, unknown>) => {
        const error = conflictOf(schema);
        if (error === undefined || error.pointer !== "") return;
        found++;
        const names = [...new Set(error.conflict.map((pointer) => pointer.split("/")[1] as string))];
        expect(names.length).toBeGreaterThan(0);
        const pick = (some: readonly string[]) =>
          Object.fromEntries(some.map((name) => [name, schema[name]]));
        // properties say what additionalProperties means.
        const meaning = names.includes("additionalProperties") ? ["properties"] : [];
        const context = meaning.filter((name) => name in schema && !names.includes(name));
        const valid = new Ajv2020({ strict: false }).compile(pick([...names, ...context]));
        for (const value of values) expect(valid(value), JSON.stringify([schema, names, value])).toBe(false);
        for (const name of names) {
          const others = [...names.filter((other) => other !== name), ...context];
          if (name !== "properties")
            expect(conflictOf(pick(others)), JSON.stringify([schema, names, name])).toBeUndefined();
        }
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(20);
  });
});
