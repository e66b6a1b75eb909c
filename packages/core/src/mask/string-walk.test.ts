import { describe, expect, it } from "vitest";
import { compileJsonSchema } from "../grammar/json-schema.js";
import { Matcher } from "../matcher.js";
import { Vocabulary } from "../vocabulary/index.js";

const encoder = new TextEncoder();
const text = (value: string) => encoder.encode(value);

/** Tokens of up to three of these, so that subtrees are large; the last two are not UTF-8 by themselves. */
const PIECES = [
  ...["a", "b", "f", "Z", "7", " ", ":", ".", "-", "\\", '"', "u", "é", "字"].map(text),
  new Uint8Array([0xe5, 0xad]),
  new Uint8Array([0xff]),
];

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const tokens: (Uint8Array | null)[] = [null];
for (const a of PIECES) {
  tokens.push(a);
  for (const b of PIECES) {
    tokens.push(joined(a, b));
    for (const c of PIECES) tokens.push(joined(a, b, c));
  }
}
tokens.push(text("a".repeat(40)), text("ab".repeat(20)), text("éa".repeat(12)));
const vocabulary = Vocabulary.fromBytes(tokens, { eosTokenIds: [0] });

const SCHEMAS: readonly object[] = [
  { type: "string" },
  { type: "string", minLength: 2, maxLength: 3 },
  { type: "string", maxLength: 20 },
  { type: "string", pattern: "^[ab]{1,2}$" },
  { type: "string", pattern: "^[ab7]*:[^:]+$" },
  { type: "string", pattern: "^[^b:]*$" },
  { type: "string", pattern: "^\\S+$" },
  { type: "string", pattern: "^[\\w-]+(\\.[\\w-]+)*$", maxLength: 30 },
  { type: "string", pattern: "^[a-zé]{0,30}Z$", maxLength: 33 },
  { type: "string", pattern: "^(a{1,3}|é{2}|[^a]{4})*$" },
  { type: "string", not: { pattern: "b.*7" } },
  { type: "string", pattern: "字" },
  { anyOf: [{ pattern: "^a*$" }, { pattern: "^[ab]*7" }, { maxLength: 1 }], type: "string" },
  { type: "string", enum: ["a", "ab", "é", "字b", "7:7", "aaaaaaaaaaaa"] },
];

/** Texts that outputs begin with. */
const BEGINNINGS = [
  '"',
  '"a',
  '"ab',
  '"aab',
  '"7',
  '"é',
  '"字b',
  '"a:b',
  '"a.b',
  '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  '"\\',
];

describe("masks of strings in a vocabulary of large subtrees", () => {
  it.each(SCHEMAS.map((schema) => [JSON.stringify(schema), schema]))(
    "are what trying tokens says: %s",
    (_, schema) => {
      const grammar = compileJsonSchema(schema);
      let compared = 0;
      for (const beginning of ["", ...BEGINNINGS]) {
        const matcher = new Matcher(grammar, vocabulary);
        if (!matcher.acceptBytes(text(beginning))) continue;
        const mask = matcher.mask();
        for (let id = 0; id < tokens.length; id++) {
          const accepted = matcher.accept(id);
          if (accepted) matcher.rollback(1);
          if (mask.has(id) !== accepted)
            expect.fail(`after ${beginning}: token ${id}, ${String(tokens[id])}`);
        }
        compared++;
      }
      expect(compared).toBeGreaterThan(1);
    },
  );
});
