import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomNumbers } from "../../test/walk.js";
import { compileJsonSchema, Matcher } from "../index.js";

const vocabulary = byteVocabulary();

/** Schemas of all kinds of frames, small enough that many of their configs are within a few tokens. */
const schemas: [string, unknown, object?][] = [
  ["anything", true],
  ["strings of a length", { type: "string", minLength: 1, maxLength: 3 }],
  ["a pattern", { type: "string", pattern: "^a[bc]*(red|gre)?$" }],
  ["alternatives of strings", { enum: ["red", "gre", 'a"b', "é", "\u{1F600}", ""] }],
  ["numbers", { type: "number", minimum: -1, maximum: 12, multipleOf: 0.5 }],
  ["an open object", { properties: { a: { type: "integer" }, key: { type: "string" } }, required: ["a"] }],
  [
    "a closed object",
    {
      properties: { a: { type: "integer" }, ab: { const: "red" }, key: { type: "null" } },
      additionalProperties: false,
    },
  ],
  [
    "names by patterns",
    { patternProperties: { "^a": { type: "integer" }, b$: false }, additionalProperties: { const: 1 } },
  ],
  ["names of a kind", { propertyNames: { pattern: "^[ab]{1,2}$" }, minProperties: 1, maxProperties: 2 }],
  [
    "properties that depend",
    { properties: { a: {}, b: {} }, dependentRequired: { a: ["b"] }, type: "object" },
  ],
  ["items that differ", { type: "array", items: { enum: ["red", "gre", 1, 12, true] }, uniqueItems: true }],
  [
    "texts that differ",
    { type: "array", items: { type: ["string", "boolean", "array"] }, uniqueItems: true, minItems: 2 },
  ],
  [
    "objects that differ",
    { type: "array", items: { properties: { a: { type: "integer" } } }, uniqueItems: true },
  ],
  [
    "tuples",
    { prefixItems: [{ type: "integer" }, { type: "string", maxLength: 1 }], items: false, type: "array" },
  ],
  [
    "overlapping alternatives",
    { oneOf: [{ type: "object", required: ["a"] }, { type: "object", required: ["b"] }, { type: "string" }] },
  ],
  [
    "a recursive schema",
    { properties: { a: { $ref: "#" }, key: { type: "array", items: { $ref: "#" } } }, type: "object" },
  ],
];

const options: [string, object][] = [
  ["in any order", { order: "any" }],
  ["in the schema's order, flexible whitespace", { order: "schema", whitespace: "flexible" }],
  ["pretty, minimal escapes", { order: "any", whitespace: "pretty", escapes: "minimal" }],
];

describe.each(options)("masks %s", (_, option) => {
  it.each(schemas)("are what trying every token says, wherever tokens lead: %s", (_, schema) => {
    const grammar = compileJsonSchema(schema, option);
    const random = randomNumbers(7);
    const matcher = new Matcher(grammar, vocabulary);
    const seen = new Set<string>();
    // Outputs of up to 8 tokens, and from each place the masks of all that is allowed there.
    for (let walk = 0; walk < 40; walk++) {
      matcher.reset();
      for (let step = 0; step < 8 && !matcher.isEnded; step++) {
        const text = Buffer.from(matcher.bytes).toString("latin1");
        const mask = matcher.mask();
        const allowed: number[] = [];
        for (let id = 0; id < vocabulary.size; id++) if (mask.has(id)) allowed.push(id);
        if (!seen.has(text)) {
          seen.add(text);
          const accepted: number[] = [];
          for (let id = 0; id < vocabulary.size; id++) {
            if (!matcher.accept(id)) continue;
            accepted.push(id);
            matcher.rollback(1);
          }
          expect(allowed, JSON.stringify(text)).toEqual(accepted);
          expect(mask.count).toBe(accepted.length);
        }
        expect(allowed.length).toBeGreaterThan(0);
        // Tokens of several bytes cross frames; single ones are seldom worth a step.
        const long = allowed.filter((id) => (vocabulary.tokenBytes(id)?.length ?? 0) > 1);
        const from = long.length > 0 && random() < 0.7 ? long : allowed;
        matcher.accept(from[Math.floor(random() * from.length)] as number);
      }
    }
    expect(seen.size).toBeGreaterThan(3);
  });
});
