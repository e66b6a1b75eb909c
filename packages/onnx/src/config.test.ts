import { describe, expect, it } from "vitest";
import { readModelConfig } from "./config.js";
import { UnsupportedModelError } from "./errors.js";

const none = () => undefined;

describe("readModelConfig", () => {
  it("reads a model with grouped heads", () => {
    const config = {
      max_position_embeddings: 8192,
      vocab_size: 49152,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      hidden_size: 576,
      num_hidden_layers: 30,
      eos_token_id: 2,
      "transformers.js_config": { dtype: "q4" },
    };
    expect(readModelConfig(config, {}, {}, none)).toEqual({
      contextLength: 8192,
      vocabularySize: 49152,
      keyValueHeads: 3,
      headSize: 64,
      layers: 30,
      eosTokenIds: [2],
      dtype: "q4",
    });
  });

  it("reads older names, and the text model of one that sees", () => {
    const old = readModelConfig(
      { n_positions: 1024, n_head: 12, n_embd: 768, n_layer: 12 },
      { eos_token_id: 5 },
      {},
      none,
    );
    expect(old).toMatchObject({
      contextLength: 1024,
      keyValueHeads: 12,
      headSize: 64,
      layers: 12,
      eosTokenIds: [5],
    });
    const nested = {
      text_config: { max_position_embeddings: 512, head_dim: 32, num_attention_heads: 4, eos_token_id: 1 },
    };
    expect(readModelConfig(nested, {}, {}, none)).toMatchObject({
      contextLength: 512,
      headSize: 32,
      keyValueHeads: 4,
    });
  });

  it("collects the ends that the files name, each once", () => {
    const tokenizer = { eos_token: { content: "<|im_end|>" } };
    const { eosTokenIds } = readModelConfig(
      { eos_token_id: 0 },
      { eos_token_id: [7, 0] },
      tokenizer,
      (text) => (text === "<|im_end|>" ? 2 : undefined),
    );
    expect(eosTokenIds).toEqual([7, 0, 2]);
    expect(() => readModelConfig({}, {}, {}, none)).toThrow(UnsupportedModelError);
  });

  it("takes the tokenizer's length only where it is one", () => {
    const read = (length: number) =>
      readModelConfig({ eos_token_id: 0 }, {}, { model_max_length: length }, none).contextLength;
    expect(read(4096)).toBe(4096);
    expect(read(1e30)).toBe(2048);
  });
});
