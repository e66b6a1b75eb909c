import { z } from "zod";
import { UpstreamFailure } from "./failure.js";

/** What an upstream's stream says, piece by piece. */
export type CompletionEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "end"; readonly reason: string }
  | { readonly type: "usage"; readonly prompt: number; readonly completion: number; readonly cached: number }
  | { readonly type: "done" };

const count = z.int().min(0);
const chunk = z.object({
  choices: z
    .array(
      z.object({
        text: z.string().nullish(),
        delta: z.object({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count.nullish(),
      prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
    })
    .nullish(),
});
const failure = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

/**
 * The data of one event of a stream of chat completions or completions.
 *
 * @throws UpstreamFailure where it is neither, or tells of an error
 */
export function* readEvent(data: string): Generator<CompletionEvent, void, void> {
  if (data.trim() === "[DONE]") {
    yield { type: "done" };
    return;
  }
  const value = parse(data);
  const failed = failure.safeParse(value);
  if (failed.success) {
    throw new UpstreamFailure("upstream_failed", "The upstream failed while it was generating.");
  }
  const parsed = chunk.safeParse(value);
  if (!parsed.success) {
    throw new UpstreamFailure(
      "upstream_bad_answer",
      "The upstream sent an event that is no chunk of a completion.",
    );
  }
  const { choices, usage } = parsed.data;
  for (const { text, delta, finish_reason: reason } of choices ?? []) {
    const piece = delta?.content ?? text ?? "";
    if (piece !== "") {
      yield { type: "text", text: piece };
    }
    if (reason !== undefined && reason !== null) {
      yield { type: "end", reason };
    }
  }
  if (usage) {
    yield {
      type: "usage",
      prompt: usage.prompt_tokens,
      completion: usage.completion_tokens ?? 0,
      cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    };
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new UpstreamFailure("upstream_bad_answer", "The upstream sent an event that is not JSON.");
  }
}
