import { describe, expect, it } from "vitest";
import { triedTokens } from "../../test/walk.js";
import { sharedLexemes } from "../grammar/lexemes.js";
import { compileJsonSchema, Matcher, Vocabulary } from "../index.js";
import { keyStarts } from "./key-starts.js";

const encoder = new TextEncoder();

/** Bytes, and tokens that begin keys behind values. */
function vocabularyOf(tokens: readonly string[]): Vocabulary {
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  return Vocabulary.fromBytes([...bytes, ...tokens.map((t) => encoder.encode(t)), encoder.encode("<eos>")], {
    eosTokenIds: [256 + tokens.length],
  });
}

const few = vocabularyOf([
  ',"',
  '","',
  '","#',
  '","\\',
  '":"',
  '":1,"',
  '":1,"#',
  '":"",',
  '":"","\\',
  '},"',
  "}}",
]);
const ends = vocabularyOf(['","":', '":1,"":', ',""', ',"', '"}']);
const many = vocabularyOf([
  ...[
    ',"',
    '","',
    '","a',
    '","ab"',
    '","ab":',
    '","\\u0061',
    '","\\"',
    '","":',
    '":1,"a',
    '":1,"a":',
    '":"","ab":',
  ],
  ...['":1}', '":1},"a', '},"ab":', '"é', ',"é', '":1,"é'],
]);

const number = { type: "number" };
const text = { type: "string" };
/** Objects, and outputs of which each beginning is looked at. */
const cases: [string, object, string[]][] = [
  [
    "with listed names",
    {
      properties: { a: number, ab: number, b: text, cd: text },
      additionalProperties: false,
      required: ["b"],
    },
    ['{"a":1,"ab":1,"b":"","cd":""}', '{"cd":"","b":"","ab":1,"a":1}'],
  ],
  [
    "with names that tokens begin",
    { properties: { "#a": number, "#": text, é: text }, additionalProperties: false },
    ['{"#a":1,"#":"","é":""}', '{"é":"","#":"","#a":1}'],
  ],
  [
    "with names that are escaped",
    { properties: { '"': number, "#": text }, additionalProperties: false },
    ['{"#":"","\\"":1}', '{"\\"":1,"#":""}'],
  ],
  [
    "with other names",
    { properties: { a: number, b: text }, additionalProperties: number },
    ['{"a":1,"ab":1,"":1,"b":"","c":1}', '{"":1,"b":"","a":1}'],
  ],
  [
    "of which one name is empty",
    { properties: { "": number, b: text, c: number }, required: ["b"] },
    ['{"b":"","":1,"c":1}', '{"c":1,"b":""}'],
  ],
  [
    "within objects",
    {
      properties: {
        o: { type: "object", properties: { a: number }, additionalProperties: false },
        p: number,
      },
      additionalProperties: false,
      required: ["p"],
    },
    ['{"o":{"a":1},"p":1}', '{"p":1,"o":{}}'],
  ],
];

describe("places behind values that tokens cannot tell apart", () => {
  for (const [name, schema, outputs] of cases) {
    for (const order of ["any", "schema"] as const) {
      it(`have the tokens that can be read in objects ${name}, in order "${order}"`, () => {
        for (const vocabulary of [few, ends, many]) {
          const grammar = compileJsonSchema({ type: "object", ...schema }, { order });
          for (const output of outputs) {
            const matcher = new Matcher(grammar, vocabulary);
            for (const byte of encoder.encode(output)) {
              const mask = matcher.mask();
              const ids = Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => mask.has(id));
              expect(ids, new TextDecoder().decode(matcher.bytes)).toEqual(triedTokens(matcher));
              if (!matcher.accept(byte)) break;
            }
          }
        }
      });
    }
  }
});

describe("what tokens read of keys that they begin behind a value", () => {
  const strings = sharedLexemes().strings("any");

  it("is how names begin, and the names that they end", () => {
    const { ended, isPlain } = keyStarts(strings, few);
    expect(ended).toEqual([]);
    expect(["a", "#a", "", '"', "\\", "\n", "\ud800", "é"].map(isPlain)).toEqual([
      ...[true, false, false, false, false, false, false, true],
    ]);
    const others = keyStarts(strings, vocabularyOf(['","ab":', '","":', ', "é']));
    expect([...others.ended].sort()).toEqual(["", "ab"]);
    expect(["b", "abc", "é", "ü"].map(others.isPlain)).toEqual([true, false, false, false]);
  });

  it("tells all names where they go on behind an escape", () => {
    expect(keyStarts(strings, many).isPlain("xyz")).toBe(false);
  });
});
