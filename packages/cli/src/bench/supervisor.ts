import { Worker } from "node:worker_threads";
import type { Outcome, RecordFailure } from "./judge-record.js";
import type { BenchRecord } from "./records.js";
import { SharedPlace, type WorkerInput } from "./worker-input.js";

/** How long a worker may go on after its limit before it is stopped: between two tokens it stops by itself. */
const GRACE_MS = 500;

/** Judges records in a worker thread, and replaces the thread where one hangs or exhausts the memory. */
export class Supervisor {
  readonly #input: WorkerInput;
  readonly #place: SharedPlace;
  readonly #memoryMiB: number;
  #worker: Promise<Worker> | undefined;

  constructor(input: Omit<WorkerInput, "place">, memoryMiB: number) {
    const place = new SharedArrayBuffer(12);
    this.#input = { ...input, place };
    this.#place = new SharedPlace(place);
    this.#memoryMiB = memoryMiB;
  }

  async judge(record: BenchRecord): Promise<Outcome> {
    this.#worker ??= this.#start();
    const worker = await this.#worker;
    const outcome = await new Promise<Outcome>((resolve) => {
      const finish = (result: Outcome) => {
        clearTimeout(timer);
        forget(worker);
        resolve(result);
      };
      const fail = (kind: "timeout" | "crash", what: string) => finish(this.#failed(kind, what));
      const limit = this.#input.limitMs + GRACE_MS;
      const timer = setTimeout(() => fail("timeout", `no answer after ${limit} ms`), limit);
      worker.on("message", finish);
      worker.on("error", (error) => fail("crash", error.message));
      worker.on("exit", () => fail("crash", "the thread ended"));
      worker.postMessage(record);
    });
    // A thread that has not answered itself is of no use any more.
    if (outcome.failure?.kind === "timeout" || outcome.failure?.kind === "crash") await this.close();
    return outcome;
  }

  async close(): Promise<void> {
    const worker = await this.#worker;
    this.#worker = undefined;
    worker?.on("error", () => {});
    await worker?.terminate();
  }

  #failed(kind: "timeout" | "crash", what: string): Outcome {
    const { compiling, test, token } = this.#place;
    const where = compiling ? "compiling" : `test ${test}, token ${token}`;
    const failure: RecordFailure = { kind, detail: `${where}: ${what}`, compiling };
    return { failure, ttfm: undefined, tbm: new Float64Array(0) };
  }

  #start(): Promise<Worker> {
    const worker = new Worker(new URL("./worker.js", import.meta.url), {
      workerData: this.#input,
      resourceLimits: { maxOldGenerationSizeMb: this.#memoryMiB },
    });
    return new Promise((resolve, reject) => {
      worker.once("message", () => {
        forget(worker);
        resolve(worker);
      });
      worker.once("error", reject);
    });
  }
}

/** Removes our listeners; without their names Node's own would go as well, and no message would arrive any more. */
function forget(worker: Worker): void {
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
}
