import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningServer } from "../src/index.js";
import { post, runTiny } from "./running.js";

const ON_AND_ON = { "0": -100, "2": -100 };
/** The request of the JSON mode page of Cloudflare Workers AI. */
const COUNTRY = {
  messages: [
    { role: "system", content: "Extract data about a country." },
    { role: "user", content: "Tell me about India." },
  ],
  response_format: {
    type: "json_schema",
    json_schema: {
      type: "object",
      properties: {
        name: { type: "string" },
        capital: { type: "string" },
        languages: { type: "array", items: { type: "string" } },
      },
      required: ["name", "capital", "languages"],
    },
  },
};

let server: RunningServer;
beforeAll(async () => {
  server = await runTiny({
    aliases: { "@cf/meta/llama-3.1-8b-instruct": "tiny", "mistralai/Mistral-7B": "tiny" },
  });
});
afterAll(() => server.close());

async function answer<T = Record<string, never>>(path: string, body: unknown): Promise<T> {
  const response = await post(`${server.url}${path}`, body);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as T;
}

/** The data of server-sent events. */
async function events(path: string, body: object): Promise<unknown[]> {
  const response = await post(`${server.url}${path}`, { ...body, stream: true });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const parts = (await response.text()).split("\n\n").filter((part) => part !== "");
  return parts.map((part) => {
    expect(part.startsWith("data: ")).toBe(true);
    const data = part.slice("data: ".length);
    return data === "[DONE]" ? data : (JSON.parse(data) as unknown);
  });
}

describe("completions", () => {
  it("continue texts and token ids, several at once, streaming and not", async () => {
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
    const request = {
      model: "tiny",
      prompt: ["the user", "a name"],
      n: 2,
      seed: 3,
      temperature: 1,
      max_tokens: 6,
      logit_bias: ON_AND_ON,
    };
    const whole = await client.completions.create({ ...request, logprobs: 2 });
    expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(whole.usage!.completion_tokens).toBe(24);
    for (const { text, logprobs, finish_reason } of whole.choices) {
      expect(logprobs!.tokens).toHaveLength(6);
      expect(finish_reason).toBe("length");
      expect(typeof text).toBe("string");
    }
    const texts = ["", "", "", ""];
    for await (const { choices } of await client.completions.create({ ...request, stream: true })) {
      for (const { index, text } of choices) {
        texts[index] += text;
      }
    }
    expect(texts).toEqual(whole.choices.map(({ text }) => text));
    const ids = await client.completions.create({ model: "tiny", prompt: [67, 68], max_tokens: 3 });
    expect(ids.usage!.prompt_tokens).toBe(2);
  });

  it("match what they are asked to", async () => {
    const body = { model: "tiny", prompt: "x", response_format: { type: "json_object" }, max_tokens: 9 };
    const { choices } = await answer<OpenAI.Completion>("/v1/completions", body);
    expect(typeof JSON.parse(choices[0]!.text)).toBe("object");
  });
});

describe("DeepInfra's API", () => {
  it("is OpenAI's on a path of its own", async () => {
    const body = {
      model: "mistralai/Mistral-7B",
      messages: [
        {
          role: "user",
          content:
            "Provide a JSON list of 3 famous scientific breakthroughs in the past century, all of the countries which contributed, and in what year.",
        },
      ],
      response_format: { type: "json_object" },
      tool_choice: "auto",
      max_tokens: 40,
    };
    const { choices, model } = await answer<OpenAI.ChatCompletion>("/v1/openai/chat/completions", body);
    expect(typeof JSON.parse(choices[0]!.message.content!)).toBe("object");
    expect(model).toBe("tiny");
    const completion = await answer<OpenAI.Completion>("/v1/openai/completions", {
      model: "tiny",
      prompt: "x",
      response_format: { type: "json_object" },
    });
    expect(typeof JSON.parse(completion.choices[0]!.text)).toBe("object");
  });

  it("infers, streaming and not", async () => {
    const body = {
      input: "What is the weather in San Francisco?",
      response_format: { type: "json_object" },
      max_new_tokens: 30,
      temperature: 1,
      seed: 4,
    };
    const whole = await answer<{ results: { generated_text: string }[]; num_tokens: number }>(
      "/v1/inference/mistralai/Mistral-7B",
      body,
    );
    const text = whole.results[0]!.generated_text;
    expect(typeof JSON.parse(text)).toBe("object");
    expect(whole.num_tokens).toBeGreaterThan(0);
    expect(whole).toMatchObject({ inference_status: { status: "succeeded" } });
    const pieces = (await events("/v1/inference/tiny", body)) as { token?: { text: string } | null }[];
    expect(pieces.map(({ token }) => token?.text ?? "").join("")).toBe(text);
    expect(pieces.at(-2)).toMatchObject({ generated_text: text });
  });
});

