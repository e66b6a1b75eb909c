import OpenAI, { type APIError, BadRequestError, NotFoundError } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { RunningServer } from "../src/index.js";
import { post, runTiny } from "./running.js";

const person = z.object({ name: z.string().max(5), age: z.int().min(0).max(99) });
const schema = z.toJSONSchema(person);
const responseFormat = {
  type: "json_schema",
  json_schema: { name: "person", strict: true, schema },
} as const;
const messages = [{ role: "user" as const, content: "the user" }];
/** A bias against the tokens "]" and "\"]". */
const NO_END_OF_LISTS = { "63": -100, "279": -100 };
/** Keeps free text from ending at once: a bias against the tokens that end it. */
const ON_AND_ON = { "0": -100, "2": -100 };

describe("chat completions with the openai client", () => {
  let server: RunningServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await runTiny();
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
  });
  afterAll(() => server.close());

  it("lists the models", async () => {
    const page = await client.models.list();
    expect(page.data.map(({ id }) => id)).toEqual(["tiny"]);
    expect(await client.models.retrieve("tiny")).toMatchObject({ id: "tiny", object: "model" });
    await expect(client.models.retrieve("nobody/else")).rejects.toThrow(NotFoundError);
  });

  it("give free text", async () => {
    const completion = await client.chat.completions.create({
      model: "tiny",
      messages,
      max_tokens: 7,
      logit_bias: ON_AND_ON,
    });
    expect(completion).toMatchObject({ object: "chat.completion", model: "tiny" });
    expect(completion.choices[0]!.message.role).toBe("assistant");
    expect(completion.choices[0]!.finish_reason).toBe("length");
    expect(completion.usage!.completion_tokens).toBe(7);
    expect(completion.usage!.total_tokens).toBe(completion.usage!.prompt_tokens + 7);
  });

  it("give whole JSON where the tokens run out, which clients take", async () => {
    const schema = { type: "array", items: { type: "string", minLength: 8 }, minItems: 10 };
    const completion = await client.chat.completions.parse({
      model: "tiny",
      messages,
      max_tokens: 130,
      logit_bias: ON_AND_ON,
      response_format: { type: "json_schema", json_schema: { name: "list", schema } },
    });
    const [choice] = completion.choices;
    expect(choice).toMatchObject({
      finish_reason: "stop",
      grammask: { closed_early: expect.any(Array) },
    });
    expect(choice!.message.parsed).toHaveLength(10);
    expect(completion.usage!.completion_tokens).toBeLessThanOrEqual(130);
  });

  it("give JSON that matches a schema", async () => {
    for (let seed = 0; seed < 5; seed++) {
      const completion = await client.chat.completions.create({
        model: "tiny",
        messages,
        temperature: 1,
        seed,
        response_format: responseFormat,
      });
      person.parse(JSON.parse(completion.choices[0]!.message.content!));
      expect(completion.choices[0]!.finish_reason).toBe("stop");
    }
  });

  it("parse with a zod schema", async () => {
    const completion = await client.chat.completions.parse({
      model: "tiny",
      messages,
      temperature: 1,
      seed: 3,
      response_format: zodResponseFormat(person, "person"),
    });
    person.parse(completion.choices[0]!.message.parsed);
  });

  it("give a JSON object where json_object is asked for, complete although the budget is small", async () => {
    for (let seed = 0; seed < 5; seed++) {
      const { choices, usage } = await client.chat.completions.create({
        model: "tiny",
        messages,
        temperature: 1,
        seed,
        max_tokens: 12,
        response_format: { type: "json_object" },
      });
      const value: unknown = JSON.parse(choices[0]!.message.content!);
      expect(typeof value === "object" && value !== null && !Array.isArray(value)).toBe(true);
      expect(usage!.completion_tokens).toBeLessThanOrEqual(12);
    }
  });

  it("give several outputs with seeds of their own, and the same again", async () => {
    const request = {
      model: "tiny",
      messages,
      n: 3,
      temperature: 1,
      seed: 7,
      response_format: responseFormat,
    };
    const first = await client.chat.completions.create(request);
    const contents = first.choices.map(({ message }) => message.content);
    expect(new Set(contents).size).toBeGreaterThan(1);
    expect(first.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    const again = await client.chat.completions.create(request);
    expect(again.choices.map(({ message }) => message.content)).toEqual(contents);
  });

  it("stream what they give at once", async () => {
    const request = { model: "tiny", messages, temperature: 1, seed: 11, response_format: responseFormat };
    const whole = await client.chat.completions.create(request);
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let reason: string | null = null;
    let usage: unknown;
    const roles: unknown[] = [];
    for await (const chunk of stream) {
      expect(chunk.object).toBe("chat.completion.chunk");
      const [choice] = chunk.choices;
      text += choice?.delta.content ?? "";
      reason = choice?.finish_reason ?? reason;
      usage = chunk.usage ?? usage;
      if (choice?.delta.role !== undefined) {
        roles.push(choice.delta.role);
      }
    }
    expect(text).toBe(whole.choices[0]!.message.content);
    expect(reason).toBe("stop");
    expect(roles).toEqual(["assistant"]);
    expect(usage).toMatchObject({ completion_tokens: whole.usage!.completion_tokens });
  });

  it("stream several outputs side by side", async () => {
    const stream = client.chat.completions.stream({
      model: "tiny",
      messages,
      n: 3,
      temperature: 1,
      seed: 5,
      response_format: zodResponseFormat(person, "person"),
    });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices).toHaveLength(3);
    for (const { message } of completion.choices) {
      person.parse(message.parsed);
    }
  });

  it("go on from messages as the client parsed them", async () => {
    const format = zodResponseFormat(person, "person");
    const first = await client.chat.completions.parse({ model: "tiny", messages, response_format: format });
    const { message } = first.choices[0]!;
    expect(message).toHaveProperty("parsed");
    const more = { role: "user" as const, content: "more" };
    const second = await client.chat.completions.parse({
      model: "tiny",
      messages: [...messages, message, more],
      response_format: format,
    });
    person.parse(second.choices[0]!.message.parsed);
    expect(second.usage!.prompt_tokens).toBeGreaterThan(first.usage!.prompt_tokens);
  });

  it("give log probabilities, streaming and not", async () => {
    const request = {
      model: "tiny",
      messages,
      logprobs: true,
      top_logprobs: 2,
      response_format: responseFormat,
    };
    const whole = await client.chat.completions.create(request);
    const { content } = whole.choices[0]!.logprobs!;
    expect(content).toHaveLength(whole.usage!.completion_tokens);
    expect(content!.map(({ token }) => token).join("")).toBe(whole.choices[0]!.message.content);
    for (const { logprob, bytes, top_logprobs } of content!) {
      expect(logprob).toBeLessThanOrEqual(1e-6);
      expect(bytes!.length).toBeGreaterThan(0);
      expect(top_logprobs.length).toBeLessThanOrEqual(2);
    }
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    expect(streamed.choices[0]!.logprobs!.content).toEqual(content);
  });

  it("give log probabilities with the text that they are of, as it comes", async () => {
    for (const extra of [{}, { response_format: responseFormat }, { stop: "e", n: 2 }]) {
      const request = {
        model: "tiny",
        messages,
        logprobs: true,
        max_tokens: 40,
        temperature: 1,
        seed: 5,
        ...extra,
      };
      const whole = await client.chat.completions.create({ ...request, stream: false });
      const tokens: string[][] = [[], []];
      const texts = ["", ""];
      for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
        const { index, delta, logprobs } = choices[0]!;
        // No more than a token in a chunk, and never all at the end.
        expect((logprobs?.content ?? []).length).toBeLessThanOrEqual(
          choices[0]!.finish_reason === null ? 2 : 1,
        );
        tokens[index]!.push(...(logprobs?.content ?? []).map(({ token, logprob }) => `${token} ${logprob}`));
        texts[index] += delta.content ?? "";
      }
      for (const { index, message, logprobs } of whole.choices) {
        expect(texts[index]).toBe(message.content);
        expect(tokens[index]).toEqual(logprobs!.content!.map(({ token, logprob }) => `${token} ${logprob}`));
      }
    }
    const request = { model: "tiny", prompt: "the", logprobs: 1, max_tokens: 12, temperature: 1, seed: 5 };
    const whole = (await client.completions.create({ ...request, stream: false })).choices[0]!.logprobs!;
    const streamed = { tokens: [] as string[], text_offset: [] as number[] };
    for await (const { choices } of await client.completions.create({ ...request, stream: true })) {
      streamed.tokens.push(...(choices[0]!.logprobs?.tokens ?? []));
      streamed.text_offset.push(...(choices[0]!.logprobs?.text_offset ?? []));
    }
    expect(streamed.tokens).toEqual(whole.tokens);
    expect(streamed.text_offset[0]).toBe(0);
  });

  it("follow a prompt that tells the schema where it is asked to", async () => {
    const ask = async (extra: object) => {
      const body = { model: "tiny", messages, max_tokens: 60, response_format: responseFormat, ...extra };
      return client.chat.completions.create(body as OpenAI.ChatCompletionCreateParamsNonStreaming);
    };
    const tokens = async (form?: string) =>
      (await ask(form === undefined ? {} : { grammask: { schema_in_prompt: form } })).usage!.prompt_tokens;
    const plain = await tokens();
    expect(await tokens("none")).toBe(plain);
    expect(await tokens("example")).toBeGreaterThan(plain + 10);
    expect(await tokens("typescript")).toBeGreaterThan(plain + 10);
    const grammask = { schema_in_prompt: "auto" };
    const wrong = { status: 400, param: "grammask.schema_in_prompt" };
    await expect(ask({ grammask, response_format: { type: "text" } })).rejects.toMatchObject(wrong);
    await expect(ask({ grammask: { schema_in_prompt: "yes" } })).rejects.toMatchObject(wrong);
  });

  it("end where they repeat themselves, if they are to", async () => {
    const schema = { type: "array", items: { const: "the name" } };
    const format = { type: "json_schema", json_schema: { name: "list", schema } };
    const ask = (extra: object) => {
      const body = { model: "tiny", messages, max_tokens: 200, logit_bias: NO_END_OF_LISTS, ...extra };
      return client.chat.completions.create(body as OpenAI.ChatCompletionCreateParamsNonStreaming);
    };
    const grammask = { on_repetition: "close" };
    const [long, short] = [
      await ask({ response_format: format }),
      await ask({ response_format: format, grammask }),
    ];
    expect(long.choices[0]).toMatchObject({ grammask: { closed_early: expect.any(Array) } });
    expect(short.choices[0]).toMatchObject({
      finish_reason: "stop",
      grammask: { repetitions: [""] },
    });
    const items = ({ choices }: OpenAI.ChatCompletion) =>
      JSON.parse(choices[0]!.message.content!) as string[];
    expect(items(short).length).toBeLessThan(items(long).length);
    const wrong = { status: 400, param: "grammask.on_repetition" };
    await expect(ask({ grammask })).rejects.toMatchObject(wrong);
  });

  it("are not cut in two by stop strings, and end at them where they may", async () => {
    const request = { model: "tiny", messages, response_format: responseFormat };
    const whole = await client.chat.completions.create(request);
    const stop = ['"', "}", ":", ","];
    const stopped = await client.chat.completions.create({ ...request, stop });
    expect(stopped.choices[0]!.message.content).toBe(whole.choices[0]!.message.content);
    const extra = { guided_regex: "a(ba){2,6}", stop: "b", logit_bias: ON_AND_ON };
    const ended = await client.chat.completions.create({ model: "tiny", messages, ...extra } as never);
    expect((ended as OpenAI.ChatCompletion).choices[0]!.message.content).toBe("ababa");
  });

  it("end at stop strings, and follow a bias", async () => {
    const request = {
      model: "tiny",
      messages,
      max_tokens: 12,
      logit_bias: ON_AND_ON,
      temperature: 1,
      seed: 2,
    };
    const free = await client.chat.completions.create(request);
    const text = free.choices[0]!.message.content!;
    const stop = text.slice(3, 5);
    const stopped = await client.chat.completions.create({ ...request, stop });
    expect(stopped.choices[0]!.message.content).toBe(text.slice(0, text.indexOf(stop)));
    expect(stopped.choices[0]!.finish_reason).toBe("stop");
    // The tiny model's tokens for "a" and "b".
    for (const [id, other] of [
      ["67", "b"],
      ["68", "a"],
    ] as const) {
      const biased = await client.chat.completions.create({
        model: "tiny",
        messages,
        logit_bias: { [id]: -100 },
        ...{ guided_choice: ["a", "b"] },
      });
      expect(biased.choices[0]!.message.content).toBe(other);
    }
  });

  it("say less often what they have said, under a penalty", async () => {
    const request = { model: "tiny", messages, guided_regex: "[ab]{40}", seed: 1 };
    const count = async (frequency_penalty: number) => {
      const completion = await client.chat.completions.create({ ...request, frequency_penalty });
      return completion.choices[0]!.message.content!.split("a").length - 1;
    };
    // A large one makes both letters come as often.
    expect(Math.abs((await count(2)) - 20)).toBeLessThan(Math.abs((await count(-2)) - 20));
  });

  it.each([
    [{ structured_outputs: { regex: "[ab]{3}" } }, /^[ab]{3}$/],
    [{ structured_outputs: { choice: ["yes", "no"] } }, /^(yes|no)$/],
    [{ structured_outputs: { json: { enum: [[1, 2]] }, whitespace_pattern: "" } }, /^\[1,2\]$/],
    [{ guided_regex: "x{2}" }, /^xx$/],
    [{ guided_choice: ["one"] }, /^one$/],
    [{ guided_json: '{"const": 12}' }, /^12$/],
    [{ json_schema: { type: "boolean" } }, /^(true|false)$/],
    [{ structured_outputs: { json_object: true }, max_tokens: 8 }, /^\{.*\}$/s],
    [{ grammar: 'root ::= "a" root "b" | "c"', max_tokens: 9 }, /^a*cb*$/],
    [{ structured_outputs: { grammar: 'start: "x" /[0-9]{2}/' } }, /^x\d\d$/],
    [
      {
        response_format: {
          type: "structural_tag",
          format: {
            type: "tag",
            begin: "<n>",
            content: { type: "json_schema", json_schema: { const: 7 } },
            end: "</n>",
          },
        },
      },
      /^<n>7<\/n>$/,
    ],
  ])("obey %j", async (extra, expected) => {
    const response = await post(`${server.url}/v1/chat/completions`, { model: "tiny", messages, ...extra });
    const body = (await response.json()) as OpenAI.ChatCompletion;
    expect(body.choices[0]!.message.content).toMatch(expected);
  });

  it("tell what a grammar captures, streamed or not", async () => {
    const grammar = 'start: pair pair\npair[capture]: /[a-c]/ digit\ndigit[capture="n"]: /[0-9]/';
    const request = { model: "tiny", messages, seed: 4, structured_outputs: { grammar } };
    const response = await post(`${server.url}/v1/chat/completions`, request);
    const [choice] = ((await response.json()) as OpenAI.ChatCompletion).choices;
    const text = choice!.message.content!;
    expect(text).toMatch(/^([a-c]\d){2}$/);
    const grammask = {
      captures: [
        { name: "pair", start: 0, end: 2, text: text.slice(0, 2) },
        { name: "n", start: 1, end: 2, text: text.slice(1, 2) },
        { name: "pair", start: 2, end: 4, text: text.slice(2) },
        { name: "n", start: 3, end: 4, text: text.slice(3) },
      ],
    };
    expect(choice).toMatchObject({ grammask });
    const streamed = await post(`${server.url}/v1/chat/completions`, { ...request, stream: true });
    const chunks = (await streamed.text())
      .split("\n")
      .flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(text);
    expect(
      chunks
        .filter(({ choices }) => choices[0]?.grammask !== undefined)
        .map(({ choices }) => choices[0].grammask),
    ).toEqual([grammask]);
  });

  it("keep the order of keys and the digits of numbers as the schema has them", async () => {
    const body = `{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_schema",
      "json_schema": {"name": "s", "schema": {"properties": {"2": {"const": 1.000000000000000000001}, "1": {"const": null}},
      "required": ["2", "1"], "additionalProperties": false, "type": "object"}}}}`;
    const response = await post(`${server.url}/v1/chat/completions`, body);
    const { choices } = (await response.json()) as OpenAI.ChatCompletion;
    expect(choices[0]!.message.content!.replaceAll(" ", "")).toMatch(/^\{"2":1\.0{20}10*(e0+)?,"1":null\}$/);
  });

  const bad = { model: "tiny", messages };
  it.each<[string, object | string, string | null, number]>([
    ["a body that is not JSON", '{"model":', null, 400],
    ["a body that is no object", "[]", null, 400],
    ["no model", { messages }, "model", 400],
    ["an unknown model", { ...bad, model: "other" }, "model", 404],
    ["no messages", { ...bad, messages: [] }, "messages", 400],
    ["a wrong role", { ...bad, messages: [{ role: "king", content: "x" }] }, "messages[0].role", 400],
    [
      "an image",
      { ...bad, messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
      "messages[0].content[0].type",
      400,
    ],
    ["an unknown field", { ...bad, temprature: 1 }, "temprature", 400],
    ["a temperature below 0", { ...bad, temperature: -1 }, "temperature", 400],
    ["n of 0", { ...bad, n: 0 }, "n", 400],
    ["a penalty", { ...bad, frequency_penalty: 3 }, "frequency_penalty", 400],
    ["a wrong format", { ...bad, response_format: { type: "xml" } }, "response_format.type", 400],
    [
      "stream_options without stream",
      { ...bad, stream_options: { include_usage: true } },
      "stream_options",
      400,
    ],
    ["two forms", { ...bad, guided_regex: "a", guided_choice: ["a"] }, "guided_choice", 400],
    [
      "a budget that is too small",
      { ...bad, max_tokens: 1, response_format: responseFormat },
      "max_tokens",
      400,
    ],
    [
      "a prompt that is too long",
      { ...bad, messages: [{ role: "user", content: "x".repeat(400) }] },
      "messages",
      400,
    ],
    [
      "a schema that nothing matches",
      { ...bad, guided_json: { type: "integer", minimum: 3, maximum: 2 } },
      "guided_json",
      400,
    ],
    ["a pattern that is none", { ...bad, guided_regex: "(" }, "guided_regex", 400],
  ])("refuse %s", async (_, body, param, status) => {
    const response = await post(`${server.url}/v1/chat/completions`, body);
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect(error.param).toBe(param);
    expect(error.type).toBe("invalid_request_error");
    expect(typeof error.message).toBe("string");
    expect(typeof error.code).toBe("string");
  });

  it("tell where a schema is wrong", async () => {
    const format = {
      type: "json_schema" as const,
      json_schema: {
        name: "s",
        schema: {
          properties: { a: { type: "integer", minimum: 3, maximum: 2 } },
          required: ["a"],
          type: "object",
        },
      },
    };
    const failure = await client.chat.completions
      .create({ model: "tiny", messages, response_format: format, stream: true })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BadRequestError);
    const { error, param, code } = failure as APIError & { error: Record<string, unknown> };
    expect([param, code]).toEqual(["response_format.json_schema.schema", "unsatisfiable_schema"]);
    expect(error.schema).toMatchObject({ pointer: "/properties/a", conflict: expect.any(Array) });
  });
});
