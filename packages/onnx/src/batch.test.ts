import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { tiny } from "../test/tiny.js";
import { Decoder } from "./decoder.js";
import { InvalidRequestError } from "./errors.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";
import type { GenerateRequest } from "./request.js";

const text = { type: "string", maxLength: 8 };
const SCHEMAS: (object | undefined)[] = [
  { type: "object", properties: { name: text, age: { enum: [3, 42] } }, required: ["name", "age"] },
  { type: "array", items: text, minItems: 2, maxItems: 4 },
  undefined,
  { type: "object", properties: { ok: { type: "boolean" }, city: text }, required: ["ok", "city"] },
];
/** Of different lengths, with and without schemas, some ended by the budget. */
const REQUESTS: GenerateRequest[] = Array.from({ length: 11 }, (_, i) => {
  const schema = SCHEMAS[i % SCHEMAS.length];
  return {
    prompt: "the user asks for the name ".repeat(1 + (i % 3)) + i,
    temperature: i % 2,
    seed: i,
    maxTokens: 6 + ((i * 7) % 40),
    onLength: "cut" as const,
    ...(schema === undefined ? {} : { schema }),
  };
});

describe.each(["tiny-concat", "tiny-rows"] as const)("batches (%s)", (name) => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(tiny(name), { threads: 1 });
  });
  afterAll(() => model.dispose());

  it("give each request the output that it has alone, however many run at once", async () => {
    const alone = [];
    for (const request of REQUESTS) {
      alone.push(await model.generate(request));
    }
    for (const concurrency of [1, 3, 8, 50]) {
      const together = await model.generateBatch(REQUESTS, { concurrency });
      expect(together.map(({ tokens }) => tokens)).toEqual(alone.map(({ tokens }) => tokens));
      expect(together.map(({ finishReason }) => finishReason)).toEqual(
        alone.map((each) => each.finishReason),
      );
      expect(together.map(({ value }) => value)).toEqual(alone.map(({ value }) => value));
    }
    expect(alone.some(({ usage }) => usage.draftTokens > 0)).toBe(true);
    const plain = await model.generateBatch(REQUESTS.map((request) => ({ ...request, drafts: false })));
    expect(plain.map(({ tokens }) => tokens)).toEqual(alone.map(({ tokens }) => tokens));
    expect(plain.some(({ usage }) => usage.draftTokens > 0)).toBe(false);
    expect(await model.generateBatch([])).toEqual([]);
  });

  it("call onToken of each request, and obey the signal of each", async () => {
    const controller = new AbortController();
    let streamed = "";
    const results = await model.generateBatch([
      { ...REQUESTS[0]!, onToken: (event) => (streamed += event.text) },
      {
        prompt: "x",
        maxTokens: 200,
        onLength: "cut" as const,
        schema: { type: "array", minItems: 500 },
        signal: controller.signal,
        onToken: ({ index }) => index === 4 && controller.abort(),
      },
      REQUESTS[3]!,
    ]);
    expect(results[0]!.text).toBe(streamed);
    expect(results.map(({ finishReason }) => finishReason === "abort")).toEqual([false, true, false]);
    expect(results[1]!.tokens).toHaveLength(5);
  });

  it("fail with the first that fails, after the others have ended", async () => {
    const dispose = vi.spyOn(Decoder.prototype, "newSequence");
    const ended: boolean[] = [];
    const endless = {
      prompt: "x",
      maxTokens: 240,
      onLength: "cut" as const,
      schema: { type: "array", minItems: 500 },
    };
    const failing = {
      prompt: "x",
      maxTokens: 9,
      onToken: () => {
        throw new Error("enough");
      },
    };
    await expect(model.generateBatch([endless, endless, failing, endless])).rejects.toThrow("enough");
    for (const { value } of dispose.mock.results) {
      ended.push((value as ReturnType<Decoder["newSequence"]>).length === 0);
    }
    dispose.mockRestore();
    expect(ended).toEqual([true, true, true, true]);
    await expect(model.generateBatch([{ prompt: "" }])).rejects.toThrow(InvalidRequestError);
    await expect(model.generateBatch([], { concurrency: 0 })).rejects.toThrow(/concurrency/);
    expect(() => model.generateSamples({ prompt: "x" }, 0)).toThrow(/count/);
  });

  it("take steps together where the graph allows it", async () => {
    const run = vi.spyOn(Decoder.prototype, "run");
    const requests = Array.from({ length: 6 }, (_, seed) => ({
      prompt: `the user ${seed}`,
      temperature: 1,
      seed,
      maxTokens: 20,
      drafts: false,
      onLength: "cut" as const,
      schema: { type: "array", minItems: 500 },
    }));
    await model.generateBatch(requests);
    const batches = run.mock.calls.map(([{ past_lengths: packed }]) => packed?.dims[0] ?? 1);
    run.mockRestore();
    const steps = batches.reduce((sum, size) => sum + size, 0);
    expect(Math.max(...batches)).toBe(name === "tiny-rows" ? 6 : 1);
    expect(batches.length).toBeLessThanOrEqual(name === "tiny-rows" ? steps / 3 : steps);
  });

  it("join streams and generations that run already", async () => {
    const alone = await model.generate(REQUESTS[1]!);
    const stream = model.stream({
      prompt: "x",
      maxTokens: 100,
      onLength: "cut" as const,
      schema: { type: "array", minItems: 500 },
    });
    for (let i = 0; i < 5; i++) {
      await stream.next();
    }
    // The stream's reader waits: that holds nobody up.
    expect((await model.generate(REQUESTS[1]!)).tokens).toEqual(alone.tokens);
    await stream.return(undefined);
    expect((await model.generate(REQUESTS[1]!)).tokens).toEqual(alone.tokens);
  });
});
