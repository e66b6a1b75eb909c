import { describe, expect, it } from "vitest";
import { TokenizerError } from "./errors.js";
import { Vocabulary } from "./vocabulary.js";

/** The tokens' bytes as Latin-1 text; undefined for those that are not text. */
function bytesOf(
  json: object,
  options: { eosTokenIds?: number[]; size?: number; specialTokenIds?: number[] } = {},
) {
  const vocabulary = Vocabulary.fromTokenizerJson(JSON.stringify(json), { eosTokenIds: [], ...options });
  return Array.from({ length: vocabulary.size }, (_, id) => {
    const bytes = vocabulary.tokenBytes(id);
    return bytes && String.fromCharCode(...bytes);
  });
}

const vocab = (...tokens: string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));
const latin1 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

describe("byte-level BPE (GPT-2, Llama 3, Qwen, SmolLM)", () => {
  const model = {
    type: "BPE",
    vocab: vocab("<|end|>", "Ġ{", '"Ċ', "Ã©", "â", "Ń", "ł", "ÿ", "Ā"),
    merges: [],
  };
  const bytes = [undefined, " {", '"\n', "\xc3\xa9", "\xe2", "\xad", "\xa0", "\xff", "\0"];
  const added_tokens = [{ id: 0, content: "<|end|>", special: true }];
  const byteLevel = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };

  it("by its decoder", () => {
    expect(bytesOf({ added_tokens, model, decoder: byteLevel })).toEqual(bytes);
    const decoder = {
      type: "Sequence",
      decoders: [{ type: "Sequence", decoders: [byteLevel] }, { type: "Fuse" }],
    };
    expect(bytesOf({ added_tokens, model, decoder })).toEqual(bytes);
  });

  it("by its pre-tokenizer, where it has no decoder", () => {
    const split = { type: "Split", pattern: { Regex: "\\s+" }, behavior: "Isolated" };
    const pre_tokenizer = { type: "Sequence", pretokenizers: [split, byteLevel] };
    expect(bytesOf({ added_tokens, model, pre_tokenizer, decoder: null })).toEqual(bytes);
  });

  it("takes added tokens that the model lacks by their characters", () => {
    const contents = ["<tool_call>", "  ", "｜é▁", "é", "Ġ"];
    const added = contents.map((content, i) => ({ id: 1 + i, content, special: false }));
    const json = {
      added_tokens: added,
      model: { type: "BPE", vocab: vocab("é"), merges: [] },
      decoder: byteLevel,
    };
    expect(bytesOf(json)).toEqual(["\xe9", ...contents.map(latin1)]);
  });

  it("takes a token that is not in byte-level characters by its characters", () => {
    expect(bytesOf({ model: { ...model, vocab: vocab("Ġa→") }, decoder: byteLevel })).toEqual([
      latin1("Ġa→"),
    ]);
  });
});

describe("SentencePiece BPE with byte fallback (Llama 2, Mistral, Gemma)", () => {
  const model = {
    type: "BPE",
    unk_token: "<unk>",
    byte_fallback: true,
    vocab: vocab("<unk>", "<0x0A>", "<0xfF>", "<0xG0>", "▁▁the", "▁", "é▁", "[x]"),
    merges: [],
  };
  const bytes = [undefined, "\n", "\xff", "<0xG0>", "  the", " ", latin1("é "), "[x]"];
  const replace = { type: "Replace", pattern: { String: "▁" }, content: " " };
  const byteFallback = { type: "ByteFallback" };
  const fuse = { type: "Fuse" };

  it("in the middle of a text: no leading space is stripped", () => {
    const strip = { type: "Strip", content: " ", start: 1, stop: 0 };
    const added_tokens = [{ id: 7, content: "[x]", special: false }];
    const decoders = [replace, byteFallback, fuse, strip];
    expect(bytesOf({ added_tokens, model, decoder: { type: "Sequence", decoders } })).toEqual(bytes);
  });

  it("by the model's byte_fallback where the decoder leaves it out, and after a Fuse", () => {
    expect(bytesOf({ model, decoder: { type: "Sequence", decoders: [fuse, replace] } })).toEqual(bytes);
    expect(
      bytesOf({ model, decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "first" } }),
    ).toEqual(bytes);
  });

  it("keeps $ in a replacement, reads regular expressions, and strips every token before Fuse", () => {
    const decoders = [
      { type: "Replace", pattern: { Regex: "[tx]+" }, content: "$&" },
      { type: "Strip", content: "$", start: 1, stop: 2 },
      fuse,
    ];
    const json = {
      model: { ...model, byte_fallback: false, vocab: vocab("tt", "at", "x&$$$") },
      decoder: { type: "Sequence", decoders },
    };
    expect(bytesOf(json)).toEqual(["&", "a$&", "&&$"]);
  });
});

