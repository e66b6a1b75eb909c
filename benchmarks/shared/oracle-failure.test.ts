import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { orUndefined } from "./oracle-failure.js";

test("a validator that exhausts the stack cannot tell", () => {
  const schema = { properties: { a: { $ref: "#/$defs/d0" } }, $defs: { d0: { $ref: "#/$defs/d0" } } };
  expect(() => new Ajv2020({ strict: false }).compile(schema)).toThrow(RangeError);
  expect(orUndefined(() => new Ajv2020({ strict: false }).compile(schema))).toBeUndefined();
});

test("what it finds is handed on, and so is any other error", () => {
  expect(orUndefined(() => false)).toBe(false);
  const other = () => {
    throw new RangeError("out of bounds");
  };
  expect(() => orUndefined(other)).toThrow("out of bounds");
});
