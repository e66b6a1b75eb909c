import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { RunningServer } from "../src/index.js";
import { post, runTiny } from "./running.js";

const person = z.object({ name: z.string().max(5), age: z.int().min(0).max(99) });

describe("responses with the openai client", () => {
  let server: RunningServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await runTiny();
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
  });
  afterAll(() => server.close());

  it("give text", async () => {
    const response = await client.responses.create({
      model: "tiny",
      instructions: "a name",
      input: "the user",
      max_output_tokens: 9,
      temperature: 1,
    });
    expect(response).toMatchObject({ object: "response", model: "tiny", store: false });
    expect(typeof response.output_text).toBe("string");
    const { input_tokens, output_tokens, total_tokens } = response.usage!;
    expect(total_tokens).toBe(input_tokens + output_tokens);
  });

  it("parse with a zod schema", async () => {
    const response = await client.responses.parse({
      model: "tiny",
      input: [{ role: "user", content: "the user" }],
      text: { format: zodTextFormat(person, "person") },
    });
    person.parse(response.output_parsed);
    expect(response.status).toBe("completed");
  });

  it("stream events in their order, with what they give at once", async () => {
    const request = {
      model: "tiny",
      input: "the user",
      text: { format: zodTextFormat(person, "person") },
      temperature: 1,
    };
    const types: string[] = [];
    let text = "";
    let last = -1;
    const stream = client.responses.stream(request);
    for await (const event of stream) {
      expect(event.sequence_number).toBe(last + 1);
      last = event.sequence_number;
      if (types.at(-1) !== event.type) {
        types.push(event.type);
      }
      if (event.type === "response.output_text.delta") {
        text += event.delta;
      }
    }
    expect(types).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const response = await stream.finalResponse();
    person.parse(response.output_parsed);
    expect(response.output_text).toBe(text);
  });

  it("are complete JSON and say so where the budget ends them", async () => {
    const response = await client.responses.create({
      model: "tiny",
      input: "the user",
      text: {
        format: { type: "json_schema", name: "list", schema: { type: "array", items: { type: "string" } } },
      },
      temperature: 1,
      max_output_tokens: 12,
    });
    expect(Array.isArray(JSON.parse(response.output_text))).toBe(true);
    if (response.status === "incomplete") {
      expect(response.incomplete_details).toEqual({ reason: "max_output_tokens" });
    }
  });

  it("have the log probabilities of their text, streaming and not, where they are included", async () => {
    const request = {
      model: "tiny",
      input: "the user",
      include: ["message.output_text.logprobs" as const],
      top_logprobs: 2,
      text: { format: zodTextFormat(person, "person") },
      temperature: 1,
      seed: 3,
    };
    const { output, usage, output_text } = await client.responses.create(request);
    const logprobsOf = (items: typeof output) =>
      items
        .flatMap((item) => (item.type === "message" ? item.content : []))
        .flatMap((part) => (part.type === "output_text" ? part.logprobs! : []));
    const told = logprobsOf(output);
    expect(told).toHaveLength(usage!.output_tokens);
    expect(told.map(({ token }) => token).join("")).toBe(output_text);
    // The same tokens as those of the other API, with the same numbers.
    const chat = await client.chat.completions.create({
      model: "tiny",
      messages: [{ role: "user", content: "the user" }],
      logprobs: true,
      top_logprobs: 2,
      response_format: zodResponseFormat(person, "person"),
      temperature: 1,
      seed: 3,
    });
    expect(told).toEqual(chat.choices[0]!.logprobs!.content);
    const stream = client.responses.stream(request);
    const deltas: string[] = [];
    for await (const event of stream) {
      if (event.type === "response.output_text.delta") {
        deltas.push(...event.logprobs.map(({ token }) => token));
        expect(event.logprobs.length).toBeLessThanOrEqual(2);
      }
    }
    expect(deltas).toEqual(told.map(({ token }) => token));
    expect(logprobsOf((await stream.finalResponse()).output)).toEqual(told);
    const without = { ...request, include: [], top_logprobs: null };
    expect(logprobsOf((await client.responses.create(without)).output)).toEqual([]);
  });

  it("take back what they gave", async () => {
    const request = {
      model: "tiny",
      text: { format: zodTextFormat(person, "person") },
      max_output_tokens: 40,
    };
    const include = ["message.output_text.logprobs" as const];
    const first = await client.responses.parse({ ...request, input: "a name", include });
    const input = [...first.output, { role: "user" as const, content: "more" }];
    const second = await client.responses.parse({
      ...request,
      input: input as OpenAI.Responses.ResponseInput,
    });
    person.parse(second.output_parsed);
    expect(second.usage!.input_tokens).toBeGreaterThan(first.usage!.input_tokens);
  });

  it.each<[object, string]>([
    [{ input: [] }, "input"],
    [{ input: "x", top_logprobs: 2 }, "top_logprobs"],
    [{ input: "x", include: ["file_search_call.results"] }, "include[0]"],
    [{ input: "x", previous_response_id: "resp_1" }, "previous_response_id"],
    [
      { input: "x", text: { format: { type: "json_schema", name: "x", schema: { minimum: "a" } } } },
      "text.format.schema",
    ],
    [
      { input: [{ role: "user", content: [{ type: "input_image", image_url: "x" }] }] },
      "input[0].content[0].type",
    ],
  ])("refuse %j", async (body, param) => {
    const response = await post(`${server.url}/v1/responses`, { model: "tiny", ...body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });
});
