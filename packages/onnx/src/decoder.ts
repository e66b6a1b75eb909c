import type { InferenceSession } from "onnxruntime-node";
import type { ModelConfig } from "./config.js";
import type { Device } from "./device.js";
import { InferenceError, ModelDisposedError, reasonOf } from "./errors.js";
import { packedFeeds, plainFeeds } from "./feeds.js";
import { freeTensors } from "./free-memory.js";
import { type GraphContract, readContract } from "./graph.js";
import type { Feeds, Outputs } from "./kv-cache.js";
import { ConcatKvCache } from "./kv-concat.js";
import { RowBuffers, RowsKvCache } from "./kv-rows.js";
import { PrefixCache } from "./prefix-cache.js";
import { PROMPT_PIECE } from "./prompt-cuts.js";
import type { Runtime } from "./runtime.js";
import { SequenceGroup, type SequenceStep } from "./sequence-group.js";
import type { StepDecoder, StepSequence } from "./step-decoder.js";
import { StepLogits } from "./step-logits.js";
import { stepParts } from "./step-parts.js";
import { Turns } from "./turns.js";

/** Prefill keeps the logits of a chunk below this many bytes where the graph computes all of their rows. */
const LARGEST_LOGITS = 1 << 26;

/** Tokens of a step of prefill on the CPU, see `prefillChunk`. */
const CPU_CHUNK = 128;
const PACKED_CHUNK = 64;
const GPU_CHUNK = 512;

/** What most steps want logits of. */
const LAST: readonly number[] = [0];

/** A loaded graph. Its sequences share the weights, and what is known of prompts; each has its own cache. */
export class Decoder implements StepDecoder {
  readonly contract: GraphContract;
  readonly contextLength: number;
  readonly device: Device;
  readonly runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #steps = new Set<Promise<unknown>>();
  /** Where the graph is a packed one: the caches of all sequences. */
  readonly #buffers: RowBuffers | undefined;
  readonly #group: SequenceGroup<Sequence>;
  readonly #prompts = new Turns();
  /** What a step of a packed graph gives. */
  readonly #outputs: readonly string[];
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
    this.prefixes = new PrefixCache(prefixCacheBytes, PROMPT_PIECE);
    const { contract } = this;
    this.#outputs = ["logits", contract.past[0]!.output];
    this.#buffers = contract.packed
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

  /** Whether what it makes of prompts is kept. */
  get keepsPrompts(): boolean {
    return this.contract.packed;
  }

  inTurn<T>(read: () => Promise<T>): Promise<T> {
    return this.#prompts.take(read);
  }

  /** A sequence of no tokens. */
  newSequence(): Sequence {
    const { contract, device, runtime } = this;
    const cache =
      this.#buffers?.newCache() ?? new ConcatKvCache(contract, runtime.Tensor, device === "webgpu");
    return new Sequence(this, cache, this.#group);
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
   * Feeds tokens to each of some sequences of a packed graph, in one step or in a few.
   *
   * @returns for each the logits that it wants; none for a sequence that has ended while it waited
   * @throws InferenceError where the graph fails; the sequences are then as before
   */
  async stepTogether(all: readonly SequenceStep<Sequence>[]): Promise<Float32Array[]> {
    const buffers = this.#buffers!;
    const steps = all.filter(({ sequence }) => buffers.slotOf(sequence.rows!) >= 0);
    buffers.reserve(Math.max(0, ...steps.map(({ sequence, ids }) => sequence.length + ids.length)));
    const portions = steps.map(({ sequence, ids }) => ({
      slot: buffers.slotOf(sequence.rows!),
      tokens: ids.length,
    }));
    const logits = new Map<SequenceStep<Sequence>, Float32Array>();
    try {
      // Sequences that end meanwhile keep their slots until all have had their step.
      await buffers.during(async () => {
        for (const part of stepParts(portions, buffers.capacity)) {
          await this.#packedStep(
            part.map((i) => steps[i]!),
            logits,
          );
        }
      });
    } catch (thrown) {
      for (const { sequence, ids } of logits.keys()) {
        sequence.rollback(ids.length);
      }
      throw thrown;
    }
    for (const { sequence } of steps) {
      sequence.together = steps.length;
    }
    return all.map((step) => logits.get(step) ?? new Float32Array(0));
  }

  /** One step of the graph; gives each the logits that it wants. */
  async #packedStep(
    steps: readonly SequenceStep<Sequence>[],
    logits: Map<SequenceStep<Sequence>, Float32Array>,
  ): Promise<void> {
    const buffers = this.#buffers!;
    const stepOf = new Map(steps.map((step) => [step.sequence.rows, step]));
    const caches = buffers.range([...stepOf.keys()].flatMap((cache) => cache ?? []));
    // Those between that do not take part have no tokens.
    const brought = caches.map((cache) => {
      const { ids = [], wanted = [] } = stepOf.get(cache) ?? {};
      return { ids, past: cache.length, wanted };
    });
    const feeds = packedFeeds(this, brought);
    buffers.feed(caches, feeds);
    const outputs = await this.run(feeds, this.#outputs);
    const stepLogits = new StepLogits(outputs.logits!, steps.length);
    const rows = outputs[this.contract.past[0]!.output]!;
    const width = this.contract.vocabularySize;
    let token = 0;
    let row = 0;
    caches.forEach((cache, i) => {
      const { ids, wanted } = brought[i]!;
      cache.take(rows, token, ids.length);
      token += ids.length;
      const step = stepOf.get(cache);
      if (step !== undefined) {
        logits.set(step, stepLogits.rows(row, wanted.length, width));
        step.sequence.logits = stepLogits;
      }
      row += wanted.length;
    });
    freeTensors([rows]);
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
   * thread), so on the CPU steps are short: an abort is seen between them, and others take theirs.
   */
  get prefillChunk(): number {
    if (this.contract.packed) {
      return PACKED_CHUNK;
    }
    const preferred = this.device === "cpu" ? CPU_CHUNK : GPU_CHUNK;
    if (this.contract.logitsToKeep !== undefined) {
      return preferred;
    }
    const row = this.contract.vocabularySize * 4;
    return Math.max(1, Math.min(preferred, Math.floor(LARGEST_LOGITS / row)));
  }
}

/** One text under generation: the tokens that the model has seen, as a cache. */
export class Sequence implements StepSequence {
  /** The cache, where its rows can be copied: that of a packed graph. */
  readonly rows: RowsKvCache | undefined;
  together = 1;
  /** Of its last step, while they are valid. */
  logits: StepLogits | undefined;
  readonly #cache: RowsKvCache | ConcatKvCache;
  readonly #decoder: Decoder;
  readonly #group: SequenceGroup<Sequence>;

