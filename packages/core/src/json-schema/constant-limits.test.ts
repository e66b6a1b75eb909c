import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { compileJsonSchema, InvalidSchemaError, Matcher, SchemaLimitError } from "../index.js";

const vocabulary = byteVocabulary();
const errorOf = (schema: unknown) => {
  try {
    compileJsonSchema(schema);
  } catch (error) {
    return error;
  }
  return undefined;
};
const long = "k".repeat(1_000_001);

describe("numbers, texts and names beyond the limits", () => {
  it.each([
    ['{"items": {"minimum": 1e2000}}', "/items", "minimum", "maxDigits"],
    ['{"not": {"multipleOf": 1e-2000}}', "/not", "multipleOf", "maxDigits"],
    ['{"properties": {"a": {"enum": [1, {"b": [-1e5000]}]}}}', "/properties/a", "enum", "maxDigits"],
    [{ const: { [long]: 1 } }, "", "const", "maxTextLength"],
    [{ anyOf: [{ required: [long] }, {}] }, "/anyOf/0", "required", "maxTextLength"],
    [{ properties: { [long]: {} } }, "", "properties", "maxTextLength"],
  ])("are errors with their place: %.60j", (schema, pointer, keyword, limit) => {
    const error = errorOf(schema);
    expect(error).toBeInstanceOf(SchemaLimitError);
    expect(error).toMatchObject({ pointer, keyword, limit });
  });

  it.each([0, -1, "0.000e7"])("multipleOf %s is no schema", (multipleOf) => {
    const error = errorOf(`{"allOf": [{"multipleOf": ${multipleOf}}]}`);
    expect(error).toBeInstanceOf(InvalidSchemaError);
    expect(error).toMatchObject({ pointer: "/allOf/0", keyword: "multipleOf" });
  });

  it.each([
    { type: "string", minLength: 1_000_001 },
    { type: "string", pattern: "^((a|b)*c){1000001}$" },
    { type: "array", items: { type: "string", pattern: "a{1000001}" }, minItems: 1 },
  ])("strings that must be longer than can be written are an error: %j", (schema) => {
    const error = errorOf(schema);
    expect(error).toBeInstanceOf(SchemaLimitError);
    expect(error).toMatchObject({ limit: "maxTextLength" });
  });

  it("where something else matches, an output does not begin such a string", () => {
    const matcher = new Matcher(
      compileJsonSchema({
        properties: {
          a: { anyOf: [{ type: "integer" }, { type: "string", minLength: 1e9 }] },
          b: { type: "string", minLength: 1e9 },
        },
        additionalProperties: false,
      }),
      vocabulary,
    );
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(matcher.acceptBytes(bytes('{"b'))).toBe(false);
    expect(matcher.acceptBytes(bytes('{"a": '))).toBe(true);
    expect(matcher.acceptBytes(bytes('"'))).toBe(false);
    expect(matcher.acceptBytes(bytes("7}"))).toBe(true);
    expect(matcher.isComplete).toBe(true);
  });

  it("long strings are written to their end", () => {
    const matcher = new Matcher(
      compileJsonSchema({ minLength: 200_000, maxLength: 200_000, type: "string" }),
      vocabulary,
    );
    expect(matcher.acceptBytes(new TextEncoder().encode(`"${"ab".repeat(100_000)}`))).toBe(true);
    expect(matcher.acceptBytes(new TextEncoder().encode("a"))).toBe(false);
    expect(matcher.acceptBytes(new TextEncoder().encode('"'))).toBe(true);
  });
});
