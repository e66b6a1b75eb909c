import type { Context } from "hono";
import { z } from "zod";
import type { GenerationRequest, GenerationResult, TokenLogprob } from "../engine/engine.js";
import { collect } from "../generation/collect.js";
import { type GenerationService, repeated, type StartedJob } from "../generation/service.js";
import { type Body, readBody } from "../http/body.js";
import type { AppEnv } from "../http/env.js";
import { openAiError } from "../http/errors.js";
import { DONE_EVENT, dataEvent, eventStream } from "../http/sse.js";
import {
  checkStreamOptions,
  countField,
  defined,
  labelFields,
  maxTokensField,
  optional,
  samplingFields,
  samplingRequest,
  streamFields,
} from "./fields.js";
import { newId, nowSeconds } from "./ids.js";
import {
  constraintExtras,
  extraConstraint,
  formatConstraint,
  onlyOne,
  responseFormat,
} from "./structured.js";
import { extensionOf, finishReasonOf, usageOf } from "./usage.js";

const tokenIds = z.array(z.int().min(0)).min(1);
const text = z.string().min(1);

/** The body of `POST /v1/completions`. */
export const completionRequest = z.strictObject({
  model: z.string(),
  prompt: z
    .union([text, tokenIds, z.array(text).min(1).max(16), z.array(tokenIds).min(1).max(16)], {
      error: "a text, a list of token ids, or a list of at most 16 of either is expected, none empty",
    })
    .describe("Texts or token ids to continue"),
  ...samplingFields,
  ...labelFields,
  ...streamFields,
  ...constraintExtras,
  n: countField,
  max_tokens: maxTokensField,
  echo: optional(z.literal(false)).describe("Only false: not supported"),
  suffix: optional(z.literal("")).describe("Only empty: not supported"),
  best_of: optional(z.literal(1)).describe("Only 1: not supported"),
  logprobs: optional(z.int().min(0).max(20)),
  response_format: optional(responseFormat),
});

export type CompletionRequest = z.output<typeof completionRequest>;

/** `POST /v1/completions` */
export async function completions(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, completionRequest);
  const { model, n = 1, stream } = body.value;
  const { requests, constraintParam } = planCompletion(body);
  const job = { model, client: c.get("client"), requests, constraintParam };
  const started = await service.start(job, c.req.raw.signal);
  const head = { id: newId("cmpl-"), object: "text_completion", created: nowSeconds(), model: started.model };
  if (stream === true) {
    return eventStream(c, {
      contentType: "text/event-stream",
      events: chunks(started, head, body.value),
      failure: (details) => dataEvent(openAiError(details)),
    });
  }
  const results = await collect(started);
  const choices = results.map((result, index) => ({
    index,
    text: result.text,
    logprobs: logprobsOf(result.logprobs),
    finish_reason: finishReasonOf(result),
    ...extensionOf(result),
  }));
  return c.json({ ...head, choices, usage: usageOf(results, n) });
}

function planCompletion(body: Body<CompletionRequest>) {
  const fields = body.value;
  const { n = 1, prompt, logprobs, max_tokens: maxTokens } = fields;
  const given = onlyOne([
    formatConstraint(fields.response_format, body, ["response_format"]),
    extraConstraint(fields, body),
  ]);
  checkStreamOptions(fields);
  const shared: GenerationRequest = {
    ...samplingRequest(fields),
    ...defined({
      maxTokens,
      streamed: fields.stream,
      constraint: given?.constraint,
      topLogprobs: logprobs,
    }),
    ...(logprobs === undefined ? {} : { logprobs: true }),
  };
  const requests = promptsOf(prompt).flatMap((each) => repeated({ ...shared, prompt: each }, n));
  return { requests, constraintParam: given?.param };
}

function promptsOf(prompt: CompletionRequest["prompt"]): readonly (string | readonly number[])[] {
  if (typeof prompt === "string") {
    return [prompt];
  }
  return typeof prompt[0] === "number" ? [prompt as number[]] : (prompt as (string | number[])[]);
}

/** @param start length of the text before */
function logprobsOf(logprobs: readonly TokenLogprob[] | undefined, start = 0) {
  if (logprobs === undefined) {
    return null;
  }
  let offset = start;
  return {
    tokens: logprobs.map((each) => each.text),
    token_logprobs: logprobs.map((each) => each.logprob),
    top_logprobs: logprobs.map(({ top }) => Object.fromEntries(top.map((each) => [each.text, each.logprob]))),
    text_offset: logprobs.map((each) => {
      const at = offset;
      offset += each.text.length;
      return at;
    }),
  };
}

async function* chunks(
  { events }: StartedJob,
  head: object,
  { n = 1, stream_options }: CompletionRequest,
): AsyncGenerator<string, void, void> {
  const includeUsage = stream_options?.include_usage === true;
  const chunk = (choices: readonly object[], usage: object | null = null) =>
    dataEvent({ ...head, choices, ...(includeUsage ? { usage } : {}) });
  const results: GenerationResult[] = [];
  const lengths: number[] = [];
  for await (const event of events) {
    const { index } = event;
    if (event.type === "text") {
      const { text: said } = event;
      const start = lengths[index] ?? 0;
      lengths[index] = start + said.length;
      yield chunk([{ index, text: said, logprobs: logprobsOf(event.logprobs, start), finish_reason: null }]);
      continue;
    }
    const { result } = event;
    results[index] = result;
    yield chunk([
      {
        index,
        text: "",
        logprobs: null,
        finish_reason: finishReasonOf(result),
        ...extensionOf(result),
      },
    ]);
  }
  if (includeUsage) {
    yield chunk([], usageOf(results, n));
  }
  yield DONE_EVENT;
}