  /** @param group with which sequences it takes steps together, in a packed graph */
  constructor(decoder: Decoder, cache: RowsKvCache | ConcatKvCache, group: SequenceGroup<Sequence>) {
    this.#decoder = decoder;
    this.#cache = cache;
    this.rows = cache instanceof RowsKvCache ? cache : undefined;
    this.#group = group;
  }

  /** Tokens that the model has seen. */
  get length(): number {
    return this.#cache.length;
  }

  get canRollback(): boolean {
    return this.#cache.canRollback;
  }

  recall(promptIds: readonly number[], cuts: readonly number[] = []): number {
    const { rows } = this;
    if (rows === undefined) {
      return 0;
    }
    // Once for the whole prompt, and not piece by piece.
    rows.buffers.reserve(promptIds.length);
    rows.pasteRows(this.#decoder.prefixes.find(promptIds, cuts));
    return rows.length;
  }

  remember(promptIds: readonly number[], cuts: readonly number[] = []): void {
    const { rows } = this;
    if (rows !== undefined) {
      this.#decoder.prefixes.add(promptIds, (first, count) => rows.copyRows(first, count), cuts);
    }
  }

  /** Feeds the next tokens in one step; other sequences may take the same step. */
  async forward(ids: readonly number[], wanted: readonly number[] = LAST): Promise<Float32Array> {
    if (this.#decoder.isDisposed) {
      throw new ModelDisposedError();
    }
    this.#releaseLogits();
    if (!(this.#cache instanceof RowsKvCache)) {
      return this.#feed(this.#cache, ids, wanted);
    }
    return this.#group.step({ sequence: this, ids, wanted });
  }

  /** A step of a graph that takes one sequence. */
  async #feed(
    cache: ConcatKvCache,
    ids: readonly number[],
    wanted: readonly number[],
  ): Promise<Float32Array> {
    const feeds = plainFeeds(this.#decoder, { ids, past: cache.length, wanted });
    cache.feed(feeds);
    const outputs = await this.#decoder.run(feeds, ["logits", ...cache.outputs]);
    cache.take(outputs, ids.length);
    this.logits = new StepLogits(outputs.logits!, 1);
    const width = this.#decoder.contract.vocabularySize;
    const end = outputs.logits!.size / width;
    if (wanted.length === wanted[0]! + 1) {
      return this.logits.rows(end - wanted.length, wanted.length, width);
    }
    const rows = new Float32Array(wanted.length * width);
    for (const [i, distance] of wanted.entries()) {
      rows.set(this.logits.rows(end - 1 - distance, 1, width), i * width);
    }
    return rows;
  }

  /** Forgets the last `rows` tokens, 0 to `length`. */
  rollback(rows: number): void {
    this.#cache.rollback(rows);
  }

  dispose(): void {
    this.#releaseLogits();
    this.#cache.dispose();
  }

  #releaseLogits(): void {
    this.logits?.release();
    this.logits = undefined;
  }
}
