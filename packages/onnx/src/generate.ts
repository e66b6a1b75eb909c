import type { TokenMask } from "@grammask/core";
import type { TokenMatcher, TokenVocabulary } from "./constraint.js";
import type { Decoder, Sequence } from "./decoder.js";
import { InferenceError, PromptTooLongError } from "./errors.js";
import type { CheckedRequest, PromptProgress, TokenEvent } from "./request.js";
import { Sampler } from "./sampling.js";
import { TextStream } from "./text-stream.js";

/** Why the output ended. */
export type FinishReason =
  /** The grammar allows nothing more, or the model chose to end. */
  | "complete"
  /** A stop string appeared. */
  | "stop-string"
  /** `maxTokens` or the context is used up. */
  | "length"
  /** The signal fired. */
  | "abort";

/** Where the time went, in milliseconds. */
export interface Timings {
  /** Rendering and tokenising the prompt. */
  prompt: number;
  /** Compiling the schema, nearly nothing where it was compiled before. */
  compile: number;
  /** The model reading the prompt. */
  prefill: number;
  /** The model's steps after that, one for each token but the first. */
  decode: number;
  /** Masks, and moving the matcher. */
  mask: number;
  sampling: number;
  /** From the call to the result. */
  total: number;
}

/** What a generation needs, besides the checked request. */
export interface Generation {
  readonly decoder: Decoder;
  readonly vocabulary: TokenVocabulary;
  readonly promptIds: readonly number[];
  /** Undefined for free text. */
  readonly matcher: TokenMatcher | undefined;
  readonly request: CheckedRequest;
  /** Asked between steps. */
  readonly aborted: () => boolean;
  readonly onProgress: ((progress: PromptProgress) => void) | undefined;
  readonly timings: Timings;
}

export interface Output {
  readonly text: string;
  /** Ids of the generated tokens, without the one that ended the output. */
  readonly tokens: readonly number[];
  readonly finishReason: FinishReason;
  readonly stopString: string | undefined;
}

/**
 * Generates one output, token by token.
 *
 * @throws PromptTooLongError where the prompt fills the context
 * @throws InferenceError where a step of the model fails
 */
export async function* generateTokens(generation: Generation): AsyncGenerator<TokenEvent, Output, void> {
  const { decoder, promptIds } = generation;
  if (promptIds.length >= decoder.contextLength) {
    throw new PromptTooLongError(promptIds.length, decoder.contextLength);
  }
  const sequence = decoder.newSequence();
  try {
    return yield* decode(generation, sequence);
  } finally {
    sequence.dispose();
  }
}

async function* decode(generation: Generation, sequence: Sequence): AsyncGenerator<TokenEvent, Output, void> {
  const { decoder, vocabulary, promptIds, matcher, request, aborted, timings } = generation;
  const stream = new TextStream(request.stop);
  const sampler = new Sampler(request.sampling, vocabulary.size);
  const tokens: number[] = [];
  const most = Math.min(request.maxTokens, decoder.contextLength - promptIds.length);
  let finishReason: FinishReason = "length";
  for (const id of promptIds) {
    sampler.observe(id);
  }

  let logits = await prefill(generation, sequence);
  for (;;) {
    if (logits === undefined || aborted()) {
      finishReason = "abort";
      break;
    }
    let now = performance.now();
    const mask = matcher?.mask();
    timings.mask += performance.now() - now;
    if (mask !== undefined && onlyEnds(mask, vocabulary)) {
      finishReason = "complete";
      break;
    }
    if (tokens.length === most) {
      break;
    }
    now = performance.now();
    const id = sampler.sample(logits, mask);
    timings.sampling += performance.now() - now;
    if (vocabulary.isEos(id)) {
      finishReason = "complete";
      break;
    }
    accept(matcher, id, timings);
    sampler.observe(id);
    tokens.push(id);
    const text = stream.push(vocabulary.tokenBytes(id) ?? NO_BYTES);
    yield { id, index: tokens.length - 1, text };
    if (stream.stopString !== undefined) {
      finishReason = "stop-string";
      break;
    }
    if (aborted()) {
      finishReason = "abort";
      break;
    }
    // The last token's logits would go unread, unless the grammar has to be asked whether it is at its end.
    logits = tokens.length === most ? logits : await step(sequence, id, timings);
  }

  const rest = stream.end();
  if (rest !== "") {
    yield { id: tokens.at(-1)!, index: tokens.length - 1, text: rest };
  }
  return { text: stream.text, tokens, finishReason, stopString: stream.stopString };
}

const NO_BYTES = new Uint8Array(0);

/** Feeds the prompt in chunks; undefined where the signal fired. */
async function prefill(generation: Generation, sequence: Sequence): Promise<Float32Array | undefined> {
  const { decoder, promptIds, aborted, onProgress, timings } = generation;
  const chunk = decoder.prefillChunk;
  const start = performance.now();
  let logits: Float32Array | undefined;
  for (let at = 0; at < promptIds.length; at += chunk) {
    if (aborted()) {
      return undefined;
    }
    logits = await sequence.forward(promptIds.slice(at, at + chunk));
    timings.prefill = performance.now() - start;
    onProgress?.({ stage: "prompt", done: sequence.length, total: promptIds.length });
  }
  return logits;
}

async function step(sequence: Sequence, id: number, timings: Timings): Promise<Float32Array> {
  const start = performance.now();
  const logits = await sequence.forward([id]);
  timings.decode += performance.now() - start;
  return logits;
}

function accept(matcher: TokenMatcher | undefined, id: number, timings: Timings): void {
  if (matcher === undefined) {
    return;
  }
  const start = performance.now();
  const accepted = matcher.accept(id);
  timings.mask += performance.now() - start;
  if (!accepted) {
    throw new InferenceError(`The grammar refused token ${id}, which its own mask allowed.`);
  }
}

/** Whether the output can only end here. */
function onlyEnds(mask: TokenMask, vocabulary: TokenVocabulary): boolean {
  const { eosTokenIds } = vocabulary;
  if (mask.count > eosTokenIds.length) {
    return false;
  }
  if (mask.count === 0) {
    throw new InferenceError("The grammar allows no token here, and does not end here either.");
  }
  let ends = 0;
  for (const id of eosTokenIds) {
    ends += mask.has(id) ? 1 : 0;
  }
  return ends === mask.count;
}
