import { describe, expect, it } from "vitest";
import { compileJsonSchema, Matcher, Vocabulary } from "../index.js";

const tokens = [
  "},{",
  '},{"',
  '"},{"',
  '},{"a',
  '"},{"a":"',
  "},{}",
  "},{ ",
  '},{ "',
  '"},{"b',
  "1},{",
  '1},{"',
  '1},{"a":1',
];
const encoder = new TextEncoder();
const vocabulary = Vocabulary.fromBytes(
  [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...tokens.map((t) => encoder.encode(t)),
    encoder.encode("<eos>"),
  ],
  { eosTokenIds: [256 + tokens.length] },
);

const different = (items: object, rest: object = {}) => ({
  type: "array",
  items,
  uniqueItems: true,
  ...rest,
});
const text = { type: "string" };

/** Items that differ, and an output of which each beginning is looked at. */
const cases: [string, object, string][] = [
  ["of any kind", different({ type: "object" }), '[{"a":"x"},{"a":1},{},{"b":"x"}]'],
  [
    "of endlessly many texts",
    different({ type: "object", properties: { a: text }, additionalProperties: false }),
    '[{"a":"x"},{"a":"y"},{}]',
  ],
  [
    "or anything else",
    different({ anyOf: [{ type: "object", properties: { a: text }, required: ["a"] }, text] }),
    '["x",{"a":"x"},"y",{"a":"y"}]',
  ],
  [
    "of two values",
    different({ type: "object", properties: { a: { const: 1 } }, additionalProperties: false }),
    '[{"a":1},{}]',
  ],
  [
    "of two values, the other one first",
    different({ type: "object", properties: { a: { const: 1 } }, additionalProperties: false }),
    '[{},{"a":1}]',
  ],
  [
    "of three values with texts",
    different({ type: "object", properties: { a: { enum: ["x", "y"] } }, additionalProperties: false }),
    '[{"a":"x"},{},{"a":"y"}]',
  ],
  [
    "of a bounded number",
    different({ type: "object", properties: { a: text }, required: ["a"] }, { maxItems: 2 }),
    '[{"a":"x"},{"a":"y"}]',
  ],
  [
    "of which more are needed",
    different({ type: "object", properties: { a: { enum: ["x", "y"] } }, required: ["a"] }, { minItems: 2 }),
    '[{"a":"x"},{"a":"y"},{"a":"y","b":1}]',
  ],
  [
    "within others",
    different({ type: "object", properties: { a: different({ type: "object", properties: { b: text } }) } }),
    '[{"a":[{"b":"x"},{"b":"y"}]},{"a":[{"b":"x"},{}]}]',
  ],
];

describe("masks where the next one of some different objects begins in a token", () => {
  it.each(cases)("are what trying every token says: %s", (_, schema, output) => {
    for (const options of [{ whitespace: "flexible" }, { order: "any" }] as const) {
      const matcher = new Matcher(compileJsonSchema(schema, options), vocabulary);
      for (const byte of [...encoder.encode(output), undefined]) {
        const before = new TextDecoder().decode(matcher.bytes);
        const mask = matcher.mask();
        for (let id = 0; id < vocabulary.size; id++) {
          const isAccepted = matcher.accept(id);
          if (isAccepted) matcher.rollback(1);
          expect(mask.has(id), `${before} then ${id}`).toBe(isAccepted);
        }
        if (byte !== undefined) expect(matcher.acceptBytes(Uint8Array.of(byte)), before).toBe(true);
      }
      expect(matcher.isComplete).toBe(true);
    }
  });
});
