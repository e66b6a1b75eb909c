import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import {
  compileJsonSchema,
  InvalidSchemaError,
  type JsonSchemaOptions,
  SchemaError,
  SchemaLimitError,
  UnsatisfiableSchemaError,
  UnsupportedSchemaError,
} from "../index.js";

function errorOf(schema: unknown, options?: JsonSchemaOptions): SchemaError {
  try {
    compileJsonSchema(schema, options);
  } catch (error) {
    expect(error).toBeInstanceOf(SchemaError);
    return error as SchemaError;
  }
  throw new Error(`compiled: ${JSON.stringify(schema)}`);
}

describe("a schema that is none", () => {
  it.each([
    ["", 1, 1],
    ["{", 1, 2],
    ['{"type": "string",}', 1, 19],
    ["{\n  \"type\": 'string'\n}", 2, 11],
    ['{"a":1} x', 1, 9],
    ['\n\n  {"minimum": 01}', 3, 16],
    ["{} // comment", 1, 4],
    ['{"a":"\t"}', 1, 6],
    ["undefined", 1, 1],
  ])("as text %j says line %i, column %i", (text, line, column) => {
    const error = errorOf(text);
    expect(error).toBeInstanceOf(InvalidSchemaError);
    expect(error).toMatchObject({ code: "invalid-schema", pointer: "" });
    expect(error.reason).toContain(`line ${line}, column ${column}`);
  });

  it.each([[null], [1], ["1"], ['"string"'], ["[]"], [[{ type: "string" }]], ["null"]])(
    "as a value %j is neither an object nor a boolean",
    (schema) => {
      expect(errorOf(schema)).toBeInstanceOf(InvalidSchemaError);
    },
  );

  const cyclic: Record<string, unknown> = { type: "object" };
  cyclic.properties = { a: cyclic };
  const values: [string, unknown, string][] = [
    ["a cycle", cyclic, "/properties/a"],
    ["a function", () => true, ""],
    ["a function inside", { properties: { a: { const: () => 1 } } }, "/properties/a/const"],
    ["undefined", undefined, ""],
    ["a symbol", { const: Symbol("s") }, "/const"],
    ["NaN", { minimum: Number.NaN }, "/minimum"],
    ["Infinity", { allOf: [{ maximum: Number.POSITIVE_INFINITY }] }, "/allOf/0/maximum"],
    ["undefined in an array", { enum: [1, undefined] }, "/enum/1"],
    ["a Map", { properties: new Map([["a", true]]) }, "/properties"],
    [
      "a getter that throws",
      {
        get type() {
          throw new Error("no");
        },
      },
      "/type",
    ],
  ];
  it.each(values)("as %s says where, once", (_, schema, pointer) => {
    const error = errorOf(schema);
    expect(error).toBeInstanceOf(InvalidSchemaError);
    expect(error.pointer).toBe(pointer);
    // Once: it may be thousands of characters.
    expect(error.message.split(pointer || "the root")).toHaveLength(2);
  });

  const mismatches: [string, unknown[]][] = [
    ["type", ["text", 1, [], ["string", "text"], null, { a: 1 }]],
    ["properties", [true, [], { a: 1 }, { a: null }, "x"]],
    ["required", ["a", [1], { a: true }, null]],
    ["additionalProperties", [1, "false", null, []]],
    ["items", [1, "x", null]],
    ["prefixItems", [{}, [], [1], true]],
    ["minItems", [-1, 1.5, "1", true, null]],
    ["maxItems", [-1, 0.5, [], {}]],
    ["minLength", [-1, 1e-3, "2"]],
    ["maxLength", [-2, 2.5, false]],
    ["minimum", ["1", true, null, []]],
    ["maximum", ["1", {}, null]],
    ["exclusiveMinimum", ["1", null, {}]],
    ["exclusiveMaximum", ["1", [], null]],
    ["anyOf", [{}, [], [1], true]],
    ["allOf", [{}, [], ["x"], null]],
    ["enum", [{}, "a", null, true]],
    ["$ref", [1, null, {}, []]],
    ["$defs", [[], { a: 1 }, true]],
    ["definitions", [[], { a: "x" }, null]],
  ];
  it.each(mismatches)("by the value of %s says the keyword and the place", (keyword, list) => {
    for (const value of list) {
      for (const [schema, pointer] of [
        [{ [keyword]: value }, ""],
        [{ properties: { "a/b": { anyOf: [true, { [keyword]: value }] } } }, "/properties/a~1b/anyOf/1"],
        // Also where no output ever comes.
        [{ $defs: { unused: { [keyword]: value } } }, "/$defs/unused"],
      ] as const) {
        const error = errorOf(schema);
        expect(error, JSON.stringify(schema)).toMatchObject({ pointer, keyword });
        expect(error.message).toContain(keyword);
        expect(error.reason.length).toBeGreaterThan(5);
      }
    }
  });

  it("by a bound of another dialect says so", () => {
    for (const keyword of ["exclusiveMinimum", "exclusiveMaximum"]) {
      const $schema = (name: string) => `http://json-schema.org/${name}/schema#`;
      expect(errorOf({ $schema: $schema("draft-07"), [keyword]: true })).toMatchObject({
        pointer: "",
        keyword,
      });
      expect(() => compileJsonSchema({ $schema: $schema("draft-04"), [keyword]: true })).not.toThrow();
    }
  });

  it("by a reference to nothing, or to what is no schema, says which", () => {
    for (const $ref of [
      "#/$defs/none",
      "#/enum/0",
      "#/enum/7",
      "#/title",
      "#/enum/-1",
      "#/$defs/__proto__",
    ]) {
      const error = errorOf({ allOf: [{ $ref }], enum: ["x"], title: "t", $defs: { a: {} } });
      expect(error, $ref).toBeInstanceOf(InvalidSchemaError);
      expect(error).toMatchObject({ pointer: "/allOf/0", keyword: "$ref" });
      expect(error.reason).toContain($ref);
    }
  });

  it.each([
    [{ $ref: "#" }],
    [{ allOf: [{ $ref: "#" }] }],
    [{ type: "object", anyOf: [{ type: "null" }, { $ref: "#" }] }],
    [{ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { allOf: [{ $ref: "#/$defs/a" }] } } }],
    [{ not: { $ref: "#" } }],
    [{ type: "object", required: ["a"], properties: { a: { allOf: [true, { $ref: "#/properties/a" }] } } }],
  ])("because it refers to itself in place: %j", (schema) => {
    const error = errorOf(schema);
    expect(error).toBeInstanceOf(InvalidSchemaError);
    expect(error.reason).toMatch(/itself/);
  });
});

