/** Against a real llama.cpp server: `pnpm test:upstream` starts it and says where it is. Skipped otherwise. */
import { Ajv } from "ajv";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../src/index.js";
import { CuttingProxy } from "./cutting-proxy.js";

const url = process.env.GRAMMASK_TEST_LLAMACPP;
const schema = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 20 },
    age: { type: "integer", minimum: 0, maximum: 120 },
    city: { enum: ["Oslo", "Rome", "Lima"] },
  },
  required: ["name", "age", "city"],
  additionalProperties: false,
};
const isValid = new Ajv().compile(schema);
const request = {
  model: "llama",
  messages: [{ role: "user" as const, content: "Extract as JSON: Maria, who is 34, lives in Rome." }],
  max_tokens: 80,
  temperature: 0,
};
const format = { type: "json_schema" as const, json_schema: { name: "person", strict: true, schema } };

describe.skipIf(url === undefined)("in front of llama.cpp's server", { timeout: 300_000 }, () => {
  let server: RunningServer;
  let client: OpenAI;
  beforeAll(async () => {
    const upstream = { urls: [url!], stallSeconds: 120, firstTextSeconds: 120, close: true };
    server = await startServer({
      models: [],
      upstreams: [
        { id: "llama", kind: "llamacpp", retries: 20, ...upstream },
        // As if it could be told a JSON schema only, and could not continue.
        { id: "plain", kind: "openai", ...upstream },
      ],
      port: 0,
      logLevel: "silent",
    });
    await server.ready;
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
  });
  afterAll(() => server?.close());

  it("answers are valid JSON, streamed or not", async () => {
    for (const model of ["llama", "plain"]) {
      const body = { ...request, model, response_format: format };
      const whole = await client.chat.completions.create(body);
      expect(isValid(JSON.parse(whole.choices[0]!.message.content!))).toBe(true);
      expect(whole.usage!.completion_tokens).toBeGreaterThan(5);
      let text = "";
      for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
        text += chunk.choices[0]?.delta.content ?? "";
      }
      expect(isValid(JSON.parse(text))).toBe(true);
    }
  });

  it("an output that breaks off in the middle is continued from where it was, not begun again", async () => {
    const proxy = await CuttingProxy.start(url!, 1500);
    const behind = await startServer({
      models: [],
      upstreams: [
        {
          ...{ id: "cut", urls: [proxy.url], kind: "llamacpp", retries: 5 },
          ...{ stallSeconds: 120, firstTextSeconds: 120 },
        },
      ],
      port: 0,
      logLevel: "silent",
    });
    try {
      await behind.ready;
      const through = new OpenAI({ baseURL: `${behind.url}/v1`, apiKey: "none", maxRetries: 0 });
      const { choices } = await through.chat.completions.create({
        ...request,
        model: "cut",
        response_format: format,
      });
      const text = choices[0]!.message.content!;
      expect(isValid(JSON.parse(text))).toBe(true);
      const [first, second] = proxy.asked;
      expect(first).toMatchObject({ path: "/v1/chat/completions" });
      // The second request is a prompt that ends with what there was, and the output begins with it.
      expect(second).toMatchObject({ path: "/v1/completions" });
      const prompt = (second!.body as { prompt: string }).prompt;
      const kept = prompt.slice(prompt.lastIndexOf("{"));
      expect(kept.length).toBeGreaterThan(1);
      expect(text.startsWith(kept)).toBe(true);
    } finally {
      await behind.close();
      await proxy.stop();
    }
  });

  it("what only the check keeps to its form is continued, and closed at last", async () => {
    const guided_regex = "The name is [A-Z][a-z]{1,12}, and the city is (Rome|Lima)\\.";
    const { choices } = await client.chat.completions.create({ ...request, ...({ guided_regex } as object) });
    expect(choices[0]!.message.content).toMatch(new RegExp(`^${guided_regex}$`));
  });
});
