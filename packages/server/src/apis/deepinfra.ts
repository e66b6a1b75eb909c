/** DeepInfra's own API: `POST /v1/inference/{model}`. */
import type { Context } from "hono";
import { z } from "zod";
import type { GenerationResult } from "../engine/engine.js";
import { collect } from "../generation/collect.js";
import { type GenerationService, repeated, type StartedJob } from "../generation/service.js";
import { readBody } from "../http/body.js";
import type { AppEnv } from "../http/env.js";
import { openAiError } from "../http/errors.js";
import { dataEvent, eventStream } from "../http/sse.js";
import {
  countField,
  defined,
  maxTokensField,
  optional,
  samplingFields,
  samplingRequest,
} from "../openai/fields.js";
import { newId } from "../openai/ids.js";
import { formatConstraint, responseFormat } from "../openai/structured.js";
import { extensionOf, finishReasonOf, usageOf } from "../openai/usage.js";

export const inferenceRequest = z.strictObject({
  input: z.string().min(1).describe("The text to continue, as it is"),
  ...samplingFields,
  max_new_tokens: maxTokensField,
  num_responses: countField,
  response_format: optional(responseFormat),
  stream: optional(z.boolean()),
});

/** `POST /v1/inference/{model}` */
export async function inference(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, inferenceRequest);
  const { input, max_new_tokens: maxTokens, num_responses: count = 1, stream, ...fields } = body.value;
  const given = formatConstraint(fields.response_format, body, ["response_format"]);
  const request = {
    prompt: input,
    ...samplingRequest(fields),
    ...defined({ maxTokens, constraint: given?.constraint }),
  };
  const start = performance.now();
  const model = c.req.param("model") ?? "";
  const job = { model, client: c.get("client"), requests: repeated(request, count) };
  const started = await service.start({ ...job, constraintParam: given?.param }, c.req.raw.signal);
  const requestId = newId("");
  if (stream === true) {
    return eventStream(c, {
      contentType: "text/event-stream",
      events: chunks(started, requestId, start),
      failure: (details) => dataEvent(openAiError(details)),
    });
  }
  return c.json(answer(await collect(started), requestId, start));
}

/** @param start when the request came, as `performance.now()` tells */
function answer(results: readonly GenerationResult[], requestId: string, start: number) {
  const { prompt_tokens, completion_tokens } = usageOf(results);
  return {
    request_id: requestId,
    inference_status: {
      status: "succeeded",
      runtime_ms: Math.round(performance.now() - start),
      cost: 0,
      tokens_input: prompt_tokens,
      tokens_generated: completion_tokens,
    },
    results: results.map((result) => ({
      generated_text: result.text,
      finish_reason: finishReasonOf(result),
      ...extensionOf(result),
    })),
    num_input_tokens: prompt_tokens,
    num_tokens: completion_tokens,
  };
}

/** Pieces of text, then what the answer would be without streaming. */
async function* chunks(
  { events }: StartedJob,
  requestId: string,
  start: number,
): AsyncGenerator<string, void, void> {
  const results: GenerationResult[] = [];
  for await (const event of events) {
    if (event.type === "text") {
      const { index, text } = event;
      yield dataEvent({ index, token: { text, special: false }, generated_text: null, details: null });
    } else {
      results[event.index] = event.result;
      const { usage, text } = event.result;
      const details = {
        finish_reason: finishReasonOf(event.result),
        generated_tokens: usage.completionTokens,
        ...extensionOf(event.result),
      };
      yield dataEvent({ index: event.index, token: null, generated_text: text, details });
    }
  }
  yield dataEvent(answer(results, requestId, start));
}
