import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { ModelConfig } from "./config.js";
import type { Device } from "./device.js";
import { InferenceError, ModelDisposedError, reasonOf } from "./errors.js";
import { halfToFloat } from "./float16.js";
import { type GraphContract, type IntegerType, readContract } from "./graph.js";
import type { Feeds, KvCache, Outputs } from "./kv-cache.js";
import { ConcatKvCache } from "./kv-concat.js";
import { bits, RowBuffers, RowsKvCache } from "./kv-rows.js";
import { PrefixCache } from "./prefix-cache.js";
import type { Runtime } from "./runtime.js";
import { SequenceGroup, type TokenStep } from "./sequence-group.js";
import type { StepDecoder, StepSequence } from "./step-decoder.js";
import { Turns } from "./turns.js";

/** Prefill keeps the logits of a chunk below this many bytes where the graph computes all of their rows. */
const LARGEST_LOGITS = 1 << 26;

/** A loaded graph. Its sequences share the weights, and what is known of prompts; each has its own cache. */
export class Decoder implements StepDecoder {
  readonly contract: GraphContract;
  readonly contextLength: number;
  readonly device: Device;
  readonly runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #steps = new Set<Promise<unknown>>();
  /** Where the graph gives new rows alone: the caches of all sequences. */
  readonly #buffers: RowBuffers | undefined;
  readonly #group: SequenceGroup<Sequence>;
  readonly #prompts = new Turns();
  /** What the model made of prompts that were read before. */
  readonly prefixes: PrefixCache;
  #disposal: Promise<void> | undefined;

  /** @param prefixCacheBytes memory for what is known of prompts; 0 keeps nothing */
  constructor(
    session: InferenceSession,
    runtime: Runtime,
    device: Device,
    config: ModelConfig,
    prefixCacheBytes = 0,
  ) {
    this.#session = session;
    this.runtime = runtime;
    this.device = device;
    this.contract = readContract(session.inputMetadata, session.outputMetadata, config);
    this.contextLength = config.contextLength;
    this.prefixes = new PrefixCache(prefixCacheBytes);
    const { contract } = this;
    this.#buffers =
      contract.newRows !== undefined && device !== "webgpu"
        ? new RowBuffers(contract, runtime.Tensor, config.contextLength)
        : undefined;
    this.#group = new SequenceGroup((steps) => this.stepTogether(steps));
  }

  get vocabularySize(): number {
    return this.contract.vocabularySize;
  }

  /** Whether its sequences can forget tokens. */
  get canRollback(): boolean {
    return this.device !== "webgpu";
  }

  inTurn<T>(read: () => Promise<T>): Promise<T> {
    return this.#prompts.take(read);
  }

  /** A sequence of no tokens. */
  newSequence(): Sequence {
    const { contract, device, runtime } = this;
    const cache =
      this.#buffers?.newCache() ?? new ConcatKvCache(contract, runtime.Tensor, device === "webgpu");
    return new Sequence(
      this,
      cache,
      contract.batches && this.#buffers !== undefined ? this.#group : undefined,
    );
  }

