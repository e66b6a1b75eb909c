// Read into the server's threads with `--import` (`TracedServer`): the thread of the model writes what each of its steps took, and
// what it did from one to the next, into the file that $GRAMMASK_STEP_TRACE names.
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { isMainThread, workerData } from "node:worker_threads";
import { threadTime } from "../shared/thread-time.js";
import type { TracedStep } from "./traced-steps.js";

/** Between two times at which steps are written. */
const WRITE_MILLISECONDS = 250;

interface Tensors {
  readonly [name: string]: { readonly dims: readonly number[] };
}

/** The native part of ONNX Runtime: a session's `run` is the step, and keeps the thread busy. */
interface Binding {
  InferenceSession: new () => { run(feeds: Tensors, ...rest: unknown[]): unknown };
}

const file = process.env.GRAMMASK_STEP_TRACE;
const data = workerData as { readonly source?: unknown; readonly lender?: unknown } | null;
if (file !== undefined && !isMainThread && typeof data?.source === "string" && data.lender === undefined) {
  // It exists, whether there are steps or not.
  appendFileSync(file, "");
  if (threadTime() !== undefined) {
    trace(file);
  }
}

function trace(file: string): void {
  const require = createRequire(import.meta.resolve("@grammask/onnx"));
  const { binding } = require("onnxruntime-node/dist/binding.js") as { readonly binding: Binding };
  const steps: TracedStep[] = [];
  let last = used();
  binding.InferenceSession = class extends binding.InferenceSession {
    override run(feeds: Tensors, ...rest: unknown[]): unknown {
      const before = used();
      const outputs = super.run(feeds, ...rest);
      const after = used();
      steps.push({
        end: performance.timeOrigin + after.time,
        tokens: feeds.input_ids?.dims[0] ?? 0,
        sequences: feeds.past_lengths?.dims[0] ?? 1,
        step: { passed: after.time - before.time, work: after.work - before.work },
        between: {
          passed: before.time - last.time - (before.idle - last.idle),
          work: before.work - last.work,
          idle: before.idle - last.idle,
        },
      });
      last = after;
      return outputs;
    }
  };
  setInterval(() => {
    const lines = steps.splice(0).map((step) => `${JSON.stringify(step)}\n`);
    appendFileSync(file, lines.join(""));
  }, WRITE_MILLISECONDS).unref();
}

/** What the thread has used so far, in milliseconds: time, idle time of its event loop, and time on a processor (Linux). */
function used(): { readonly time: number; readonly idle: number; readonly work: number } {
  return {
    time: performance.now(),
    idle: performance.eventLoopUtilization().idle,
    work: threadTime()!,
  };
}
