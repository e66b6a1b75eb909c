import { describe, expect, it } from "vitest";
import { compileJsonSchema } from "../grammar/json-schema.js";
import { Matcher } from "../matcher.js";
import { Vocabulary } from "../vocabulary/index.js";

const encoder = new TextEncoder();
const text = (value: string): Uint8Array<ArrayBuffer> => encoder.encode(value);

/** Tokens of up to three of these, so that subtrees are large; the last two are not UTF-8 by themselves. */
const PIECES = [
  ...["a", "b", "f", "Z", "7", " ", ":", ".", "-", "\\", '"', "u", "é", "字"].map(text),
  new Uint8Array([0xe5, 0xad]),
  new Uint8Array([0xff]),
];

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function vocabularyOf(tokens: readonly (Uint8Array | null)[]) {
  return { tokens, vocabulary: Vocabulary.fromBytes(tokens, { eosTokenIds: [0] }) };
}

const tokens: (Uint8Array | null)[] = [null];
for (const a of PIECES) {
  tokens.push(a);
  for (const b of PIECES) {
    tokens.push(joined(a, b));
    for (const c of PIECES) tokens.push(joined(a, b, c));
  }
}
for (const a of "abfZ7u") {
  for (const b of "abfZ7u")
    for (const c of "abfZ7u") for (const end of [".", ".a", '"', "a."]) tokens.push(text(a + b + c + end));
}
tokens.push(text("a".repeat(40)), text("ab".repeat(20)), text("éa".repeat(12)));

/** Tokens of four of these, behind the second half of an "é" too, so that large subtrees have no quote. */
const PLAIN = [...["a", "b", "7", ".", " ", "\n", "é"].map(text), new Uint8Array([0xff])];
let longer: Uint8Array<ArrayBuffer>[] = PLAIN.map((piece) => joined(piece));
for (let i = 0; i < 3; i++) longer = longer.flatMap((before) => PLAIN.map((piece) => joined(before, piece)));
const plainTokens: (Uint8Array | null)[] = [null, text('"'), ...PLAIN, ...longer];
for (const piece of ["a", "é", "\n", '"']) plainTokens.push(joined(new Uint8Array([0xa9]), text(piece)));
for (const token of longer.filter((_, i) => i % 3 === 0))
  plainTokens.push(joined(new Uint8Array([0xa9]), token));

/** Words of few letters, so that large subtrees have no other bytes. */
const words: Uint8Array[] = [];
let last: Uint8Array<ArrayBuffer>[] = [new Uint8Array(0)];
for (let length = 1; length <= 6; length++) {
  last = last.flatMap((before) => ["a", "b", "7"].map((letter) => joined(before, text(letter))));
  words.push(...last);
}
const wordTokens = [null, ...['"', ".", "-", ":", " ", "Z", "é", ' "ab', '"a', 'é"'].map(text), ...words];

/** White space beyond ASCII, its neighbours and beginnings. */
const SPACES = [
  ...["a", "7", ".", " ", "\\n", '"', "\u00a0", "\u00a3", "\u2003", "\u2013", "\u3000", "\u3001"].map(text),
  ...[[0xc2], [0xe2, 0x80], [0xe3]].map((bytes) => new Uint8Array(bytes)),
];
const spaceTokens: (Uint8Array | null)[] = [null];
for (const a of SPACES) {
  spaceTokens.push(a);
  for (const b of SPACES) {
    spaceTokens.push(joined(a, b));
    for (const c of SPACES) {
      spaceTokens.push(joined(a, b, c));
      for (const d of ["b", "\u2003"]) spaceTokens.push(joined(a, b, c, text(d)));
    }
  }
}

/** More tokens of many code points than are listed in a mask. */
const longTokens: (Uint8Array | null)[] = [
  null,
  ...['"', "a", "b", "7", "é", ".", "-", "ab", "7.", 'a"'].map(text),
];
let ends: string[] = [""];
for (let i = 0; i < 5; i++)
  ends = ends.flatMap((before) => ["a", "b", "7", "é"].map((letter) => before + letter));
