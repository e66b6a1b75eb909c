import type { OutputParts } from "@grammask/core";
import type { TokenMatcher, TokenVocabulary } from "./constraint.js";
import { type Closing, Decoding, type FinishReason } from "./decoding.js";
import { PromptTooLongError } from "./errors.js";
import type { TokenPressure } from "./pressure.js";
import { promptCuts } from "./prompt-cuts.js";
import type { EndedRepetition } from "./repetition.js";
import type { CheckedRequest, PromptProgress, TokenEvent } from "./request.js";
import type { StepDecoder, StepSequence } from "./step-decoder.js";
import type { Timings } from "./timings.js";

/** What a generation needs, besides the checked request. */
export interface Generation {
  readonly decoder: StepDecoder;
  readonly vocabulary: TokenVocabulary;
  readonly promptIds: readonly number[];
  /** Undefined for free text. */
  readonly matcher: TokenMatcher | undefined;
  /** Whether the output is JSON, apart from what comes before its value. Default: false. */
  readonly isJson?: boolean | undefined;
  /** Tells what of the output comes before its value; undefined: nothing does. */
  readonly parts?: OutputParts | undefined;
  /** Whether a stop string may end the output behind a text; undefined: anywhere. */
  readonly mayStop?: ((text: string) => boolean) | undefined;
  readonly request: CheckedRequest;
  /** Tokens of a text that is laid out as the output may be, for drafts; undefined where there is none. */
  readonly layoutSample?: readonly number[] | undefined;
  /** Asked between steps. */
  readonly aborted: () => boolean;
  readonly onProgress: ((progress: PromptProgress) => void) | undefined;
  readonly onPressure?: ((pressure: TokenPressure, index: number) => void) | undefined;
  readonly timings: Timings;
}

export interface Output {
  readonly text: string;
  /** What came before the value; undefined where nothing can. */
  readonly leadIn: string | undefined;
  /** How many tokens have a part in it, and its bytes. */
  readonly leadInTokens: number;
  readonly leadInBytes: number;
  /** Ids of the generated tokens, without the one that ended the output. */
  readonly tokens: readonly number[];
  readonly finishReason: FinishReason;
  readonly stopString: string | undefined;
  /** Where the output was led to its end because of its budget. */
  readonly closing: Closing | undefined;
  /** The values that were ended because they repeated themselves. */
  readonly repetitions: readonly EndedRepetition[];
  /** Whether the grammar lets the text end where it does. */
  readonly isComplete: boolean;
  /** How many of the prompt's tokens were known from an earlier prompt. */
  readonly cachedPromptTokens: number;
  /** How many of the tokens the grammar forced. */
  readonly forcedTokens: number;
  /** How many tokens were guessed, and how many of them were right. */
  readonly draftTokens: number;
  readonly acceptedDraftTokens: number;
  /** Steps of the model after it had read the prompt. */
  readonly steps: number;
  /** What the mask did to each token, where a report was asked for. */
  readonly pressures: readonly TokenPressure[];
}

/**
 * Generates one output, token by token.
 *
 * @throws PromptTooLongError where the prompt fills the context
 * @throws BudgetTooSmallError where no valid output is as short as the budget, unless it may be cut
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

async function* decode(
  generation: Generation,
  sequence: StepSequence,
): AsyncGenerator<TokenEvent, Output, void> {
  const { decoder, promptIds, aborted, timings } = generation;
  const decoding = new Decoding({
    ...generation,
    room: decoder.contextLength - promptIds.length,
    canRollback: sequence.canRollback,
  });
  let steps = 0;
  let cachedPromptTokens = 0;
  yield* until(aborted, decoding.begin());
  let logits =
    decoding.needsLogits && !aborted()
      ? await decoder.inTurn(async () => {
          const cuts = decoder.keepsPrompts ? promptCuts(promptIds, generation.vocabulary) : [];
          cachedPromptTokens = await sequence.recall(promptIds, cuts);
          return prefill(generation, sequence, decoding, cuts);
        })
      : undefined;
  while (logits !== undefined && !aborted()) {
    yield* until(aborted, decoding.take(logits, sequence.together));
    if (!decoding.needsLogits || aborted()) {
      break;
    }
    sequence.rollback(decoding.rejected);
    const start = performance.now();
    logits = await sequence.forward(decoding.ids, decoding.wanted);
    timings.decode += performance.now() - start;
    steps++;
  }
  yield* decoding.end("abort");
  const {
    text,
    leadIn,
    leadInTokens,
    leadInBytes,
    tokens,
    stopString,
    closing,
    repetitions,
    isComplete,
    forcedTokens,
    draftTokens,
    acceptedDraftTokens,
    pressures,
  } = decoding;
  return {
    text,
    leadIn,
    leadInTokens,
    leadInBytes,
    tokens,
    finishReason: decoding.finishReason!,
    stopString,
    closing,
    repetitions,
    isComplete,
    cachedPromptTokens,
    forcedTokens,
    draftTokens,
    acceptedDraftTokens,
    steps,
    pressures,
  };
}

/** The events up to the one after which the signal has fired. */
function* until(
  aborted: () => boolean,
  events: Generator<TokenEvent, void, void>,
): Generator<TokenEvent, void, void> {
  for (const event of events) {
    yield event;
    if (aborted()) {
      return;
    }
  }
}

/**
 * Feeds the prompt in steps of about the same length, from where it is known, and with its last one the tokens that the grammar
 * forces to follow; undefined where the signal fired.
 */
async function prefill(
  { decoder, promptIds, aborted, onProgress, timings }: Generation,
  sequence: StepSequence,
  { ids: forced, wanted }: Decoding,
  cuts: readonly number[],
): Promise<Float32Array | undefined> {
  const total = promptIds.length;
  const chunk = decoder.prefillChunk;
  const start = performance.now();
  let logits: Float32Array | undefined;
  for (let at = sequence.length; at < total; ) {
    if (aborted()) {
      return undefined;
    }
    const end = at + Math.ceil((total - at) / Math.ceil((total - at) / chunk));
    const ids = promptIds.slice(at, end);
    at = end;
    logits = await (end < total ? sequence.forward(ids) : sequence.forward([...ids, ...forced], wanted));
    timings.prefill = performance.now() - start;
    onProgress?.({ stage: "prompt", done: Math.min(sequence.length, total), total });
  }
  sequence.remember(promptIds, cuts);
  return logits;
}
