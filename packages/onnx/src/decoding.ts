import type { TokenMask } from "@grammask/core";
import type { TokenMatcher, TokenVocabulary } from "./constraint.js";
import { InferenceError } from "./errors.js";
import type { CheckedRequest, TokenEvent } from "./request.js";
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
  /** The model's steps after that. */
  decode: number;
  /** Masks, forced tokens, and moving the matcher. */
  mask: number;
  sampling: number;
  /** From the call to the result. */
  total: number;
}

/** What a decoding needs. */
export interface DecodingParts {
  readonly vocabulary: TokenVocabulary;
  readonly promptIds: readonly number[];
  /** Undefined for free text. */
  readonly matcher: TokenMatcher | undefined;
  readonly request: CheckedRequest;
  /** The most tokens that the context has room for behind the prompt. */
  readonly room: number;
  readonly timings: Timings;
}

const NO_BYTES = new Uint8Array(0);

/**
 * One output as it grows, apart from the model: what to feed next, and what the logits make of it. The caller feeds
 * `pending` behind the prompt, gives the logits of the last row to `take`, and so on until there is a `finishReason`.
 * Events are made as they are asked for: where a caller stops asking, the output ends with the last one.
 */
export class Decoding {
  readonly tokens: number[] = [];
  finishReason: FinishReason | undefined;
  /** How many of the tokens were forced: the grammar left no choice, and the model was not asked. */
  forcedTokens = 0;
  readonly #vocabulary: TokenVocabulary;
  readonly #matcher: TokenMatcher | undefined;
  readonly #sampler: Sampler;
  readonly #stream: TextStream;
  readonly #timings: Timings;
  readonly #most: number;
  readonly #forces: boolean;
  /** Tokens of the output that the model has not seen. */
  #pending: readonly number[] = [];
  /** Tokens that the matcher has accepted, and no event has told of. */
  #untold = 0;

  constructor({ vocabulary, promptIds, matcher, request, room, timings }: DecodingParts) {
    this.#vocabulary = vocabulary;
    this.#matcher = matcher;
    this.#timings = timings;
    this.#sampler = new Sampler(request.sampling, vocabulary.size);
    this.#stream = new TextStream(request.stop);
    this.#most = Math.min(request.maxTokens, room);
    this.#forces = request.forcedTokens;
    for (const id of promptIds) {
      this.#sampler.observe(id);
    }
  }

  /** The tokens to feed next; none before the first tokens, where the grammar does not force them. */
  get pending(): readonly number[] {
    return this.#pending;
  }

  get text(): string {
    return this.#stream.text;
  }

  /** The stop string that ended the output, if one did. */
  get stopString(): string | undefined {
    return this.#stream.stopString;
  }

  /** Whether the text is one that the grammar lets end here. */
  get isComplete(): boolean {
    return this.#matcher?.isComplete === true && this.#untold === 0;
  }

  /** The tokens that are forced before the model has said anything. */
  *begin(): Generator<TokenEvent, void, void> {
    const forced = this.#forced(undefined);
    yield* this.#tell(forced, forced.length);
    this.#settle();
  }

  /**
   * Takes the next token, and those that it forces.
   *
   * @param logits what the model makes of the tokens so far, as wide as the vocabulary
   */
  *take(logits: Float32Array): Generator<TokenEvent, void, void> {
    const id = this.#sample(logits);
    if (id === undefined) {
      return;
    }
    this.#accept(id);
    const tokens = this.#forced(id);
    yield* this.#tell(tokens, tokens.length - 1);
    this.#settle();
  }

  /** Ends the output; where nothing ended it before, for this reason. The text that was held back is an event too. */
  *end(reason: FinishReason): Generator<TokenEvent, void, void> {
    this.finishReason ??= reason;
    const rest = this.#stream.end();
    if (rest !== "") {
      yield { id: this.tokens.at(-1)!, index: this.tokens.length - 1, text: rest };
    }
  }

  /** The next token; undefined where it is the end. */
  #sample(logits: Float32Array): number | undefined {
    const mask = this.#mask();
    const start = performance.now();
    const id = this.#sampler.sample(logits, mask);
    this.#timings.sampling += performance.now() - start;
    if (this.#vocabulary.isEos(id)) {
      this.finishReason = "complete";
      return undefined;
    }
    return id;
  }

  #mask(): TokenMask | undefined {
    const start = performance.now();
    const mask = this.#matcher?.mask();
    this.#timings.mask += performance.now() - start;
    return mask;
  }

  #accept(id: number): void {
    const start = performance.now();
    const accepted = this.#matcher?.accept(id) ?? true;
    this.#timings.mask += performance.now() - start;
    if (!accepted) {
      throw new InferenceError(`The grammar refused token ${id}, which its own mask allowed.`);
    }
  }

  /**
   * Accepts what the grammar forces behind the last token, which is accepted and not fed yet. Gives the tokens to feed:
   * that one and those behind it, or those that the tokenizer would write instead.
   */
  #forced(last: number | undefined): readonly number[] {
    const kept = last === undefined ? [] : [last];
    const room = this.#most - this.tokens.length - kept.length;
    const matcher = this.#matcher;
    if (matcher === undefined || !this.#forces || room <= 0) {
      return kept;
    }
    const start = performance.now();
    const { tokens, replacesLast } = matcher.forcedContinuation(room);
    const ends = tokens.findIndex((id) => this.#vocabulary.isEos(id));
    const forced = ends < 0 ? tokens : tokens.slice(0, ends);
    if (replacesLast) {
      matcher.rollback(1);
    }
    this.#timings.mask += performance.now() - start;
    for (const id of forced) {
      this.#accept(id);
    }
    return replacesLast ? forced : [...kept, ...forced];
  }

  /** Adds tokens that the matcher has accepted to the output; the last of them were forced. */
  *#tell(tokens: readonly number[], forced: number): Generator<TokenEvent, void, void> {
    this.#pending = tokens;
    this.#untold = tokens.length;
    for (const id of tokens) {
      this.forcedTokens += this.#untold <= forced ? 1 : 0;
      this.#untold--;
      this.#sampler.observe(id);
      this.tokens.push(id);
      const text = this.#stream.push(this.#vocabulary.tokenBytes(id) ?? NO_BYTES);
      yield { id, index: this.tokens.length - 1, text };
      if (this.#stream.stopString !== undefined) {
        this.finishReason = "stop-string";
        return;
      }
    }
  }

  /** Ends the output where nothing can follow, without a step of the model. */
  #settle(): void {
    const mask = this.#mask();
    if (this.finishReason !== undefined) {
      return;
    }
    if (mask !== undefined && onlyEnds(mask, this.#vocabulary)) {
      this.finishReason = "complete";
    } else if (this.tokens.length >= this.#most) {
      this.finishReason = "length";
    }
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