describe("Unigram (T5, XLM-R)", () => {
  it("numbers the tokens by their place, and never allows the unknown token", () => {
    const model = {
      type: "Unigram",
      unk_id: 1,
      vocab: [
        ["</s>", 0],
        ["<unk>", 0],
        ["▁a", -1.5],
        ["<0x41>", -2],
        ["", -3],
      ],
    };
    const added_tokens = [{ id: 0, content: "</s>", special: true }];
    expect(bytesOf({ added_tokens, model, decoder: { type: "Metaspace", replacement: "▁" } })).toEqual([
      undefined,
      undefined,
      " a",
      "<0x41>",
      undefined,
    ]);
  });
});

describe("WordPiece (BERT)", () => {
  const model = {
    type: "WordPiece",
    unk_token: "[UNK]",
    vocab: vocab("[UNK]", "play", "##ing", ".", "'", "##", "n't"),
  };

  it("joins words with spaces and continuations without", () => {
    const decoder = { type: "WordPiece", prefix: "##", cleanup: false };
    expect(bytesOf({ model, decoder })).toEqual([undefined, " play", "ing", " .", " '", undefined, " n't"]);
  });

  it("cleans up as its decoder says, and without a decoder", () => {
    const bytes = [undefined, " play", "ing", ".", " '", undefined, "n't"];
    expect(bytesOf({ model, decoder: { type: "WordPiece", prefix: "##", cleanup: true } })).toEqual(bytes);
    expect(bytesOf({ model: { ...model, type: undefined, max_input_chars_per_word: 100 } })).toEqual(bytes);
  });
});

describe("BPE with a suffix at the end of a word (GPT-1)", () => {
  it("has a space there", () => {
    const model = { type: "BPE", vocab: vocab("lo", "w</w>"), merges: [], end_of_word_suffix: "</w>" };
    expect(bytesOf({ model, decoder: { type: "BPEDecoder", suffix: "</w>" } })).toEqual(["lo", "w "]);
  });
});

