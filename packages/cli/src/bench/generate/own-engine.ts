import { type GenerateRequest, type GenerateResult, loadModel } from "@grammask/onnx";
import { coreVersion } from "../machine.js";
import type { EngineRequest, EngineResult, EngineSetup, GenerationEngine } from "./protocol.js";

/** This project's own loop. */
export async function loadOwn({ model: folder, threads }: EngineSetup): Promise<GenerationEngine> {
  const model = await loadModel(folder, { threads });
  return {
    version: `@grammask/onnx ${coreVersion()}`,
    modelFolder: model.directory,
    generate: async (request) => resultOf(await model.generate(toRequest(request))),
    async batch(requests, concurrency) {
      const start = performance.now();
      const results = await model.generateBatch(requests.map(toRequest), { concurrency });
      const total = performance.now() - start;
      return { total, tokens: results.reduce((sum, { usage }) => sum + usage.completionTokens, 0) };
    },
    prompt: (request) => model.renderPrompt(toRequest(request)),
  };
}

function toRequest({ messages, schema, maxTokens, options }: EngineRequest): GenerateRequest {
  const prompt = typeof messages === "string" ? { prompt: messages } : { messages };
  return { ...prompt, maxTokens, ...(schema !== undefined && { schema }), ...options };
}

function resultOf({ text, usage, timings, finishReason }: GenerateResult): EngineResult {
  return {
    text,
    promptTokens: usage.promptTokens,
    tokens: usage.completionTokens,
    total: timings.total,
    first: timings.prompt + timings.vocabulary + timings.compile + timings.prefill,
    ended: finishReason === "complete",
  };
}
