import { rmSync } from "node:fs";
import OpenAI from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { RunningServer } from "../src/index.js";
import { forgetfulTiny, runTiny } from "./running.js";

const weather = z.object({ city: z.string().max(4), days: z.int().min(1).max(9) });
const clock = z.object({ zone: z.enum(["utc", "local"]) });
const tools = [
  zodFunction({ name: "weather", parameters: weather }),
  zodFunction({ name: "clock", parameters: clock }),
];
const messages = [{ role: "user" as const, content: "the user" }];
const options = { threads: 1, spinning: false };
/** Against the tokens that end an output, so that free text goes on. */
const ON_AND_ON = { "0": -100, "2": -100 };
/** What begins with a brace, or with an angle: one or the other by turns, so that outputs begin with either. */
const evenly = (seed: number): Record<string, number> =>
  seed % 2 === 0 ? { "93": -100, "274": -100 } : { "30": -100 };

let folder: string;
let server: RunningServer;
let client: OpenAI;
beforeAll(async () => {
  folder = forgetfulTiny();
  server = await runTiny({
    models: [
      { source: folder, id: "tiny", options },
      { source: folder, id: "hermes", options, toolFormat: "hermes" },
    ],
  });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function check(call: { readonly name: string; readonly arguments: string }): void {
  const schema = call.name === "weather" ? weather : clock;
  schema.parse(JSON.parse(call.arguments));
}

describe.each(["tiny", "hermes"])("tools (%s)", (model) => {
  it("are called with the log probabilities of all tokens of the calls, streaming and not", async () => {
    const request = { model, messages, tools, tool_choice: "required" as const, temperature: 1, seed: 2 };
    const asked = { ...request, parallel_tool_calls: false, logprobs: true, top_logprobs: 1 };
    const { choices, usage } = await client.chat.completions.create(asked);
    const { content } = choices[0]!.logprobs!;
    expect(content!.length).toBe(usage!.completion_tokens);
    const text = Buffer.from(content!.flatMap(({ bytes }) => bytes!)).toString();
    const [call] = choices[0]!.message.tool_calls!;
    // What they are of is the call as the model wrote it.
    const written = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) as object;
    const called = call as OpenAI.ChatCompletionMessageFunctionToolCall;
    expect(written).toEqual({ name: called.function.name, arguments: JSON.parse(called.function.arguments) });
    expect(content!.every(({ logprob, top_logprobs }) => logprob <= 1e-6 && top_logprobs.length === 1)).toBe(
      true,
    );
    const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
    expect(streamed.choices[0]!.logprobs!.content).toEqual(content);
  });

  it("are called with arguments that match where a call is demanded", async () => {
    for (let seed = 0; seed < 4; seed++) {
      const completion = await client.chat.completions.create({
        model,
        messages,
        tools,
        tool_choice: "required",
        parallel_tool_calls: false,
        temperature: 1,
        seed,
      });
      const [choice] = completion.choices;
      expect(choice!.finish_reason).toBe("tool_calls");
      expect(choice!.message.content).toBeNull();
      const calls = choice!.message.tool_calls!;
      expect(calls).toHaveLength(1);
      expect(calls[0]!.id).toMatch(/^call_/);
      check((calls[0] as OpenAI.ChatCompletionMessageFunctionToolCall).function);
    }
  });

  it("are the one that was named", async () => {
    const completion = await client.chat.completions.parse({
      model,
      messages,
      tools,
      tool_choice: { type: "function", function: { name: "clock" } },
    });
    const calls = completion.choices[0]!.message.tool_calls!;
    expect(calls.map((call) => call.function.name)).toEqual(["clock"]);
    clock.parse(calls[0]!.function.parsed_arguments);
  });

  it("stream what they give at once", async () => {
    const request = {
      model,
      messages,
      tools,
      tool_choice: "required" as const,
      temperature: 1,
      seed: 1,
      parallel_tool_calls: false,
    };
    const whole = await client.chat.completions.create(request);
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    const functions = (completion: OpenAI.ChatCompletion) =>
      completion.choices[0]!.message.tool_calls!.map(
        (call) => (call as OpenAI.ChatCompletionMessageFunctionToolCall).function,
      );
    const plain = ({ name, arguments: text }: { name: string; arguments: string }) => ({
      name,
      arguments: text,
    });
    expect(functions(streamed).map(plain)).toEqual(functions(whole).map(plain));
    functions(streamed).map(check);
    expect(streamed.choices[0]!.finish_reason).toBe(whole.choices[0]!.finish_reason);
  });

  it("are several where the model wants it", async () => {
    const counts = new Set<number>();
    for (let seed = 0; seed < 4; seed++) {
      const completion = await client.chat.completions.create({
        model,
        messages,
        tools,
        tool_choice: "required",
        temperature: 1,
        seed,
        max_tokens: 200,
      });
      const calls = completion.choices[0]!.message
        .tool_calls as OpenAI.ChatCompletionMessageFunctionToolCall[];
      calls.map((call) => check(call.function));
      counts.add(calls.length);
    }
    expect(Math.max(...counts)).toBeGreaterThan(1);
  });

  it("leave text as it is where none is called", async () => {
    const request = {
      model,
      messages,
      tools,
      temperature: 1,
      seed: 3,
      max_tokens: 20,
      logit_bias: ON_AND_ON,
    };
    const whole = await client.chat.completions.create(request);
    const { content, tool_calls } = whole.choices[0]!.message;
    for (const call of tool_calls ?? []) {
      check((call as OpenAI.ChatCompletionMessageFunctionToolCall).function);
    }
    let text = "";
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    expect(text).toBe(content ?? "");
  });

  it("take part in a conversation", async () => {
    const completion = await client.chat.completions.create({
      model,
      messages: [
        ...messages,
        {
          role: "assistant",
          tool_calls: [
            { id: "call_1", type: "function", function: { name: "clock", arguments: '{"zone":"utc"}' } },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: "12:00" },
      ],
      max_tokens: 3,
    });
    expect(completion.usage!.prompt_tokens).toBeGreaterThan(20);
  });

  it("may be custom, with an input that matches a pattern", async () => {
    const request = {
      model,
      messages,
      tools: [
        {
          type: "custom" as const,
          custom: {
            name: "sum",
            format: {
              type: "grammar" as const,
              grammar: { syntax: "regex" as const, definition: "[0-9]{1,3}\\+[0-9]{1,3}" },
            },
          },
        },
      ],
      tool_choice: "required" as const,
      parallel_tool_calls: false,
    };
    const completion = await client.chat.completions.create(request);
    const [call] = completion.choices[0]!.message.tool_calls!;
    expect(call).toMatchObject({ type: "custom", custom: { name: "sum" } });
    expect((call as OpenAI.ChatCompletionMessageCustomToolCall).custom.input).toMatch(/^\d{1,3}\+\d{1,3}$/);
  });

  it("may be custom, with an input that follows a grammar", async () => {
    const request = {
      model,
      messages,
      tools: [
        {
          type: "custom" as const,
          custom: {
            name: "sum",
            format: {
              type: "grammar" as const,
              grammar: { syntax: "lark" as const, definition: 'start: /[0-9]/ ("+" /[0-9]/)~2' },
            },
          },
        },
      ],
      tool_choice: { type: "custom" as const, custom: { name: "sum" } },
    };
    const completion = await client.chat.completions.create(request);
    const [call] = completion.choices[0]!.message.tool_calls as OpenAI.ChatCompletionMessageCustomToolCall[];
    expect(call!.custom.input).toMatch(/^\d\+\d\+\d$/);
    const streamed = await client.chat.completions.create({ ...request, stream: true });
    const inputs = [];
    for await (const chunk of streamed) {
      const delta = chunk.choices[0]?.delta.tool_calls?.[0] as { custom?: { input: string } } | undefined;
      inputs.push(delta?.custom?.input ?? "");
    }
    expect(inputs.join("")).toBe(call!.custom.input);
  });

  it("may be custom, with an input that follows a grammar, and be called or not", async () => {
    const definition = 'start: /[0-9]/ ("+" /[0-9]/)~2';
    const format = { type: "grammar" as const, grammar: { syntax: "lark" as const, definition } };
    const custom = { type: "custom" as const, custom: { name: "sum", format } };
    const request = { model, messages, tools: [...tools, custom], temperature: 1, max_tokens: 60 };
    const called = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const completion = await client.chat.completions.create({
        ...request,
        tool_choice: "required",
        seed,
        logit_bias: evenly(seed),
      });
      for (const call of completion.choices[0]!.message.tool_calls!) {
        called.add(call.type);
        if (call.type === "custom") {
          expect(call.custom.input).toMatch(/^\d\+\d\+\d$/);
        } else {
          check(call.function);
        }
      }
      const free = await client.chat.completions.create({ ...request, seed });
      expect(["stop", "length", "tool_calls"]).toContain(free.choices[0]!.finish_reason);
    }
    expect(called).toContain("custom");
    const ignoring = { syntax: "lark" as const, definition: 'start: "a" "b"\n%ignore " "' };
    const bad = { ...custom, custom: { name: "sum", format: { ...format, grammar: ignoring } } };
    await expect(client.chat.completions.create({ ...request, tools: [bad] })).rejects.toThrow(/%ignore/);
  });

  it("stand beside a response format: there is a call, or content of that form", async () => {
    const person = z.strictObject({
      name: z.string().max(5),
      quote: z.enum(["<tool_call>", '{"name": "clock"}']),
    });
    const request = {
      model,
      messages,
      tools,
      temperature: 1,
      response_format: zodResponseFormat(person, "person"),
    };
    const kinds = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const asked = { ...request, seed, logit_bias: evenly(seed) };
      const { choices } = await client.chat.completions.create(asked);
      const { message, finish_reason } = choices[0]!;
      kinds.add(finish_reason);
      if (message.tool_calls === undefined) {
        expect(finish_reason).toBe("stop");
        person.parse(JSON.parse(message.content!));
      } else {
        expect([finish_reason, message.content]).toEqual(["tool_calls", null]);
        for (const call of message.tool_calls) {
          check((call as OpenAI.ChatCompletionMessageFunctionToolCall).function);
        }
      }
      const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
      expect(streamed.choices[0]!.message.content ?? null).toBe(message.content);
      expect(streamed.choices[0]!.message.tool_calls?.length).toBe(message.tool_calls?.length);
    }
    expect([...kinds].sort()).toEqual(["stop", "tool_calls"]);
  });

  it("are called where they are among those that are allowed, and no others", async () => {
    const clockOnly = { type: "function" as const, function: { name: "clock" } };
    for (let seed = 0; seed < 4; seed++) {
      const { choices } = await client.chat.completions.create({
        ...{ model, messages, tools, seed, temperature: 1, parallel_tool_calls: false },
        tool_choice: {
          type: "allowed_tools",
          allowed_tools: { mode: "required", tools: [clockOnly as unknown as Record<string, unknown>] },
        },
      });
      const [call] = choices[0]!.message.tool_calls!;
      expect(call).toMatchObject({ type: "function", function: { name: "clock" } });
    }
    const { output } = await client.responses.create({
      ...{ model, input: "the user", temperature: 1, parallel_tool_calls: false },
      tools: tools.map(({ function: { name, parameters } }) => ({
        type: "function" as const,
        name,
        parameters: parameters!,
        strict: true,
      })),
      tool_choice: {
        type: "allowed_tools",
        mode: "required",
        tools: [{ type: "function", name: "weather" }],
      },
    });
    expect(output).toMatchObject([{ type: "function_call", name: "weather" }]);
  });

  it("that cannot be are refused", async () => {
    const ask = (extra: object) =>
      client.chat.completions.create({ model, messages, ...extra }).then(
        () => undefined,
        (error: { status: number; param: string }) => [error.status, error.param],
      );
    expect(await ask({ tool_choice: "required" })).toEqual([400, "tool_choice"]);
    expect(await ask({ tools, tool_choice: { type: "function", function: { name: "x" } } })).toEqual([
      400,
      "tool_choice",
    ]);
    expect(await ask({ tools, guided_regex: "a+" })).toEqual([400, "guided_regex"]);
    const bad = {
      type: "function",
      function: {
        name: "f",
        parameters: { type: "object", properties: { a: { enum: [] } }, required: ["a"] },
      },
    };
    expect(await ask({ tools: [bad] })).toEqual([400, "tools"]);
    expect(await ask({ tools: [{ ...bad, function: { name: "a b" } }] })).toEqual([
      400,
      "tools[0].function.name",
    ]);
    expect(await ask({ tools, tool_choice: "none", max_tokens: 2 })).toBeUndefined();
  });

  it("work in responses", async () => {
    const request = {
      model,
      input: "the user",
      tools: [
        { type: "function" as const, name: "weather", strict: true, parameters: z.toJSONSchema(weather) },
      ],
      tool_choice: "required" as const,
      parallel_tool_calls: false,
    };
    const response = await client.responses.create(request);
    expect(response.status).toBe("completed");
    const [item] = response.output as OpenAI.Responses.ResponseFunctionToolCall[];
    expect(item).toMatchObject({ type: "function_call", name: "weather", status: "completed" });
    check(item!);
    const streamed = await client.responses.stream(request).finalResponse();
    expect((streamed.output[0] as OpenAI.Responses.ResponseFunctionToolCall).arguments).toBe(item!.arguments);
    const next = await client.responses.create({
      model,
      input: [
        { role: "user", content: [{ type: "input_text", text: "the user" }] },
        { type: "function_call", call_id: item!.call_id, name: item!.name, arguments: item!.arguments },
        { type: "function_call_output", call_id: item!.call_id, output: "sunny" },
      ],
      max_output_tokens: 3,
    });
    expect(next.usage!.input_tokens).toBeGreaterThan(20);
  });
});