for (const end of ends)
  for (const begin of ["aaaa", "ab7a", "ééab", "b.-a"]) longTokens.push(text(begin + end));
for (const end of ends.slice(0, 200)) longTokens.push(text(`baba${end}a"`), text(`baba${end.repeat(3)}`));

/** Numbers of up to four digits, more than are looked at one by one. */
const numberTokens: (Uint8Array | null)[] = [null, ...['"', "{", "}", ",", "a{", "]", ",1}", '1"'].map(text)];
let numbers: string[] = [""];
for (let i = 0; i < 4; i++) {
  numbers = numbers.flatMap((before) => ["0", "1", "5", "9", "d"].map((digit) => before + digit));
  const decimal = numbers.filter((digits) => !digits.includes("d"));
  numberTokens.push(...numbers.map(text), ...decimal.map((digits) => text(`{${digits}`)));
  for (const before of ["u", "x"]) numberTokens.push(...numbers.map((digits) => text(before + digits)));
}

const VOCABULARIES = {
  "of numbers": vocabularyOf(numberTokens),
  "of long tokens": vocabularyOf(longTokens),
  "of white space": vocabularyOf(spaceTokens),
  "of words": vocabularyOf(wordTokens),
  "of all tokens": vocabularyOf(tokens),
  "without quotes": vocabularyOf(plainTokens),
};

