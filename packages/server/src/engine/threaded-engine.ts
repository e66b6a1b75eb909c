import { MessageChannel, type MessagePort, type Transferable, Worker } from "node:worker_threads";
import { ApiError } from "../errors.js";
import { Channel } from "./channel.js";
import type {
  Engine,
  EngineInfo,
  GenerationRequest,
  GenerationResult,
  OutputPiece,
  UpstreamStatus,
} from "./engine.js";
import { apiErrorOf, type ErrorRecord } from "./error-record.js";
import type { ModelCommand, ModelMessage, ModelThreadData } from "./messages.js";

/** How a thread is started. */
interface ThreadOptions {
  /** What errors call it. */
  readonly name: string;
  readonly transfer?: readonly Transferable[];
  /** Memory of JavaScript; a thread that needs more is ended. Default: as much as Node gives. */
  readonly memoryMegabytes?: number;
}

interface Generation {
  readonly channel: Channel<OutputPiece, GenerationResult>;
  readonly constraintParam: string | undefined;
}

/** Built files: tests run the sources, and a thread needs a file that Node can run. */
const THREAD = new URL("../../dist/engine/model-thread.js", import.meta.url);

/** A model in a thread of its own. */
export class ThreadedEngine implements Engine {
  readonly info: EngineInfo;
  readonly failed: Promise<Error>;
  readonly #worker: Worker;
  readonly #generations = new Map<number, Generation>();
  #ids = 0;
  #upstreams: readonly UpstreamStatus[] | undefined;
  #ended: Error | undefined;
  #disposal: Promise<void> | undefined;

  private constructor(worker: Worker, info: EngineInfo) {
    this.#worker = worker;
    this.info = info;
    worker.on("message", (message: ModelMessage) => this.#take(message));
    this.failed = new Promise((resolve) => {
      const end = (reason: Error) => {
        this.#ended ??= reason;
        this.#failAll(reason);
        if (this.#disposal === undefined) {
          resolve(reason);
        }
      };
      worker.on("error", end);
      worker.on("exit", (code) => end(new Error(`The model's thread ended with code ${code}.`)));
    });
  }

  /** @throws ApiError where the model cannot be loaded */
  static load(data: ModelThreadData): Promise<ThreadedEngine> {
    return ThreadedEngine.start(THREAD, data, { name: data.source });
  }

  /**
   * Another engine with this one's weights, in a thread of its own; this engine's thread takes the model's steps for it.
   *
   * @param data as this engine was loaded with
   */
  borrow(data: ModelThreadData, memoryMegabytes: number): Promise<ThreadedEngine> {
    const { port1, port2 } = new MessageChannel();
    this.#post({ type: "lend", port: port1 }, [port1]);
    const borrower: ModelThreadData = { ...data, lender: port2 };
    return ThreadedEngine.start(THREAD, borrower, { name: data.source, transfer: [port2], memoryMegabytes });
  }

  /** Starts an engine in a thread that speaks as a model's thread does. */
  static start(
    thread: URL,
    data: object,
    { name, transfer = [], memoryMegabytes }: ThreadOptions,
  ): Promise<ThreadedEngine> {
    const worker = new Worker(thread, {
      workerData: data,
      transferList: [...transfer],
      resourceLimits: memoryMegabytes === undefined ? {} : { maxOldGenerationSizeMb: memoryMegabytes },
    });
    return new Promise((resolve, reject) => {
      const fail = (message: string) => reject(notLoaded(name, message));
      const failed = (error: Error) => fail(error.message);
      const ended = () => fail("its thread ended");
      worker.once("error", failed);
      worker.once("exit", ended);
      worker.once("message", (message: ModelMessage) => {
        if (message.type === "loaded") {
          // Its own listeners are there before those go: a message finds no gap.
          resolve(new ThreadedEngine(worker, message.info));
          worker.off("error", failed);
          worker.off("exit", ended);
        } else if (message.type === "not-loaded") {
          fail(message.error.message);
        }
      });
    });
  }

  async *generate(
    request: GenerationRequest,
    signal: AbortSignal,
    constraintParam: string | undefined,
  ): AsyncGenerator<OutputPiece, GenerationResult, void> {
    if (this.#ended !== undefined || this.#disposal !== undefined) {
      throw unloaded();
    }
    const id = this.#ids++;
    const channel = new Channel<OutputPiece, GenerationResult>();
    this.#generations.set(id, { channel, constraintParam });
    const abort = () => this.#post({ type: "abort", id });
    this.#post({ type: "generate", id, request });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) {
      abort();
    }
    try {
      return yield* channel.read();
    } finally {
      signal.removeEventListener("abort", abort);
      // Where the reader left early, the model need not go on.
      if (this.#generations.delete(id)) {
        abort();
      }
    }
  }

  get upstreams(): readonly UpstreamStatus[] | undefined {
    return this.#upstreams;
  }

  dispose(): Promise<void> {
    this.#disposal ??= new Promise((resolve) => {
      if (this.#ended !== undefined) {
        resolve();
        return;
      }
      this.#worker.once("exit", () => resolve());
      this.#post({ type: "dispose" });
    });
    return this.#disposal;
  }

  #take(message: ModelMessage): void {
    if (message.type === "upstreams") {
      this.#upstreams = message.upstreams;
      return;
    }
    if (message.type === "loaded" || message.type === "not-loaded") {
      return;
    }
    const generation = this.#generations.get(message.id);
    if (generation === undefined) {
      return;
    }
    const { channel } = generation;
    if (message.type === "text") {
      channel.push(message.text);
      return;
    }
    this.#generations.delete(message.id);
    if (message.type === "result") {
      channel.end(message.result);
    } else {
      channel.fail(errorOf(message.error, generation));
    }
  }

  #failAll(reason: Error): void {
    for (const { channel } of this.#generations.values()) {
      channel.fail(
        new ApiError(
          {
            status: 503,
            type: "server_error",
            code: "model_failed",
            message: "The model ended while it was generating. Send the request again.",
            retryAfter: 1,
          },
          { cause: reason },
        ),
      );
    }
    this.#generations.clear();
  }

  #post(command: ModelCommand, transfer: readonly MessagePort[] = []): void {
    this.#worker.postMessage(command, transfer);
  }
}

function errorOf(error: ErrorRecord, { constraintParam }: Generation): ApiError {
  return apiErrorOf(error, constraintParam);
}

function unloaded(): ApiError {
  const message = "The model was unloaded meanwhile. Send the request again.";
  return new ApiError({ status: 503, type: "server_error", code: "model_unloaded", message, retryAfter: 1 });
}

function notLoaded(source: string, reason: string): ApiError {
  const message = `The model ${source} cannot be loaded: ${reason}`;
  return new ApiError({ status: 503, type: "server_error", code: "model_not_loaded", message });
}
