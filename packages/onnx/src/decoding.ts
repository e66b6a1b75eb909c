import type { OutputParts, TokenMask } from "@grammask/core";
import { onlyEnds, type TokenMatcher, type TokenVocabulary } from "./constraint.js";
import { Drafts } from "./drafts.js";
import { BudgetTooSmallError, InferenceError } from "./errors.js";
import { PressureGauge, type TokenPressure } from "./pressure.js";
import { type EndedRepetition, Repetition } from "./repetition.js";
import type { CheckedRequest, TokenEvent } from "./request.js";
import { Sampler } from "./sampling.js";
import { TextStream } from "./text-stream.js";
import type { Timings } from "./timings.js";

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

/** What a decoding needs. */
export interface DecodingParts {
  readonly vocabulary: TokenVocabulary;
  readonly promptIds: readonly number[];
  /** Undefined for free text. */
  readonly matcher: TokenMatcher | undefined;
  /** Whether the output is JSON, apart from what comes before the value. Default: false. */
  readonly isJson?: boolean | undefined;
  /** Tells what comes before the value; undefined: nothing does. */
  readonly parts?: OutputParts | undefined;
  /** Whether a stop string may end the output behind a text; undefined: anywhere. */
  readonly mayStop?: ((text: string) => boolean) | undefined;
  readonly request: CheckedRequest;
  /** Tokens of a text that is laid out as the output may be, for drafts; undefined where there is none. */
  readonly layoutSample?: readonly number[] | undefined;
  /** The most tokens that the context has room for behind the prompt. */
  readonly room: number;
  /** Whether the model can forget tokens that it was fed; where not, there are no drafts. */
  readonly canRollback: boolean;
  readonly onPressure?: ((pressure: TokenPressure, index: number) => void) | undefined;
  readonly timings: Timings;
}

/** A guessed token that is fed before it is sampled. */
interface Guess {
  readonly expected: number;
  /** How it was made, see `DraftToken`. */
  readonly kind: number;
  /** What is fed for it: the token and those that it forces, or those in its place. */
  readonly tokens: readonly number[];
}

/** Where an output was led to its end because of its budget. */
export interface Closing {
  /** The first token that was chosen for the budget; the length of the output where the budget ended it. */
  readonly token: number;
  /** The length of the text before it, in UTF-16 code units. */
  readonly offset: number;
}

/** A word of so many tokens must fit, or it is not begun: so texts that are closed do not end in the middle of one. */
const WORD_ROOM = 4;
const SPACE = 0x20;

const NO_BYTES = new Uint8Array(0);

/**
 * One output as it grows, apart from the model: what to feed next, and what the logits make of it. The caller feeds `ids`
 * behind what was fed before, takes back `rejected` of them after `take` has seen the logits, and so on until there is a
 * `finishReason`. Events are made as they are asked for: where a caller stops asking, the output ends with the last one.
 *
 * Behind the tokens that are certain, `ids` may have a draft: guesses of what comes next. Each is compared with the token
 * that is sampled in its place; the first that differs ends the draft. So the samples are those that there would be
 * without drafts, random numbers included (Leviathan et al. 2023, for a draft without a choice).
 */
export class Decoding {
  readonly tokens: number[] = [];
  finishReason: FinishReason | undefined;
  closing: Closing | undefined;
  /** How many of the tokens were forced: the grammar left no choice, and the model was not asked. */
  forcedTokens = 0;
  /** How many of them have a part before the value, and of how many bytes that is. */
  leadInTokens = 0;
  leadInBytes = 0;
  /** How many tokens were guessed, and how many of them were right; tokens that guesses forced not counted. */
  draftTokens = 0;
  acceptedDraftTokens = 0;
  /** How many of the last `ids` have to be taken back: wrong guesses. */
  rejected = 0;
  readonly #vocabulary: TokenVocabulary;
  readonly #matcher: TokenMatcher | undefined;
  readonly #sampler: Sampler;
  readonly #stream: TextStream;
  readonly #parts: OutputParts | undefined;
  readonly #leadIn = new TextStream([]);
  readonly #mostLeadIn: number;
  readonly #timings: Timings;
  readonly #most: number;
  readonly #closes: boolean;
  /** Undefined: the output may repeat itself. */
  readonly #repetition: Repetition | undefined;
  readonly #forces: boolean;
  readonly #drafts: Drafts | undefined;
  #guesses: Guess[] = [];
  /** By position in the output, for a report. */
  readonly pressures: TokenPressure[] = [];
  readonly #gauge: PressureGauge | undefined;
  readonly #onPressure: ((pressure: TokenPressure, index: number) => void) | undefined;
  /** Tokens of the output that the model has not seen. */
  #pending: readonly number[] = [];
  /** Tokens that the matcher has accepted, and no event has told of. */
  #untold = 0;