  /**
   * Runs one step of the graph.
   *
   * @throws InferenceError where the graph fails
   */
  async run(feeds: Feeds, outputs: readonly string[]): Promise<Outputs> {
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

  /**
   * Feeds one token to each of several sequences in one step.
   *
   * @returns a row of logits for each
   * @throws InferenceError where the graph fails; the sequences are then as before
   */
  async stepTogether(steps: readonly TokenStep<Sequence>[]): Promise<Float32Array[]> {
    if (steps.length === 1) {
      const { sequence, id } = steps[0]!;
      return [await sequence.feed([id], 1)];
    }
    const buffers = this.#buffers!;
    const ids = new Map(steps.map(({ sequence, id }) => [sequence.cache, id]));
    const caches = buffers.range(steps.map(({ sequence }) => sequence.cache as RowsKvCache));
    // Those between that do not take part are fed any token, and nothing of it is kept.
    const feeds = inputs(
      this,
      caches.map((cache) => [ids.get(cache) ?? 0]),
      caches.map((cache) => cache.length),
      1,
    );
    buffers.feed(caches, feeds, 1);
    const outputs = await this.run(feeds, ["logits", this.contract.newRows!]);
    return steps.map(({ sequence }) => {
      const cache = sequence.cache as RowsKvCache;
      const index = caches.indexOf(cache);
      cache.take(outputs, 1, index);
      return floats(outputs.logits!, index * this.contract.vocabularySize, this.contract.vocabularySize);
    });
  }

  /** Frees the graph, after the steps that were asked for. Safe to call twice. */
  dispose(): Promise<void> {
    this.prefixes.clear();
    this.#disposal ??= this.#group
      .drained()
      .then(() => Promise.allSettled(this.#steps))
      .then(() => this.#session.release());
    return this.#disposal;
  }

  get isDisposed(): boolean {
    return this.#disposal !== undefined;
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
export class Sequence implements StepSequence {
  readonly cache: KvCache;
  readonly #decoder: Decoder;
  readonly #outputs: readonly string[];
  readonly #group: SequenceGroup<Sequence> | undefined;

  /** @param group with which sequences it takes steps of one token together, if with any */
  constructor(decoder: Decoder, cache: KvCache, group: SequenceGroup<Sequence> | undefined) {
    this.#decoder = decoder;
    this.cache = cache;
    this.#outputs = ["logits", ...cache.outputs];
    this.#group = group;
  }

  /** Tokens that the model has seen. */
  get length(): number {
    return this.cache.length;
  }

  get canRollback(): boolean {
    return this.cache.canRollback;
  }

  /** The cache, where its rows can be copied. */
  get rows(): RowsKvCache | undefined {
    return this.cache instanceof RowsKvCache ? this.cache : undefined;
  }

  recall(promptIds: readonly number[]): number {
    const { rows } = this;
    const known = rows && this.#decoder.prefixes.find(promptIds);
    if (known !== undefined) {
      rows!.pasteRows(known.rows, known.count);
    }
    return known?.count ?? 0;
  }

  remember(promptIds: readonly number[]): void {
    const { rows } = this;
    if (rows !== undefined) {
      this.#decoder.prefixes.add(promptIds, () => rows.copyRows(promptIds.length));
    }
  }

  /** Feeds the next tokens in one step; other sequences may take the same step. */
  async forward(ids: readonly number[], keep = 1): Promise<Float32Array> {
    if (this.#decoder.isDisposed) {
      throw new ModelDisposedError();
    }
    if (this.#group === undefined) {
      return this.feed(ids, keep);
    }
    return ids.length === 1 && this.length > 0
      ? this.#group.step(this, ids[0]!)
      : this.#group.alone(() => this.feed(ids, keep));
  }

  /** Feeds tokens in a step of this sequence alone. */
  async feed(ids: readonly number[], keep: number): Promise<Float32Array> {
    const feeds = inputs(this.#decoder, [ids], [this.cache.length], keep);
    this.cache.feed(feeds, ids.length);
    const outputs = await this.#decoder.run(feeds, this.#outputs);
    this.cache.take(outputs, ids.length);
    const logits = outputs.logits!;
    const wanted = keep * this.#decoder.contract.vocabularySize;
    return floats(logits, logits.size - wanted, wanted);
  }

  /** To be called between the pieces of a long prompt: other sequences take their steps. */
  async giveWay(): Promise<void> {
    await this.#group?.giveWay();
  }

  /** Forgets the last `rows` tokens, 0 to `length`. */
  rollback(rows: number): void {
    this.cache.rollback(rows);
  }

  dispose(): void {
    this.cache.dispose();
  }
}

/** What a step feeds besides the past: the same number of new tokens to each of some sequences of different lengths. */
function inputs(
  { contract, runtime }: Decoder,
  ids: readonly (readonly number[])[],
  pasts: readonly number[],
  keep: number,
): Feeds {
  const sequences = ids.length;
  const count = ids[0]!.length;
  const make = (type: IntegerType, dims: readonly number[], at: (index: number) => number) =>
    new runtime.Tensor(
      type,
      integers(
        type,
        dims.reduce((a, b) => a * b, 1),
        at,
      ),
      dims,
    );
  const dims = [sequences, count];
  const feeds: Feeds = {
    input_ids: make(contract.idsType, dims, (i) => ids[Math.floor(i / count)]![i % count]!),
  };
  if (contract.attentionMask !== undefined) {
    const total = Math.max(...pasts) + count;
    const ones = (i: number) => (i % total < pasts[Math.floor(i / total)]! + count ? 1 : 0);
    feeds.attention_mask = make(contract.attentionMask, [sequences, total], ones);
  }
  if (contract.positionIds !== undefined) {
    feeds.position_ids = make(contract.positionIds, dims, (i) => pasts[Math.floor(i / count)]! + (i % count));
  }
  if (contract.logitsToKeep !== undefined) {
    const { name, type } = contract.logitsToKeep;
    feeds[name] = make(type, [], () => keep);
  }
  if (contract.useCacheBranch) {
    feeds.use_cache_branch = new runtime.Tensor("bool", [pasts[0]! > 0], [1]);
  }
  return feeds;
}

/** A part of the logits as numbers. */
function floats(logits: Tensor, from: number, length: number): Float32Array {
  const part = bits(logits).subarray(from, from + length);
  return part instanceof Float32Array ? part : halfToFloat(part, new Float32Array(length));
}

function integers(
  type: IntegerType,
  length: number,
  at: (index: number) => number,
): BigInt64Array | Int32Array {
  const made = type === "int32" ? new Int32Array(length) : new BigInt64Array(length);
  for (let i = 0; i < length; i++) {
    made[i] = type === "int32" ? at(i) : BigInt(at(i));
  }
  return made;
}
