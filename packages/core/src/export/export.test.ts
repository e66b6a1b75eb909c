import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../../benchmarks/shared/random-schemas.js";
import { accepts } from "../../test/accepts.js";
import { always } from "../../test/always.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { compileRandom, isLimitError } from "../../test/compile-random.js";
import { randomNumbers, randomWalk } from "../../test/walk.js";
import {
  compileGbnf,
  compileJsonSchema,
  compileLark,
  compileRegex,
  ExportError,
  type ExportOptions,
  exportGbnf,
  exportLark,
  exportRegex,
  exportXgrammar,
  type Grammar,
  Matcher,
  UnsupportedSchemaError,
} from "../index.js";

/** Long runs are asked for by the environment. */
const SCHEMAS = Number(process.env.GRAMMASK_EXPORT_SCHEMAS ?? 60);
const vocabulary = byteVocabulary();
const STYLE = { whitespace: "spaced", numbers: "plain", escapes: "minimal" } as const;

function gbnf(schema: unknown, options: ExportOptions = {}): Grammar {
  return compileGbnf(exportGbnf(schema, options).text);
}

function regex(schema: unknown, options: ExportOptions = {}): RegExp {
  return new RegExp(`^(?:${exportRegex(schema, options).text})$`, "u");
}

/** Terminals are regular expressions, which get too large sooner than rules do. */
function larkOf(schema: unknown): Grammar | undefined {
  try {
    return compileLark(exportLark(schema, { lossy: true }).text);
  } catch (error) {
    if (isLimitError(error)) return undefined;
    throw error;
  }
}

function texts(grammar: Grammar, seed: number, count: number): string[] {
  const random = randomNumbers(seed);
  const matcher = new Matcher(grammar, vocabulary);
  return Array.from({ length: count }, () => {
    const text = randomWalk(matcher, random);
    matcher.reset();
    return text;
  });
}

/** An export lets names of other properties repeat: then the last value counts. */
function repeatsName(text: string): boolean {
  const names = (json: string) => json.split('":').length;
  return names(JSON.stringify(JSON.parse(text))) < names(text.replaceAll('": ', '":'));
}