describe("ids", () => {
  const decoder = { type: "ByteLevel" };
  const model = { type: "BPE", vocab: { a: 0, b: 3, "10": 4, __proto__x: 5 }, merges: [] };

  it("may have gaps, and logits may be wider or narrower than the tokenizer", () => {
    expect(bytesOf({ model, decoder })).toEqual(["a", undefined, undefined, "b", "10", "__proto__x"]);
    expect(bytesOf({ model, decoder }, { size: 8 })).toHaveLength(8);
    expect(bytesOf({ model, decoder }, { size: 2 })).toEqual(["a", undefined]);
  });

  it("may be a token named __proto__", () => {
    const json = JSON.parse(
      '{"model":{"type":"BPE","vocab":{"__proto__":1,"a":0}},"decoder":{"type":"ByteLevel"}}',
    );
    expect(bytesOf(json)).toEqual(["a", "__proto__"]);
  });

  it("of ends and of further special tokens are not text", () => {
    expect(bytesOf({ model, decoder }, { eosTokenIds: [0], specialTokenIds: [3] })).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      "10",
      "__proto__x",
    ]);
  });

  it("of special tokens show their names", () => {
    const added_tokens = [{ id: 6, content: "<|end|>", special: true }];
    const vocabulary = Vocabulary.fromTokenizerJson(
      { added_tokens, model, decoder },
      { eosTokenIds: [6], size: 8 },
    );
    expect([0, 1, 6, 7].map((id) => vocabulary.tokenText(id))).toEqual([
      "a",
      "<token 1>",
      "<|end|>",
      "<token 7>",
    ]);
    expect([vocabulary.isSpecial(6), vocabulary.isEos(6), vocabulary.isSpecial(7)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("what cannot be read", () => {
  const model = { type: "BPE", vocab: vocab("a"), merges: [] };
  const sequence = (...decoders: object[]) => ({ type: "Sequence", decoders });
  let nested: object = { type: "ByteLevel" };
  for (let i = 0; i < 100_000; i++) nested = sequence(nested);
  const replace = (pattern: object) => ({ type: "Replace", pattern, content: "" });

  it.each<[string, unknown, string, string]>([
    ["text that is not JSON", "{", "tokenizer-invalid", "not JSON"],
    ["an array", [], "tokenizer-invalid", "not an object"],
    ["no model", {}, "tokenizer-invalid", "model is not an object"],
    ["no vocabulary", { model: { type: "BPE" } }, "tokenizer-invalid", "model.vocab"],
    ["a broken id", { model: { type: "BPE", vocab: { a: -1 } } }, "tokenizer-invalid", '"a" has the id -1'],
    ["a huge id", { model: { type: "BPE", vocab: { a: 1e9 } } }, "tokenizer-invalid", "1000000000"],
    [
      "a huge added id",
      { model, decoder: { type: "ByteLevel" }, added_tokens: [{ id: 2 ** 40, content: "x" }] },
      "tokenizer-invalid",
      '"x"',
    ],
    [
      "a broken added token",
      { model, decoder: { type: "ByteLevel" }, added_tokens: [{ id: 1 }] },
      "tokenizer-invalid",
      "added_tokens[0].content",
    ],
    [
      "an unknown model",
      { model: { type: "Phoneme" } },
      "tokenizer-unsupported",
      "BPE, Unigram, WordPiece, WordLevel",
    ],
    [
      "an unknown decoder",
      { model, decoder: sequence({ type: "CTC" }) },
      "tokenizer-unsupported",
      '"CTC" (decoder.decoders[0]) is not supported',
    ],
    ["no decoder", { model }, "tokenizer-unsupported", "Vocabulary.fromBytes"],
    [
      "a pattern of another syntax",
      { model, decoder: replace({ Regex: "(?>a)" }) },
      "tokenizer-unsupported",
      "(?>a)",
    ],
    [
      "a pattern across tokens",
      { model, decoder: sequence({ type: "Fuse" }, replace({ String: "ab" })) },
      "tokenizer-unsupported",
      "joined",
    ],
    ["sequences without end", { model, decoder: nested }, "tokenizer-invalid", "nested"],
    [
      "a pattern over bytes",
      { model, decoder: sequence({ type: "ByteLevel" }, replace({ String: "a" })) },
      "tokenizer-unsupported",
      "joined",
    ],
    [
      "a strip of nothing",
      { model, decoder: { type: "Strip", content: "", start: 2 ** 50, stop: 0 } },
      "tokenizer-invalid",
      "empty",
    ],
    ["a pattern of no kind", { model, decoder: replace({}) }, "tokenizer-invalid", "decoder.pattern.Regex"],
  ])("%s", (_, json, code, reason) => {
    const read = () => Vocabulary.fromTokenizerJson(json as string | object, { eosTokenIds: [] });
    expect(read).toThrow(TokenizerError);
    expect(read).toThrow(expect.objectContaining({ code }));
    expect(read).toThrow(reason);
  });
});
