import type { ToolFormatName } from "@grammask/core";
import { z } from "zod";
import type { GenerationRequest } from "../engine/engine.js";
import { invalid } from "../errors.js";
import type { GivenConstraint } from "../generation/given-constraint.js";
import type { Body } from "../http/body.js";
import { withInstructions } from "../tools/instructions.js";
import { planTools, type ToolPlan, withContent } from "../tools/plan.js";
import {
  absent,
  checkStreamOptions,
  countField,
  defined,
  extensionField,
  labelFields,
  maxTokensField,
  only,
  optional,
  repetitionField,
  samplingFields,
  samplingRequest,
  schemaTelling,
  streamFields,
  topLogprobsField,
} from "./fields.js";
import { chatMessage, toChatMessages } from "./messages.js";
import {
  constraintExtras,
  extraConstraint,
  formatConstraint,
  onlyOne,
  responseFormat,
} from "./structured.js";
import { chatToolFields, chatTools } from "./tool-schema.js";

/** The body of `POST /v1/chat/completions`. */
export const chatRequest = z.strictObject({
  model: z.string(),
  messages: z.array(chatMessage).min(1),
  ...samplingFields,
  ...labelFields,
  ...streamFields,
  ...constraintExtras,
  grammask: extensionField,
  n: countField,
  max_tokens: maxTokensField,
  max_completion_tokens: maxTokensField,
  response_format: optional(responseFormat),
  logprobs: optional(z.boolean()),
  ...chatToolFields,
  top_logprobs: topLogprobsField,
  modalities: optional(z.array(z.literal("text", { error: "only text is given" })).length(1)),
  reasoning_effort: only("none"),
  verbosity: only("medium"),
  audio: absent("the models write text"),
  functions: absent("give them as tools"),
  function_call: absent("give tool_choice in its place"),
  prediction: absent("the models guess from the prompt and the output by themselves"),
  web_search_options: absent("the models search nothing"),
});

export type ChatRequest = z.output<typeof chatRequest>;

/** What a chat request asks the engine for. */
export interface ChatPlan {
  readonly request: GenerationRequest;
  readonly constraintParam: string | undefined;
  readonly tools: ToolPlan | undefined;
}

/** @throws ApiError for fields that contradict each other */
export function planChat(body: Body<ChatRequest>, toolFormat: ToolFormatName): ChatPlan {
  const fields = body.value;
  const given = onlyOne([
    formatConstraint(fields.response_format, body, ["response_format"]),
    extraConstraint(fields, body),
  ]);
  const tools = withContent(planTools(chatTools(fields, body), toolFormat), given);
  const constrained: GivenConstraint | undefined = tools ?? given;
  checkStreamOptions(fields);
  const messages = toChatMessages(fields.messages);
  return {
    request: {
      messages: tools === undefined ? messages : withInstructions(messages, tools),
      ...samplingRequest(fields),
      ...defined({
        maxTokens: maxTokensOf(fields),
        streamed: fields.stream,
        constraint: constrained?.constraint,
        schemaInPrompt: schemaTelling(fields.grammask, constrained?.constraint),
        onRepetition: repetitionField(fields.grammask, constrained?.constraint),
        ...logprobsOf(fields),
      }),
    },
    constraintParam: constrained?.param,
    tools,
  };
}

function maxTokensOf({ max_tokens, max_completion_tokens }: ChatRequest): number | undefined {
  if (
    max_tokens !== undefined &&
    max_completion_tokens !== undefined &&
    max_tokens !== max_completion_tokens
  ) {
    throw invalid("max_tokens", "max_tokens: it differs from max_completion_tokens, which is its newer name");
  }
  return max_completion_tokens ?? max_tokens;
}

function logprobsOf({ logprobs, top_logprobs }: ChatRequest) {
  if (logprobs !== true) {
    if (top_logprobs !== undefined && top_logprobs > 0) {
      throw invalid("top_logprobs", "top_logprobs: only with logprobs: true", "unsupported_combination");
    }
    return {};
  }
  return { logprobs: true, topLogprobs: top_logprobs ?? 0 };
}
