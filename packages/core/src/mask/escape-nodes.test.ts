import { describe, expect, it } from "vitest";
import { triedTokens } from "../../test/walk.js";
import { compileJsonSchema, Matcher, Vocabulary } from "../index.js";
import { escapeNodes } from "./escape-nodes.js";
import { pathTo } from "./trie-path.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const tokens = [
  ...[
    "\\u",
    "\\u0",
    "\\u00",
    "\\u006",
    "\\u0061b",
    "\\uD",
    "\\ud83",
    "\\ud83d\\ude",
    "\\ud83D\\uDE00x",
    "\\n",
  ],
  ...['\\"', '"\\', '"\\u', '"\\u00', '"\\u0062"', "a\\", "a\\u00", "\\uff"],
];
const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const vocabulary = Vocabulary.fromBytes(
  [...bytes, ...tokens.map((token) => encoder.encode(token)), encoder.encode("<eos>")],
  { eosTokenIds: [256 + tokens.length] },
);

describe("beginnings of escapes", () => {
  const { trie } = vocabulary;
  const backslash = trie.child(0, 0x5c);
  const texts = (codePoint: number) =>
    escapeNodes(trie)
      .of(backslash, codePoint)
      ?.map((node) => decoder.decode(pathTo(node, vocabulary)))
      .sort();

  it("are those of tokens, with digits of either case", () => {
    expect(texts(0x62)).toEqual(["\\", "\\u", "\\u0", "\\u00", "\\u006"]);
    expect(texts(0xff21)).toEqual(["\\", "\\u", "\\uf", "\\uff"]);
    expect(texts(0x1f5ff)?.slice(0, 6)).toEqual(["\\", "\\u", "\\uD", "\\ud", "\\ud8", "\\ud83"]);
  });

  it("are not known where a token has a whole escape", () => {
    for (const codePoint of [0x61, 0x0a, 0x22, 0x1f600]) expect(texts(codePoint)).toBeUndefined();
  });

  it("are in the masks of listed texts, of any and of minimal escapes", () => {
    const listed = ["ab", "b", "ba", "a\n", 'a"', "é", "\u0001", "😀", "🗿x", "Ａ"];
    const outputs = [
      ...['"ab"', '"\\u0061b"', '"a\\n"', '"a\\u000a"', '"a\\""', '"\\u00e9"', '"\\ud83D\\uDE00"', '"🗿x"'],
      ...['"\\u0062a"', '"\\uff21"', '"\\u0001"'],
    ];
    for (const escapes of ["any", "minimal"] as const) {
      const schemas = [{ enum: listed }, { const: "ba" }, { enum: ["b", "ab", "cb"] }];
      for (const schema of schemas) {
        const grammar = compileJsonSchema(schema, { escapes });
        for (const output of outputs) {
          const matcher = new Matcher(grammar, vocabulary);
          for (const byte of encoder.encode(output)) {
            const mask = matcher.mask();
            const ids = Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => mask.has(id));
            expect(ids, decoder.decode(matcher.bytes)).toEqual(triedTokens(matcher));
            if (!matcher.accept(byte)) break;
          }
        }
      }
    }
  });
});
