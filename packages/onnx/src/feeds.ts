import type { Tensor } from "onnxruntime-node";
import type { GraphContract, IntegerType } from "./graph.js";
import type { Feeds } from "./kv-cache.js";
import type { Runtime } from "./runtime.js";

/** The graph that is fed. */
interface Graph {
  readonly contract: GraphContract;
  readonly runtime: Runtime;
}

/** What one sequence brings to a step. */
export interface SequenceTokens {
  /** Its new tokens; none where its rows only lie between those of others. */
  readonly ids: readonly number[];
  /** Tokens before them. */
  readonly past: number;
  /** Of which of them the logits are wanted, as distances from the last one, descending. */
  readonly wanted: readonly number[];
}

/** What a step of one sequence feeds besides the past; it gives the logits from the first token on of which they are wanted. */
export function plainFeeds({ contract, runtime }: Graph, { ids, past, wanted }: SequenceTokens): Feeds {
  const count = ids.length;
  const make = (type: IntegerType, dims: readonly number[], at: (index: number) => number) =>
    integers(runtime, type, dims, at);
  const feeds: Feeds = { input_ids: make(contract.idsType, [1, count], (i) => ids[i]!) };
  if (contract.attentionMask !== undefined) {
    feeds.attention_mask = make(contract.attentionMask, [1, past + count], () => 1);
  }
  if (contract.positionIds !== undefined) {
    feeds.position_ids = make(contract.positionIds, [1, count], (i) => past + i);
  }
  if (contract.logitsToKeep !== undefined) {
    const { name, type } = contract.logitsToKeep;
    feeds[name] = make(type, [], () => wanted[0]! + 1);
  }
  if (contract.useCacheBranch) {
    feeds.use_cache_branch = new runtime.Tensor("bool", [past > 0], [1]);
  }
  return feeds;
}

/**
 * What a step of a packed graph feeds besides the past. The tokens lie one after the other, sequence by sequence. For
 * attention each sequence has a row of places, as many as the longest has tokens: `place_tokens` says which token is at a
 * place (any, where none is), `token_places` at which place a token is.
 */
export function packedFeeds({ contract, runtime }: Graph, sequences: readonly SequenceTokens[]): Feeds {
  const places = Math.max(...sequences.map(({ ids }) => ids.length));
  const ids: number[] = [];
  const placeTokens: number[] = [];
  const tokenPlaces: number[] = [];
  const logitTokens: number[] = [];
  sequences.forEach(({ ids: own, wanted }, sequence) => {
    const first = ids.length;
    for (let place = 0; place < places; place++) {
      placeTokens.push(place < own.length ? first + place : 0);
    }
    for (let i = 0; i < own.length; i++) {
      tokenPlaces.push(sequence * places + i);
      ids.push(own[i]!);
    }
    for (const distance of wanted) {
      logitTokens.push(ids.length - 1 - distance);
    }
  });
  const list = (of: readonly number[], dims: readonly number[] = [of.length]) =>
    integers(runtime, contract.idsType, dims, (i) => of[i]!);
  return {
    input_ids: list(ids),
    place_tokens: list(placeTokens, [sequences.length, places]),
    token_places: list(tokenPlaces),
    past_lengths: list(sequences.map(({ past }) => past)),
    logit_tokens: list(logitTokens),
  };
}

function integers(
  runtime: Runtime,
  type: IntegerType,
  dims: readonly number[],
  at: (index: number) => number,
): Tensor {
  const length = dims.reduce((a, b) => a * b, 1);
  const made = type === "int32" ? new Int32Array(length) : new BigInt64Array(length);
  for (let i = 0; i < length; i++) {
    made[i] = type === "int32" ? at(i) : BigInt(at(i));
  }
  return new runtime.Tensor(type, made, dims);
}
