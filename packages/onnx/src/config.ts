import { UnsupportedModelError } from "./errors.js";

/** What the loop needs of `config.json` and `generation_config.json`. */
export interface ModelConfig {
  /** The most tokens that the model can hold, prompt and output together. */
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly keyValueHeads: number;
  /** Numbers per head and row. */
  readonly headSize: number;
  /** Layers, where the file says. */
  readonly layers: number | undefined;
  /** Tokens that end an output; at least one. */
  readonly eosTokenIds: readonly number[];
  /** The weights' type that the files name as their own (`transformers.js_config`), where they do. */
  readonly dtype: string | undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Longer lengths in a tokenizer's configuration mean "no limit". */
const LARGEST_CONTEXT = 16_777_216;
const FALLBACK_CONTEXT = 2048;

/**
 * @param config `config.json`
 * @param generation `generation_config.json`, or an empty object
 * @param tokenizer `tokenizer_config.json`, or an empty object
 * @param tokenId the id of a token's text, undefined where the vocabulary does not have it
 * @throws UnsupportedModelError where no end-of-sequence token is known
 */
export function readModelConfig(
  config: JsonObject,
  generation: JsonObject,
  tokenizer: JsonObject,
  tokenId: (text: string) => number | undefined,
): ModelConfig {
  // Models that also see or hear keep the language model's configuration one level down.
  const text: JsonObject = isObject(config.text_config) ? { ...config, ...config.text_config } : config;
  const heads = positive(text.num_attention_heads) ?? positive(text.n_head) ?? 0;
  const hidden = positive(text.hidden_size) ?? positive(text.n_embd) ?? 0;
  return {
    contextLength: readContextLength(text, tokenizer),
    vocabularySize: positive(text.vocab_size) ?? 0,
    keyValueHeads: positive(text.num_key_value_heads) ?? heads,
    headSize: positive(text.head_dim) ?? (heads > 0 ? Math.floor(hidden / heads) : 0),
    layers: positive(text.num_hidden_layers) ?? positive(text.n_layer),
    eosTokenIds: readEosTokenIds(text, generation, tokenizer, tokenId),
    dtype: readDtype(config),
  };
}

function readContextLength(config: JsonObject, tokenizer: JsonObject): number {
  for (const key of ["max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length"]) {
    const length = positive(config[key]);
    if (length !== undefined) {
      return length;
    }
  }
  const length = positive(tokenizer.model_max_length);
  return length !== undefined && length <= LARGEST_CONTEXT ? length : FALLBACK_CONTEXT;
}

/** All that the files name: chat models often end a turn with another token than their `config.json` says. */
function readEosTokenIds(
  config: JsonObject,
  generation: JsonObject,
  tokenizer: JsonObject,
  tokenId: (text: string) => number | undefined,
): readonly number[] {
  const ids = new Set<number>();
  for (const value of [generation.eos_token_id, config.eos_token_id]) {
    for (const id of Array.isArray(value) ? value : [value]) {
      if (Number.isInteger(id) && id >= 0) {
        ids.add(id as number);
      }
    }
  }
  const named = specialTokenText(tokenizer.eos_token);
  const id = named === undefined ? undefined : tokenId(named);
  if (id !== undefined) {
    ids.add(id);
  }
  if (ids.size === 0) {
    throw new UnsupportedModelError(
      "None of the model's files names an end-of-sequence token (eos_token_id).",
    );
  }
  return [...ids];
}

/** A special token is given as its text or as an object that holds it. */
export function specialTokenText(token: unknown): string | undefined {
  if (typeof token === "string") {
    return token;
  }
  return isObject(token) && typeof token.content === "string" ? token.content : undefined;
}

function readDtype(config: JsonObject): string | undefined {
  const settings = config["transformers.js_config"];
  return isObject(settings) && typeof settings.dtype === "string" ? settings.dtype : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}
