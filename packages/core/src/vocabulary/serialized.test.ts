import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomNumbers } from "../../test/walk.js";
import { VocabularyDataError } from "./errors.js";
import { sortTokens } from "./sort-tokens.js";
import { Vocabulary } from "./vocabulary.js";

function expectSame(read: Vocabulary, written: Vocabulary): void {
  expect(read.size).toBe(written.size);
  expect(read.eosTokenIds).toEqual(written.eosTokenIds);
  expect(read.trie).toEqual(written.trie);
  expect(read.maxTokenBytes).toBe(written.maxTokenBytes);
  for (let id = -1; id <= written.size; id++) {
    expect(read.tokenBytes(id)).toEqual(written.tokenBytes(id));
    expect(read.tokenText(id)).toBe(written.tokenText(id));
    expect(read.isSpecial(id)).toBe(written.isSpecial(id));
    expect(read.isEos(id)).toBe(written.isEos(id));
  }
}

const json = {
  model: {
    type: "WordLevel",
    vocab: { "a\u0000": 0, é: 1, "<unk>": 2, "<end>": 3, a: 4, zz: 9 },
    unk_token: "<unk>",
  },
  added_tokens: [{ id: 3, content: "<end>", special: true }],
  decoder: { type: "Fuse" },
};

describe("a serialised vocabulary", () => {
  it.each([
    ["of bytes", byteVocabulary()],
    ["of a tokenizer", Vocabulary.fromTokenizerJson(json, { eosTokenIds: [3], size: 14 })],
    ["without tokens", Vocabulary.fromBytes([], { eosTokenIds: [] })],
  ])("%s is read as it was written", (_, written) => {
    const bytes = written.serialize();
    const read = Vocabulary.deserialize(bytes);
    expectSame(read, written);
    expect(read.serialize()).toEqual(bytes);
    // From the middle of a larger array, as a file's buffer can be.
    const larger = new Uint8Array(bytes.length + 8);
    larger.set(bytes, 3);
    expectSame(Vocabulary.deserialize(larger.subarray(3, 3 + bytes.length)), written);
  });

  it("takes the options that are no part of it", () => {
    const encode = () => [1];
    const read = Vocabulary.deserialize(byteVocabulary().serialize(), { encode, maskMemory: 5 });
    expect(read.encode).toBe(encode);
    expect(read.maskMemory).toBe(5);
    expect(() => Vocabulary.deserialize(byteVocabulary().serialize(), { maskMemory: -1 })).toThrow(
      RangeError,
    );
  });

  it("is refused where a byte is changed, or the end is missing", () => {
    const bytes = byteVocabulary(["ab", "abc"]).serialize();
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i]! ^= 1 << (i % 8);
      expect(() => Vocabulary.deserialize(damaged), `${i}`).toThrow(VocabularyDataError);
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => Vocabulary.deserialize(bytes.subarray(0, length))).toThrow(VocabularyDataError);
    }
  });

  it("of another version says so", () => {
    const bytes = byteVocabulary().serialize();
    bytes[4] = 2;
    expect(() => Vocabulary.deserialize(bytes)).toThrow(
      expect.objectContaining({ code: "vocabulary-version", message: expect.stringContaining("version 2") }),
    );
  });
});

describe("sortTokens", () => {
  it("sorts by bytes, then by ids", () => {
    const random = randomNumbers(5);
    const texts = Array.from({ length: 3000 }, () =>
      Array.from(
        { length: Math.floor(random() * 9) },
        () => [0, 1, 0x61, 0xff][Math.floor(random() * 4)] as number,
      ),
    );
    const offsets = new Uint32Array(texts.length + 1);
    for (const [id, text] of texts.entries()) offsets[id + 1] = offsets[id]! + text.length;
    const expected = texts.map((_, id) => id).filter((id) => texts[id]!.length > 0);
    const hex = texts.map((text) => Buffer.from(text).toString("hex"));
    expected.sort((a, b) => (hex[a]! < hex[b]! ? -1 : hex[a]! > hex[b]! ? 1 : a - b));
    expect([...sortTokens({ bytes: Uint8Array.from(texts.flat()), offsets })]).toEqual(expected);
  });
});