describe("Cloudflare's API", () => {
  const paths = [
    "/ai/run/@cf/meta/llama-3.1-8b-instruct",
    "/client/v4/accounts/0123abc/ai/run/@cf/meta/llama-3.1-8b-instruct",
  ];

  it.each(paths)("answers its page's example at %s", async (path) => {
    const { result, success } = await answer<{
      result: { response: Record<string, unknown> };
      success: boolean;
    }>(path, { ...COUNTRY, max_tokens: 120 });
    expect(success).toBe(true);
    expect(typeof result.response.name).toBe("string");
    expect(typeof result.response.capital).toBe("string");
    expect(Array.isArray(result.response.languages)).toBe(true);
  });

  it("streams JSON mode", async () => {
    const request = { ...COUNTRY, max_tokens: 120, seed: 1, temperature: 1 };
    const { result } = await answer<{ result: { response: unknown } }>(paths[0]!, request);
    const pieces = await events(paths[0]!, request);
    expect(pieces.at(-1)).toBe("[DONE]");
    const text = pieces
      .slice(0, -1)
      .map((piece) => (piece as { response: string }).response)
      .join("");
    expect(JSON.parse(text)).toEqual(result.response);
    expect(pieces.at(-2)).toMatchObject({ usage: { total_tokens: expect.any(Number) } });
  });

  it("answers a prompt, raw or not", async () => {
    for (const raw of [true, false]) {
      const body = { prompt: "the user", raw, max_tokens: 5 };
      const { result } = await answer<{ result: { response: string } }>("/ai/run/tiny", body);
      expect(typeof result.response).toBe("string");
    }
  });

  it("says before it generates that JSON mode cannot be met, and why", async () => {
    for (const stream of [false, true]) {
      const response = await post(`${server.url}/ai/run/tiny`, {
        prompt: "x",
        stream,
        response_format: {
          type: "json_schema",
          json_schema: { type: "object", properties: { n: { enum: [] } }, required: ["n"] },
        },
      });
      expect(response.status).toBe(400);
      const { success, errors } = (await response.json()) as {
        success: boolean;
        errors: { message: string }[];
      };
      expect(success).toBe(false);
      expect(errors[0]!.message).toMatch(/^JSON Mode couldn't be met: .*properties\/n/);
      expect(errors[0]).toMatchObject({ schema: { pointer: expect.stringContaining("/properties/n") } });
    }
  });

  it("writes other errors its way", async () => {
    const response = await post(`${server.url}/ai/run/unknown`, { prompt: "x" });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      success: false,
      result: null,
      errors: [{ reason: "model_not_found" }],
    });
  });
});

describe("Ollama's API", () => {
  const format = {
    type: "object",
    properties: { ok: { type: "boolean" } },
    required: ["ok"],
    additionalProperties: false,
  };

  it("lists the models", async () => {
    const response = await fetch(`${server.url}/api/tags`);
    const { models } = (await response.json()) as { models: { name: string }[] };
    expect(models.map(({ name }) => name)).toContain("tiny");
  });

  it("chats and generates with a format, in lines or at once", async () => {
    const messages = [{ role: "user", content: "ok?" }];
    const options = { temperature: 1, seed: 2 };
    const chat = await answer<{ message: { content: string }; done: boolean }>("/api/chat", {
      model: "tiny",
      messages,
      format,
      options,
      stream: false,
    });
    expect(typeof (JSON.parse(chat.message.content) as { ok: unknown }).ok).toBe("boolean");
    expect(chat).toMatchObject({ done: true, done_reason: "stop", eval_count: expect.any(Number) });
    const response = await post(`${server.url}/api/chat`, { model: "tiny", messages, format, options });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await response.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as typeof chat);
    expect(lines.map(({ message }) => message.content).join("")).toBe(chat.message.content);
    expect(lines.map(({ done }) => done).lastIndexOf(false)).toBe(lines.length - 2);
    const generated = await answer<{ response: string }>("/api/generate", {
      model: "tiny",
      prompt: "x",
      system: "y",
      format: "json",
      options: { num_predict: 9 },
      stream: false,
    });
    expect(typeof JSON.parse(generated.response)).toBe("object");
  });

  it("says that a budget is too small without names of another API's options", async () => {
    const options = { num_predict: 1 };
    const messages = [{ role: "user", content: "ok?" }];
    const response = await post(`${server.url}/api/chat`, { model: "tiny", messages, format, options });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: string };
    expect(error).toMatch(/^The shortest valid output has \d+ tokens; only 1 are allowed\. Allow more\.$/);
  });

  it("writes errors its way", async () => {
    const response = await post(`${server.url}/api/chat`, { model: "tiny", messages: [], format });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.any(String), param: "messages" });
  });
});
