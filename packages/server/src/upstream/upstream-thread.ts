/**
 * The thread in front of the upstreams of one model: what it costs to check their outputs, it costs here, and nobody else
 * waits for it. It speaks as a model's thread does.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { GenerationRequest } from "../engine/engine.js";
import { recordError } from "../engine/error-record.js";
import type { ModelCommand, ModelMessage } from "../engine/messages.js";
import { lowerPriority } from "../engine/thread-priority.js";
import { limitByWork } from "../engine/work-limits.js";
import type { UpstreamThreadData } from "./options.js";
import { UpstreamEngine } from "./upstream-engine.js";

const port = parentPort!;
const { settings, limits, isAside } = workerData as UpstreamThreadData;
if (isAside) {
  lowerPriority();
}
limitByWork();
const engine = new UpstreamEngine(settings, limits);
const running = new Map<number, AbortController>();
/** How often the server's thread is told of the upstreams, where something is new. */
const STATUS_MILLISECONDS = 500;

const post = (message: ModelMessage) => port.postMessage(message);

/** Tells what is new of the upstreams. */
let told = "";
function tellStatus(): void {
  const { status: upstreams } = engine;
  const text = JSON.stringify(upstreams);
  if (text !== told) {
    told = text;
    post({ type: "upstreams", upstreams });
  }
}
void engine.checked.then(() => {
  tellStatus();
  setInterval(tellStatus, STATUS_MILLISECONDS).unref();
});

port.on("message", (command: ModelCommand) => void obey(command));
post({ type: "loaded", info: engine.info });

async function obey(command: ModelCommand): Promise<void> {
  if (command.type === "generate") {
    return generate(command.id, command.request);
  }
  if (command.type === "abort") {
    running.get(command.id)?.abort();
  } else if (command.type === "dispose") {
    await engine.dispose();
    port.close();
  }
}

async function generate(id: number, request: GenerationRequest): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const output = engine.generate(request, controller.signal);
    for (;;) {
      const next = await output.next();
      if (next.done === true) {
        post({ type: "result", id, result: next.value });
        return;
      }
      post({ type: "text", id, text: next.value });
    }
  } catch (thrown) {
    post({ type: "error", id, error: recordError(thrown) });
  } finally {
    running.delete(id);
  }
}
