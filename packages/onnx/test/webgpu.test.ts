import { describe, expect, it } from "vitest";
import { type GenerateRequest, type GenerateResult, type LoadOptions, loadModel } from "../src/index.js";
import { tiny } from "./tiny.js";

const MINUTES = 60_000;

/** Set by `pnpm test:webgpu`, which also finds a driver. */
const enabled = process.env.GRAMMASK_TEST_WEBGPU !== undefined;

async function generate(
  source: string,
  options: LoadOptions,
  request: GenerateRequest,
): Promise<GenerateResult> {
  const model = await loadModel(source, options);
  try {
    return await model.generate(request);
  } finally {
    await model.dispose();
  }
}

async function expectSame(source: string, request: GenerateRequest): Promise<void> {
  const cpu = await generate(source, { device: "cpu" }, request);
  const gpu = await generate(source, { device: "webgpu" }, request);
  expect(cpu.finishReason).toBe("complete");
  expect(gpu.tokens).toEqual(cpu.tokens);
  expect(gpu.value).toEqual(cpu.value);
}

describe.skipIf(!enabled)("webgpu", () => {
  it("gives the CPU's tokens for a tiny model, its cache in GPU memory", {
    timeout: 5 * MINUTES,
  }, async () => {
    await expectSame(tiny("tiny-rows"), { prompt: "the user", schema: { enum: [1, 23, 456, 7890] } });
  });

  it("gives the CPU's tokens for the bundled model", { timeout: 20 * MINUTES }, async () => {
    const prompt = "The sky is blue. True or false?";
    const schema = { type: "object", properties: { answer: { type: "boolean" } }, required: ["answer"] };
    await expectSame("smollm2-135m-instruct", { prompt, schema: { ...schema, additionalProperties: false } });
  });
});
