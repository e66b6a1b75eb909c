/** What the playground's page asks the server for, besides the list of models. */
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Constraint } from "../engine/constraint.js";
import type { GenerationRequest, GenerationResult, MeasuredToken } from "../engine/engine.js";
import type { GenerationService, StartedJob } from "../generation/service.js";
import { readBody } from "../http/body.js";
import type { AppEnv } from "../http/env.js";
import { openAiError } from "../http/errors.js";
import { dataEvent, eventStream } from "../http/sse.js";
import { maxTokensField, optional, samplingFields, samplingRequest } from "../openai/fields.js";
import { extensionOf, finishReasonOf, usageOf } from "../openai/usage.js";

/** A schema as it stands in the page's field: JSON text, right or wrong. */
const schema = z.string();

const checkRequest = z.strictObject({ schema });

const generateRequest = z.strictObject({
  model: z.string(),
  messages: z
    .array(z.strictObject({ role: z.enum(["system", "user"]), content: z.string() }))
    .min(1)
    .max(2),
  schema,
  max_tokens: maxTokensField,
  temperature: samplingFields.temperature,
  seed: samplingFields.seed,
  alternatives: optional(z.int().min(0).max(20)),
});

type PlaygroundRequest = z.output<typeof generateRequest>;

/** `POST /playground/check` and `POST /playground/generate`: for the page, not an API to build on. */
export function addPlaygroundApi(app: Hono<AppEnv>, service: GenerationService): void {
  app.post("/playground/check", async (c) => {
    const body = await readBody(c, checkRequest);
    return c.json(await service.check(constraintOf(body.value.schema), "schema", c.req.raw.signal));
  });
  app.post("/playground/generate", (c) => generate(c, service));
}

function constraintOf(text: string): Constraint {
  return { kind: "schema", schema: text };
}

/** An output as events `token` and `text`, then `result`, or `error`. */
async function generate(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const { value } = await readBody(c, generateRequest);
  const job = {
    model: value.model,
    client: c.get("client"),
    requests: [generationRequest(value)],
    constraintParam: "schema",
  };
  const started = await service.start(job, c.req.raw.signal);
  return eventStream(c, {
    contentType: "text/event-stream",
    events: events(started),
    failure: (details) => dataEvent(openAiError(details), "error"),
  });
}

function generationRequest({
  messages,
  schema: text,
  max_tokens: maxTokens,
  temperature,
  seed,
  alternatives = 8,
}: PlaygroundRequest): GenerationRequest {
  return {
    ...samplingRequest({ temperature, seed }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    messages,
    constraint: constraintOf(text),
    measured: alternatives,
    streamed: true,
  };
}

async function* events({ events: job }: StartedJob): AsyncGenerator<string, void, void> {
  for await (const event of job) {
    if (event.type === "result") {
      yield dataEvent(resultData(event.result), "result");
    } else if (event.token === undefined) {
      yield dataEvent({ text: event.text }, "text");
    } else {
      yield dataEvent(tokenData(event.token), "token");
    }
  }
}

function tokenData({
  text,
  forced,
  logprob,
  maskedLogprob,
  removedTokens,
  allowed,
  ...shares
}: MeasuredToken) {
  const listed = (all: MeasuredToken["allowed"]) =>
    all.map((each) => ({ text: each.text, probability: rounded(each.probability) }));
  return {
    text,
    forced,
    probability: rounded(Math.exp(logprob)),
    masked_probability: rounded(Math.exp(maskedLogprob)),
    removed: rounded(shares.removed),
    refused: rounded(shares.refused),
    confidence: rounded(shares.confidence),
    allowed: listed(allowed),
    removed_tokens: listed(removedTokens),
  };
}

function resultData(result: GenerationResult) {
  return {
    text: result.text,
    finish_reason: finishReasonOf(result),
    ...extensionOf(result),
    seed: result.seed,
    usage: usageOf([result]),
    forced_tokens: result.usage.forcedTokens,
    steps: result.usage.steps,
    /** Milliseconds. */
    timings: result.timings,
  };
}

function rounded(share: number): number {
  return Number(share.toPrecision(4));
}