describe("a schema that no value matches", () => {
  it.each([
    [false],
    ["false"],
    [{ enum: [] }],
    [{ type: "string", const: 1 }],
    [{ type: "integer", minimum: 0.1, maximum: 0.9 }],
    [{ type: "number", exclusiveMinimum: 1, maximum: 1 }],
    [{ type: "string", minLength: 2, maxLength: 1 }],
    [{ type: "array", minItems: 2, maxItems: 1 }],
    [{ type: "array", minItems: 2, prefixItems: [true], items: false }],
    [{ type: "array", minItems: 1, items: false }],
    [{ type: "object", required: ["a"], additionalProperties: false }],
    [{ type: "object", required: ["a"], properties: { a: { enum: [1], type: "string" } } }],
    [{ allOf: [{ type: "string" }, { type: "number" }] }],
    [{ anyOf: [false, { type: "null", enum: [0] }] }],
    [{ const: { a: 1 }, required: ["b"] }],
    [{ const: [1, 2], maxItems: 1 }],
    [{ enum: [{ a: 1 }, [1]], type: "string" }],
    [{ allOf: [{ const: { a: [1] } }, { const: { a: [2] } }] }],
  ])("is an error when it is compiled: %j", (schema) => {
    for (const order of ["schema", "any"] as const) {
      expect(errorOf(schema, { order })).toBeInstanceOf(UnsatisfiableSchemaError);
    }
  });

  it("inside another one only takes what needs it away", () => {
    const grammar = compileJsonSchema({
      properties: { a: false, b: { enum: [] }, c: { type: "null" } },
      items: { type: "string", minLength: 3, maxLength: 2 },
    });
    for (const text of ["{}", '{"c": null}', "[]", "1"]) expect(accepts(grammar, text), text).toBe(true);
    for (const text of ['{"a": 1}', '{"b": null}', '["a"]']) expect(accepts(grammar, text), text).toBe(false);
  });
});

describe("a schema in another language", () => {
  it.each(["http://example.com/schema", "", "draft-07", "https://json-schema.org/draft/2021-01/schema"])(
    "$schema %j is refused",
    ($schema) => {
      const error = errorOf({ $schema });
      expect(error).toBeInstanceOf(UnsupportedSchemaError);
      expect(error).toMatchObject({ code: "unsupported-schema", pointer: "", keyword: "$schema" });
    },
  );

  it("$schema that is no string is invalid", () => {
    for (const $schema of [1, null, {}, true]) {
      expect(errorOf({ $schema })).toMatchObject({ code: "invalid-schema", keyword: "$schema" });
    }
  });
});

