import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { modelDirectory } from "@grammask/model-smollm2-135m-instruct";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expandWeights } from "../src/expand-weights.js";
import { loadModel, type Model } from "../src/index.js";

describe("smollm2-135m-instruct", () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel("smollm2-135m-instruct");
  });
  afterAll(() => model.dispose());

  it("has the weights that its builder made", async () => {
    const path = join(modelDirectory, "onnx", "model_q4_packed.json");
    const { file, sha256 } = JSON.parse(await readFile(path, "utf8"));
    const { data } = (await expandWeights(path)).find((each) => each.path === file)!;
    expect(createHash("sha256").update(data).digest("hex")).toBe(sha256);
  });

  it("answers in free text and ends by itself", async () => {
    const messages = [
      { role: "user", content: "What is the capital of France? Answer with one short sentence." },
    ];
    const { text, finishReason, value } = await model.generate({ messages, maxTokens: 60 });
    expect(text).toContain("Paris");
    expect(finishReason).toBe("complete");
    expect(value).toBeUndefined();
  });

  it("extracts what a text says, in the schema's form", async () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        age: { type: "integer" },
        hobbies: { type: "array", items: { type: "string" } },
      },
      required: ["name", "age", "hobbies"],
      additionalProperties: false,
    };
    const content = "Extract as JSON: Maria is 34 years old and likes chess, tennis and reading.";
    const { value, finishReason } = await model.generate({
      messages: [{ role: "user", content }],
      schema,
      maxTokens: 80,
    });
    expect(finishReason).toBe("complete");
    expect(value).toEqual({ name: "Maria", age: 34, hobbies: ["chess", "tennis", "reading"] });
  });

  it("writes pretty JSON in the tokenizer's own tokens, half of them forced", async () => {
    const schema = {
      type: "object",
      properties: {
        person: {
          type: "object",
          properties: { name: { type: "string" }, age: { type: "integer" } },
          required: ["name", "age"],
          additionalProperties: false,
        },
        city: { type: "string" },
        sports: { type: "array", items: { enum: ["tennis", "chess", "golf"] }, maxItems: 3 },
      },
      required: ["person", "city", "sports"],
      additionalProperties: false,
    };
    const content = "Extract as JSON: Maria (34) lives in Paris. She likes chess and tennis.";
    const request = { messages: [{ role: "user", content }], schema, maxTokens: 120 };
    const pretty = await model.generate({ ...request, schemaOptions: { whitespace: "pretty" } });
    expect(pretty.finishReason).toBe("complete");
    expect(pretty.tokens).toEqual(model.encode(pretty.text));
    expect(pretty.usage.forcedTokens).toBeGreaterThan(pretty.tokens.length / 2);
  });

  it("gives the same bits in a batch as alone, for known prompts, and however many tokens a step brings", async () => {
    const schema = {
      type: "object",
      properties: { name: { type: "string", maxLength: 20 }, age: { type: "integer" } },
      required: ["name", "age"],
      additionalProperties: false,
    };
    const requests = [
      "Maria is 34.",
      "John Smith, 45 years old, plays golf.",
      "Yuki (52) lives in Osaka.",
    ].map((text) => ({
      messages: [{ role: "user", content: `Extract as JSON: ${text}` }],
      schema,
      maxTokens: 40,
      report: true,
    }));
    const together = await model.generateBatch(requests);
    for (const [i, request] of requests.entries()) {
      const alone = await model.generate(request);
      expect(together[i]!.tokens).toEqual(alone.tokens);
      expect(together[i]!.report).toEqual(alone.report);
      expect(alone.usage.cachedPromptTokens).toBeGreaterThan(0);
      const byToken = await model.generate({ ...request, drafts: false });
      expect(byToken.tokens).toEqual(alone.tokens);
      expect(byToken.report).toEqual(alone.report);
      expect(byToken.usage.steps).toBeGreaterThan(alone.usage.steps);
    }
  });

  it("reads a prompt of several chunks as it reads it in one", async () => {
    const story = "Maria walked to the market and bought bread. ".repeat(40);
    const prompt = `${story}\nQuestion: Who walked to the market?\nAnswer:`;
    expect(model.encode(prompt).length).toBeGreaterThan(300);
    const { text } = await model.generate({ prompt, maxTokens: 3 });
    expect(text).toContain("Maria");
  });
});
