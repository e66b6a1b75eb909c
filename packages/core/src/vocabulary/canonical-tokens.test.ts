import { describe, expect, it } from "vitest";
import { canonicalTokens } from "./canonical-tokens.js";

/** Longest match within the pieces that GPT-2's tokenizer splits a text into. */
const PIECES = / ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
const WORDS = [
  '"',
  '",',
  '","',
  '":',
  '":"',
  ' "',
  "\n   ",
  "\n    ",
  "{",
  "}",
  '{"',
  "age",
  " age",
  "],",
  '],"',
];
const BYTES = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const encoder = new TextEncoder();
const tokens = [...BYTES, ...WORDS.map((word) => encoder.encode(word))];
const vocabulary = { tokenBytes: (id: number) => tokens[id] };

function encode(text: string): number[] {
  const ids: number[] = [];
  for (const [piece] of text.matchAll(PIECES)) {
    const bytes = Buffer.from(piece);
    for (let at = 0; at < bytes.length; ) {
      let best = bytes[at] as number;
      for (let id = 256; id < tokens.length; id++) {
        const token = tokens[id] as Uint8Array;
        if (token.length > (tokens[best] as Uint8Array).length && bytes.indexOf(token, at) === at) best = id;
      }
      ids.push(best);
      at += (tokens[best] as Uint8Array).length;
    }
  }
  return ids;
}

function forced(context: string, last: string, text: string, next: string) {
  const bytes = (each: string) => encoder.encode(each);
  const { tokens: ids, replacesLast } = canonicalTokens(
    { context: bytes(context), last: bytes(last), forced: bytes(text), next: [...bytes(next)] },
    vocabulary,
    encode,
  );
  return [ids.map((id) => Buffer.from(tokens[id] as Uint8Array).toString()), replacesLast];
}

describe("canonicalTokens", () => {
  it("are the tokenizer's, without those that may merge with what follows", () => {
    expect(forced("[1", "", '"age": ', '"0')).toEqual([['"', "age", '":'], false]);
    expect(forced("", "", '{"age":', '"0')).toEqual([['{"', "age"], false]);
  });

  it("are all of them where nothing follows", () => {
    expect(forced("abc", "", '"}', "")).toEqual([['"', "}"], false]);
  });

  it("keep back more than the last where the tokenizer looks ahead", () => {
    // Followed by a letter, the run of white space leaves its last space to it, and `\n    ` is another token.
    expect(encode("\n    ")).toHaveLength(1);
    expect(forced("", "", "{}\n    ", "x")).toEqual([["{", "}"], false]);
    expect(forced("1", "", "],\n   ", "x")).toEqual([["],"], false]);
  });

  it("stand in the last token's place where the tokenizer merges it with them", () => {
    expect(forced("chess", '"', ', "age":', '"0')).toEqual([['",', ' "', "age"], true]);
    expect(forced("chess", '",', '"age":', '"0')).toEqual([['","', "age"], true]);
    expect(forced("chess", '"', ',"', "ab")).toEqual([[], false]);
    // Where it may not be exchanged, the forced text is written apart.
    expect(forced('chess"', "", ', "age":', '"0')).toEqual([[",", ' "', "age"], false]);
  });

  it("leave tokens before the last one as they were chosen", () => {
    // `{` and `"` are `{"` to the tokenizer.
    expect(forced("{", '"', "age ", "x")).toEqual([["age"], false]);
  });

  it("see past characters that a context begins in the middle of", () => {
    const context = encoder.encode("é").subarray(1);
    const result = canonicalTokens(
      { context, last: encoder.encode("x"), forced: encoder.encode('":1'), next: [0x2c] },
      vocabulary,
      encode,
    );
    expect(result.tokens).toEqual(encode('":'));
  });

  it("are none where a token of the text is not text", () => {
    const special = (text: string) => [...encode(text.replace("age", "")), 9999];
    const bytes = encoder.encode('"age":');
    expect(
      canonicalTokens({ context: bytes, last: bytes, forced: bytes, next: [] }, vocabulary, special).tokens,
    ).toEqual([]);
  });
});
