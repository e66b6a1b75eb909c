import { describe, expect, it } from "vitest";
import { Vocabulary, withEachVocabulary } from "./vocabulary.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("Vocabulary.fromBytes", () => {
  const tokens = [
    utf8("a"),
    utf8("<s>"),
    null,
    undefined,
    new Uint8Array(),
    Uint8Array.of(0xe2, 0x82),
    utf8("a"),
    utf8("</s>"),
  ];
  const vocabulary = Vocabulary.fromBytes(tokens, { eosTokenIds: [7, 7], specialTokenIds: [1], size: 10 });

  it("keeps the bytes of text tokens only", () => {
    const bytes = Array.from({ length: 12 }, (_, i) => vocabulary.tokenBytes(i - 1)?.join(" ") ?? null);
    expect(bytes).toEqual([null, "97", null, null, null, null, "226 130", "97", null, null, null, null]);
  });

  it("knows special tokens and ends", () => {
    const ids = Array.from({ length: 12 }, (_, i) => i - 1);
    expect(ids.filter((id) => vocabulary.isSpecial(id))).toEqual([1, 7]);
    expect(ids.filter((id) => vocabulary.isEos(id))).toEqual([7]);
    expect(vocabulary.eosTokenIds).toEqual([7]);
  });

  it("puts tokens with the same bytes at one node of the trie", () => {
    const node = vocabulary.trie.find(utf8("a"));
    expect(vocabulary.trie.tokens[node]).toBe(0);
    expect(vocabulary.trie.nextDuplicate[0]).toBe(6);
    expect(vocabulary.trie.find(utf8("<s>"))).toBe(-1);
    expect(vocabulary.maxTokenBytes).toBe(2);
  });

  it("shows tokens", () => {
    expect([0, 1, 2, 5, 7, 9].map((id) => vocabulary.tokenText(id))).toEqual([
      "a",
      "<s>",
      "<token 2>",
      "\\xE2\\x82",
      "</s>",
      "<token 9>",
    ]);
    const odd = [
      [0xef, 0xbb, 0xbf, 0x41],
      [0x80, 0xc3, 0xa9, 0xc3],
      [0xf0, 0x9f, 0x98, 0x80],
      [0xed, 0xa0, 0x80],
      [0xc0, 0x80],
      [0],
    ];
    const texts = Vocabulary.fromBytes(
      odd.map((bytes) => Uint8Array.from(bytes)),
      { eosTokenIds: [] },
    );
    expect(odd.map((_, id) => texts.tokenText(id))).toEqual([
      "\ufeffA",
      "\\x80é\\xC3",
      "😀",
      "\\xED\\xA0\\x80",
      "\\xC0\\x80",
      "\0",
    ]);
  });

  it("drops tokens beyond the logits", () => {
    const narrow = Vocabulary.fromBytes([utf8("a"), utf8("bb")], { eosTokenIds: [], size: 1 });
    expect([narrow.size, narrow.trie.size, narrow.maxTokenBytes]).toEqual([1, 2, 1]);
  });

  it("copies the bytes and keeps the tokenizer's encode", () => {
    const token = utf8("a");
    const encode = () => [0];
    const copy = Vocabulary.fromBytes([token], { eosTokenIds: [], encode });
    token[0] = 98;
    expect(copy.tokenBytes(0)).toEqual(utf8("a"));
    expect(copy.encode).toBe(encode);
  });

  it.each([
    { eosTokenIds: [-1] },
    { eosTokenIds: [8] },
    { eosTokenIds: [0.5] },
    { eosTokenIds: [], specialTokenIds: [99] },
    { eosTokenIds: [], size: -1 },
    { eosTokenIds: [], size: Number.NaN },
    { eosTokenIds: [], size: 2 ** 31 },
  ])("refuses the options %j", (options) => {
    expect(() => Vocabulary.fromBytes(tokens, options)).toThrow(RangeError);
  });
});

describe("withEachVocabulary", () => {
  it("prepares each that is made from then on", () => {
    const options = { eosTokenIds: [0] };
    const before = Vocabulary.fromBytes([utf8("a")], options);
    const prepared: Vocabulary[] = [];
    withEachVocabulary((vocabulary) => prepared.push(vocabulary));
    const made = Vocabulary.fromBytes([utf8("a")], options);
    const copy = Vocabulary.deserialize(before.serialize());
    expect(prepared).toEqual([made, copy]);
  });
});
