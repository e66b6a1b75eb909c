import type { Context } from "hono";
import type { GenerationResult, TokenLogprob } from "../engine/engine.js";
import { collect } from "../generation/collect.js";
import { type GenerationService, repeated, type StartedJob } from "../generation/service.js";
import { readBody } from "../http/body.js";
import type { AppEnv } from "../http/env.js";
import { openAiError } from "../http/errors.js";
import { DONE_EVENT, dataEvent, eventStream } from "../http/sse.js";
import { type ChatRequest, chatRequest, planChat } from "./chat-schema.js";
import { newId, nowSeconds } from "./ids.js";
import { extensionOf, finishReasonOf, usageOf } from "./usage.js";

/** `POST /v1/chat/completions` */
export async function chatCompletions(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, chatRequest);
  const { request, constraintParam } = planChat(body);
  const { model, n = 1, stream } = body.value;
  const job = { model, client: c.get("client"), requests: repeated(request, n), constraintParam };
  const started = await service.start(job, c.req.raw.signal);
  const head = { id: newId("chatcmpl-"), created: nowSeconds(), model: started.model };
  if (stream === true) {
    return eventStream(c, {
      contentType: "text/event-stream",
      events: chunks(started, head, body.value),
      failure: (details) => dataEvent(openAiError(details)),
    });
  }
  const results = await collect(started);
  return c.json({
    ...head,
    object: "chat.completion",
    choices: results.map((result, index) => choice(result, index)),
    usage: usageOf(results),
    system_fingerprint: null,
  });
}

interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

function choice(result: GenerationResult, index: number) {
  return {
    index,
    message: { role: "assistant", content: result.text, refusal: null },
    logprobs: logprobsOf(result),
    finish_reason: finishReasonOf(result),
    ...extensionOf(result),
  };
}

function logprobsOf({ logprobs }: GenerationResult) {
  const entry = ({ text: token, bytes, logprob }: Omit<TokenLogprob, "top">) => ({ token, logprob, bytes });
  return logprobs === undefined
    ? null
    : {
        content: logprobs.map((each) => ({ ...entry(each), top_logprobs: each.top.map(entry) })),
        refusal: null,
      };
}

async function* chunks(
  { events }: StartedJob,
  head: Head,
  { n = 1, stream_options }: ChatRequest,
): AsyncGenerator<string, void, void> {
  const includeUsage = stream_options?.include_usage === true;
  const chunk = (choices: readonly object[], usage: object | null = null) =>
    dataEvent({
      ...head,
      object: "chat.completion.chunk",
      system_fingerprint: null,
      choices,
      ...(includeUsage ? { usage } : {}),
    });
  const piece = (index: number, delta: object, end: object = {}) =>
    chunk([{ index, delta, logprobs: null, finish_reason: null, ...end }]);
  for (let index = 0; index < n; index++) {
    yield piece(index, { role: "assistant", content: "", refusal: null });
  }
  const results: GenerationResult[] = [];
  for await (const event of events) {
    if (event.type === "text") {
      yield piece(event.index, { content: event.text });
      continue;
    }
    const { index, result } = event;
    results[index] = result;
    yield piece(
      index,
      {},
      {
        logprobs: logprobsOf(result),
        finish_reason: finishReasonOf(result),
        ...extensionOf(result),
      },
    );
  }
  if (includeUsage) {
    yield chunk([], usageOf(results));
  }
  yield DONE_EVENT;
}
