import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { compileJsonSchema, InvalidSchemaError, SchemaLimitError } from "../index.js";

const options = { order: "any", whitespace: "compact" } as const;
const compile = (schema: object) => compileJsonSchema(schema, options);

describe("a schema that applies itself in place", () => {
  it("matches what can be shown without it", () => {
    const grammar = compile({
      properties: {
        any: { $ref: "#/$defs/any" },
        all: { $ref: "#/$defs/all" },
        a: { $ref: "#/$defs/a" },
        b: { $ref: "#/$defs/b" },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { $ref: "#/$defs/conditional" },
      },
      $defs: {
        any: { anyOf: [{ $ref: "#/$defs/any" }, { type: "null" }] },
        all: { type: "object", allOf: [{ $ref: "#/$defs/all" }, { properties: { x: true } }] },
        // Through each other: the same set, seen from both.
        a: { anyOf: [{ $ref: "#/$defs/b" }, { const: 1 }] },
        b: { anyOf: [{ const: 2 }, { $ref: "#/$defs/a" }] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        conditional: { if: { type: "string" }, then: { $ref: "#/$defs/conditional" } },
      },
    });
    const verdict = (name: string, value: unknown) => accepts(grammar, JSON.stringify({ [name]: value }));
    expect([null, 1, {}].map((value) => verdict("any", value))).toEqual([true, false, false]);
    expect([null, {}, { x: 1 }].map((value) => verdict("all", value))).toEqual([false, false, false]);
    for (const name of ["a", "b"]) {
      expect([1, 2, 3, null].map((value) => verdict(name, value))).toEqual([true, true, false, false]);
    }
    expect(["x", 1, null].map((value) => verdict("then", value))).toEqual([false, true, true]);
    expect(accepts(grammar, "{}")).toBe(true);
  });

  it("is the same from wherever one comes into the cycle", () => {
    // Three that lead to each other in all directions, each with a value of its own.
    const names = ["a", "b", "c"];
    const $defs = Object.fromEntries(
      names.map((name, i) => [
        name,
        { anyOf: [...names.map((other) => ({ $ref: `#/$defs/${other}` })), { const: i }] },
      ]),
    );
    for (const name of names) {
      const grammar = compile({ $defs, items: { $ref: `#/$defs/${name}` } });
      expect(accepts(grammar, "[0,1,2]")).toBe(true);
      expect(accepts(grammar, "[3]")).toBe(false);
    }
  });

  it("says what it can where it is needed for one branch only", () => {
    const grammar = compile({
      type: "object",
      properties: { kind: { enum: ["x", "y"] } },
      required: ["kind"],
      if: { properties: { kind: { const: "x" } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { $ref: "#/$defs/endless" },
      $defs: { endless: { type: "object", allOf: [{ $ref: "#/$defs/endless" }] } },
    });
    expect(accepts(grammar, '{"kind":"y"}')).toBe(true);
    expect(accepts(grammar, '{"kind":"x"}')).toBe(false);
  });

  it("by dynamic references, too", () => {
    const grammar = compile({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      items: { $ref: "#/$defs/list" },
      $defs: {
        list: { $dynamicAnchor: "list", anyOf: [{ type: "null" }, { $dynamicRef: "#list" }] },
      },
    });
    expect(accepts(grammar, "[null]")).toBe(true);
    expect(accepts(grammar, "[1]")).toBe(false);
  });

  it.each([
    [{ not: { $ref: "#/$defs/a" } }, "not"],
    [{ oneOf: [true, { $ref: "#/$defs/a" }] }, "oneOf"],
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    [{ if: { anyOf: [{ $ref: "#/$defs/a" }] }, then: false }, "if"],
    [
      { anyOf: [{ $ref: "#/$defs/a" }, { type: "object" }], unevaluatedProperties: false },
      "unevaluatedProperties",
    ],
  ])("by what is not monotone is refused where the root can reach it: %j", (a, keyword) => {
    const $defs = { a };
    for (const schema of [{ $ref: "#/$defs/a" }, { items: { properties: { x: { $ref: "#/$defs/a" } } } }]) {
      expect(() => compile({ ...schema, $defs })).toThrow(
        expect.objectContaining({ code: "invalid-schema", pointer: "/$defs/a", keyword }),
      );
    }
    expect(accepts(compile({ type: "null", $defs }), "null")).toBe(true);
    // With a property in between it is ordinary recursion.
    const between = { anyOf: [{ type: "object", properties: { x: { not: { $ref: "#" } } } }] };
    expect(accepts(compile(between), '{"x":1}')).toBe(true);
    expect(accepts(compile(between), '{"x":{}}')).toBe(false);
  });

  it("unevaluated keywords look into cycles", () => {
    const grammar = compile({
      type: "object",
      $ref: "#/$defs/a",
      unevaluatedProperties: false,
      $defs: {
        a: { anyOf: [{ properties: { x: true }, required: ["x"] }, { $ref: "#/$defs/b" }] },
        b: { anyOf: [{ $ref: "#/$defs/a" }, { properties: { y: true }, required: ["y"] }] },
      },
    });
    for (const [text, valid] of [
      ['{"x":1}', true],
      ['{"x":1,"y":1}', true],
      ['{"y":1}', true],
      ['{"z":1,"y":1}', false],
      ["{}", false],
    ] as const) {
      expect(accepts(grammar, text), text).toBe(valid);
    }
  });

  it("in too many ways, or for too long, is a limit", () => {
    const dense = (n: number, combine: (refs: object[]) => object) =>
      Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          `d${i}`,
          combine(Array.from({ length: n }, (_, k) => ({ $ref: `#/$defs/d${k}` }))),
        ]),
      );
    const $defs = dense(12, (refs) => ({ anyOf: [...refs, { type: "null" }] }));
    expect(() => compile({ $ref: "#/$defs/d0", $defs })).toThrow(SchemaLimitError);
    const ring = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [
        `d${i}`,
        { type: "null", allOf: [{ $ref: `#/$defs/d${(i + 1) % 1000}` }] },
      ]),
    );
    expect(() => compile({ $ref: "#/$defs/d0", $defs: ring })).toThrow(/itself/);
    expect(() => compile({ $ref: "#", type: "null" })).toThrow(InvalidSchemaError);
  });
});