  constructor(decodingParts: DecodingParts) {
    const { vocabulary, promptIds, matcher, parts, mayStop, request, room, canRollback, timings } =
      decodingParts;
    this.#vocabulary = vocabulary;
    this.#matcher = matcher;
    this.#timings = timings;
    this.#sampler = new Sampler(request.sampling, vocabulary.size);
    this.#stream = new TextStream(request.stop, mayStop);
    this.#parts = parts;
    this.#mostLeadIn = request.maxLeadInTokens;
    this.#most = Math.min(request.maxTokens, room);
    this.#closes = request.onLength === "close" && matcher !== undefined;
    this.#repetition =
      request.onRepetition === "close" && matcher !== undefined
        ? new Repetition(decodingParts.isJson === true)
        : undefined;
    this.#forces = request.forcedTokens;
    this.#drafts =
      request.drafts === undefined || !canRollback
        ? undefined
        : new Drafts(vocabulary, request.drafts, decodingParts.layoutSample);
    this.#onPressure = decodingParts.onPressure;
    this.#gauge =
      request.alternatives === undefined ? undefined : new PressureGauge(vocabulary, request.alternatives);
    for (const id of promptIds) {
      this.#sampler.observe(id);
      this.#drafts?.push(id);
    }
  }

  /** The tokens to feed next, behind the prompt at first; then there may be none. */
  get ids(): readonly number[] {
    return this.#guesses.length === 0
      ? this.#pending
      : [...this.#pending, ...this.#guesses.flatMap((guess) => guess.tokens)];
  }

  /**
   * Of which tokens the logits are needed, as distances from the last one: the last that is certain and the last of each guess, and
   * for a report those between, which are forced, too.
   */
  get wanted(): readonly number[] {
    let distance = this.#drafted;
    if (this.#gauge !== undefined) {
      const rows = 1 + this.#unmeasured + distance;
      return Array.from({ length: rows }, (_, i) => rows - 1 - i);
    }
    const wanted = [distance];
    for (const { tokens } of this.#guesses) {
      distance -= tokens.length;
      wanted.push(distance);
    }
    return wanted;
  }

  /** Whether logits are needed although the output has ended: for a report of the tokens that were forced last. */
  get needsLogits(): boolean {
    return this.finishReason === undefined || this.#unmeasured > 0;
  }

  /** Forced tokens among the pending ones, whose logits come with the next step. */
  get #unmeasured(): number {
    return this.#gauge === undefined ? 0 : this.tokens.length - this.pressures.length;
  }

