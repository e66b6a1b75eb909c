/** A schema in so many others. */
const nested = (depth: number, keyword: string) => `${`{"${keyword}":`.repeat(depth)}{}${"}".repeat(depth)}`;

/** Schemas that are meant to cost time or memory, or to confuse. */
export const HOSTILE_SCHEMAS: Readonly<Record<string, object | boolean | string>> = {
  "a schema that nothing matches": { type: "integer", minimum: 3, maximum: 2 },
  "a schema that applies itself": { $ref: "#" },
  "a reference to nothing": { $ref: "#/nowhere" },
  "a reference to the world": { $ref: "https://example.com/schema.json" },
  "a list without end": { type: "array", minItems: 2 ** 31 },
  "a text without end": { type: "string", minLength: 2 ** 31 },
  "a thousand levels": nested(1000, "items"),
  "a tower of not": nested(400, "not"),
  "a pattern with counters of counters": { type: "string", pattern: "^((a{1,100}){1,100}){1,100}$" },
  "a pattern with look-aheads": { type: "string", pattern: `^${"(?=.*a.{9})".repeat(9)}.*$` },
  "a pattern that back-tracks": { type: "string", pattern: "^(a+)+$" },
  "a pattern with a back-reference": { type: "string", pattern: "^(a|b)\\1$" },
  "many patterns at once": {
    type: "string",
    allOf: Array.from({ length: 40 }, (_, i) => ({ pattern: `(a|b)*a(a|b){${i + 8}}` })),
  },
  "many alternatives": {
    oneOf: Array.from({ length: 200 }, (_, i) => ({
      type: "object",
      properties: { [`a${i % 7}`]: { minLength: i }, [`b${i}`]: { type: "integer" } },
      required: [`b${i}`],
    })),
  },
  "items that must differ": {
    type: "array",
    uniqueItems: true,
    minItems: 20,
    items: { enum: ["a", "b", "c"] },
  },
  "numbers that are multiples": {
    type: "integer",
    allOf: [7, 11, 13, 17, 19, 23, 29, 31, 37].map((step) => ({ multipleOf: step })),
    minimum: 1,
  },
  "many properties": {
    type: "object",
    properties: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`p${i}`, { type: "string" }])),
    required: Array.from({ length: 5000 }, (_, i) => `p${i}`),
  },
  "keys of the language": {
    properties: { __proto__: { type: "null" }, constructor: { const: 1 } },
    required: ["constructor"],
  },
  "a keyword of the wrong kind": '{"minimum": "a"}',
};
