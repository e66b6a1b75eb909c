import { UnsatisfiableSchemaError } from "@grammask/core";
import { describe, expect, it } from "vitest";
import { CASES } from "./cases.js";
import { isEnded, read } from "./read.js";

/** What a case may cost: steps of one question, and formula nodes of the whole output. */
const COST = { maxSatSteps: 2000, maxFormulaNodes: 60_000 };

describe("adversarial schemas, within counted steps", () => {
  it.each(CASES.filter((one) => one.mayReachLimit !== true))("$name", ({ schema, valid, invalid }) => {
    for (const value of valid) expect(read(schema, value, COST).outcome).toBe("accepted");
    for (const value of invalid) expect(read(schema, value, COST).outcome).toBe("refused");
  });

  it.each(CASES.filter((one) => /^(oneOf|anyOf) of /.test(one.name)))("$name has an end", ({ schema }) => {
    expect(isEnded(schema, COST)).toBe(true);
  });

  it.each(CASES.filter((one) => one.mayReachLimit === true))(
    "$name, or the limit",
    ({ schema, valid, invalid }) => {
      try {
        for (const value of valid) expect(["accepted", "limit"]).toContain(read(schema, value, COST).outcome);
        for (const value of invalid)
          expect(["refused", "limit"]).toContain(read(schema, value, COST).outcome);
      } catch (error) {
        expect(error).toBeInstanceOf(UnsatisfiableSchemaError);
      }
    },
  );
});
