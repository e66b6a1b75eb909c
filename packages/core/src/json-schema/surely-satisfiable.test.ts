import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainSchemas, schemas } from "../../../../benchmarks/shared/random-schemas.js";
import { jsonFromValue } from "../json/index.js";
import { jsonNumber, type Language, LanguageArena, normalisedNumber } from "../language/index.js";
import { Derivatives } from "./derivative.js";
import { InvalidSchemaError, SchemaLimitError } from "./errors.js";
import { formatLanguage, isKnownFormat } from "./formats/index.js";
import { type Formula, FormulaStore, JsonType } from "./formula.js";
import { DEFAULT_SCHEMA_LIMITS } from "./limits.js";
import { Satisfiability } from "./satisfiability.js";
import { SchemaFormulas } from "./schema-formulas.js";
import { SchemaSet } from "./schema-set.js";
import { Unenforceable } from "./warnings.js";

/** What a look at a schema tells, and what satisfiability decides without it. */
function judgements(schema: unknown) {
  const set = new SchemaSet(jsonFromValue(schema), DEFAULT_SCHEMA_LIMITS);
  const arena = new LanguageArena();
  const store = new FormulaStore(arena, { maxNodes: 100_000 });
  const strings = (formula: Formula): Language =>
    derivatives.stringLanguage(derivatives.specialise(formula, JsonType.String));
  const dialect = set.root.position.resource.dialect;
  const format = {
    asserts: (name: string) => isKnownFormat(name, dialect),
    language: (name: string) => formatLanguage(arena, name, dialect),
  };
  const formulas = new SchemaFormulas(set, store, strings, format, new Unenforceable(false));
  const numbers = { all: jsonNumber(arena), normalised: normalisedNumber(arena) };
  const derivatives = new Derivatives(store, formulas.expand, numbers);
  const exact = new Satisfiability(store, derivatives, DEFAULT_SCHEMA_LIMITS, {
    constant: (value) => formulas.constant(value),
    isSurelySatisfiable: () => false,
    listed: () => [],
  });
  return {
    looksSatisfiable: formulas.isSurelySatisfiable(set.root.id),
    isSatisfiable: () => exact.value(formulas.reference(set.root)),
  };
}

describe("a look at a schema", () => {
  it("tells that some value matches only where one does", () => {
    let sure = 0;
    let open = 0;
    const right = (some: fc.Arbitrary<object>) =>
      fc.property(some, (schema) => {
        try {
          const { looksSatisfiable, isSatisfiable } = judgements(schema);
          if (looksSatisfiable) {
            sure++;
            expect(isSatisfiable()).toBe(true);
          } else if (isSatisfiable()) open++;
        } catch (error) {
          if (!(error instanceof InvalidSchemaError || error instanceof SchemaLimitError)) throw error;
        }
      });
    // How often it tells is counted among schemas that are always the same.
    fc.assert(right(plainSchemas), { numRuns: 750, seed: 1 });
    expect(sure).toBeGreaterThan(10 * open);
    fc.assert(right(schemas), { numRuns: 750 });
  });

  it.each([
    { type: "object", properties: { a: { type: "string", minLength: 1 } }, required: ["a"] },
    { type: "object", required: ["a", "b"], additionalProperties: { type: "integer", minimum: 3 } },
    { type: "array", items: { enum: ["x", 2] }, minItems: 3 },
    { type: "integer", minimum: 3, maximum: 5 },
    { type: "string", format: "date-time" },
    { type: "string", pattern: "^[a-z]+$" },
    { oneOf: [{ type: "string" }, { type: "null" }] },
    { $ref: "#/definitions/a", definitions: { a: { anyOf: [{ $ref: "#" }, { const: "b" }] } } },
  ])("knows that some value matches %j", (schema) => {
    expect(judgements(schema).looksSatisfiable).toBe(true);
  });

  it.each([
    { type: "array", minItems: 1, unevaluatedItems: false },
    { type: "object", required: ["a"], additionalProperties: false },
    { type: "object", required: ["xa"], patternProperties: { "^x": false } },
    { type: "object", required: ["a"], propertyNames: { maxLength: 0 } },
    { type: "object", required: ["a"], unevaluatedProperties: false },
    { type: "object", required: ["a"], properties: { a: { $ref: "#" } } },
    { type: "string", minLength: 3, maxLength: 2 },
    { type: "string", pattern: "^a$", minLength: 2 },
    { type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 },
    { type: "integer", enum: [1.5, "a"] },
    { type: "string", enum: ["\ud800"] },
    { type: "object", required: ["\ud800"] },
    { allOf: [{ type: "string" }, { type: "number" }] },
    { oneOf: [{ type: "null" }, { type: ["null"] }] },
    { not: {} },
    { type: "number", not: { type: "number" } },
    { type: "array", contains: { type: "string" }, maxItems: 0 },
  ])("does not take %j for satisfiable", (schema) => {
    const { looksSatisfiable, isSatisfiable } = judgements(schema);
    expect(isSatisfiable()).toBe(false);
    expect(looksSatisfiable).toBe(false);
  });

  /** An object that needs the next, `depth` times, and then a value that matches `leaf`. */
  const chain = (depth: number, leaf: unknown) => ({
    $ref: "#/$defs/d0",
    $defs: Object.fromEntries(
      Array.from({ length: depth }, (_, i) => [
        `d${i}`,
        {
          type: "object",
          required: ["a"],
          properties: { a: i === depth - 1 ? leaf : { $ref: `#/$defs/d${i + 1}` } },
        },
      ]),
    ),
  });

  it("goes as deep as schemas are", () => {
    expect(judgements(chain(3000, { type: "integer" })).looksSatisfiable).toBe(true);
    expect(judgements(chain(3000, false)).looksSatisfiable).toBe(false);
    expect(judgements(chain(300, { $ref: "#/$defs/d0" })).looksSatisfiable).toBe(false);
    // A way out near the end of a long cycle.
    const way = { anyOf: [{ $ref: "#/$defs/d0" }, { type: "string", minLength: 1 }] };
    expect(judgements(chain(300, way)).looksSatisfiable).toBe(true);
  });

  it("follows references that stand alone, and leaves very long chains of them", () => {
    const references = (count: number) => ({
      $ref: "#/$defs/r0",
      $defs: Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `r${i}`,
          i === count - 1 ? { type: "string", minLength: 1 } : { $ref: `#/$defs/r${i + 1}` },
        ]),
      ),
    });
    expect(judgements(references(60)).looksSatisfiable).toBe(true);
    const long = judgements(references(150));
    expect(long.looksSatisfiable).toBe(false);
    expect(long.isSatisfiable()).toBe(true);
  });

  it("sees constants of every type", () => {
    expect(judgements({ enum: [{ a: [1, "x"] }] }).looksSatisfiable).toBe(true);
    expect(judgements({ const: [[{}]] }).looksSatisfiable).toBe(true);
    expect(judgements({ const: { a: 1 }, type: "array" }).looksSatisfiable).toBe(false);
    expect(judgements({ const: { "\ud800": 1 } }).looksSatisfiable).toBe(false);
    expect(judgements({ const: { a: ["\ud800"] } }).looksSatisfiable).toBe(false);
  });
});
