import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { ModelConfig } from "./config.js";
import type { Device } from "./device.js";
import { InferenceError, ModelDisposedError, reasonOf } from "./errors.js";
import { halfToFloat } from "./float16.js";
import { type GraphContract, type IntegerType, readContract } from "./graph.js";
import type { Feeds, KvCache, Outputs } from "./kv-cache.js";
import { ConcatKvCache } from "./kv-concat.js";
import { bits, RowsKvCache } from "./kv-rows.js";
import type { Runtime } from "./runtime.js";

/** Prefill keeps the logits of a chunk below this many bytes where the graph computes all of their rows. */
const LARGEST_LOGITS = 1 << 26;

/** A loaded graph. Its sequences share the weights; each has its own cache. */
export class Decoder {
  readonly contract: GraphContract;
  readonly contextLength: number;
  readonly device: Device;
  readonly runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #steps = new Set<Promise<unknown>>();
  #disposal: Promise<void> | undefined;

  constructor(session: InferenceSession, runtime: Runtime, device: Device, config: ModelConfig) {
    this.#session = session;
    this.runtime = runtime;
    this.device = device;
    this.contract = readContract(session.inputMetadata, session.outputMetadata, config);
    this.contextLength = config.contextLength;
  }

  /** A sequence of no tokens. */
  newSequence(): Sequence {
    const { contract, contextLength, device, runtime } = this;
    const rows = contract.newRows !== undefined && device !== "webgpu";
    const cache = rows
      ? new RowsKvCache(contract, runtime.Tensor, contextLength)
      : new ConcatKvCache(contract, runtime.Tensor, device === "webgpu");
    return new Sequence(this, cache);
  }

  /**
   * Runs one step of the graph.
   *
   * @throws ModelDisposedError after `dispose`
   * @throws InferenceError where the graph fails
   */
  async run(feeds: Feeds, outputs: readonly string[]): Promise<Outputs> {
    if (this.#disposal !== undefined) {
      throw new ModelDisposedError();
    }
    const step = this.#session.run(feeds, outputs);
    this.#steps.add(step);
    try {
      return (await step) as Outputs;
    } catch (thrown) {
      throw new InferenceError(`The model failed in a step: ${reasonOf(thrown)}`, { cause: thrown });
    } finally {
      this.#steps.delete(step);
    }
  }

  /** Frees the graph, after the steps under way. Safe to call twice. */
  dispose(): Promise<void> {
    this.#disposal ??= Promise.allSettled(this.#steps).then(() => this.#session.release());
    return this.#disposal;
  }

  /**
   * Tokens to feed in one step of a prefill. A step blocks the event loop (onnxruntime-node runs it on the calling
   * thread), so on the CPU steps are short: an abort is seen between them. Longer ones are not faster there.
   */
  get prefillChunk(): number {
    const preferred = this.device === "cpu" ? 128 : 512;
    if (this.contract.logitsToKeep !== undefined) {
      return preferred;
    }
    const row = this.contract.vocabularySize * 4;
    return Math.max(1, Math.min(preferred, Math.floor(LARGEST_LOGITS / row)));
  }
}

/** One text under generation: the tokens that the model has seen, as a cache. */
export class Sequence {
  readonly #decoder: Decoder;
  readonly #cache: KvCache;
  readonly #outputs: readonly string[];
  /** Ones, as long as the longest mask so far; a step's mask is a view. */
  #ones: BigInt64Array | Int32Array;
  #floats: Float32Array | undefined;

  constructor(decoder: Decoder, cache: KvCache) {
    this.#decoder = decoder;
    this.#cache = cache;
    this.#outputs = ["logits", ...cache.outputs];
    this.#ones = integers(decoder.contract.attentionMask ?? "int64", 0, () => 1);
  }

  /** Tokens that the model has seen. */
  get length(): number {
    return this.#cache.length;
  }

  get canRollback(): boolean {
    return this.#cache.canRollback;
  }

  /**
   * Feeds the next tokens in one step.
   *
   * @param ids at least one token; with those before, at most the context length
   * @param keep of how many of the last tokens the logits are wanted, 1 to `ids.length`
   * @returns `keep` rows of logits, each as wide as the vocabulary; valid until the next step
   * @throws InferenceError where the graph fails; the sequence is then as before
   */
  async forward(ids: readonly number[], keep = 1): Promise<Float32Array> {
    const feeds = this.#inputs(ids, keep);
    this.#cache.feed(feeds, ids.length);
    const outputs = await this.#decoder.run(feeds, this.#outputs);
    this.#cache.take(outputs, ids.length);
    return this.#lastRows(outputs.logits!, keep);
  }

  /** Forgets the last `rows` tokens, 0 to `length`. */
  rollback(rows: number): void {
    this.#cache.rollback(rows);
  }

  dispose(): void {
    this.#cache.dispose();
  }

  #inputs(ids: readonly number[], keep: number): Feeds {
    const { contract, runtime } = this.#decoder;
    const past = this.#cache.length;
    const count = ids.length;
    const make = (type: IntegerType, data: BigInt64Array | Int32Array, dims: readonly number[]) =>
      new runtime.Tensor(type, data, dims);
    const feeds: Feeds = {
      input_ids: make(
        contract.idsType,
        integers(contract.idsType, count, (i) => ids[i]!),
        [1, count],
      ),
    };
    if (contract.attentionMask !== undefined) {
      const total = past + count;
      if (this.#ones.length < total) {
        this.#ones = integers(contract.attentionMask, total + 256, () => 1);
      }
      feeds.attention_mask = make(contract.attentionMask, this.#ones.subarray(0, total), [1, total]);
    }
    if (contract.positionIds !== undefined) {
      const positions = integers(contract.positionIds, count, (i) => past + i);
      feeds.position_ids = make(contract.positionIds, positions, [1, count]);
    }
    if (contract.logitsToKeep !== undefined) {
      const { name, type } = contract.logitsToKeep;
      feeds[name] = make(
        type,
        integers(type, 1, () => keep),
        [],
      );
    }
    if (contract.useCacheBranch) {
      feeds.use_cache_branch = new runtime.Tensor("bool", [past > 0], [1]);
    }
    return feeds;
  }

  #lastRows(logits: Tensor, keep: number): Float32Array {
    const width = this.#decoder.contract.vocabularySize;
    const data = bits(logits);
    const last = data.subarray(data.length - keep * width);
    if (last instanceof Float32Array) {
      return last;
    }
    if (this.#floats === undefined || this.#floats.length < last.length) {
      this.#floats = new Float32Array(last.length);
    }
    return halfToFloat(last, this.#floats).subarray(0, last.length);
  }
}

function integers(
  type: IntegerType,
  length: number,
  at: (index: number) => number,
): BigInt64Array | Int32Array {
  if (type === "int32") {
    return Int32Array.from({ length }, (_, i) => at(i));
  }
  return BigInt64Array.from({ length }, (_, i) => BigInt(at(i)));
}
