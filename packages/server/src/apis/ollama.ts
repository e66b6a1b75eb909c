/** Ollama's API: `POST /api/chat`, `POST /api/generate`, `GET /api/tags`. */
import type { ToolCall } from "@grammask/core";
import type { Context } from "hono";
import { z } from "zod";
import type { GenerationRequest, GenerationResult } from "../engine/engine.js";
import type { ModelRegistry } from "../engine/model-registry.js";
import { collect } from "../generation/collect.js";
import type { GivenConstraint } from "../generation/given-constraint.js";
import type { GenerationService, StartedJob } from "../generation/service.js";
import { type Body, readBody } from "../http/body.js";
import type { AppEnv } from "../http/env.js";
import type { ErrorBody } from "../http/errors.js";
import { eventStream } from "../http/sse.js";
import { defined, optional, samplingFields, samplingRequest } from "../openai/fields.js";
import { toChatMessages } from "../openai/messages.js";
import { jsonSchema, schemaConstraint } from "../openai/structured.js";
import { chatTools } from "../openai/tool-schema.js";
import { extensionOf, finishReasonOf } from "../openai/usage.js";
import { withInstructions } from "../tools/instructions.js";
import { OutputReader, outputOf } from "../tools/output.js";
import { planTools, type ToolPlan, toolFormat, withContent } from "../tools/plan.js";
import { ollamaMessage, ollamaTools, toOpenAiMessage } from "./ollama-messages.js";

const options = z.strictObject({
  temperature: samplingFields.temperature,
  top_k: samplingFields.top_k,
  top_p: samplingFields.top_p,
  min_p: samplingFields.min_p,
  seed: samplingFields.seed,
  stop: samplingFields.stop,
  repeat_penalty: samplingFields.repetition_penalty,
  frequency_penalty: samplingFields.frequency_penalty,
  presence_penalty: samplingFields.presence_penalty,
  num_predict: optional(z.int().min(-1)).describe("-1: as many as the model has room for"),
  num_ctx: optional(z.int().min(1)).describe("Only a hint: the context is as large as it needs to be"),
});

const shared = {
  model: z.string(),
  format: optional(z.union([z.literal("json"), z.literal(""), jsonSchema])),
  options: optional(options),
  stream: optional(z.boolean()).describe("Default: true"),
  keep_alive: optional(z.union([z.string(), z.number()])).describe(
    "Only a hint: models stay as long as there is memory for them",
  ),
  think: optional(z.literal(false)).describe("Only false: not supported"),
};

export const ollamaChatRequest = z.strictObject({
  ...shared,
  messages: z.array(ollamaMessage).min(1),
  tools: ollamaTools,
});

export const ollamaGenerateRequest = z.strictObject({
  ...shared,
  prompt: z.string().min(1),
  system: optional(z.string()),
  raw: optional(z.boolean()).describe("The prompt is continued as it is, without the chat template"),
});

type SharedFields = Pick<z.output<typeof ollamaGenerateRequest>, "model" | "format" | "options" | "stream">;

/** `POST /api/chat` */
export async function ollamaChat(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, ollamaChatRequest);
  const tools = planTools(chatTools(body.value, body), await toolFormat(body.value, service));
  const messages = toChatMessages(body.value.messages.map(toOpenAiMessage));
  const told = tools === undefined ? messages : withInstructions(messages, tools);
  const content = ({ text, calls = [] }: Said) => ({
    message: {
      role: "assistant",
      content: text,
      ...(calls.length === 0 ? {} : { tool_calls: calls.map(callObject) }),
    },
  });
  return answer(c, service, body, { prompt: { messages: told }, tools, content });
}

/** `POST /api/generate` */
export async function ollamaGenerate(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, ollamaGenerateRequest);
  const { prompt, system, raw } = body.value;
  const messages = [
    ...(system === undefined ? [] : [{ role: "system", content: system }]),
    { role: "user", content: prompt },
  ];
  return answer(c, service, body, {
    prompt: raw === true ? { prompt } : { messages },
    tools: undefined,
    content: ({ text }) => ({ response: text }),
  });
}

