import type { ToolCall } from "@grammask/core";
import type { GenerationResult, TokenLogprob } from "../engine/engine.js";
import { inputOf, kindOf } from "../tools/output.js";
import type { ToolPlan } from "../tools/plan.js";
import { newId, nowSeconds } from "./ids.js";
import { logprobEntries } from "./logprobs.js";
import type { ResponseRequest } from "./responses-schema.js";
import { extensionOf, finishReasonOf } from "./usage.js";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

/** An item of a response's output. */
export type OutputItem = { readonly id: string; readonly type: string; readonly status: ItemStatus };

/** A response that has not begun. */
export interface ResponseHead {
  readonly id: string;
  readonly created_at: number;
  readonly model: string;
  readonly request: ResponseRequest;
}

export function newResponse(model: string, request: ResponseRequest): ResponseHead {
  return { id: newId("resp_"), created_at: nowSeconds(), model, request };
}

/** A response as `POST /v1/responses` gives it; without a result it is in progress. */
export function responseObject(
  { id, created_at, model, request }: ResponseHead,
  output: readonly OutputItem[],
  result?: GenerationResult,
) {
  const isCut = result !== undefined && finishReasonOf(result) === "length";
  return {
    id,
    object: "response",
    created_at,
    status: result === undefined ? "in_progress" : isCut ? "incomplete" : "completed",
    error: null,
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    model,
    output,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    store: false,
    temperature: request.temperature ?? 0,
    text: request.text ?? { format: { type: "text" } },
    tool_choice: request.tool_choice ?? "auto",
    tools: request.tools ?? [],
    top_logprobs: request.top_logprobs ?? 0,
    top_p: request.top_p ?? 1,
    truncation: "disabled",
    metadata: request.metadata ?? {},
    user: request.user ?? null,
    usage: result === undefined ? null : usage(result),
    ...(result === undefined ? {} : extensionOf(result)),
  };
}

function usage({ usage: tokens }: GenerationResult) {
  return {
    input_tokens: tokens.promptTokens,
    input_tokens_details: { cached_tokens: tokens.cachedPromptTokens },
    output_tokens: tokens.completionTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: tokens.totalTokens,
  };
}

export function textPart(text: string, logprobs: readonly TokenLogprob[] = []) {
  return { type: "output_text", text, annotations: [], logprobs: logprobEntries(logprobs) };
}

/** @param part undefined: it has none yet */
export function messageItem(id: string, part: ReturnType<typeof textPart> | undefined, status: ItemStatus) {
  return {
    id,
    type: "message",
    role: "assistant",
    status,
    content: part === undefined ? [] : [part],
  };
}

/** A call; one that is in progress has no arguments yet. */
export function callItem(id: string, call: ToolCall, tools: ToolPlan | undefined, status: ItemStatus) {
  const callId = `call_${id.slice(id.indexOf("_") + 1)}`;
  const isWhole = status !== "in_progress";
  if (kindOf(call.name, tools) === "custom") {
    const input = isWhole ? inputOf(call) : "";
    return { id, type: "custom_tool_call", status, call_id: callId, name: call.name, input };
  }
  const text = isWhole ? call.arguments : "";
  return { id, type: "function_call", status, call_id: callId, name: call.name, arguments: text };
}
