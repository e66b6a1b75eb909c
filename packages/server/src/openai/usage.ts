import type { GenerationResult } from "../engine/engine.js";

/**
 * Tokens of all outputs of a request, as OpenAI's chat API writes them.
 *
 * @param count how many outputs follow each other for the same prompt, which counts once
 */
export function usageOf(results: readonly GenerationResult[], count = results.length) {
  const sum = (of: (result: GenerationResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const prompt = results.reduce(
    (total, { usage }, i) => total + (i % count === 0 ? usage.promptTokens : 0),
    0,
  );
  const completion = sum(({ usage }) => usage.completionTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: Math.max(0, ...results.map((each) => each.usage.cachedPromptTokens)),
    },
    completion_tokens_details: {
      accepted_prediction_tokens: sum(({ usage }) => usage.acceptedDraftTokens),
      reasoning_tokens: 0,
    },
  };
}

/**
 * Why an output ended, as OpenAI says it. One that the token budget led to its end says `stop`: to clients `length` means
 * text that was cut off, and theirs refuse to parse it; but this one is complete and valid. `extensionOf` tells it apart.
 */
export function finishReasonOf({ finishReason }: GenerationResult): "stop" | "length" {
  return finishReason === "length" ? "length" : "stop";
}

/** What OpenAI's answers have no field for: present only where there is something to tell. */
export function extensionOf({ closedEarly, repetitions = [], limit, captures = [] }: GenerationResult) {
  if (closedEarly === undefined && limit === undefined && captures.length + repetitions.length === 0) {
    return {};
  }
  return {
    grammask: {
      ...(closedEarly === undefined ? {} : { closed_early: closedEarly }),
      ...(repetitions.length === 0 ? {} : { repetitions }),
      ...(limit === undefined ? {} : { limit }),
      ...(captures.length === 0 ? {} : { captures }),
    },
  };
}