/** `GET /api/tags` */
export function ollamaTags(models: ModelRegistry) {
  return {
    models: models.names.map((name) => {
      const { created, knownBytes } = models.find(name);
      return { name, model: name, modified_at: new Date(created * 1000).toISOString(), size: knownBytes };
    }),
  };
}

export const ollamaError: ErrorBody = ({ message, param, schema }) => ({
  error: message,
  ...(param === undefined ? {} : { param }),
  ...(schema === undefined ? {} : { schema }),
});

/** What an output, or a piece of it, says. */
interface Said {
  readonly text: string;
  readonly calls?: readonly ToolCall[];
}

/** What is asked, and how answers tell what was said. */
interface Asked {
  readonly prompt: Pick<GenerationRequest, "messages" | "prompt">;
  readonly tools: ToolPlan | undefined;
  readonly content: (said: Said) => object;
}

async function answer(
  c: Context<AppEnv>,
  service: GenerationService,
  body: Body<SharedFields>,
  { prompt, tools: planned, content }: Asked,
): Promise<Response> {
  const { model, stream = true } = body.value;
  const format = constraintOf(body);
  const tools = withContent(planned, format);
  const given: GivenConstraint | undefined = tools ?? format;
  const request = { ...prompt, ...optionsRequest(body.value), ...defined({ constraint: given?.constraint }) };
  const start = performance.now();
  const job = { model, client: c.get("client"), requests: [request], constraintParam: given?.param };
  const started = await service.start(job, c.req.raw.signal);
  const head = () => ({ model: started.model, created_at: new Date().toISOString() });
  if (stream) {
    return eventStream(c, {
      contentType: "application/x-ndjson",
      events: lines(started, head, { tools, content }, start),
      failure: (details) => `${JSON.stringify(ollamaError(details))}\n`,
    });
  }
  const [result] = await collect(started);
  const said = outputOf(result!, tools);
  return c.json({
    ...head(),
    ...content({ text: said.content, calls: said.calls }),
    ...ending(result!, start),
  });
}

async function* lines(
  { events }: StartedJob,
  head: () => object,
  { tools, content }: Pick<Asked, "tools" | "content">,
  start: number,
): AsyncGenerator<string, void, void> {
  const output = new OutputReader(tools);
  for await (const event of events) {
    for (const delta of event.type === "text" ? output.push(event.text) : output.end()) {
      const said = delta.type === "content" ? { text: delta.text } : { text: "", calls: [delta] };
      yield `${JSON.stringify({ ...head(), ...content(said), done: false })}\n`;
    }
    if (event.type === "result") {
      yield `${JSON.stringify({ ...head(), ...content({ text: "" }), ...ending(event.result, start) })}\n`;
    }
  }
}

function callObject({ name, arguments: text }: ToolCall) {
  return { function: { name, arguments: JSON.parse(text) as unknown } };
}

const NANOSECONDS = 1e6;

function ending(result: GenerationResult, start: number) {
  const { usage, timings } = result;
  return {
    done: true,
    done_reason: finishReasonOf(result),
    total_duration: Math.round((performance.now() - start) * NANOSECONDS),
    load_duration: 0,
    prompt_eval_count: usage.promptTokens,
    prompt_eval_duration: Math.round(timings.prefill * NANOSECONDS),
    eval_count: usage.completionTokens,
    eval_duration: Math.round(timings.decode * NANOSECONDS),
    ...extensionOf(result),
  };
}

function constraintOf(body: Body<SharedFields>): GivenConstraint | undefined {
  const { format } = body.value;
  if (format === undefined || format === "") {
    return undefined;
  }
  return format === "json"
    ? { constraint: { kind: "json-object" }, param: "format" }
    : schemaConstraint(body, ["format"]);
}

function optionsRequest({ options: given }: SharedFields) {
  const { repeat_penalty, num_predict, num_ctx: _, ...fields } = given ?? {};
  return {
    ...samplingRequest({ ...fields, repetition_penalty: repeat_penalty }),
    ...defined({ maxTokens: num_predict === undefined || num_predict < 1 ? undefined : num_predict }),
  };
}
