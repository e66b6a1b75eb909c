import OpenAI, { APIError } from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../src/index.js";
import { type Answer, FakeUpstream, fails, says } from "./fake-upstream.js";
import { post } from "./running.js";

const schema = {
  type: "object",
  properties: { ok: { type: "boolean" } },
  required: ["ok"],
  additionalProperties: false,
};
const request = {
  model: "whatever-the-client-has",
  messages: [{ role: "user" as const, content: "OK?" }],
  response_format: { type: "json_schema" as const, json_schema: { name: "answer", strict: true, schema } },
};

let server: RunningServer;
let upstream: FakeUpstream;
afterEach(async () => {
  await server.close();
  await upstream.kill();
});

async function clientOf(...answers: Answer[]): Promise<OpenAI> {
  upstream = await FakeUpstream.start(...answers);
  server = await startServer({
    models: [],
    upstreams: [{ id: "upstream", urls: [upstream.url], kind: "vllm", retries: 1, healthSeconds: 0.2 }],
    aliases: { "*": "upstream" },
    port: 0,
    logLevel: "silent",
  });
  await server.ready;
  return new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
}

describe("a server in front of an upstream", () => {
  it("answers chat, completions and responses with what was checked, streamed or not", async () => {
    const client = await clientOf(says('{"no": 1}'), says("true}"), says('{"ok": true}'));
    const completion = await client.chat.completions.create(request);
    expect(completion.choices[0]).toMatchObject({
      message: { content: '{"ok":true}' },
      finish_reason: "stop",
    });
    expect(completion.usage!.prompt_tokens).toBeGreaterThan(0);
    const parts: string[] = [];
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
      parts.push(chunk.choices[0]?.delta.content ?? "");
    }
    expect(parts.join("")).toBe('{"ok": true}');
    expect(parts.filter((part) => part !== "").length).toBeGreaterThan(1);
    const { output_text } = await client.responses.create({
      model: "upstream",
      input: "OK?",
      text: { format: { type: "json_schema", name: "answer", schema } },
    });
    expect(output_text).toBe('{"ok": true}');
    const { choices } = await client.completions.create({ model: "upstream", prompt: "OK?" });
    expect(choices[0]!.text).toBe('{"ok": true}');
  });

  it("tells of its upstreams in its metrics, and is ready while one of them is well", async () => {
    const client = await clientOf(fails(500, "out of memory"), says('{"ok": true}'));
    await client.chat.completions.create(request);
    const ready = async () => {
      const answer = await fetch(`${server.url}/readyz`);
      return [answer.status, await answer.json()];
    };
    const upstreams = (healthy: number) => ({ upstream: { healthy, total: 1 } });
    await expect.poll(ready).toEqual([200, { status: "ready", upstreams: upstreams(1) }]);
    const labels = `model="upstream",upstream="${upstream.url}/v1"`;
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    await expect.poll(metrics).toContain(`grammask_upstream_requests_total{${labels}} 2`);
    const text = await metrics();
    expect(text).toContain(`grammask_upstream_healthy{${labels}} 1`);
    expect(text).toContain(`grammask_upstream_running{${labels}} 0`);
    expect(text).toContain(`grammask_upstream_failures_total{${labels},code="upstream_failed"} 1`);
    upstream.healthy = false;
    await expect
      .poll(ready, { timeout: 5000 })
      .toEqual([503, { status: "upstreams-down", upstreams: upstreams(0) }]);
    expect(await metrics()).toContain(`grammask_upstream_healthy{${labels}} 0`);
    upstream.healthy = true;
    await expect.poll(ready, { timeout: 5000 }).toEqual([200, expect.anything()]);
  });

  it("takes Ollama's tools and what they gave, and gives calls with arguments that are objects", async () => {
    const parameters = {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    };
    const weather = { type: "function", function: { name: "weather", description: "Now", parameters } };
    const call = { function: { name: "weather", arguments: { city: "Oslo" } } };
    const said = '{"name": "weather", "arguments": {"city": "Oslo"}}';
    await clientOf(says(said), says(said), says("It rains."));
    const chat = async (body: object) => {
      const messages = [{ role: "user", content: "Oslo?" }];
      const asked = { model: "upstream", tools: [weather], messages, ...body };
      const answer = await post(`${server.url}/api/chat`, asked);
      expect(answer.status, await answer.clone().text()).toBe(200);
      const lines = (await answer.text()).trim().split("\n");
      return lines.map((line) => JSON.parse(line) as { message: object; done: boolean });
    };
    const [whole] = await chat({ stream: false });
    expect(whole).toMatchObject({
      done: true,
      message: { role: "assistant", content: "", tool_calls: [call] },
    });
    const lines = await chat({});
    expect(lines.map(({ message }) => message)).toEqual([
      { role: "assistant", content: "", tool_calls: [call] },
      { role: "assistant", content: "" },
    ]);
    const messages = [
      { role: "user", content: "Oslo?" },
      { role: "assistant", content: "", tool_calls: [call] },
      { role: "tool", content: "rain", tool_name: "weather" },
    ];
    const [told] = await chat({ messages, stream: false });
    expect(told).toMatchObject({ message: { content: "It rains." } });
    expect(told!.message).not.toHaveProperty("tool_calls");
    const sent = upstream.requests.at(-1)!.body.messages as { role: string; content: string }[];
    expect(sent[0]).toMatchObject({ role: "system", content: expect.stringContaining("weather") });
    expect(sent.slice(2).map(({ content }) => content)).toEqual([
      expect.stringContaining('"arguments": {"city":"Oslo"}'),
      expect.stringContaining("rain"),
    ]);
  });

  it("asks for 256 tokens where a request for Workers AI does not say how many", async () => {
    await clientOf(says("Hello."), says("Hello."));
    for (const [max_tokens, asked] of [
      [undefined, 256],
      [300, 300],
    ]) {
      await post(`${server.url}/ai/run/upstream`, { prompt: "Hello?", max_tokens });
      expect(upstream.requests.at(-1)!.body.max_tokens).toBe(asked);
    }
  });

  it("tells of a failure in OpenAI's shape, with its own code", async () => {
    const client = await clientOf(fails(500, "out of memory"));
    const error = await client.chat.completions.create(request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 502, code: "upstream_failed", type: "server_error" });
    const wrong = { ...request.response_format.json_schema, schema: { type: "nothing" } };
    await expect(
      client.chat.completions.create({
        ...request,
        response_format: { type: "json_schema", json_schema: wrong },
      }),
    ).rejects.toMatchObject({ status: 400, code: "invalid_schema" });
  });
});
