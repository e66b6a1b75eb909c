import { MessageChannel } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny } from "../test/tiny.js";
import { InvalidRequestError, ModelDisposedError } from "./errors.js";
import { connectModel, loadModel } from "./load.js";
import type { Model } from "./model.js";
import type { GenerateRequest } from "./request.js";

const options = { threads: 1, spinning: false };
const schema = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 12 },
    ages: { type: "array", items: { type: "integer" } },
  },
  required: ["name", "ages"],
};
const prompt = "The quick brown fox jumps over the lazy dog, again and again and again.";

/** A model, and the same in the hands of somebody who only has a port to it. */
async function lent() {
  const owner = await loadModel(tiny("tiny-rows"), options);
  const { port1, port2 } = new MessageChannel();
  owner.lend(port1);
  return { owner, port: port2, model: await connectModel(port2) };
}

describe("a model that is lent", () => {
  let owner: Model;
  let model: Model;
  beforeAll(async () => {
    ({ owner, model } = await lent());
  });
  afterAll(() => owner.dispose());

  const requests: GenerateRequest[] = [
    { prompt, schema, maxTokens: 60 },
    { prompt, schema, maxTokens: 60, temperature: 1, seed: 7, drafts: false },
    { prompt, schema, maxTokens: 40, temperature: 0.7, seed: 8, forcedTokens: false, topLogprobs: 2 },
    { prompt, maxTokens: 20, temperature: 1, seed: 9 },
  ];

  it("generates what it does for its owner", async () => {
    expect(model.name).toBe(owner.name);
    expect(model.contextLength).toBe(owner.contextLength);
    for (const request of requests) {
      const [mine, theirs] = [await owner.generate(request), await model.generate(request)];
      expect(theirs.text).toBe(mine.text);
      expect(theirs.tokens).toEqual(mine.tokens);
      // A graph may add up in another order where steps have other sizes.
      for (const [i, { id, logprob }] of (mine.logprobs ?? []).entries()) {
        expect(theirs.logprobs![i]!.id).toBe(id);
        expect(theirs.logprobs![i]!.logprob).toBeCloseTo(logprob, 4);
      }
    }
  });

  it("takes its steps together with its owner's sequences", async () => {
    const alone = await Promise.all(requests.map((request) => owner.generate(request)));
    const both = await Promise.all(
      requests.flatMap((request) => [owner.generate(request), model.generate(request)]),
    );
    for (const [i, result] of both.entries()) {
      expect(result.text).toBe(alone[Math.floor(i / 2)]!.text);
    }
  });

  it("knows the beginnings of prompts that its owner has read, and the other way round", async () => {
    const read = `${prompt} ${prompt}`;
    await owner.generate({ prompt: `${read} One.`, maxTokens: 2 });
    const second = await model.generate({ prompt: `${read} Two. ${prompt}`, maxTokens: 2 });
    expect(second.usage.cachedPromptTokens).toBeGreaterThan(15);
    const third = await owner.generate({ prompt: `${read} Two. ${prompt} And three.`, maxTokens: 2 });
    expect(third.usage.cachedPromptTokens).toBeGreaterThan(second.usage.cachedPromptTokens);
  });

  it("cannot be lent on", () => {
    const { port1, port2 } = new MessageChannel();
    expect(() => model.lend(port1)).toThrow(InvalidRequestError);
    port2.close();
  });
});

describe("the end of a model that is lent", () => {
  it("ends with its owner, generations too", async () => {
    const { owner, model } = await lent();
    const generation = model.generate({ prompt, maxTokens: 100, onToken: () => void owner.dispose() });
    await expect(generation).rejects.toThrow(ModelDisposedError);
    await expect(model.generate({ prompt, maxTokens: 2 })).rejects.toThrow(ModelDisposedError);
  });

  it("leaves its owner nothing when its port closes in the middle", async () => {
    const { owner, port, model } = await lent();
    const generation = model.generate({ prompt, maxTokens: 100, onToken: () => port.close() });
    await expect(generation).rejects.toThrow(ModelDisposedError);
    const { tokens } = await owner.generate({ prompt, maxTokens: 3, temperature: 1, seed: 1 });
    expect(tokens).toHaveLength(3);
    await owner.dispose();
  });
});
