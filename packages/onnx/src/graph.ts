import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { ModelConfig } from "./config.js";
import { UnsupportedModelError } from "./errors.js";

/** One buffer of the key-value cache: a layer's keys or values. */
export interface PastInput {
  /** The graph's input, `past_key_values.N.key` or `.value`. */
  readonly input: string;
  /** The output that is the next step's past, `present.N.key` or `.value`; in a packed graph that with all new rows. */
  readonly output: string;
  readonly heads: number;
  /** Numbers per row and head. */
  readonly headSize: number;
}

/** What a decoder's graph takes and gives, read from its metadata. */
export interface GraphContract {
  readonly past: readonly PastInput[];
  readonly pastType: "float32" | "float16";
  /**
   * Whether the graph takes the tokens of several sequences packed in a row, each sequence with as many as it has, reads
   * past buffers of any size, and gives the new rows alone: `[tokens, heads of all past inputs, head size]`.
   */
  readonly packed: boolean;
  readonly logitsType: "float32" | "float16";
  /** Width of the logits. */
  readonly vocabularySize: number;
  readonly idsType: IntegerType;
  readonly attentionMask: IntegerType | undefined;
  readonly positionIds: IntegerType | undefined;
  /** The input that says how many rows of logits to compute, where the graph has one. */
  readonly logitsToKeep: { readonly name: string; readonly type: IntegerType } | undefined;
  /** A "merged" decoder: the input tells whether there is a past. */
  readonly useCacheBranch: boolean;
}

export type IntegerType = "int64" | "int32";

const LOGITS_TO_KEEP = ["num_logits_to_keep", "logits_to_keep"];
const PAST_PREFIX = "past_key_values.";
/** The output of a packed graph with the new rows of all past inputs, in the order of these. */
const NEW_ROWS = "new_rows";
/** What a packed graph takes besides its tokens, all int64: see `packedFeeds`. */
const PACKED_INPUTS = ["place_tokens", "token_places", "past_lengths", "logit_tokens"];

type Metadata = readonly InferenceSession.ValueMetadata[];

/**
 * @throws UnsupportedModelError where the graph is no decoder with a key-value cache in the transformers.js layout
 */
export function readContract(inputs: Metadata, outputs: Metadata, config: ModelConfig): GraphContract {
  const inputsByName = byName(inputs);
  const outputsByName = byName(outputs);
  const logits = outputsByName.get("logits");
  if (!inputsByName.has("input_ids") || logits === undefined) {
    throw new UnsupportedModelError(
      "The graph has no input_ids and logits: it is not a decoder in the transformers.js layout.",
    );
  }
  const packed = PACKED_INPUTS.every((name) => inputsByName.has(name));
  const past = readPast(inputs, outputsByName, config);
  const width = logits.shape.at(-1);
  const vocabularySize = typeof width === "number" ? width : config.vocabularySize;
  const known = new Set([
    "input_ids",
    "attention_mask",
    "position_ids",
    "use_cache_branch",
    ...LOGITS_TO_KEEP,
    ...(packed ? PACKED_INPUTS : []),
    ...past.map((each) => each.input),
  ]);
  const unknown = inputs.map((each) => each.name).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new UnsupportedModelError(
      `The graph has inputs that this package cannot feed: ${unknown.join(", ")}. ` +
        "It runs decoders of text with a key-value cache.",
    );
  }
  checkSizes(past, vocabularySize);
  const keep = LOGITS_TO_KEEP.find((name) => inputsByName.has(name));
  return {
    past,
    pastType: floatType(inputsByName.get(past[0]!.input)!),
    packed,
    logitsType: floatType(logits),
    vocabularySize,
    idsType: integerType(inputsByName.get("input_ids"))!,
    attentionMask: integerType(inputsByName.get("attention_mask")),
    positionIds: integerType(inputsByName.get("position_ids")),
    logitsToKeep: keep === undefined ? undefined : { name: keep, type: integerType(inputsByName.get(keep))! },
    useCacheBranch: inputsByName.has("use_cache_branch"),
  };
}

function byName(values: Metadata): Map<string, InferenceSession.TensorValueMetadata> {
  return new Map(values.filter((each) => each.isTensor).map((each) => [each.name, each]));
}

function readPast(
  inputs: Metadata,
  outputs: ReadonlyMap<string, unknown>,
  config: ModelConfig,
): readonly PastInput[] {
  const past: PastInput[] = [];
  for (const each of inputs) {
    if (!each.isTensor || !each.name.startsWith(PAST_PREFIX)) {
      continue;
    }
    const layer = each.name.slice(PAST_PREFIX.length);
    const output = outputs.has(NEW_ROWS) ? NEW_ROWS : `present.${layer}`;
    if (!outputs.has(output)) {
      throw new UnsupportedModelError(`The graph takes ${each.name} but does not give ${output} back.`);
    }
    if (each.shape.length !== 4) {
      throw new UnsupportedModelError(`${each.name} has ${each.shape.length} dimensions; 4 are expected.`);
    }
    const [, heads, , headSize] = each.shape;
    past.push({
      input: each.name,
      output,
      heads: typeof heads === "number" ? heads : config.keyValueHeads,
      headSize: typeof headSize === "number" ? headSize : config.headSize,
    });
  }
  if (past.length === 0) {
    throw new UnsupportedModelError(
      `The graph has no ${PAST_PREFIX}* inputs: it was exported without a key-value cache.`,
    );
  }
  return past;
}

function checkSizes(past: readonly PastInput[], vocabularySize: number): void {
  const { heads, headSize } = past[0]!;
  if (heads < 1 || headSize < 1 || vocabularySize < 1) {
    throw new UnsupportedModelError(
      `Neither the graph nor config.json says all of: key-value heads (${heads}), head size (${headSize}), ` +
        `vocabulary size (${vocabularySize}).`,
    );
  }
}

function floatType(value: InferenceSession.TensorValueMetadata): "float32" | "float16" {
  if (value.type !== "float32" && value.type !== "float16") {
    throw new UnsupportedModelError(
      `${value.name} is of type ${value.type}; float32 and float16 are supported.`,
    );
  }
  return value.type;
}

function integerType(value: InferenceSession.TensorValueMetadata | undefined): IntegerType | undefined {
  if (value === undefined) {
    return undefined;
  }
  const type: Tensor.Type = value.type;
  if (type !== "int64" && type !== "int32") {
    throw new UnsupportedModelError(`${value.name} is of type ${type}; int64 and int32 are supported.`);
  }
  return type;
}
