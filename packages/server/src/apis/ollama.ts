/** Ollama's API: `POST /api/chat`, `POST /api/generate`, `GET /api/tags`. */
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
import { jsonSchema, schemaConstraint } from "../openai/structured.js";
import { extensionOf, finishReasonOf } from "../openai/usage.js";

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
  messages: z
    .array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string() }))
    .min(1),
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
  const { messages } = body.value;
  return answer(c, service, body, { messages }, (text) => ({
    message: { role: "assistant", content: text },
  }));
}

/** `POST /api/generate` */
export async function ollamaGenerate(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, ollamaGenerateRequest);
  const { prompt, system, raw } = body.value;
  const messages = [
    ...(system === undefined ? [] : [{ role: "system", content: system }]),
    { role: "user", content: prompt },
  ];
  return answer(c, service, body, raw === true ? { prompt } : { messages }, (text) => ({ response: text }));
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

async function answer(
  c: Context<AppEnv>,
  service: GenerationService,
  body: Body<SharedFields>,
  prompt: Pick<GenerationRequest, "messages" | "prompt">,
  content: (text: string) => object,
): Promise<Response> {
  const { model, stream = true } = body.value;
  const given = constraintOf(body);
  const request = { ...prompt, ...optionsRequest(body.value), ...defined({ constraint: given?.constraint }) };
  const start = performance.now();
  const job = { model, client: c.get("client"), requests: [request], constraintParam: given?.param };
  const started = await service.start(job, c.req.raw.signal);
  const head = () => ({ model: started.model, created_at: new Date().toISOString() });
  if (stream) {
    return eventStream(c, {
      contentType: "application/x-ndjson",
      events: lines(started, head, content, start),
      failure: (details) => `${JSON.stringify(ollamaError(details))}\n`,
    });
  }
  const [result] = await collect(started);
  return c.json({ ...head(), ...content(result!.text), ...ending(result!, start) });
}

async function* lines(
  { events }: StartedJob,
  head: () => object,
  content: (text: string) => object,
  start: number,
): AsyncGenerator<string, void, void> {
  for await (const event of events) {
    const line =
      event.type === "text"
        ? { ...head(), ...content(event.text), done: false }
        : { ...head(), ...content(""), ...ending(event.result, start) };
    yield `${JSON.stringify(line)}\n`;
  }
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
