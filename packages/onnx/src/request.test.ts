import { describe, expect, it } from "vitest";
import { InvalidRequestError } from "./errors.js";
import { checkRequest } from "./request.js";

const PROMPT = { prompt: "Hello" };

describe("checkRequest", () => {
  it("fills in defaults", () => {
    const { sampling, maxTokens, stop } = checkRequest(PROMPT);
    expect(sampling).toMatchObject({ temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 });
    expect(Number.isInteger(sampling.seed)).toBe(true);
    expect(maxTokens).toBe(1024);
    expect(stop).toEqual([]);
    expect(checkRequest({ ...PROMPT, stop: "x" }).stop).toEqual(["x"]);
  });

  it.each([
    ["request", null],
    ["messages", {}],
    ["messages", { messages: [], maxTokens: 1 }],
    ["messages", { ...PROMPT, messages: [{ role: "user", content: "Hello" }] }],
    ["messages", { messages: "Hello" }],
    ["messages[0]", { messages: [{ role: "user" }] }],
    ["messages[1]", { messages: [{ role: "user", content: "a" }, null] }],
    ["prompt", { prompt: "" }],
    ["prompt", { prompt: [] }],
    ["prompt", { prompt: [1.5] }],
    ["prompt", { prompt: [-1] }],
    ["prompt", { prompt: 5 }],
    ["maxTokens", { ...PROMPT, maxTokens: 0 }],
    ["maxTokens", { ...PROMPT, maxTokens: -1 }],
    ["maxTokens", { ...PROMPT, maxTokens: 1.5 }],
    ["maxTokens", { ...PROMPT, maxTokens: Number.NaN }],
    ["maxTokens", { ...PROMPT, maxTokens: "5" }],
    ["temperature", { ...PROMPT, temperature: -0.1 }],
    ["temperature", { ...PROMPT, temperature: Number.NaN }],
    ["temperature", { ...PROMPT, temperature: Number.POSITIVE_INFINITY }],
    ["temperature", { ...PROMPT, temperature: "1" }],
    ["topK", { ...PROMPT, topK: 1.5 }],
    ["topP", { ...PROMPT, topP: 0 }],
    ["topP", { ...PROMPT, topP: 1.1 }],
    ["minP", { ...PROMPT, minP: -1 }],
    ["repetitionPenalty", { ...PROMPT, repetitionPenalty: 0 }],
    ["seed", { ...PROMPT, seed: -1 }],
    ["seed", { ...PROMPT, seed: 2 ** 32 }],
    ["stop", { ...PROMPT, stop: "" }],
    ["onLogprobs", { ...PROMPT, onLogprobs: () => undefined }],
    ["onStop", { ...PROMPT, onStop: "never" as never }],
    ["stop", { ...PROMPT, stop: ["a", ""] }],
    ["stop", { ...PROMPT, stop: Array(17).fill("a") }],
    ["stop", { ...PROMPT, stop: [1] }],
    ["signal", { ...PROMPT, signal: {} }],
    ["onToken", { ...PROMPT, onToken: 1 }],
    ["onProgress", { ...PROMPT, onProgress: "yes" }],
    ["json", { ...PROMPT, json: "array" }],
    ["schema", { ...PROMPT, schema: 5 }],
    ["schema", { ...PROMPT, schema: null }],
    ["schema", { ...PROMPT, schema: {}, json: true }],
    ["json", { ...PROMPT, json: "object", regex: "a" }],
    ["regex", { ...PROMPT, regex: "a", choice: ["a"] }],
    ["schema", { ...PROMPT, schema: true, choice: ["a"] }],
    ["regex", { ...PROMPT, regex: /a/ }],
    ["choice", { ...PROMPT, choice: "a" }],
    ["choice", { ...PROMPT, choice: ["a", 1] }],
    ["schemaOptions", { ...PROMPT, regex: "a", schemaOptions: {} }],
    ["schemaOptions", { ...PROMPT, choice: ["a"], schemaOptions: { order: "any" } }],
  ])("refuses a wrong %s: %o", (parameter, request) => {
    try {
      checkRequest(request as never);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as InvalidRequestError).parameter).toBe(parameter);
      expect((error as InvalidRequestError).message).toContain(`${parameter}: `);
    }
  });
});
