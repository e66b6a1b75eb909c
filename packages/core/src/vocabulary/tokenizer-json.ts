import { TokenizerError } from "./errors.js";

/** What a vocabulary needs from a tokenizer.json, checked. */
export interface TokenizerJson {
  /** BPE, Unigram, WordPiece or WordLevel. */
  readonly modelType: string;
  /** By id: the token in the model's own spelling. */
  readonly vocabulary: readonly (string | undefined)[];
  readonly addedTokens: readonly AddedToken[];
  /** The token that stands for text the model cannot encode. */
  readonly unknownToken: string | undefined;
  readonly byteFallback: boolean;
  readonly continuingSubwordPrefix: string | undefined;
  /** As in the file; undefined where there is none. */
  readonly decoder: unknown;
  /** The pre-tokenizer, with sequences taken apart. */
  readonly preTokenizers: readonly PipelineStep[];
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** Ids are array indices: a file with an absurd one must not allocate gigabytes. */
export const MAX_VOCABULARY_SIZE = 1 << 24;

const MODEL_TYPES = ["BPE", "Unigram", "WordPiece", "WordLevel"];

/**
 * Reads the parts of a tokenizer.json (the format of huggingface/tokenizers) that say what tokens mean.
 *
 * @param source the text of the file, or what JSON.parse makes of it
 * @throws TokenizerError where the file is malformed or its model unknown
 */
export function readTokenizerJson(source: string | object): TokenizerJson {
  const root = asRecord(typeof source === "string" ? parse(source) : source, "the tokenizer");
  const model = asRecord(root.model, "model");
  const modelType = typeOfModel(model);
  const hasPreTokenizer = root.pre_tokenizer !== undefined && root.pre_tokenizer !== null;
  const { tokens, unknownToken } = readModel(model, modelType);
  return {
    modelType,
    vocabulary: tokens,
    addedTokens: asArray(root.added_tokens ?? [], "added_tokens").map(readAddedToken),
    unknownToken,
    byteFallback: asBoolean(model.byte_fallback ?? false, "model.byte_fallback"),
    continuingSubwordPrefix: asOptionalString(
      model.continuing_subword_prefix,
      "model.continuing_subword_prefix",
    ),
    decoder: root.decoder ?? undefined,
    preTokenizers: hasPreTokenizer
      ? flattenSequence(root.pre_tokenizer, "pre_tokenizer", "pretokenizers")
      : [],
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TokenizerError("tokenizer-invalid", "The tokenizer is not JSON", { cause });
  }
}

/** The model's type; files from before version 0.10 of huggingface/tokenizers do not name it. */
function typeOfModel(model: Record<string, unknown>): string {
  if (model.type === undefined) {
    if (Array.isArray(model.vocab)) return "Unigram";
    if (Array.isArray(model.merges)) return "BPE";
    return model.max_input_chars_per_word === undefined ? "WordLevel" : "WordPiece";
  }
  const type = asString(model.type, "model.type");
  if (MODEL_TYPES.includes(type)) return type;
  throw new TokenizerError(
    "tokenizer-unsupported",
    `The tokenizer's model ${JSON.stringify(type)} is not supported; supported are ${MODEL_TYPES.join(", ")}`,
  );
}

function readModel(
  model: Record<string, unknown>,
  type: string,
): { tokens: (string | undefined)[]; unknownToken: string | undefined } {
  if (type === "Unigram") {
    const tokens = asArray(model.vocab, "model.vocab").map((entry, i) =>
      asString(asArray(entry, `model.vocab[${i}]`)[0], `model.vocab[${i}][0]`),
    );
    if (tokens.length > MAX_VOCABULARY_SIZE) throw tooLarge();
    const unknownId = model.unk_id ?? undefined;
    return {
      tokens,
      unknownToken: unknownId === undefined ? undefined : tokens[asCount(unknownId, "model.unk_id")],
    };
  }
  const tokens: (string | undefined)[] = [];
  const vocabulary = asRecord(model.vocab, "model.vocab");
  for (const token of Object.keys(vocabulary)) {
    const id = vocabulary[token];
    if (!isTokenId(id)) throw badId(id, token);
    // Filled up, so that the array stays dense.
    while (tokens.length < id) tokens.push(undefined);
    tokens[id] = token;
  }
  return { tokens, unknownToken: asOptionalString(model.unk_token, "model.unk_token") };
}

function readAddedToken(value: unknown, index: number): AddedToken {
  const path = `added_tokens[${index}]`;
  const token = asRecord(value, path);
  const content = asString(token.content, `${path}.content`);
  if (!isTokenId(token.id)) throw badId(token.id, content);
  return { id: token.id, content, special: asBoolean(token.special ?? false, `${path}.special`) };
}

/** A step of a pipeline, and where it stands in the file. */
export interface PipelineStep {
  readonly type: string;
  readonly fields: Record<string, unknown>;
  readonly path: string;
}

/** The steps of a decoder or pre-tokenizer, with `Sequence`s taken apart; `items` is where a sequence has its steps. */
export function flattenSequence(
  value: unknown,
  path: string,
  items: "decoders" | "pretokenizers",
  depth = 0,
): PipelineStep[] {
  if (depth > 100)
    throw new TokenizerError("tokenizer-invalid", `In the tokenizer, ${items} are nested too deeply`);
  const fields = asRecord(value, path);
  const type = asString(fields.type, `${path}.type`);
  if (type !== "Sequence") return [{ type, fields, path }];
  return asArray(fields[items], `${path}.${items}`).flatMap((step, i) =>
    flattenSequence(step, `${path}.${items}[${i}]`, items, depth + 1),
  );
}

function isTokenId(id: unknown): id is number {
  return typeof id === "number" && Number.isInteger(id) && id >= 0 && id < MAX_VOCABULARY_SIZE;
}

function badId(id: unknown, token: string): TokenizerError {
  return new TokenizerError(
    "tokenizer-invalid",
    `The token ${JSON.stringify(token)} has the id ${JSON.stringify(id)}, not an integer from 0 to ${MAX_VOCABULARY_SIZE - 1}`,
  );
}

function tooLarge(): TokenizerError {
  return new TokenizerError("tokenizer-invalid", `The tokenizer has more than ${MAX_VOCABULARY_SIZE} tokens`);
}

export function asRecord(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw wrongType(path, "an object");
}

export function asArray(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongType(path, "an array");
}

export function asString(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw wrongType(path, "a string");
}

export function asBoolean(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  throw wrongType(path, "true or false");
}

export function asCount(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw wrongType(path, "a non-negative integer");
}

function asOptionalString(value: unknown, path: string): string | undefined {
  return value === undefined || value === null ? undefined : asString(value, path);
}

function wrongType(path: string, wanted: string): TokenizerError {
  return new TokenizerError("tokenizer-invalid", `In the tokenizer, ${path} is not ${wanted}`);
}
