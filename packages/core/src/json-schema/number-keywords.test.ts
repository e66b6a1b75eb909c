import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { compileJsonSchema, Matcher, UnsatisfiableSchemaError } from "../index.js";

const vocabulary = byteVocabulary();
const accepts = (schema: object, text: string) => {
  const matcher = new Matcher(compileJsonSchema(schema), vocabulary);
  return matcher.acceptBytes(new TextEncoder().encode(text)) && matcher.isComplete;
};

describe("bounds of numbers", () => {
  // In a schema that names no dialect, draft-04's booleans and later numbers can stand together.
  it.each([
    [{ minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: 4 }, ["2", "3"], ["1", "4", "5"]],
    [{ minimum: 1, exclusiveMinimum: 0 }, ["1", "2"], ["0", "0.5"]],
    [{ minimum: 1, exclusiveMinimum: 1 }, ["1.5"], ["1", "1.0"]],
    [{ minimum: 1, exclusiveMinimum: false }, ["1"], ["0"]],
    [{ exclusiveMinimum: true }, ["-5", "0"], []],
    [{ exclusiveMaximum: 3, multipleOf: 0.5 }, ["2.5", "-1"], ["3", "2.6"]],
    [{ type: "integer", exclusiveMaximum: 3, maximum: 10 }, ["2", "2.0"], ["2.5", "3", "10"]],
  ])("%j", (schema, valid, invalid) => {
    for (const text of valid) expect(accepts(schema, text), text).toBe(true);
    for (const text of invalid) expect(accepts(schema, text), text).toBe(false);
  });
});

describe("combinations of number keywords", () => {
  it.each([
    [
      { oneOf: [{ type: "integer" }, { minimum: 2 }] },
      ["1", "2.5", "-3", "2.000001"],
      ["2", "3.0", "1.5", "-0.5"],
    ],
    [{ oneOf: [{ multipleOf: 5 }, { multipleOf: 3 }] }, ["5", "9", "-3"], ["15", "0", "1", "4.5"]],
    [{ type: "number", not: { multipleOf: 0.1 } }, ["0.05", "1.23", "-2.001"], ["0.1", "3", "0.0"]],
    [{ type: "integer", not: { multipleOf: 2 }, minimum: 4, maximum: 6 }, ["5", "5.0"], ["4", "6", "7"]],
    [
      JSON.parse(
        '{"type":"number","if":{"multipleOf":2},"then":{"minimum":10},"else":{"maximum":-1,"type":"integer"}}',
      ),
      ["10", "12", "-1", "-3"],
      ["8", "9", "-2", "-1.5", "11"],
    ],
    [{ type: "integer", not: { enum: [1, 2.0, 3, "x"] }, minimum: 1, maximum: 4 }, ["4"], ["1", "2", "3.0"]],
    [
      {
        $schema: "http://json-schema.org/draft-04/schema#",
        type: "number",
        not: { type: "integer" },
        maximum: 1,
        minimum: 1,
      },
      ["1.0", "1.00"],
      ["1"],
    ],
  ])("%j", (schema, valid, invalid) => {
    for (const text of valid) expect(accepts(schema, text), text).toBe(true);
    for (const text of invalid) expect(accepts(schema, text), text).toBe(false);
  });

  it("without a number are found when the schema is compiled", () => {
    const steps = [2, 3, 5, 7].map((multipleOf) => ({ not: { multipleOf } }));
    for (const schema of [
      { type: "integer", allOf: steps, minimum: 2, maximum: 10 },
      { type: "number", multipleOf: 6, not: { multipleOf: 3 } },
      { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 3, not: { enum: [1, 2] } },
      { type: "number", oneOf: [{ minimum: 0 }, { minimum: -1 }], not: { maximum: 0 } },
    ]) {
      expect(() => compileJsonSchema(schema)).toThrow(UnsatisfiableSchemaError);
    }
    expect(accepts({ type: "integer", allOf: steps, minimum: 2, maximum: 11 }, "11")).toBe(true);
  });
});
