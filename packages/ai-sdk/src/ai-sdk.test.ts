import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "@ai-sdk/provider";
import { type Grammar, Matcher, type ToolFormatName } from "@grammask/core";
import { type GenerateRequest, loadModel, type Model } from "@grammask/onnx";
import {
  generateObject,
  generateText,
  NoSuchModelError,
  Output,
  stepCountIs,
  streamObject,
  streamText,
  tool,
  UnsupportedFunctionalityError,
} from "ai";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { createGrammask, type GrammaskProviderOptions } from "./index.js";

const folder = fileURLToPath(new URL("../../onnx/test/fixtures/tiny-rows", import.meta.url));
const schema = z.object({ name: z.string().max(4), role: z.enum(["user", "system"]) });
/** The tiny model's weights are random: at this temperature it says anything that it may. */
const sampled = { temperature: 1, maxRetries: 0 } as const;
/** Never ends by itself. */
const logitBias = { 0: -100, 2: -100 };
const endless = { ...sampled, providerOptions: { grammask: { logitBias } } };

let loaded: Model;
let provider: ReturnType<typeof createGrammask>;
let model: ReturnType<typeof provider>;
const prompts: string[] = [];
const requests: GenerateRequest[] = [];

beforeAll(async () => {
  loaded = await loadModel(folder, { threads: 1 });
  const render = loaded.renderChat.bind(loaded);
  loaded.renderChat = (messages) => {
    // The model holds 256 tokens: what it is asked is looked at here, and not read by it.
    prompts.push(messages.map(({ role, content }) => `${role}: ${content}`).join("\n"));
    return render([{ role: "user", content: "x" }]);
  };
  const stream = loaded.stream.bind(loaded);
  loaded.stream = (request) => {
    requests.push(request);
    return stream(request);
  };
  provider = createGrammask({ models: { tiny: loaded } });
  model = provider("tiny");
});
afterAll(() => loaded.dispose());

const encoder = new TextEncoder();

function isOutput(grammar: Grammar, text: string): boolean {
  const matcher = new Matcher(grammar, loaded.vocabulary);
  return matcher.acceptBytes(encoder.encode(text)) && matcher.isComplete;
}

/** A model of the tokenizer of the tiny one that says a text, if its grammar has it. */
function scripted(text: string, toolFormat: ToolFormatName) {
  const { vocabulary } = loaded;
  async function* stream(request: GenerateRequest) {
    if (!isOutput(request.grammar!, text)) throw new Error(`${text} is not of the grammar`);
    const pieces = text.match(/[\s\S]{1,3}/g) ?? [];
    for (const [index, piece] of pieces.entries()) yield { type: "token", id: 65, index, text: piece };
    const usage = { promptTokens: 1, cachedPromptTokens: 0, completionTokens: pieces.length };
    yield { type: "result", result: { text, finishReason: "complete", seed: 0, usage, repetitions: [] } };
  }
  const model = { toolFormat, vocabulary, stream } as unknown as Model;
  return createGrammask({ models: { scripted: model } })("scripted");
}

