import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { JsonSchemaOptions, Vocabulary } from "@grammask/core";
import { type Answer, MOVE_HEAD, type SharedState, STATE_FIELDS, type Task } from "./shared-state.js";

export interface MaskPoolOptions {
  readonly vocabulary: Vocabulary;
  /** How many sequences there are places for, at least 1. */
  readonly sequences: number;
  /** Worker threads, at least 1. Default: the cores, at most one for each sequence. */
  readonly threads?: number;
  /** The most tokens of a sequence in one step, at least 1. Default: 16. */
  readonly tokensPerStep?: number;
  /**
   * Whether each worker reads some outputs of its own before the first sequence: about 1 s of its thread, by which the first
   * steps take half of the time. Default: true.
   */
  readonly warmUp?: boolean;
}

/** Where a sequence is after a step. */
export interface SequenceState {
  /** How many of the tokens of the last step were accepted; from the first one that was not, none is. */
  readonly accepted: number;
  /** Whether the output may end here. */
  readonly isComplete: boolean;
}

/** A schema that a worker could not compile, or a worker that failed; `code` is that of the error in it. */
export class MaskPoolError extends Error {
  override readonly name = "MaskPoolError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Masks of many sequences, made by worker threads in shared memory. A loop notes the tokens that it sampled (`push`), lets
 * the workers begin (`step`), runs its model meanwhile, and waits for the masks before it samples again.
 */
export class MaskPool implements AsyncDisposable {
  readonly sequences: number;
  /** Words of 32 tokens in a mask: the vocabulary's size divided by 32, rounded up. */
  readonly maskWords: number;
  /** All masks: of sequence i from word `i * maskWords` on. Bit `id & 31` of word `id >> 5` says whether a token is allowed. */
  readonly masks: Uint32Array<SharedArrayBuffer>;
  readonly #moves: Int32Array<SharedArrayBuffer>;
  readonly #states: Int32Array<SharedArrayBuffer>;
  readonly #tokensPerStep: number;
  readonly #workers: readonly PoolWorker[];

  /** @throws RangeError for a number out of range */
  constructor({ vocabulary, sequences, threads, tokensPerStep = 16, warmUp = true }: MaskPoolOptions) {
    const count = threads ?? Math.min(availableParallelism(), sequences);
    for (const [name, value] of Object.entries({ sequences, threads: count, tokensPerStep })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new RangeError(`${name}: ${value} is not an integer of at least 1`);
      }
    }
    this.sequences = sequences;
    this.maskWords = (vocabulary.size + 31) >> 5;
    this.#tokensPerStep = tokensPerStep;
    this.masks = new Uint32Array(new SharedArrayBuffer(4 * sequences * this.maskWords));
    this.#moves = new Int32Array(new SharedArrayBuffer(4 * sequences * (MOVE_HEAD + tokensPerStep)));
    this.#states = new Int32Array(new SharedArrayBuffer(4 * sequences * STATE_FIELDS));
    const serialized = vocabulary.serialize();
    const bytes = new Uint8Array(new SharedArrayBuffer(serialized.length));
    bytes.set(serialized);
    const shared: SharedState = { masks: this.masks, moves: this.#moves, states: this.#states };
    this.#workers = Array.from({ length: Math.min(count, sequences) }, (_, i) => {
      const own = Array.from({ length: sequences }, (_, each) => each).filter((each) => each % count === i);
      return new PoolWorker({ ...shared, vocabulary: bytes, sequences: own, tokensPerStep, warmUp });
    });
  }

  /** The mask of a sequence: a view, overwritten by each step that moves it. */
  mask(sequence: number): Uint32Array<SharedArrayBuffer> {
    this.#check(sequence);
    return this.masks.subarray(sequence * this.maskWords, (sequence + 1) * this.maskWords);
  }

  /**
   * Begins a sequence, in the place of one that was there: its first mask is there when the promise resolves. Sequences of
   * one worker with the same schema and options share their grammar.
   *
   * @throws MaskPoolError where the schema cannot be compiled
   */
  async open(
    sequence: number,
    schema: object | boolean | string,
    options: JsonSchemaOptions = {},
  ): Promise<void> {
    this.#check(sequence);
    const text = typeof schema === "string" ? schema : JSON.stringify(schema);
    await this.#workerOf(sequence).ask({ type: "open", sequence, schema: text, options });
  }

  /** Forgets a sequence. */
  async close(sequence: number): Promise<void> {
    this.#check(sequence);
    await this.#workerOf(sequence).ask({ type: "close", sequence });
  }

  /**
   * Notes what the next step does with a sequence: takes tokens back (a draft that the model did not confirm), then accepts
   * tokens.
   *
   * @throws RangeError for more tokens than `tokensPerStep`
   */
  push(sequence: number, tokens: readonly number[], rollback = 0): void {
    this.#check(sequence);
    if (tokens.length > this.#tokensPerStep) {
      throw new RangeError(
        `${tokens.length} tokens are more than the ${this.#tokensPerStep} of tokensPerStep`,
      );
    }
    const row = sequence * (MOVE_HEAD + this.#tokensPerStep);
    this.#moves[row] = 1;
    this.#moves[row + 1] = rollback;
    this.#moves[row + 2] = tokens.length;
    this.#moves.set(tokens, row + MOVE_HEAD);
  }

  /**
   * Lets the workers do what was noted. They begin at once, also where this thread goes on without a pause; the masks are
   * there when the promise resolves. Nothing may be noted or read until then.
   *
   * @throws MaskPoolError where a worker failed
   */
  async step(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.ask({ type: "step" })));
  }

  state(sequence: number): SequenceState {
    this.#check(sequence);
    const row = sequence * STATE_FIELDS;
    return { accepted: this.#states[row] as number, isComplete: this.#states[row + 1] === 1 };
  }

  /** Ends the workers. A step that is still under way fails with a MaskPoolError: wait for it before. */
  async dispose(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #workerOf(sequence: number): PoolWorker {
    return this.#workers[sequence % this.#workers.length] as PoolWorker;
  }

  #check(sequence: number): void {
    if (!Number.isInteger(sequence) || sequence < 0 || sequence >= this.sequences) {
      throw new RangeError(
        `there is no sequence ${sequence}: they are numbered from 0 to ${this.sequences - 1}`,
      );
    }
  }
}

/** A worker, and who waits for its answers: they come in the order of the tasks. */
class PoolWorker {
  readonly #worker: Worker;
  readonly #waiting: { readonly resolve: () => void; readonly reject: (error: MaskPoolError) => void }[] = [];
  #failure: MaskPoolError | undefined;

  constructor(workerData: object) {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { workerData });
    // A pool that is not waited for keeps no program alive.
    this.#worker.unref();
    this.#worker.on("message", ({ error }: Answer) => {
      const waiting = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#worker.unref();
      if (error === undefined) waiting?.resolve();
      else waiting?.reject(new MaskPoolError(error.code, error.message));
    });
    this.#worker.on("error", (error) =>
      this.#fail(new MaskPoolError("worker", `a worker failed: ${error.message}`)),
    );
    this.#worker.on("exit", () => this.#fail(new MaskPoolError("disposed", "the pool was disposed of")));
  }

  ask(task: Task): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(task);
    });
  }

  async end(): Promise<void> {
    this.#worker.ref();
    await this.#worker.terminate();
  }

  #fail(error: MaskPoolError): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