const SCHEMAS: readonly object[] = [
  { type: "string" },
  { type: "string", minLength: 2, maxLength: 3 },
  { type: "string", maxLength: 20 },
  { type: "string", pattern: "^[ab]{1,2}$" },
  { type: "string", pattern: "^[ab7]*:[^:]+$" },
  { type: "string", pattern: "^[^b:]*$" },
  { type: "string", pattern: "^\\S+$" },
  { type: "string", pattern: "^\\S*(\\s+\\S+){0,3}$" },
  { type: "string", pattern: "^\\s*[a-z0-9]*$" },
  { type: "string", pattern: "^[^\\u00a0:]+$" },
  { type: "string", pattern: "^(a(-[ab])?|b(:[b7])?|[7Zfé](\\.7)?)*:?$" },
  { type: "string", pattern: "^(?:[a-z](\\.[a-z])?)*Z$" },
  { type: "string", format: "regex" },
  { type: "string", pattern: "^[A-Za-z0-9]{3}\\.[a-z]+$" },
  { type: "string", pattern: "^[A-Za-z0-9]{3}[.:][a-f]?(\\.[A-Za-z0-9]{3})*$" },
  { type: "string", pattern: "^[A-Za-z0-9]{3}$" },
  { type: "string", pattern: "^([A-Za-z0-9]{4}|[A-Za-z0-9]{3}\\.)*$" },
  { type: "string", pattern: "^[^\\u00a0\\u2013]+(\\.[a-z]+)?$" },
  { type: "string", pattern: "^[a-z\\u00a3]+[a-z0-9.]{2,5}$" },
  { type: "string", pattern: "^[\\w-]+(\\.[\\w-]+)*$", maxLength: 30 },
  { type: "string", pattern: "^[a-zé]{0,30}Z$", maxLength: 33 },
  { type: "string", pattern: "^(a{1,3}|é{2}|[^a]{4})*$" },
  { type: "string", pattern: "^(?:[a-f0-9]{2})*Z$" },
  { type: "string", pattern: "^(?:[a-f0-9]{4}[.-])*[a-f0-9]{4}$" },
  { type: "string", pattern: "^[a-f0-9]{3}\\.[a-f0-9]{2,4}$" },
  { type: "string", pattern: "^[a-f0-9]+([.:-][a-f0-9]+)*$" },
  { type: "string", pattern: "^[^ ]+( +[^ ]+){0,3}$" },
  { type: "string", pattern: "^[^ ]+( +[^ ]+){0,3}$", maxLength: 9 },
  { type: "string", pattern: "^(?:\\S+\\s+){0,1}\\S+$" },
  { type: "string", pattern: "^(?:\\S+\\s+){2,3}\\S+$", maxLength: 12 },
  { type: "string", pattern: "^(?:[ab7]+[.:]){2,4}Z$" },
  { type: "string", pattern: "^(?:a[^a:]*:){3}(?:[.:][a-f]){0,2}$" },
  { type: "string", pattern: "^[a-f]{2}[^:]{2}[7:]" },
  { type: "string", pattern: "^([a-f]+[0-9]?)*$", maxLength: 5 },
  { type: "string", pattern: "^[a-f0-9]{2}(?:[a-f0-9]([a-f0-9]{5}Z)+)?$", maxLength: 8 },
  { type: "string", pattern: "^[a-f]{1,30}$", not: { enum: ["a", "ab", "aab", "aaaa"] } },
  { type: "string", pattern: "^[a-f]{1,3}$", not: { enum: ["a", "ab", "aab"] }, maxLength: 20 },
  { type: "string", pattern: "^[a-f]{3}$", not: { enum: ["aaa", "aab", "aba", "abb"] } },
  { type: "string", pattern: "^[a-f0-9]+(:[a-f]*)?$", not: { enum: ["7", "a:b", "ab"] }, maxLength: 20 },
  { type: "string", pattern: "^\\D*$", not: { enum: ["", "é字", "字", "a\na"] } },
  { type: "string", not: { pattern: "b.*7" } },
  { type: "string", pattern: "字" },
  { anyOf: [{ pattern: "^a*$" }, { pattern: "^[ab]*7" }, { maxLength: 1 }], type: "string" },
  { type: "string", enum: ["a", "ab", "é", "字b", "7:7", "aaaaaaaaaaaa"] },
  { type: "string", pattern: "7", minLength: 10, maxLength: 10 },
  { type: "string", pattern: "^(?=.*7)(?=.*é).{9,11}$" },
  { type: "string", allOf: [{ pattern: "[b7]" }, { pattern: "a" }, { pattern: "é$" }], maxLength: 11 },
  { type: "string", pattern: "^.{3}[-.:].{2}[7b]" },
  { type: "string", pattern: "^[^\\u00a0]{2}[:7é][a-z]" },
  { type: "string", pattern: "^.{2}(\\.|.é)" },
  { type: "string", pattern: "^[a-z7]+\\.?[a-z]+$", minLength: 5, maxLength: 20 },
  { type: "string", pattern: "^[a-z]*7+$", minLength: 4, maxLength: 5 },
  { type: "string", allOf: [{ pattern: "a" }, { pattern: "7" }], minLength: 3 },
  { type: "string", allOf: [{ pattern: "^a*$" }, { pattern: "^[ab]*$" }], minLength: 3 },
];

/** Texts that outputs begin with. */
const BEGINNINGS: Uint8Array<ArrayBuffer>[] = [
  '"',
  '"a',
  '"ab',
  '"aab',
  '"7',
  '"é',
  '"字b',
  '"a:b',
  '"a.b',
  '"aa a ',
  '"a\u00a0a',
  '"aa a aa',
  '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  '"\\',
  '"a{',
  '"a{1',
  '"[\\\\',
  '"[\\\\x',
  '"[\\\\u',
  '"[\\\\ud',
  '"[\\\\u1',
].map(text);
/** The first half of an "é". */
BEGINNINGS.push(joined(text('"'), new Uint8Array([0xc3])), joined(text('"a'), new Uint8Array([0xc3])));

describe.each(Object.entries(VOCABULARIES))(
  "masks of strings in large subtrees %s",
  (_, { tokens, vocabulary }) => {
    it.each(SCHEMAS.map((schema) => [JSON.stringify(schema), schema]))(
      "are what trying tokens says: %s",
      (_, schema) => {
        const grammar = compileJsonSchema(schema);
        let compared = 0;
        for (const beginning of [text(""), ...BEGINNINGS]) {
          const matcher = new Matcher(grammar, vocabulary);
          if (!matcher.acceptBytes(beginning)) continue;
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
  },
);
