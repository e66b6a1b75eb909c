import { Matcher, TokenizerError, Vocabulary } from "@grammask/core";
import { InvalidOptionError, UnsupportedTokenizerError } from "./errors.js";
import { compileForm } from "./grammar.js";

/** What is used of a tokenizer of `@huggingface/transformers`: every `PreTrainedTokenizer` has it. */
export interface GeneratorTokenizer {
  /** The content of its tokenizer.json. */
  readonly _tokenizerJSON?: unknown;
  readonly eos_token_id?: unknown;
}

/** What is used of a model of `@huggingface/transformers`: every `PreTrainedModel` has it. */
export interface GeneratorModel {
  readonly config?: unknown;
  readonly generation_config?: unknown;
}

/** A tokenizer and its model; a text-generation pipeline is both. */
export interface Generator {
  readonly tokenizer: GeneratorTokenizer;
  readonly model: GeneratorModel;
}

/** By tokenizer, then by the width of the logits and the ids that end a text. */
const known = new WeakMap<object, Map<string, Vocabulary>>();

/**
 * The bytes of a tokenizer's tokens; made on first use (some 0.1 s for 50,000 tokens) and kept as long as the tokenizer.
 *
 * @throws InvalidOptionError where there is no tokenizer or model
 * @throws UnsupportedTokenizerError where the bytes of its tokens cannot be known, or nothing ends a text
 */
export function vocabularyOf({ tokenizer, model }: Generator): Vocabulary {
  if (!isObject(tokenizer) || !isObject(tokenizer._tokenizerJSON)) {
    throw new InvalidOptionError(
      "generator.tokenizer",
      "a tokenizer of @huggingface/transformers is expected",
    );
  }
  if (!isObject(model) || !isObject(model.config)) {
    throw new InvalidOptionError("generator.model", "a model of @huggingface/transformers is expected");
  }
  const size = widthOfLogits(model.config);
  const eosTokenIds = endsOf(tokenizer, model).filter((id) => size === undefined || id < size);
  if (eosTokenIds.length === 0) {
    throw new UnsupportedTokenizerError(
      "Nothing ends a text: neither the model's generation_config nor the tokenizer has an eos_token_id.",
    );
  }
  let vocabularies = known.get(tokenizer);
  if (vocabularies === undefined) {
    vocabularies = new Map();
    known.set(tokenizer, vocabularies);
  }
  const key = `${size} ${eosTokenIds}`;
  const vocabulary = vocabularies.get(key) ?? makeVocabulary(tokenizer._tokenizerJSON, eosTokenIds, size);
  vocabularies.set(key, vocabulary);
  return vocabulary;
}

const OUTPUT = '{"text": "a b", "list": ["a", 1, null], "number": 12.5}';

/**
 * Does in advance what the first generation with a tokenizer would wait for: its vocabulary, and the masks that most
 * grammars share.
 *
 * @throws as `vocabularyOf`
 */
export function warmUp(generator: Generator): void {
  const matcher = new Matcher(compileForm({ json: true }), vocabularyOf(generator));
  for (const byte of new TextEncoder().encode(OUTPUT)) {
    matcher.mask();
    matcher.acceptBytes(Uint8Array.of(byte));
  }
}

function makeVocabulary(json: object, eosTokenIds: readonly number[], size: number | undefined): Vocabulary {
  try {
    return Vocabulary.fromTokenizerJson(json, { eosTokenIds, ...(size !== undefined && { size }) });
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new UnsupportedTokenizerError(error.message, { cause: error });
  }
}

/** Models with several parts have it in the one for text. Undefined: as wide as the tokenizer. */
function widthOfLogits(config: object): number | undefined {
  const { vocab_size, text_config } = config as { vocab_size?: unknown; text_config?: unknown };
  if (typeof vocab_size === "number") return vocab_size;
  return isObject(text_config) ? widthOfLogits(text_config) : undefined;
}

/** What `generate` ends at, and what the tokenizer calls the end. */
function endsOf(tokenizer: GeneratorTokenizer, { generation_config, config }: GeneratorModel): number[] {
  const sources = [generation_config, config].filter(isObject) as { eos_token_id?: unknown }[];
  const found = sources
    .map(({ eos_token_id }) => eos_token_id)
    .find((ids) => ids !== undefined && ids !== null);
  const ids = [found, tokenizer.eos_token_id].flat().map((id) => (typeof id === "bigint" ? Number(id) : id));
  return [
    ...new Set(ids.filter((id): id is number => typeof id === "number" && Number.isInteger(id) && id >= 0)),
  ];
}

function isObject(value: unknown): value is object {
  // Tokenizers and models are functions.
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
