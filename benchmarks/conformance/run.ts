import { Worker } from "node:worker_threads";
import type { Finding } from "./judge.js";
import type { Group } from "./suite.js";
import type { WorkerMessage } from "./worker.js";

/** Judges groups in a worker thread, which is replaced where a group takes too long or exhausts the memory. */
export class GroupRunner {
  readonly #schemas: Record<string, string>;
  readonly #limitMs: number;
  #worker: Promise<Worker> | undefined;

  constructor(schemas: Record<string, string>, limitMs: number) {
    this.#schemas = schemas;
    this.#limitMs = limitMs;
  }

  /** One finding for each test of the group. */
  async run(group: Group): Promise<Finding[]> {
    const findings: (Finding | undefined)[] = group.tests.map(() => undefined);
    this.#worker ??= startWorker(this.#schemas);
    const worker = await this.#worker;
    const trouble = await new Promise<Finding | undefined>((resolve) => {
      const finish = (finding?: Finding) => {
        clearTimeout(timer);
        forget(worker);
        // A worker that is being ended may still say why; nobody listens any more.
        worker.on("error", () => {});
        resolve(finding);
      };
      const timer = setTimeout(
        () => finish({ verdict: "timeout", detail: `not done after ${this.#limitMs} ms` }),
        this.#limitMs,
      );
      worker.on("message", (message: WorkerMessage) => {
        if (message === "done") finish();
        else if (message !== "ready") findings[message.test] = message.finding;
      });
      worker.on("error", (error) => finish({ verdict: "crash", detail: error.message }));
      worker.on("exit", () => finish({ verdict: "crash", detail: "the thread ended" }));
      worker.postMessage(group);
    });
    if (trouble !== undefined) await this.close();
    return findings.map((finding) => finding ?? trouble ?? { verdict: "crash", detail: "no answer" });
  }

  async close(): Promise<void> {
    const worker = await this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

function startWorker(schemas: Record<string, string>): Promise<Worker> {
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: { schemas },
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      forget(worker);
      resolve(worker);
    });
    worker.once("error", reject);
  });
}

/** Removes our listeners; without their names Node's own would go as well, and no message would arrive any more. */
function forget(worker: Worker): void {
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
}
