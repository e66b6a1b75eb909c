import { Worker } from "node:worker_threads";

/** Why a task was not done. */
export interface Trouble {
  readonly kind: "timeout" | "crash";
  readonly detail: string;
}

/** A thread says "ready" when it has started and "done" after each task; what else it says is the task's. */
export type ThreadMessage<Message> = "ready" | "done" | Message;

/** Does tasks in a worker thread, which is replaced where a task takes too long or exhausts the memory. */
export class LimitedWorker<Task, Message> {
  readonly #file: URL;
  readonly #data: unknown;
  readonly #limitMs: number;
  readonly #memoryMiB: number;
  #worker: Promise<Worker> | undefined;

  /**
   * @param file the thread's module
   * @param data what each thread starts with
   * @param limitMs the most time for a task
   * @param memoryMiB the most memory for its heap
   */
  constructor(file: URL, data: unknown, limitMs: number, memoryMiB = 2048) {
    this.#file = file;
    this.#data = data;
    this.#limitMs = limitMs;
    this.#memoryMiB = memoryMiB;
  }

  /** Does one task; tells each of its messages, and at the end whether it was done. */
  async run(task: Task, tell: (message: Message) => void): Promise<Trouble | undefined> {
    this.#worker ??= this.#start();
    const worker = await this.#worker;
    const trouble = await new Promise<Trouble | undefined>((resolve) => {
      const finish = (result?: Trouble) => {
        clearTimeout(timer);
        forget(worker);
        // A worker that is being ended may still say why; nobody listens any more.
        worker.on("error", () => {});
        resolve(result);
      };
      const timer = setTimeout(
        () => finish({ kind: "timeout", detail: `not done after ${this.#limitMs} ms` }),
        this.#limitMs,
      );
      worker.on("message", (message: ThreadMessage<Message>) => {
        if (message === "done") finish();
        else if (message !== "ready") tell(message);
      });
      worker.on("error", (error) => finish({ kind: "crash", detail: error.message }));
      worker.on("exit", () => finish({ kind: "crash", detail: "the thread ended" }));
      worker.postMessage(task);
    });
    if (trouble !== undefined) await this.close();
    return trouble;
  }

  async close(): Promise<void> {
    const worker = await this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(): Promise<Worker> {
    const worker = new Worker(this.#file, {
      workerData: this.#data,
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
