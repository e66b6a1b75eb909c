// A process that generates: see protocol.ts.
import type { EngineAnswer, EngineMessage, EngineSetup, GenerationEngine } from "./protocol.js";

const send = (answer: EngineAnswer) => void process.send!(answer);
const setup = JSON.parse(process.argv[2]!) as EngineSetup;

async function load(): Promise<GenerationEngine> {
  switch (setup.engine) {
    case "grammask":
      return (await import("./own-engine.js")).loadOwn(setup);
    case "transformers":
      return (await import("./transformers-engine.js")).loadTransformers(setup);
    case "llama":
      return (await import("./llama-engine.js")).loadLlama(setup);
  }
}

async function answer(engine: GenerationEngine, message: EngineMessage): Promise<EngineAnswer> {
  try {
    switch (message.type) {
      case "generate":
        return { type: "result", result: await engine.generate(message.request) };
      case "batch":
        return { type: "batch", ...(await engine.batch!(message.requests, message.concurrency)) };
      case "prompt":
        return { type: "prompt", prompt: engine.prompt!(message.request) };
    }
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): EngineAnswer {
  return { type: "failure", reason: error instanceof Error ? error.message : String(error) };
}

try {
  const engine = await load();
  process.on("message", async (message: EngineMessage) => send(await answer(engine, message)));
  const { version, modelFolder } = engine;
  send({ type: "ready", version, ...(modelFolder !== undefined && { modelFolder }) });
} catch (error) {
  send(failure(error));
  process.disconnect();
}