describe("text", () => {
  it("is generated, with usage and settings", async () => {
    const settings = { seed: 7, maxOutputTokens: 12, topK: 5, topP: 0.9, stopSequences: ["zzzz"] };
    const result = await generateText({
      model,
      ...endless,
      ...settings,
      system: "Be short.",
      prompt: "Who?",
    });
    expect(prompts.at(-1)).toBe("system: Be short.\nuser: Who?");
    expect(result.finishReason).toBe("length");
    expect(result.usage).toMatchObject({ outputTokens: 12, inputTokens: expect.any(Number) });
    expect(result.usage.totalTokens).toBe(result.usage.inputTokens! + 12);
    expect(result.warnings).toEqual([]);
    expect(result.providerMetadata?.grammask).toMatchObject({ seed: 7 });
    const { temperature } = sampled;
    const direct = await loaded.generate({
      messages: [{ role: "user", content: "x" }],
      ...{ temperature, logitBias, seed: 7, maxTokens: 12, topK: 5, topP: 0.9 },
    });
    expect(result.text).toBe(direct.text);
  });

  it("streams, the same text", async () => {
    const call = { model, ...endless, seed: 3, maxOutputTokens: 10, prompt: "Who?" };
    const stream = streamText({ ...call, includeRawChunks: true });
    const types: string[] = [];
    for await (const part of stream.fullStream) types.push(part.type);
    expect(types.slice(0, 2)).toEqual(["start", "start-step"]);
    expect(types.filter((type) => type === "raw").length).toBeGreaterThan(1);
    expect(types.slice(-3)).toEqual(["text-end", "finish-step", "finish"]);
    expect(await stream.text).toBe((await generateText(call)).text);
    expect(await stream.finishReason).toBe("length");
  });

  it("is one of a choice, or of a pattern", async () => {
    const grammask = { choice: ["yes", "no"] } satisfies GrammaskProviderOptions;
    const { text } = await generateText({ model, ...sampled, prompt: "x", providerOptions: { grammask } });
    expect(["yes", "no"]).toContain(text);
  });

  it("takes conversations with files of text and refuses pictures", async () => {
    const data = Buffer.from("a note");
    const file = { type: "file", mediaType: "text/plain", data } as const;
    await generateText({
      model,
      ...sampled,
      messages: [{ role: "user", content: [file] }],
      maxOutputTokens: 1,
    });
    expect(prompts.at(-1)).toBe("user: a note");
    const image = { type: "image", image: Buffer.from([137, 80, 78, 71]) } as const;
    const call = generateText({ model, ...sampled, messages: [{ role: "user", content: [image] }] });
    await expect(call).rejects.toThrow(UnsupportedFunctionalityError);
  });

  it("ends when it is aborted", async () => {
    const controller = new AbortController();
    const call = { model, ...endless, prompt: "x", abortSignal: controller.signal };
    const stream = streamText({ ...call, onError: () => {} });
    const types: string[] = [];
    for await (const part of stream.fullStream) {
      types.push(part.type);
      if (part.type === "text-delta") controller.abort();
    }
    expect(types.at(-1)).toBe("abort");
    await expect(generateText(call)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("hands penalties and options of its own on, and refuses options that do not exist", async () => {
    const grammask = { minP: 0.1, drafts: false } satisfies GrammaskProviderOptions;
    const { warnings } = await generateText({
      ...{ model, ...sampled, prompt: "x", maxOutputTokens: 1, presencePenalty: 1, frequencyPenalty: -0.5 },
      providerOptions: { grammask },
    });
    expect(warnings).toEqual([]);
    expect(requests.at(-1)).toMatchObject({ ...grammask, presencePenalty: 1, frequencyPenalty: -0.5 });
    const call = generateText({
      model,
      ...sampled,
      prompt: "x",
      providerOptions: { grammask: { wrong: 1 } },
    });
    await expect(call).rejects.toThrow(InvalidArgumentError);
  });

  it("has reasoning before it, where it is asked for", async () => {
    const call = {
      ...{ model, ...sampled, prompt: "x", maxOutputTokens: 60, seed: 1 },
      providerOptions: { grammask: { reasoning: "required" } },
    } as const;
    const result = await generateText(call);
    expect(result.reasoningText).toEqual(expect.any(String));
    expect(result.reasoningText + result.text).not.toContain("think>");
    const stream = streamText(call);
    expect(await stream.reasoningText).toBe(result.reasoningText);
    expect(await stream.text).toBe(result.text);
  });
});

describe("objects", () => {
  it("come from generateObject and from Output.object", async () => {
    const { object, finishReason } = await generateObject({ model, ...sampled, schema, prompt: "Who?" });
    expectTypeOf(object).toEqualTypeOf<{ name: string; role: "user" | "system" }>();
    expect(schema.parse(object)).toEqual(object);
    expect(finishReason).toBe("stop");
    const text = await generateText({ model, ...sampled, output: Output.object({ schema }), prompt: "Who?" });
    expect(schema.parse(text.output)).toEqual(text.output);
    const choice = await generateText({
      ...{ model, ...sampled, prompt: "Who?" },
      output: Output.choice({ options: ["a", "b"] }),
    });
    expect(["a", "b"]).toContain(choice.output);
    const list = await generateText({
      ...{ model, ...sampled, prompt: "Who?", maxOutputTokens: 60 },
      output: Output.array({ element: z.literal([1, 2]) }),
    });
    expect(list.output.every((each) => each === 1 || each === 2)).toBe(true);
    // With a seed: where the JSON is `null`, the SDK says that there is no output.
    const json = await generateText({
      ...{ model, ...sampled, prompt: "Who?", output: Output.json(), maxOutputTokens: 30, seed: 1 },
    });
    expect(json.output).not.toBeNull();
    expect(JSON.parse(json.text)).toEqual(json.output);
  });

  it("stream from streamObject and streamText", async () => {
    const { partialObjectStream, object } = streamObject({ model, ...sampled, schema, prompt: "Who?" });
    const partial: unknown[] = [];
    for await (const each of partialObjectStream) partial.push(each);
    expect(partial.length).toBeGreaterThan(1);
    expect(partial.at(-1)).toEqual(await object);
    const stream = streamText({ model, ...sampled, output: Output.object({ schema }), prompt: "Who?" });
    const parts: unknown[] = [];
    for await (const each of stream.partialOutputStream) parts.push(each);
    expect(parts.at(-1)).toEqual(await stream.output);
  });

  it("are described in the prompt, and have reasoning before them, where that is asked for", async () => {
    const grammask = { schemaInPrompt: "typescript", leadIn: "think" } satisfies GrammaskProviderOptions;
    const call = { model, ...sampled, schema, prompt: "Who?", providerOptions: { grammask } };
    const seen = new Set<boolean>();
    for (let seed = 0; seed < 6; seed++) {
      const { object, reasoning, providerMetadata } = await generateObject({ ...call, seed });
      expect(schema.parse(object)).toEqual(object);
      const leadIn = String(providerMetadata?.grammask?.leadIn);
      expect(reasoning !== undefined).toBe(/<think>\s*[^\s<]/.test(leadIn));
      seen.add(reasoning !== undefined);
    }
    expect(prompts.at(-1)).toContain('role: "user" | "system"');
    expect(seen).toContain(true);
    const reasoned = { providerOptions: { grammask: { reasoning: "required" } } };
    await expect(generateObject({ ...call, ...reasoned })).rejects.toThrow(InvalidArgumentError);
  });

  it("are complete in a budget that is short", async () => {
    const list = z.object({ list: z.array(z.string()) });
    const result = await generateObject({
      model,
      ...sampled,
      schema: list,
      prompt: "x",
      maxOutputTokens: 24,
    });
    expect(list.parse(result.object)).toEqual(result.object);
  });
});

describe("tools", () => {
  const weather = tool({
    description: "The weather in a city",
    inputSchema: z.object({ city: z.enum(["Oslo", "Rome"]), days: z.literal([1, 2]) }),
    execute: ({ city, days }) => ({ city, days, sky: "clear" }),
  });
  const time = tool({ inputSchema: z.object({ zone: z.enum(["CET", "UTC"]) }) });

  it("are called, where one is demanded, by name or any", async () => {
    const call = { model, ...sampled, tools: { weather, time }, prompt: "Oslo?" };
    const named = await generateText({ ...call, toolChoice: { type: "tool", toolName: "weather" } });
    expect(named.finishReason).toBe("tool-calls");
    expect(named.text).toBe("");
    expect(named.toolCalls).toMatchObject([{ toolName: "weather", input: { city: expect.any(String) } }]);
    expect(named.toolResults).toMatchObject([{ output: { sky: "clear" } }]);
    expect(prompts.at(-1)).toContain('"name":"weather","description":"The weather in a city"');
    const names = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const { toolCalls } = await generateText({ ...call, seed, toolChoice: "required" });
      names.add(toolCalls[0]!.toolName);
    }
    expect([...names].sort()).toEqual(["time", "weather"]);
  });

  it("are called or not, as the model chooses, with text before", async () => {
    const call = { tools: { weather }, prompt: "Oslo?" };
    const oslo = '{"name": "weather", "arguments": {"city": "Oslo", "days": 1}}';
    const rome = oslo.replace("Oslo", "Rome");
    const said = `I look.\n<tool_call>\n${oslo}\n</tool_call>\n<tool_call>\n${rome}\n</tool_call>`;
    const result = await generateText({ model: scripted(said, "hermes"), ...call });
    expect(result.text).toBe("I look.");
    expect(result.finishReason).toBe("tool-calls");
    expect(result.toolCalls.map(({ input }) => input)).toEqual([
      { city: "Oslo", days: 1 },
      { city: "Rome", days: 1 },
    ]);
    expect(result.content.map(({ type }) => type)).toEqual([
      ...["text", "tool-call", "tool-call", "tool-result", "tool-result"],
    ]);
    const stream = streamText({ model: scripted(said, "hermes"), ...call });
    const types: string[] = [];
    for await (const { type } of stream.fullStream) if (types.at(-1) !== type) types.push(type);
    const input = ["tool-input-start", "tool-input-delta", "tool-input-end", "tool-call"];
    expect(types.filter((type) => type !== "tool-result")).toEqual([
      ...["start", "start-step", "text-start", "text-delta", "text-end"],
      ...[...input, ...input, "finish-step", "finish"],
    ]);
    expect(await stream.text).toBe("I look.");
    expect((await stream.toolCalls).map((each) => each.input)).toEqual(
      result.toolCalls.map((each) => each.input),
    );
    const answer = await generateText({ model: scripted("It is <b>cold</b>.", "hermes"), ...call });
    expect(answer).toMatchObject({ text: "It is <b>cold</b>.", finishReason: "stop", toolCalls: [] });
    // Two calls where one may be: the grammar does not have it.
    const one = { providerOptions: { grammask: { parallelToolCalls: false } } };
    const refused = generateText({ model: scripted(said, "hermes"), ...call, ...one, maxRetries: 0 });
    await expect(refused).rejects.toThrow("not of the grammar");
  });

  it("are called in the way that a model has learned", async () => {
    const formats = [
      "hermes",
      "qwen3-coder",
      "glm",
      "llama3",
      "mistral",
      "deepseek",
      "kimi",
      "harmony",
    ] as const;
    for (const [seed, toolFormat] of formats.entries()) {
      const result = await generateText({
        ...{ model, ...sampled, tools: { weather }, toolChoice: "required", prompt: "x", seed },
        providerOptions: { grammask: { toolFormat, parallelToolCalls: false } },
      });
      expect(result.toolCalls, toolFormat).toMatchObject([
        { toolName: "weather", input: { city: expect.any(String), days: expect.any(Number) } },
      ]);
      expect(result.text).toBe("");
      const [call] = result.toolCalls;
      const next = { messages: [{ role: "user", content: "x" } as const, ...result.response.messages] };
      await generateText({
        ...{ model, ...sampled, tools: { weather }, ...next, maxOutputTokens: 80 },
        providerOptions: { grammask: { toolFormat } },
      });
      const { grammar } = requests.findLast((request) => request.grammar !== undefined)!;
      // The call stands in the conversation as the model writes it.
      const line = prompts.at(-1)!.split("\nassistant: ")[1]!.split("\nuser: ")[0]!;
      expect(isOutput(grammar!, line), `${toolFormat}: ${line}`).toBe(true);
      expect(line).toContain(String((call!.input as { city: string }).city));
    }
  });

  it("have reasoning before them, where that is asked for", async () => {
    const said =
      '<think>\nWhere?\n</think>\n\n<tool_call>{"name": "time", "arguments": {"zone": "CET"}}</tool_call>';
    const { reasoningText, text, toolCalls } = await generateText({
      ...{ model: scripted(said, "hermes"), tools: { time }, prompt: "x" },
      providerOptions: { grammask: { reasoning: "optional" } },
    });
    expect({ reasoningText, text }).toEqual({ reasoningText: "Where?", text: "" });
    expect(toolCalls).toMatchObject([{ input: { zone: "CET" } }]);
  });

  it("and then an answer, in steps", async () => {
    const result = await generateText({
      ...{ model, ...sampled, tools: { weather }, prompt: "Oslo?", output: Output.object({ schema }) },
      stopWhen: stepCountIs(3),
      prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? "required" : "none" }),
    });
    expect(result.steps).toHaveLength(2);
    expect(prompts.at(-1)).toMatch(
      /user: Oslo\?\nassistant: {"name": "weather", "arguments": {.*}}\nuser: Result of weather: {"city":.*"sky":"clear"}$/,
    );
    expect(schema.parse(result.output)).toEqual(result.output);
  });

  it("or an answer that matches a schema", async () => {
    const result = await generateText({
      ...{ model, ...sampled, tools: {}, prompt: "Oslo?", toolChoice: "auto" },
      output: Output.object({ schema }),
    });
    expect(schema.parse(result.output)).toEqual(result.output);
    const seen = new Set<string>();
    // The tiny model would always call: what a call begins with is hundreds of times as likely as what JSON begins with.
    const [less] = loaded.encode("<");
    const grammask = { parallelToolCalls: false, logitBias: { [less!]: -6 } };
    for (let seed = 0; seed < 24; seed++) {
      const step = await generateText({
        ...{ model, ...sampled, tools: { time }, prompt: "Oslo?", seed },
        output: Output.object({ schema }),
        providerOptions: { grammask },
      });
      seen.add(step.finishReason);
      if (step.finishReason === "stop") expect(schema.parse(step.output)).toEqual(step.output);
      else expect(step.toolCalls).toHaveLength(1);
    }
    expect([...seen].sort()).toEqual(["stop", "tool-calls"]);
  });

  it("stream their input", async () => {
    const stream = streamText({ model, ...sampled, tools: { weather }, toolChoice: "required", prompt: "x" });
    const types: string[] = [];
    let input = "";
    for await (const part of stream.fullStream) {
      types.push(part.type);
      if (part.type === "tool-input-delta") input += part.delta;
      if (part.type === "tool-call") expect(JSON.parse(input)).toEqual(part.input);
    }
    expect(types.filter((type) => !["tool-input-delta", "start", "start-step"].includes(type))).toEqual([
      ...["tool-input-start", "tool-input-end", "tool-call", "tool-result", "finish-step", "finish"],
    ]);
  });

  it("refuse what is not there", async () => {
    const call = { model, ...sampled, prompt: "x", tools: { weather } };
    const toolChoice = { type: "tool", toolName: "other" as "weather" } as const;
    await expect(generateText({ ...call, toolChoice })).rejects.toThrow(UnsupportedFunctionalityError);
    const providerOptions = { grammask: { regex: "a" } };
    await expect(generateText({ ...call, providerOptions })).rejects.toThrow(InvalidArgumentError);
  });
});

describe("the provider", () => {
  it("loads a model once, at its first call, and frees it", async () => {
    await using own = createGrammask({ load: { threads: 1 } });
    const call = { model: own(folder), ...sampled, prompt: "x", maxOutputTokens: 2, seed: 1 };
    const [a, b] = await Promise.all([generateText(call), generateText({ ...call })]);
    expect(a.text).toBe(b.text);
    await own.dispose();
    expect((await generateText(call)).text).toBe(a.text);
  });

  it("has language models only, and says which are missing", async () => {
    expect(() => provider.embeddingModel("x")).toThrow(NoSuchModelError);
    expect(() => provider.imageModel("x")).toThrow(NoSuchModelError);
    const missing = generateText({ model: provider("no-such-model"), maxRetries: 0, prompt: "x" });
    await expect(missing).rejects.toMatchObject({ code: "model-not-found" });
  });
});