describe("exports", () => {
  it(
    "have the texts of the schema and no others: random schemas, random texts of each in the other",
    () => {
      const count = { there: 0, back: 0, repeated: 0, limits: 0, lossy: 0 };
      const same = fc.property(schemas, fc.integer(), (schema, seed) => {
        try {
          const any = compileRandom(schema, "any");
          if (any === undefined) return;
          const { text, losses } = exportGbnf(schema, { lossy: true });
          const exported = compileGbnf(text);
          const lark = larkOf(schema);
          for (const each of texts(compileJsonSchema(schema, STYLE), seed, 4)) {
            count.there++;
            expect(accepts(exported, each), `${each} is not in\n${text}`).toBe(true);
            if (lark !== undefined) expect(accepts(lark, each), `${each}, Lark`).toBe(true);
          }
          if (losses.length > 0) {
            count.lossy++;
            return;
          }
          for (const each of texts(exported, seed, 4)) {
            count.back++;
            if (accepts(any, each)) continue;
            expect(repeatsName(each), `${each} is in\n${text}`).toBe(true);
            count.repeated++;
          }
        } catch (error) {
          if (!isLimitError(error)) throw error;
          count.limits++;
        }
      });
      const counted = always(SCHEMAS);
      fc.assert(same, { numRuns: counted, seed: 2, endOnFailure: true });
      expect(count.there).toBeGreaterThan(counted);
      expect(count.back).toBeGreaterThan(counted / 2);
      expect(count.limits).toBeLessThan(counted / 5);
      fc.assert(same, { numRuns: SCHEMAS - counted, endOnFailure: true });
      if (process.env.GRAMMASK_EXPORT_SCHEMAS) console.log(count);
    },
    60_000 + SCHEMAS * 1_000,
  );

  it("say what several keywords say together", () => {
    const base = { type: "object", additionalProperties: false } as const;
    const values = [
      {},
      { a: 1 },
      { b: "x" },
      { a: 1, b: "x" },
      { a: 2 },
      { a: 2, b: "y" },
      [],
      [1],
      [1, 2],
      "ab",
    ];
    for (const schema of [
      {
        ...base,
        properties: { a: { enum: [1, 2] }, b: { type: "string" } },
        dependentRequired: { a: ["b"] },
      },
      {
        ...base,
        properties: { a: { type: "integer" }, b: {} },
        if: { properties: { a: { const: 1 } }, required: ["a"] },
        // biome-ignore lint/suspicious/noThenProperty: the keyword
        then: { required: ["b"] },
      },
      {
        oneOf: [{ required: ["a"] }, { required: ["b"] }],
        type: "object",
        properties: { a: { type: "number" } },
      },
      { not: { required: ["a"] } },
      {
        type: "object",
        minProperties: 1,
        maxProperties: 1,
        properties: { a: {}, b: {} },
        additionalProperties: false,
      },
      { type: "array", contains: { const: 2 }, items: { type: "integer" } },
      { type: ["string", "array"], minLength: 2, maxItems: 1 },
      {
        anyOf: [
          { type: "object", propertyNames: { pattern: "^a" } },
          { type: "array", prefixItems: [{ const: 1 }] },
        ],
      },
    ]) {
      const [grammar, exported] = [compileJsonSchema(schema), gbnf(schema)];
      for (const value of values) {
        const text = JSON.stringify(value);
        expect(accepts(exported, text), `${JSON.stringify(schema)} ${text}`).toBe(accepts(grammar, text));
      }
    }
  });

  it("write regular expressions that RegExp and our own reader understand", () => {
    for (const schema of [
      { type: "string", format: "date-time" },
      { type: "string", pattern: '^["\\\\/\\u0001-\\u0003]+é?$' },
      { type: "number", multipleOf: 0.01, exclusiveMinimum: -3, maximum: 12.5 },
      { type: "integer", multipleOf: 7 },
      { enum: ["a|b", "[", null, 3, ["x", { y: "^$.*+?(){}-&~/" }]] },
      {
        type: "object",
        properties: {
          a: { type: "array", items: { type: "boolean" }, maxItems: 3 },
          b: { type: ["null", "number"] },
        },
        patternProperties: { "^x": { enum: [1, "\n\u0000"] } },
        additionalProperties: false,
      },
    ]) {
      const { text } = exportRegex(schema);
      const [expression, own] = [regex(schema), compileRegex(text)];
      for (const each of texts(compileJsonSchema(schema, STYLE), 7, 12)) {
        expect(each).toMatch(expression);
        expect(accepts(own, each)).toBe(true);
      }
      const grammar = compileJsonSchema(schema, { whitespace: "spaced", order: "any" });
      for (const each of texts(own, 8, 12)) {
        expect(accepts(grammar, each) || repeatsName(each), each).toBe(true);
      }
    }
  });

  it("leave leap seconds out, and exponents where asked for", () => {
    const time = { type: "string", format: "date-time" };
    expect(accepts(gbnf(time), '"2016-12-31T23:59:59Z"')).toBe(true);
    expect(accepts(gbnf(time), '"2016-12-31T23:59:60Z"')).toBe(false);
    const number = { type: "number", minimum: 5 };
    expect(accepts(gbnf(number), "5e3")).toBe(false);
    expect(accepts(gbnf(number, { numbers: "any" }), "5e3")).toBe(true);
    expect(accepts(gbnf(number, { numbers: "any" }), "5e-3")).toBe(false);
  });

  it("write no spaces where asked for", () => {
    const compact = gbnf({ enum: [{ a: 1, b: 2 }] }, { whitespace: "compact" });
    expect(accepts(compact, '{"a":1,"b":2}')).toBe(true);
    expect(accepts(compact, '{"a": 1,"b":2}')).toBe(false);
  });

  it("repeat long lists and strings without a rule for each", () => {
    const schema = { type: "array", items: { type: "string", maxLength: 2_500 }, minItems: 1_200 };
    const { text } = exportGbnf(schema);
    expect(text.length).toBeLessThan(1_000);
    expect([...text.matchAll(/\{(?:\d+,)?(\d+)\}/g)].every(([, most]) => Number(most) <= 1_000)).toBe(true);
    const short = { type: "array", items: { const: 1 }, minItems: 1_200, maxItems: 1_201 };
    for (const count of [1_199, 1_200, 1_201, 1_202]) {
      const list = JSON.stringify(Array.from({ length: count }, () => 1));
      expect(accepts(gbnf(short), list)).toBe(count === 1_200 || count === 1_201);
    }
  });

  it("name what the target cannot say, everywhere, or leave it out when told to", () => {
    const schema = {
      properties: { tags: { type: "array", uniqueItems: true }, map: { type: "object", minProperties: 2 } },
    };
    for (const [target, write] of [
      ["GBNF", exportGbnf],
      ["XGrammar", exportXgrammar],
      ["Lark", exportLark],
    ] as const) {
      const expected = [
        { path: "/tags", places: [{ pointer: "/properties/tags", keyword: "uniqueItems" }] },
        { path: "/map", places: [{ pointer: "/properties/map", keyword: "minProperties" }] },
      ];
      const thrown = caught(() => write(schema));
      expect(thrown).toBeInstanceOf(ExportError);
      expect(thrown).toMatchObject({
        target,
        losses: expect.arrayContaining(expected.map((each) => expect.objectContaining(each))),
      });
      expect(write(schema, { lossy: true }).losses).toHaveLength(2);
    }
    const lossy = gbnf(schema, { lossy: true });
    expect(accepts(lossy, '{"tags":[1,1]}')).toBe(true);
    expect(accepts(lossy, '{"map":{"a":1}}')).toBe(false);
    const reference = { pattern: "^(a)\\1$" };
    expect(() => exportGbnf(reference)).toThrow(UnsupportedSchemaError);
    expect(exportGbnf(reference, { lossy: true }).losses).toMatchObject([
      { places: [{ keyword: "pattern" }] },
    ]);
  });

  it("refuse recursion in a regular expression, and what gets too large, with the place", () => {
    const tree = { type: "object", properties: { next: { $ref: "#" } }, additionalProperties: false };
    expect(accepts(gbnf(tree), '{"next":{"next":{}}}')).toBe(true);
    const thrown = caught(() => exportRegex(tree, { lossy: true }));
    expect(thrown).toMatchObject({
      losses: [{ places: [{ pointer: "/properties/next", keyword: "$ref" }] }],
    });
    const large = { properties: { a: { type: "number", multipleOf: 0.4999 } } };
    expect(caught(() => exportGbnf(large))).toMatchObject({
      code: "schema-limit",
      message: expect.stringMatching("/a"),
    });
    expect(() => exportGbnf({}, { whitespace: "pretty" as "spaced" })).toThrow(RangeError);
    expect(() => exportGbnf({}, { numbers: "few" as "any" })).toThrow(RangeError);
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
