import { describe, expect, it } from "vitest";
import { compileJsonSchema, Matcher, Vocabulary } from "../index.js";

/** Without the spaces between them; a dot is a space. */
const tokens = [
  '"," ","" ","", ",""," ","","", ",""] ",""]} ",·"" ",·"", ",""],"b":["" ","a" ","a", ","a"," ","a","b',
  '","a","" ","·" ","a\\u0062" ","",1 ","",["" ","",null a","", a",""," "" "", ","\\u0061" ""],[""',
  '",""); ","a ","b","" ","c" ","c",""',
].flatMap((line) => line.split(" ").map((token) => token.replace("·", " ")));
const encoder = new TextEncoder();
const vocabulary = Vocabulary.fromBytes(
  [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...tokens.map((t) => encoder.encode(t)),
    encoder.encode("<eos>"),
  ],
  { eosTokenIds: [256 + tokens.length] },
);

const text = { type: "string" };
const different = (items: object, rest: object = {}) => ({
  ...{ type: "array", items, uniqueItems: true },
  ...rest,
});

/** Items that differ, and an output of which each beginning is looked at. */
const cases: [string, object, string][] = [
  ["any texts", different(text), '["a","","ab","abc"]'],
  ["texts with escapes", different(text), '["\\u0061","","x\\n","\\u00e4"]'],
  ["texts that begin with U+FEFF", different(text), '["\ufeff","","\ufeffa","a"]'],
  ["texts that are not empty", different({ type: "string", minLength: 1 }), '["b","a","abc"]'],
  ["texts of a pattern", different({ type: "string", pattern: "^a*b*$" }), '["aab","","ab"]'],
  ["few texts", different({ enum: ["", "a", "b"] }), '["b","","a"]'],
  [
    "texts of which two begin alike",
    different({ type: "string", pattern: "^(a[bc]|[0-9]+)$" }),
    '["ab","ac","12"]',
  ],
  [
    "texts of which few are longer",
    different({ type: "string", pattern: "^(a|b|[0-9]+)$" }),
    '["a","12","b"]',
  ],
  ["texts and others", different({ type: ["string", "null", "number"] }), '["a",1,"",null,"b"]'],
  ["texts and arrays", different({ type: ["string", "array"] }), '["a",[],"",[""],"b"]'],
  ["three texts", different(text, { maxItems: 3 }), '["ab","","b"]'],
  ["three texts and more", different(text, { minItems: 3 }), '["ab","","b"]'],
  [
    "texts behind another item",
    different(text, { items: [{ const: "a" }], additionalItems: text }),
    '["a","b",""]',
  ],
  ["texts, one of which must come", different(text, { contains: { const: "" } }), '["ab","","b"]'],
  [
    "texts that are not all different",
    { ...different(text), uniqueItems: false, not: different({}) },
    '["a","","a"]',
  ],
  ["either different or few", { anyOf: [different(text), { items: text, maxItems: 2 }] }, '["a","a"]'],
  ["texts within items that differ", different(different(text)), '[["a",""],["a"],[""]]'],
  [
    "texts within objects",
    { properties: { a: different(text), b: different(text) }, additionalProperties: false, type: "object" },
    '{"a":["ab",""],"b":["a",""]}',
  ],
];

describe("masks where whole items come behind the end of one that differs from others", () => {
  it.each(cases)("are what trying every token says: %s", (_, schema, output) => {
    const draft07 = { $schema: "http://json-schema.org/draft-07/schema#", ...schema };
    for (const options of [{ whitespace: "flexible" }, { order: "any" }] as const) {
      const matcher = new Matcher(compileJsonSchema(draft07, options), vocabulary);
      for (const byte of [...encoder.encode(output), undefined]) {
        const before = new TextDecoder().decode(matcher.bytes);
        const mask = matcher.mask();
        for (let id = 0; id < vocabulary.size; id++) {
          const isAccepted = matcher.accept(id);
          if (isAccepted) matcher.rollback(1);
          expect(mask.has(id), `${before} then ${tokens[id - 256] ?? id}`).toBe(isAccepted);
        }
        if (byte !== undefined) expect(matcher.acceptBytes(Uint8Array.of(byte)), before).toBe(true);
      }
      expect(matcher.isComplete).toBe(true);
    }
  });
});
