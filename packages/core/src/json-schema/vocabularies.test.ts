import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { compileJsonSchema, type JsonSchemaOptions, UnsupportedSchemaError } from "../index.js";

const META = "https://example.com/meta";
const DRAFT = "https://json-schema.org/draft";

/** A grammar whose metaschema has these vocabularies. */
function compile(
  schema: object,
  vocabulary: Record<string, boolean>,
  { draft = "2020-12", ...options }: JsonSchemaOptions & { draft?: string } = {},
) {
  const $vocabulary = Object.fromEntries(
    Object.entries(vocabulary).map(([name, required]) => [
      name.includes(":") ? name : `${DRAFT}/${draft}/vocab/${name}`,
      required,
    ]),
  );
  const metaschema = { $id: META, $schema: `${DRAFT}/${draft}/schema`, $vocabulary };
  return compileJsonSchema(
    { $schema: META, ...schema },
    { order: "any", whitespace: "compact", ...options, schemas: { [META]: metaschema } },
  );
}

const core = { core: true };
const all = { ...core, applicator: true, unevaluated: true, validation: true };

describe("$vocabulary of a metaschema", () => {
  it.each([
    ["validation", { type: "integer" }, '"a"'],
    ["validation", { required: ["a"] }, "{}"],
    ["applicator", { properties: { a: false } }, '{"a":1}'],
    ["applicator", { not: true }, "1"],
    ["unevaluated", { properties: { a: true }, unevaluatedProperties: false }, '{"b":1}'],
  ])("switches %s on and off", (name, schema, invalid) => {
    expect(compileOrFalse(() => compile(schema, all), invalid)).toBe(false);
    const { [name]: _, ...others } = all as Record<string, boolean>;
    const grammar = compile(schema, others);
    expect(accepts(grammar, invalid)).toBe(true);
    expect(grammar.report.annotations.map(({ keyword }) => keyword)).toContain(Object.keys(schema).at(-1));
  });

  it("leaves minContains to the validation vocabulary, contains to the applicators", () => {
    const schema = { contains: { const: 1 }, minContains: 2 };
    const constants = { contains: { not: { not: false } }, minContains: 0 };
    expect(accepts(compile(schema, all), "[1]")).toBe(false);
    expect(accepts(compile(constants, all), "[]")).toBe(true);
    expect(accepts(compile(constants, { ...core, applicator: true }), "[]")).toBe(false);
  });

  it("has unevaluated keywords among the applicators in 2019-09", () => {
    const schema = { unevaluatedItems: false };
    const grammar = compile(schema, { ...core, applicator: true }, { draft: "2019-09" });
    expect(accepts(grammar, "[1]")).toBe(false);
  });

  it("asserts formats where it says so, else as the option says", () => {
    const schema = { format: "ipv4" };
    const isAsserted = (
      vocabulary: Record<string, boolean>,
      formats: "assert" | "annotate",
      draft?: string,
    ) =>
      !accepts(
        compile(schema, { ...core, ...vocabulary }, { formats, ...(draft && { draft }) }),
        '"no address"',
      );
    for (const required of [true, false]) {
      expect(isAsserted({ "format-assertion": required }, "annotate")).toBe(true);
      expect(isAsserted({ "format-annotation": required }, "annotate")).toBe(false);
      expect(isAsserted({ "format-annotation": required }, "assert")).toBe(true);
      expect(isAsserted({ format: required }, "annotate", "2019-09")).toBe(required);
    }
    expect(isAsserted({}, "assert")).toBe(false);
  });

  it("passes over an unknown vocabulary that is optional, refuses one that is required", () => {
    const uri = "https://example.com/vocab/money";
    expect(accepts(compile({ type: "null" }, { ...all, [uri]: false }), "1")).toBe(false);
    expect(() => compile({ type: "null" }, { ...all, [uri]: true })).toThrow(
      expect.objectContaining({
        code: "unsupported-schema",
        pointer: "",
        keyword: "$schema",
        reason: expect.stringContaining(uri),
      }),
    );
    // Of another dialect is unknown.
    const older = `${DRAFT}/2019-09/vocab/content`;
    expect(() => compile({}, { ...all, [older]: true })).toThrow(UnsupportedSchemaError);
  });

  it("counts for embedded resources, and for documents that name no metaschema of their own", () => {
    const schemas = {
      [META]: { $schema: `${DRAFT}/2020-12/schema`, $vocabulary: { [`${DRAFT}/2020-12/vocab/core`]: true } },
      "https://example.com/other": { type: "integer" },
    };
    const schema = {
      $schema: `${DRAFT}/2020-12/schema`,
      anyOf: [{ $id: "https://example.com/inner", $schema: META, type: "null" }, { type: "null" }],
    };
    expect(accepts(compileJsonSchema(schema, { schemas }), "1")).toBe(true);
    const referring = { $schema: META, $ref: "https://example.com/other" };
    expect(accepts(compileJsonSchema(referring, { schemas }), '"a"')).toBe(true);
  });
});

describe("a metaschema without $vocabulary", () => {
  it("has its own metaschema's dialect, also through others", () => {
    const schemas = {
      [META]: { $schema: "https://example.com/between" },
      "https://example.com/between": { $schema: "http://json-schema.org/draft-04/schema#" },
    };
    const grammar = compileJsonSchema({ $schema: `${META}#`, type: "integer" }, { schemas });
    expect(grammar.report.dialect).toBe("draft-04");
    expect(accepts(grammar, "1.0")).toBe(false);
  });

  it.each([
    ["no document", {}],
    ["a document without $schema", { [META]: {} }],
    ["a metaschema of itself", { [META]: { $schema: META } }],
    ["a boolean", { [META]: true }],
  ])("is refused where the dialect cannot be known: %s", (_, schemas) => {
    expect(() => compileJsonSchema({ $schema: META }, { schemas })).toThrow(UnsupportedSchemaError);
  });
});

/** False also where no value at all is valid. */
function compileOrFalse(compile: () => ReturnType<typeof compileJsonSchema>, text: string): boolean {
  try {
    return accepts(compile(), text);
  } catch (error) {
    if ((error as { code?: string }).code === "unsatisfiable-schema") return false;
    throw error;
  }
}