  get #drafted(): number {
    return this.#guesses.reduce((sum, guess) => sum + guess.tokens.length, 0);
  }

  get text(): string {
    return this.#stream.text;
  }

  /** What came before the value; undefined where nothing can. */
  get leadIn(): string | undefined {
    return this.#parts && this.#leadIn.text;
  }

  /** The stop string that ended the output, if one did. */
  get stopString(): string | undefined {
    return this.#stream.stopString;
  }

  /** The values that were ended because they repeated themselves. */
  get repetitions(): readonly EndedRepetition[] {
    return this.#repetition?.ended ?? [];
  }

  /** Whether the text is one that the grammar lets end here. */
  get isComplete(): boolean {
    return this.#matcher?.isComplete === true && this.#untold === 0;
  }

  /**
   * The tokens that are forced before the model has said anything.
   *
   * @throws BudgetTooSmallError where no output that may end is as short as the budget
   */
  *begin(): Generator<TokenEvent, void, void> {
    const needed = this.#closes ? this.#timed(() => this.#matcher!.completionTokens()) : 0;
    if (needed > this.#most) {
      throw new BudgetTooSmallError(this.#most, needed);
    }
    const forced = this.#timed(() => this.#forced([], 0));
    yield* this.#tell(forced, forced.length);
    this.#settle();
  }

  /**
   * Takes the next token and those that it forces, after as many of the guesses as are right.
   *
   * @param logits what the model makes of the tokens that are `wanted`, each as wide as the vocabulary
   * @param together how many outputs are likely to take the next step together, this one among them
   */
  *take(logits: Float32Array, together = 1): Generator<TokenEvent, void, void> {
    const width = this.#vocabulary.size;
    const row = (index: number) => logits.subarray(index * width, (index + 1) * width);
    const first = this.#unmeasured;
    this.#matcher?.rollback(first);
    this.#acceptMeasured(this.tokens.slice(this.tokens.length - first), 0, row);
    let at = 0;
    let right = 0;
    let kept = 0;
    while (this.finishReason === undefined) {
      const { id, mask } = this.#choose(row(first + at));
      if (this.#vocabulary.isEos(id)) {
        this.finishReason = "complete";
        break;
      }
      const guess = this.#guesses[right];
      if (guess?.expected !== id) {
        if (!this.#timed(() => this.#accepts(id))) {
          // The token hit a limit: the mask is that of the output's end now.
          continue;
        }
        const tokens = this.#timed(() => this.#forced([id], 0));
        this.#measure(tokens[0]!, row(first + at), mask, false);
        yield* this.#tell(tokens, tokens.length - 1);
        this.#settle();
        break;
      }
      this.#measure(guess.tokens[0]!, row(first + at), mask, false);
      this.#timed(() => this.#acceptAll(guess.tokens.slice(0, 1)));
      this.#acceptMeasured(guess.tokens.slice(1), first + at + 1, row);
      right++;
      at += this.#gauge === undefined ? 1 : guess.tokens.length;
      kept += guess.tokens.length;
      yield* this.#tell(guess.tokens, guess.tokens.length - 1);
      this.#settle();
    }
    this.rejected = this.#drafted - kept;
    this.acceptedDraftTokens += right;
    for (const [i, { kind }] of this.#guesses.slice(0, right + 1).entries()) {
      this.#drafts!.learn(kind, i < right);
    }
    this.#timed(() => this.#guess(together));
  }

  /** Ends the output; where nothing ended it before, for this reason. The text that was held back is an event too. */
  *end(reason: FinishReason): Generator<TokenEvent, void, void> {
    this.finishReason ??= reason;
    this.pressures.length = Math.min(this.pressures.length, this.tokens.length);
    const rest = this.#stream.end();
    if (rest !== "") {
      yield { id: this.tokens.at(-1)!, index: this.tokens.length - 1, text: rest };
    }
  }

  /** The next token, and the mask that it is from. */
  #choose(logits: Float32Array): { readonly id: number; readonly mask: TokenMask | undefined } {
    const mask = this.#timed(() => this.#mask());
    const id = this.#sample(logits, mask);
    const closing = this.#closes ? this.#timed(() => this.#closingMask(id)) : undefined;
    if (closing === undefined) {
      return { id, mask };
    }
    const other = this.#sample(logits, closing);
    if (other !== id && this.#matcher!.limitHit === undefined) {
      this.closing ??= { token: this.tokens.length, offset: this.text.length };
    }
    return { id: other, mask: closing };
  }

  /** The grammar's mask; where enough was written before the value, or a value repeats itself, what is on the shortest way to its end. */
  #mask(): TokenMask | undefined {
    const matcher = this.#matcher;
    if (matcher === undefined) {
      return undefined;
    }
    const ends = (this.leadInTokens >= this.#mostLeadIn && matcher.isInLeadIn) || this.#repetition?.isEnding;
    return ends ? matcher.maskWithin(matcher.completionTokens()) : matcher.mask();
  }

  #sample(logits: Float32Array, mask: TokenMask | undefined): number {
    const start = performance.now();
    const id = this.#sampler.sample(logits, mask);
    this.#timings.sampling += performance.now() - start;
    return id;
  }

  /**
   * The tokens to choose from instead, where a token goes too near the end of the budget: sampled from them, the next token
   * is as if they had been the mask from the first.
   */
  #closingMask(id: number): TokenMask | undefined {
    const matcher = this.#matcher!;
    const left = this.#most - this.tokens.length;
    if (!matcher.fits(id, left)) {
      if (!matcher.accept(id)) {
        // It hit a limit of the grammar, not the budget's end: the mask is that of the output's end now.
        return matcher.mask();
      }
      matcher.rollback(1);
      return matcher.maskWithin(left);
    }
    const beginsWord = this.#vocabulary.tokenBytes(id)?.[0] === SPACE;
    return beginsWord && !matcher.fits(id, left - WORD_ROOM)
      ? matcher.maskWithin(matcher.completionTokens())
      : undefined;
  }

  #timed<T>(work: () => T): T {
    const start = performance.now();
    const result = work();
    const time = performance.now() - start;
    this.#timings.mask += time;
    this.#timings.longestGrammar = Math.max(this.#timings.longestGrammar, time);
    return result;
  }

  #acceptAll(ids: readonly number[]): void {
    for (const id of ids) {
      if (this.#matcher?.accept(id) === false) {
        throw refused(id);
      }
    }
  }

  /** Accepts forced tokens again or at last, now that there are logits before them: one row each, from this one on. */
  #acceptMeasured(ids: readonly number[], from: number, row: (index: number) => Float32Array): void {
    for (const [i, id] of ids.entries()) {
      this.#measure(id, row(from + i), this.#gauge && this.#matcher?.mask(), true);
      this.#timed(() => this.#acceptAll([id]));
    }
  }

  #measure(id: number, logits: Float32Array, mask: TokenMask | undefined, forced: boolean): void {
    if (this.#gauge !== undefined) {
      const pressure = this.#gauge.measure(id, logits, mask, forced);
      this.pressures.push(pressure);
      this.#onPressure?.(pressure, this.pressures.length - 1);
    }
  }

  /** Accepts a token that was sampled. False where it hit a limit of the grammar, which then ends the output. */
  #accepts(id: number): boolean {
    const wasEnding = this.#matcher?.limitHit !== undefined;
    if (this.#matcher?.accept(id) !== false) {
      return true;
    }
    if (wasEnding || this.#matcher.limitHit === undefined) {
      throw refused(id);
    }
    return false;
  }

  /**
   * Accepts what the grammar forces behind the last token, which is accepted and not fed yet. Gives the tokens to feed:
   * that one and those behind it, or those that the tokenizer would write instead.
   */
  #forced(last: readonly number[], guessed: number): readonly number[] {
    const room = this.#most - this.tokens.length - guessed - last.length;
    const matcher = this.#matcher;
    if (matcher === undefined || !this.#forces || room <= 0) {
      return last;
    }
    const { tokens, replacesLast } = matcher.forcedContinuation(room);
    const end = tokens.findIndex((id) => this.#vocabulary.isEos(id));
    const forced = end < 0 ? tokens : tokens.slice(0, end);
    if (forced.length === 0) {
      return last;
    }
    if (replacesLast) {
      matcher.rollback(1);
    }
    const taken = forced.length + (replacesLast ? 0 : last.length);
    this.#acceptAll(forced);
    if (
      this.#closes &&
      matcher.shortestCompletion().tokens > this.#most - this.tokens.length - guessed - taken
    ) {
      // The budget is too small for the tokenizer's spelling: the shortest one is sampled token by token.
      matcher.rollback(forced.length);
      this.#acceptAll(replacesLast ? last : []);
      return last;
    }
    return replacesLast ? forced : [...last, ...forced];
  }

  /** Guesses what comes behind the tokens so far, as far as the grammar allows it and it is worth its cost. */
  #guess(together: number): void {
    this.#guesses = [];
    const drafts = this.#drafts;
    if (drafts === undefined || this.finishReason !== undefined) {
      return;
    }
    const length = drafts.length;
    // If all are right, the logits of the last one are good for one more.
    const room = this.#most - this.tokens.length - 1;
    const isPossible = (id: number) => !this.#vocabulary.isEos(id) && this.#matcher?.accept(id) !== false;
    let fed = 0;
    let sure = 1;
    while (fed < room && this.#guesses.length < drafts.most) {
      const guess = drafts.next(isPossible);
      if (guess === undefined) {
        break;
      }
      sure *= guess.share;
      const tokens = drafts.isWorth(sure, 1, together) ? this.#forced([guess.id], fed) : [guess.id];
      fed += tokens.length;
      if (!drafts.isWorth(sure, tokens.length, together)) {
        break;
      }
      this.#guesses.push({ expected: guess.id, kind: guess.kind, tokens });
      for (const id of tokens) {
        drafts.push(id);
      }
    }
    this.#matcher?.rollback(fed);
    drafts.truncate(length);
    this.draftTokens += this.#guesses.length;
  }

  /** Adds tokens that the matcher has accepted to the output; the last of them were forced. */
  *#tell(tokens: readonly number[], forced: number): Generator<TokenEvent, void, void> {
    this.#pending = tokens;
    this.#untold = tokens.length;
    for (const id of tokens) {
      this.forcedTokens += this.#untold <= forced ? 1 : 0;
      this.#untold--;
      this.#sampler.observe(id, true);
      this.#drafts?.push(id);
      this.tokens.push(id);
      yield this.#event(id);
      if (this.#stream.stopString !== undefined) {
        this.finishReason = "stop-string";
        this.#pending = tokens.slice(0, tokens.length - this.#untold);
        this.#matcher?.rollback(this.#untold);
        this.#untold = 0;
        return;
      }
    }
  }

  /** The text of the last token. */
  #event(id: number): TokenEvent {
    const index = this.tokens.length - 1;
    const bytes = this.#vocabulary.tokenBytes(id) ?? NO_BYTES;
    if (this.#parts === undefined) {
      this.#repetition?.push(bytes);
      return { id, index, text: this.#stream.push(bytes) };
    }
    const { leadIn, value } = this.#parts.push(bytes);
    this.leadInBytes += leadIn;
    this.leadInTokens += leadIn > 0 ? 1 : 0;
    const before = this.#leadIn.push(bytes.subarray(0, leadIn));
    const own = bytes.subarray(leadIn, leadIn + value);
    this.#repetition?.push(own);
    return { id, index, text: this.#stream.push(own), leadIn: before };
  }

  /** Ends the output where nothing can follow, without a step of the model. */
  #settle(): void {
    const mask = this.#timed(() => this.#matcher?.mask());
    if (this.finishReason !== undefined) {
      return;
    }
    if (mask !== undefined && onlyEnds(mask, this.#vocabulary)) {
      this.finishReason = "complete";
    } else if (this.tokens.length >= this.#most) {
      const ends = this.#closes && this.isComplete;
      this.finishReason = ends ? "complete" : "length";
      if (ends) {
        this.closing ??= { token: this.tokens.length, offset: this.text.length };
      }
    } else if (this.#matcher?.limitHit === undefined) {
      const end = () => this.#timed(() => this.#matcher!.shortestCompletion());
      this.#repetition?.look(this.tokens.length, end);
    }
  }
}

function refused(id: number): InferenceError {
  return new InferenceError(`The grammar refused token ${id}, which its own mask allowed.`);
}
