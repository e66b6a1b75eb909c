import type { ToolCall } from "@grammask/core";
import type { Context } from "hono";
import type { GenerationResult, TokenLogprob } from "../engine/engine.js";
import { collect } from "../generation/collect.js";
import { type GenerationService, repeated, type StartedJob } from "../generation/service.js";
import { readBody } from "../http/body.js";
import type { AppEnv } from "../http/env.js";
import { openAiError } from "../http/errors.js";
import { DONE_EVENT, dataEvent, eventStream } from "../http/sse.js";
import { inputOf, kindOf, OutputReader, outputOf } from "../tools/output.js";
import { type ToolPlan, toolFormat } from "../tools/plan.js";
import type { ToolDelta } from "../tools/reader.js";
import { type ChatRequest, chatRequest, planChat } from "./chat-schema.js";
import { newId, nowSeconds } from "./ids.js";
import { logprobEntries } from "./logprobs.js";
import { extensionOf, finishReasonOf, usageOf } from "./usage.js";

/** `POST /v1/chat/completions` */
export async function chatCompletions(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, chatRequest);
  const { model, n = 1, stream } = body.value;
  const { request, constraintParam, tools } = planChat(body, await toolFormat(body.value, service));
  const job = { model, client: c.get("client"), requests: repeated(request, n), constraintParam };
  const started = await service.start(job, c.req.raw.signal);
  const head = { id: newId("chatcmpl-"), created: nowSeconds(), model: started.model };
  if (stream === true) {
    return eventStream(c, {
      contentType: "text/event-stream",
      events: chunks(started, head, body.value, tools),
      failure: (details) => dataEvent(openAiError(details)),
    });
  }
  const results = await collect(started);
  return c.json({
    ...head,
    object: "chat.completion",
    choices: results.map((result, index) => choice(result, index, tools)),
    usage: usageOf(results),
    system_fingerprint: null,
  });
}

interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

function choice(result: GenerationResult, index: number, tools: ToolPlan | undefined) {
  const { content, calls } = outputOf(result, tools);
  return {
    index,
    message: {
      role: "assistant",
      content: calls.length > 0 && content === "" ? null : content,
      refusal: null,
      ...(calls.length > 0 ? { tool_calls: calls.map((call) => callObject(call, tools)) } : {}),
    },
    logprobs: logprobsOf(result.logprobs),
    finish_reason:
      calls.length > 0 && finishReasonOf(result) === "stop" ? "tool_calls" : finishReasonOf(result),
    ...extensionOf(result),
  };
}

function callObject(call: ToolCall, tools: ToolPlan | undefined) {
  const id = newId("call_");
  return kindOf(call.name, tools) === "custom"
    ? { id, type: "custom", custom: { name: call.name, input: inputOf(call) } }
    : { id, type: "function", function: { name: call.name, arguments: call.arguments } };
}

function logprobsOf(logprobs: readonly TokenLogprob[] | undefined) {
  return logprobs === undefined ? null : { content: logprobEntries(logprobs), refusal: null };
}

async function* chunks(
  { events }: StartedJob,
  head: Head,
  { n = 1, stream_options }: ChatRequest,
  tools: ToolPlan | undefined,
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
  const outputs = Array.from({ length: n }, () => new OutputReader(tools));
  // Of tokens whose text has not been told yet; undefined where nobody asked.
  const logged: (readonly TokenLogprob[] | undefined)[] = [];
  for await (const event of events) {
    const { index } = event;
    const output = outputs[index]!;
    if (event.type === "text" && event.logprobs !== undefined) {
      logged[index] = [...(logged[index] ?? []), ...event.logprobs];
    }
    const deltas = event.type === "text" ? output.push(event.text) : output.end();
    for (const delta of deltas) {
      const said = delta.type === "content" ? { content: delta.text } : callDelta(delta, tools);
      yield piece(index, said, { logprobs: logprobsOf(logged[index]) });
      logged[index] = undefined;
    }
    if (event.type === "text") {
      continue;
    }
    const { result } = event;
    results[index] = result;
    const reason = finishReasonOf(result);
    const end = {
      logprobs: logprobsOf(logged[index]),
      finish_reason: output.calls > 0 && reason === "stop" ? "tool_calls" : reason,
      ...extensionOf(result),
    };
    yield piece(index, {}, end);
  }
  if (includeUsage) {
    yield chunk([], usageOf(results));
  }
  yield DONE_EVENT;
}

function callDelta(call: Extract<ToolDelta, { readonly type: "call" }>, tools: ToolPlan | undefined) {
  return { tool_calls: [{ index: call.index, ...callObject(call, tools) }] };
}
