/** What an upstream is asked: an output from its start, or the rest of one. */
import type { ChatMessage } from "@grammask/onnx";
import { isJson } from "../engine/constraint.js";
import type { GenerationRequest } from "../engine/engine.js";
import { type ApiError, invalid } from "../errors.js";
import type { Fields } from "./enforcement.js";
import type { UpstreamKind } from "./options.js";

/** How the rest of an output can be asked for. */
export type Continuation =
  /** A prompt is a text that any text can follow. */
  | "prompt"
  /** The last message is the assistant's, and is left open. */
  | "open-message"
  /** The upstream writes the messages as a prompt. */
  | "rendered"
  | "none";

export function continuationOf({ prompt, messages }: GenerationRequest, kind: UpstreamKind): Continuation {
  if (messages === undefined) {
    return typeof prompt === "string" ? "prompt" : "none";
  }
  switch (kind) {
    case "vllm":
    case "sglang":
      return "open-message";
    case "llamacpp":
      return "rendered";
    default:
      return "none";
  }
}

/** The fields that ask to go on behind a text. */
export function openMessage(messages: readonly ChatMessage[], text: string, kind: UpstreamKind): Fields {
  return {
    messages: text === "" ? messages : [...messages, { role: "assistant", content: text }],
    ...(text === "" ? {} : { continue_final_message: true }),
    ...(text === "" || kind === "sglang" ? {} : { add_generation_prompt: false }),
  };
}

/** The messages with what went wrong the last time, where nothing but asking anew is possible. */
export function askedAnew(messages: readonly ChatMessage[], valid: string, isJson: boolean): ChatMessage[] {
  const form = isJson
    ? "Answer with JSON that matches the schema, and nothing else."
    : "Keep to the required form exactly.";
  const place = valid === "" ? "at its start" : `behind ${JSON.stringify(valid.slice(-80))}`;
  return [
    ...messages,
    { role: "assistant", content: valid === "" ? "(an answer in another form)" : valid },
    {
      role: "user",
      content: `Your last answer left the required form ${place}. ${form} Do not comment on this.`,
    },
  ];
}

/**
 * How the upstream is to draw tokens.
 *
 * @throws ApiError for what its kind has no field for
 */
export function samplingFields(request: GenerationRequest, kind: UpstreamKind): Fields {
  const { temperature, topP, topK, minP, repetitionPenalty, frequencyPenalty, presencePenalty } = request;
  const { logitBias, logprobs, topLogprobs } = request;
  if (logprobs !== undefined || topLogprobs !== undefined) {
    throw unavailable("logprobs");
  }
  if ((request.schemaInPrompt ?? "none") !== "none") {
    throw unavailable("grammask.schema_in_prompt");
  }
  if (request.onRepetition === "close") {
    throw unavailable("grammask.on_repetition");
  }
  const own = { top_k: topK, min_p: minP, repetition_penalty: repetitionPenalty };
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && kind === "openai") {
      throw invalid(name, `${name}: the upstream's API (openai) has no such field`, "unsupported_value");
    }
  }
  const { repetition_penalty: penalty, ...others } = own;
  return {
    temperature,
    top_p: topP,
    ...others,
    [kind === "llamacpp" ? "repeat_penalty" : "repetition_penalty"]: penalty,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    logit_bias: logitBias,
    stop: stopOf(request),
  };
}

function unavailable(name: string): ApiError {
  return invalid(name, `${name}: not available from an upstream`, "unsupported_value");
}

/** JSON ends with its value, whatever the stop strings. */
function stopOf({ stop, constraint }: GenerationRequest): GenerationRequest["stop"] {
  if (stop === undefined || constraint === undefined || isJson(constraint)) {
    return constraint === undefined ? stop : undefined;
  }
  throw invalid(
    "stop",
    "stop: an upstream would end the output anywhere; leave it out, the output ends by itself",
    "unsupported_combination",
  );
}