describe("limits", () => {
  const cases: [keyof NonNullable<JsonSchemaOptions["limits"]>, unknown, number][] = [
    ["maxBytes", `{"title":"${"x".repeat(100)}"}`, 50],
    ["maxDepth", '{"properties":{"a":{"properties":{"b":true}}}}', 3],
    ["maxDepth", { properties: { a: { properties: { b: true } } } }, 3],
    ["maxSchemas", { anyOf: [true, true, true, true] }, 3],
    ["maxFormulaNodes", { required: ["a", "b", "c", "d", "e"] }, 3],
    [
      "maxSatSteps",
      {
        type: "object",
        allOf: ["a", "b", "c"].map((a) => ({ anyOf: [{ required: [a] }, { required: ["z"] }] })),
      },
      1,
    ],
  ];
  it.each(cases)("%s ends %j at %i", (limit, schema, value) => {
    const error = errorOf(schema, { limits: { [limit]: value } });
    expect(error).toBeInstanceOf(SchemaLimitError);
    expect(error).toMatchObject({ code: "schema-limit", limit, value });
    expect(error.reason).toContain(limit);
    expect(() => compileJsonSchema(schema)).not.toThrow();
  });
});

describe("options", () => {
  it("out of range are RangeErrors, before anything is matched", () => {
    for (const whitespace of ["wide", { style: "flexible", max: -1 }, { style: "pretty", indent: 1e6 }]) {
      expect(() => compileJsonSchema(true, { whitespace } as unknown as JsonSchemaOptions)).toThrow(
        RangeError,
      );
    }
  });
});

describe("the schema as a value and as text", () => {
  it("says the same", () => {
    const schema = { type: "object", properties: { a: { enum: [1, "é\u0000"] } }, required: ["a"] };
    for (const grammar of [compileJsonSchema(schema), compileJsonSchema(JSON.stringify(schema))]) {
      expect(accepts(grammar, '{"a": 1}')).toBe(true);
      expect(accepts(grammar, '{"a": "é\\u0000"}')).toBe(true);
      expect(accepts(grammar, '{"a": 2}')).toBe(false);
    }
  });

  it("is read once: changing it later changes nothing", () => {
    const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    const grammar = compileJsonSchema(schema);
    schema.properties.a.type = "number";
    schema.required = [];
    expect(accepts(grammar, '{"a": "x"}')).toBe(true);
    expect(accepts(grammar, "{}")).toBe(false);
  });

  it("may share parts of itself", () => {
    const name = { type: "string", minLength: 1 };
    const grammar = compileJsonSchema({
      type: "object",
      properties: { a: name, b: name },
      additionalProperties: name,
    });
    expect(accepts(grammar, '{"a": "x", "b": "y"}')).toBe(true);
    expect(accepts(grammar, '{"a": "x", "b": ""}')).toBe(false);
  });
});

describe("an object that is read against several formulas, one of which says nothing", () => {
  it("answers for the others at its end", () => {
    const schema = { properties: { f: { type: "object" } }, not: { const: { f: { a: 1 } } } };
    for (const order of ["schema", "any"] as const) {
      const grammar = compileJsonSchema(schema, { order, whitespace: "compact" });
      expect(accepts(grammar, '{"f":{"a":1}}')).toBe(false);
      expect(accepts(grammar, '{"f":{"a":1},"g":1}')).toBe(true);
      expect(accepts(grammar, '{"f":{"a":2}}')).toBe(true);
    }
    const unique = compileJsonSchema(
      { type: "array", uniqueItems: true, items: { properties: { f: { type: "object" } } } },
      { whitespace: "compact" },
    );
    expect(accepts(unique, '[{"f":{"a":1}},{"f":{"a":2}}]')).toBe(true);
    expect(accepts(unique, '[{"f":{"a":1}},{"f":{"a":1}}]')).toBe(false);
  });
});

describe("keywords of one type that exclude each other", () => {
  it.each([
    [{ minProperties: 2, maxProperties: 1 }, "{}", '{"a": 1}'],
    [{ required: ["a"], properties: { a: false } }, "{}", '{"a": 1}'],
    [{ minItems: 2, maxItems: 1 }, "[]", "[1]"],
    [{ minLength: 2, maxLength: 1 }, '""', '"a"'],
    [{ minimum: 2, maximum: 1 }, "1", "2"],
  ])("%j leave the values of the others", (schema, first, second) => {
    const grammar = compileJsonSchema(schema);
    for (const text of [first, second]) expect(accepts(grammar, text), text).toBe(false);
    for (const text of ["null", "true"]) expect(accepts(grammar, text), text).toBe(true);
  });
});
