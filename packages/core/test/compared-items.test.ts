import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { compileJsonSchema, Matcher } from "../src/index.js";
import { byteVocabulary } from "./byte-vocabulary.js";
import { randomNumbers, randomWalk } from "./walk.js";

/** Three quarters of it are the arrays and objects that an array of different items can have. */
const limits = { maxAlternatives: 8 };
const MOST = 6;
/** Numbers that doubles do not tell apart. */
const HARD_NUMBER = /\d[eE]|\d{15}/;
const vocabulary = byteVocabulary([]);
const matcherOf = (schema: object) =>
  new Matcher(compileJsonSchema(schema, { limits, whitespace: "compact", order: "any" }), vocabulary);
const read = (matcher: Matcher, text: string) => matcher.acceptBytes(new TextEncoder().encode(text));
const named = { type: "object", required: ["k"] };
/** The next item of an array, behind others or as the first one. */
const item = (matcher: Matcher, text: string) =>
  read(matcher, `${matcher.bytes.length > 1 ? "," : ""}${text}`);

describe("arrays and objects that must differ, near their greatest number", () => {
  it.each([1, 2, 4, 6])("leave room for %i that `contains` needs", (least) => {
    const matcher = matcherOf({ type: "array", uniqueItems: true, contains: named, minContains: least });
    expect(read(matcher, "[")).toBe(true);
    for (let i = 0; i < MOST - least; i++) expect(item(matcher, i % 2 ? `[${i}]` : `{"a":${i}}`)).toBe(true);
    expect(item(matcher, '{"a":"one more"}')).toBe(false);
    expect(item(matcher, "[true]")).toBe(false);
    // What is no array or object takes no room.
    for (const text of ["1", '"x"', "null"]) expect(item(matcher, text)).toBe(true);
    for (let i = 0; i < least; i++) {
      expect(matcher.isComplete).toBe(false);
      expect(read(matcher.clone(), "]")).toBe(false);
      expect(matcher.clone().acceptBytes(matcher.shortestCompletion().bytes)).toBe(true);
      expect(item(matcher, `{"k":${i}}`)).toBe(true);
    }
    expect(item(matcher, '{"k":"one more"}')).toBe(false);
    expect(item(matcher, "2")).toBe(true);
    expect(read(matcher, "]")).toBe(true);
    expect(matcher.isComplete).toBe(true);
    expect(matcher.limitHit).toBeUndefined();
  });

  it("leave room for places that need them, and for scalars before", () => {
    const prefixItems = [{ type: "integer" }, { type: ["object", "integer"] }, ...Array(5).fill(named)];
    const matcher = matcherOf({ type: "array", uniqueItems: true, prefixItems, minItems: 7 });
    expect(read(matcher, "[1")).toBe(true);
    const object = matcher.clone();
    expect(item(object, '{"a":1}')).toBe(true);
    expect(item(matcher, "2")).toBe(true);
    for (const other of [object, matcher])
      for (let i = 0; i < 5; i++) expect(item(other, `{"k":${i}}`)).toBe(true);
    expect(item(matcher, "[]")).toBe(true);
    expect(item(object, "[]")).toBe(false);
    for (const other of [object, matcher]) expect(read(other, "]")).toBe(true);
  });

  it("come to valid ends, whatever is drawn", () => {
    const random = randomNumbers(5);
    const ajv = new Ajv2020({ strict: false });
    const scalars = ["integer", "null"];
    const schemas = [
      { contains: named, minContains: 3, items: { type: ["object", "array", "null"] } },
      { contains: { type: "array" }, minContains: 5, maxContains: 5, items: { type: ["array", "object"] } },
      { prefixItems: [{}, {}, named, {}, { type: "array" }], minItems: 5, items: { type: scalars } },
      {
        anyOf: [
          { contains: named, minContains: 4 },
          { minItems: 3, items: { type: "array" } },
        ],
      },
      { not: { items: { type: scalars } }, minItems: 4 },
    ].map((schema) => ({ type: "array", uniqueItems: true, ...schema }));
    let nested = 0;
    for (const schema of schemas) {
      const grammar = compileJsonSchema(schema, { limits, whitespace: "compact", order: "any" });
      const validate = ajv.compile(schema);
      for (let i = 0; i < 6; i++) {
        const matcher = new Matcher(grammar, vocabulary);
        const text = randomWalk(matcher, random, 60);
        const value: unknown[] = JSON.parse(text);
        const count = value.filter((one) => one !== null && typeof one === "object").length;
        expect(count).toBeLessThanOrEqual(MOST);
        if (count === MOST) nested++;
        if (!HARD_NUMBER.test(text)) expect(validate(value), text).toBe(true);
        expect(matcher.limitHit).toBeUndefined();
      }
    }
    expect(nested).toBeGreaterThan(0);
  });
});
