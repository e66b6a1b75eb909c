import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { compileJsonSchema, Matcher } from "../index.js";

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
