import type { TokenLogprob } from "../engine/engine.js";

/** Tokens with their log probabilities and those of the likeliest in their place, as OpenAI's APIs write them. */
export function logprobEntries(logprobs: readonly TokenLogprob[]) {
  return logprobs.map((each) => ({ ...entry(each), top_logprobs: each.top.map(entry) }));
}

function entry({ text: token, bytes, logprob }: Omit<TokenLogprob, "top">) {
  return { token, logprob, bytes };
}
