import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import {
  compileJsonSchema,
  InvalidSchemaError,
  type JsonSchemaOptions,
  PatternError,
  UnsupportedSchemaError,
} from "../index.js";

const grammarOf = (guidance: unknown, options?: JsonSchemaOptions) =>
  compileJsonSchema({ "x-guidance": guidance, items: { type: ["object", "integer", "string"] } }, options);

/** Which of these texts are accepted. */
const TEXTS = [
  '[1,{"a":2}]',
  '[1, {"a": 2}]',
  '[1 ,{"a":2}]',
  '[ 1,{"a":2} ]',
  '[1,  {"a":2}]',
  '["\\u0041"]',
  '["\\u0001"]',
];
const accepted = (guidance: unknown, options?: JsonSchemaOptions) => {
  const grammar = grammarOf(guidance, options);
  return TEXTS.filter((text) => accepts(grammar, text));
};
const pick = (...indices: number[]) => indices.map((index) => TEXTS[index]);

describe("x-guidance at the root", () => {
  it.each<[object, (string | undefined)[]]>([
    [{}, pick(0, 1, 5, 6)],
    [{ whitespace_flexible: false }, pick(0, 5, 6)],
    [{ whitespace_flexible: true }, pick(0, 1, 2, 3, 4, 5, 6)],
    [{ whitespace_flexible: false, item_separator: ", ", key_separator: ": " }, pick(1, 5, 6)],
    [{ whitespace_flexible: false, item_separator: " ,", key_separator: ":" }, pick(2, 5, 6)],
    [{ whitespace_flexible: false, item_separator: " ?, ?", key_separator: ": ?" }, pick(0, 1, 2, 5, 6)],
    [{ whitespace_pattern: " " }, pick(0, 1, 2, 3, 5, 6)],
    [{ whitespace_pattern: null, whitespace_flexible: false }, pick(0, 5, 6)],
    [{ json_allowed_escapes: 'bfnrtu"\\' }, pick(0, 1, 6)],
    [{ json_allow_general_unicode_escapes: true }, pick(0, 1, 5, 6)],
    [{ coerce_one_of: true }, pick(0, 1, 5, 6)],
  ])("%j", (guidance, texts) => {
    expect(accepted(guidance)).toEqual(texts);
  });

  it("gives way to the caller's options", () => {
    expect(accepted({ whitespace_flexible: false }, { whitespace: "flexible" })).toEqual(TEXTS);
    expect(accepted({ whitespace_pattern: " *" }, { whitespace: "compact" })).toEqual(pick(0, 5, 6));
    expect(accepted({ whitespace_flexible: true }, { whitespacePattern: "" })).toEqual(pick(0, 5, 6));
    expect(accepted({ json_allow_general_unicode_escapes: true }, { escapes: "minimal" })).toEqual(
      pick(0, 1, 6),
    );
  });

  it("is an annotation elsewhere", () => {
    const inner = compileJsonSchema({ items: { "x-guidance": { whitespace_flexible: false } } });
    expect(accepts(inner, "[[1, 2]]")).toBe(true);
  });

  it.each<[unknown, abstract new (...args: never[]) => Error]>([
    [true, InvalidSchemaError],
    [{ unknown: 1 }, InvalidSchemaError],
    [{ toString: "a" }, InvalidSchemaError],
    [{ whitespace_flexible: "yes" }, InvalidSchemaError],
    [{ whitespace_flexible: null }, InvalidSchemaError],
    [{ item_separator: "\\s?,\\s?" }, UnsupportedSchemaError],
    [{ item_separator: ",| , " }, UnsupportedSchemaError],
    [{ item_separator: "(" }, PatternError],
    [{ key_separator: "," }, UnsupportedSchemaError],
    [{ json_allowed_escapes: "n" }, UnsupportedSchemaError],
    [{ whitespace_pattern: "(" }, PatternError],
  ])("%j is refused", (guidance, type) => {
    expect(() => grammarOf(guidance)).toThrow(type);
  });
});

describe("lenient", () => {
  const schema = {
    properties: { a: { type: "string", pattern: "(.)\\1", minLength: 2 }, b: { type: "integer" } },
    patternProperties: { "^(x)\\1": { type: "null" } },
    additionalProperties: { type: "boolean" },
  };

  it("is asked for, by the option or by x-guidance", () => {
    expect(() => compileJsonSchema(schema)).toThrow(UnsupportedSchemaError);
    expect(() => compileJsonSchema({ ...schema, "x-guidance": {} })).toThrow(UnsupportedSchemaError);
    const options = { lenient: true };
    for (const grammar of [
      compileJsonSchema(schema, options),
      compileJsonSchema({ ...schema, "x-guidance": options }),
    ]) {
      expect(grammar.report.warnings).toEqual([
        { pointer: "", keyword: "patternProperties", reason: expect.stringContaining("back-reference") },
        { pointer: "/properties/a", keyword: "pattern", reason: expect.stringContaining("back-reference") },
      ]);
      expect(accepts(grammar, '{"a":"xy","b":1,"c":true}')).toBe(true);
      expect(accepts(grammar, '{"a":"x"}')).toBe(false);
      expect(accepts(grammar, '{"b":true}')).toBe(false);
      expect(accepts(grammar, '{"c":1}')).toBe(false);
    }
  });

  it("has no warnings where everything is enforced, and still refuses what is wrong", () => {
    expect(compileJsonSchema({ pattern: "a" }, { lenient: true }).report.warnings).toEqual([]);
    expect(() => compileJsonSchema({ pattern: "(" }, { lenient: true })).toThrow(InvalidSchemaError);
    expect(() => compileJsonSchema({ type: "text" }, { lenient: true })).toThrow(InvalidSchemaError);
  });

  it("warns of what is found only when an output reaches it, once for all automata", () => {
    const many = Array.from({ length: 14 }, (_, i) => ({ contains: { const: i } }));
    const deep = { properties: { a: { anyOf: many, unevaluatedItems: false } } };
    const grammar = compileJsonSchema(deep, { lenient: true });
    expect(accepts(grammar, '{"a":[1,"b"]}')).toBe(true);
    expect(grammar.report.warnings).toEqual([
      { pointer: "/properties/a", keyword: "unevaluatedItems", reason: expect.stringContaining("more than") },
    ]);
  });
});
