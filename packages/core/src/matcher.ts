import { ByteTrail } from "./automaton/byte-trail.js";
import { type Completion, completionBytes, NOTHING } from "./automaton/completion.js";
import type { Config } from "./automaton/configs.js";
import type { CapturedText } from "./automaton/context-free/captures.js";
import type { OutputStep } from "./automaton/context-free/chart.js";
import { tokenName } from "./automaton/context-free/terminals.js";
import type { Engine } from "./automaton/engine.js";
import { OutputPart } from "./automaton/output-part.js";
import { Budget } from "./budget.js";
import { Closing, type ForcedEnd, type LimitHit, type Searches, type ShortestCompletion } from "./closing.js";
import { draftMasks } from "./draft-masks.js";
import { type ForcedContinuation, forcedAfter } from "./forced-tokens.js";
import type { Grammar } from "./grammar/grammar.js";
import { isLimitError } from "./json-schema/errors.js";
import { within } from "./language/index.js";
import type { LayeredMask, TokenMask } from "./mask/token-mask.js";
import { type MaskSource, masksFor } from "./mask-source.js";
import { NextBytes } from "./next-bytes.js";
import { bitsetWords, type TokenBytes, tokensOf, type Vocabulary } from "./vocabulary/index.js";

const NO_BYTES = new Uint8Array(0);
/** Bytes are read that are not a token. */
const NO_TOKEN = -1;

/** What is kept of a position. */
const enum Field {
  Config,
  /** Of the output, in bytes. */
  Length,
  /** The token that led there, or `NO_TOKEN`. */
  Token,
  /** Where the content of the last key begins. */
  KeyStart,
  Count,
}

function automatonOf(grammar: Grammar, vocabulary: Vocabulary): Engine {
  return grammar.automatonFor?.(vocabulary) ?? grammar.automaton;
}

/**
 * One sequence's position in a grammar: which tokens may come, and what the accepted ones led to.
 *
 * ```ts
 * const matcher = new Matcher(grammar, vocabulary);
 * while (!matcher.isEnded) {
 *   const id = sample(logits, matcher.mask());
 *   matcher.accept(id);
 * }
 * ```
 */
export class Matcher {
  readonly grammar: Grammar;
  readonly vocabulary: Vocabulary;
  private automaton: Engine;
  private masks: MaskSource;
  private readonly tokenBytes: TokenBytes;
  private trail = new ByteTrail();
  /** By number of accepted steps, the fields of the position after them. A step is a token or a piece of text. */
  private positions: number[];
  private steps = 0;
  private ended = false;
  private knownClosing: Closing | undefined;
  private knownBudget: Budget | undefined;
  /** Set from where a limit was hit. */
  private forcedEnd: ForcedEnd | undefined;

  constructor(grammar: Grammar, vocabulary: Vocabulary) {
    this.grammar = grammar;
    this.vocabulary = vocabulary;
    this.automaton = automatonOf(grammar, vocabulary);
    this.masks = masksFor(this.automaton, vocabulary);
    this.tokenBytes = tokensOf(vocabulary);
    this.positions = [this.automaton.start, 0, NO_TOKEN, 0];
  }

  /** How many tokens (and texts) have been accepted. */
  get length(): number {
    return this.steps;
  }

  /** Whether the output may end here: the end of the sequence is allowed. */
  get isComplete(): boolean {
    return this.ended || this.automaton.isComplete(this.config);
  }

  /** Whether the end of the sequence has been accepted. */
  get isEnded(): boolean {
    return this.ended;
  }

  /** Whether the output is before its value still: in the text that `leadIn` allows there. */
  get isInLeadIn(): boolean {
    const { automaton } = this;
    return automaton.hasLeadIn === true && automaton.partOf?.(this.config) === OutputPart.LeadIn;
  }

  /**
   * The tokens allowed next, ends of sequence included where the output may end. Never empty; shared and read-only.
   * Behind the end of the sequence it is the ends of sequence alone.
   *
   * @throws SchemaLimitError, LanguageLimitError where a limit is hit and no short way to end the output is found
   */
  mask(): TokenMask {
    return this.currentMask();
  }

  private currentMask(): LayeredMask {
    if (this.ended) return this.masks.end;
    if (this.forcedEnd === undefined) {
      try {
        if (this.automaton.maskMilliseconds === Number.POSITIVE_INFINITY) {
          return this.masks.get(this.config, this.trail, this.byteLength);
        }
        return this.timed(() => this.masks.get(this.config, this.trail, this.byteLength));
      } catch (error) {
        this.forcedEnd = this.endAtLimit(error);
      }
    }
    return this.closing.maskOf(this.forcedEnd, this.byteLength);
  }

  /**
   * Writes the mask to an array, from an offset on: bit `id % 32` (from the lowest) of word `floor(id / 32)` is set where the
   * token is allowed, the layout of XGrammar's and llguidance's masks. It takes `ceil(vocabulary.size / 32)` words.
   *
   * @throws RangeError where they do not fit; as `mask`
   */
  fillBitmask(target: Int32Array | Uint32Array, offset = 0): void {
    this.currentMask().writeTo(target, offset);
  }

  /**
   * Where the output hit a limit of its grammar. From there on it is ended by a short completion: masks have the
   * completion's next token only. Undefined: it has not.
   */
  get limitHit(): LimitHit | undefined {
    return this.forcedEnd;
  }

  /**
   * Accepts a token. Returns false, and does not move, if the grammar does not allow it here; also for a token of the mask
   * that hits a limit (see `limitHit`), behind which `mask()` has the token that ends the output.
   */
  accept(tokenId: number): boolean {
    const { automaton, trail, positions } = this;
    const { bytes, offsets } = this.tokenBytes;
    const from = offsets[tokenId] as number;
    const to = offsets[tokenId + 1] as number;
    // A text that is read without anything else to ask, which nearly all are; an end of the sequence is none.
    const isPlain = from < to && automaton.readToken === undefined && this.forcedEnd === undefined;
    if (!isPlain || this.ended || automaton.maskMilliseconds !== Number.POSITIVE_INFINITY)
      return this.acceptAny(tokenId);
    const { keyStart } = trail;
    const at = this.steps * Field.Count;
    const length = positions[at + Field.Length] as number;
    let config: Config;
    try {
      config = automaton.read(positions[at] as number, bytes, trail, length, from, to);
    } catch (error) {
      trail.keyStart = keyStart;
      this.forcedEnd = this.endAtLimit(error);
      return false;
    }
    if (config === 0) {
      trail.keyStart = keyStart;
      return false;
    }
    this.add(config, length + to - from, tokenId);
    return true;
  }

  /** The same for all tokens, in any state. */
  private acceptAny(tokenId: number): boolean {
    if (this.ended) return false;
    const isEos = this.vocabulary.isEos(tokenId);
    if (isEos && this.automaton.isComplete(this.config)) {
      this.push(this.config, this.byteLength);
      this.ended = true;
      return true;
    }
    const bytes = this.bytesOf(tokenId);
    const config = bytes === undefined ? 0 : this.read(bytes, tokenId);
    if (bytes === undefined || config === 0) return false;
    this.push(this.automaton.endToken?.(config) ?? config, this.byteLength + bytes.length, tokenId);
    // An end of the sequence that the grammar itself asks for, at its end.
    this.ended = isEos && this.automaton.isComplete(config);
    return true;
  }

  /** What a token adds to the output; undefined where the grammar cannot ask for it. */
  private bytesOf(tokenId: number): Uint8Array | undefined {
    const { vocabulary } = this;
    const bytes = vocabulary.tokenBytes(tokenId);
    if (bytes !== undefined || this.automaton.readToken === undefined) return bytes;
    return vocabulary.isSpecial(tokenId) ? tokenName(tokenId, vocabulary) : undefined;
  }

  /** What a sampler's temperature should be for the next token; undefined: the grammar does not say. */
  get temperature(): number | undefined {
    return this.automaton.temperature?.(this.config);
  }

  /** Accepts UTF-8 text, as one step; it may end within a character. False, and no change, if it is not allowed. */
  acceptBytes(bytes: Uint8Array): boolean {
    if (this.ended) return false;
    const config = this.read(bytes);
    if (config === 0) return false;
    this.push(config, this.byteLength + bytes.length);
    return true;
  }

  /** How many tokens of a draft the grammar takes, one after the other; the matcher does not move. */
  validateTokens(draft: readonly number[]): number {
    const { steps: start, forcedEnd } = this;
    let count = 0;
    while (count < draft.length && this.accept(draft[count] as number)) count++;
    this.rollback(this.steps - start);
    // A limit that only a draft hit does not end the output.
    this.forcedEnd = forcedEnd;
    return count;
  }

  /**
   * The masks for a tree of guessed tokens, for loops that check several continuations in one step of the model: that
   * behind node `i` in `masks[i]`, undefined where the grammar does not allow the node, or one before it. The matcher does
   * not move; the mask before the tree is `mask()`. Behind a node that ends the sequence, only that is allowed.
   *
   * @param tokens by node, the token that it adds
   * @param parents by node, the node before it, which comes earlier in the list; -1: the node is first
   * @throws RangeError where a parent does not come earlier, or the lists differ in length; as `mask`
   */
  draftMasks(tokens: readonly number[], parents: readonly number[]): (TokenMask | undefined)[] {
    const accept = (id: number) => {
      const { forcedEnd } = this;
      const isAccepted = this.accept(id);
      // A limit that only a draft hit does not end the output.
      if (!isAccepted) this.forcedEnd = forcedEnd;
      return isAccepted;
    };
    return draftMasks(
      { accept, mask: () => this.mask(), rollback: (count) => this.rollback(count) },
      tokens,
      parents,
    );
  }

  /** Takes the last `count` steps back. @throws RangeError if there are not as many. */
  rollback(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > this.steps) {
      throw new RangeError(`Cannot take back ${count} of ${this.steps} steps`);
    }
    if (count === 0) return;
    this.steps -= count;
    this.ended = false;
    this.trail.keyStart = this.field(this.steps, Field.KeyStart);
    if (this.forcedEnd !== undefined && this.steps < this.forcedEnd.steps) this.forcedEnd = undefined;
  }

  /** Back to the start. */
  reset(): void {
    this.rollback(this.steps);
    this.forcedEnd = undefined;
    this.automaton = automatonOf(this.grammar, this.vocabulary);
    this.masks = masksFor(this.automaton, this.vocabulary);
    this.positions[Field.Config] = this.automaton.start;
    this.knownClosing = undefined;
  }

  /** A matcher at the same position that goes its own way. */
  clone(): Matcher {
    const copy = new Matcher(this.grammar, this.vocabulary);
    copy.automaton = this.automaton;
    copy.masks = this.masks;
    copy.trail = this.trail.clone(this.byteLength);
    copy.positions = this.positions.slice(0, (this.steps + 1) * Field.Count);
    copy.steps = this.steps;
    copy.ended = this.ended;
    copy.forcedEnd = this.forcedEnd;
    return copy;
  }

  /** The text accepted so far, as UTF-8; a view. */
  get bytes(): Uint8Array {
    return this.trail.bytes.subarray(0, this.byteLength);
  }

  /**
   * What the grammar captures of the output, outer captures before inner ones; undefined where the output is not complete.
   * The whole output is read for it once more.
   */
  captures(): readonly CapturedText[] | undefined {
    if (!this.isComplete) return undefined;
    if (this.automaton.captures === undefined) return [];
    const steps: OutputStep[] = [];
    for (let i = 1; i <= this.steps; i++)
      steps.push({ id: this.field(i, Field.Token), end: this.field(i, Field.Length) });
    const { bytes } = this;
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const found = this.automaton.captures(bytes, steps, this.vocabulary);
    return found.map((each) => ({ ...each, text: decoder.decode(bytes.subarray(each.start, each.end)) }));
  }

  /** The bytes that may come next, ascending. */
  allowedBytes(): number[] {
    const allowed: number[] = [];
    if (this.ended) return allowed;
    const known = this.nextBytes();
    if (known !== undefined) return [...known];
    const one = new Uint8Array(1);
    for (let byte = 0; byte < 256; byte++) {
      one[0] = byte;
      if (this.read(one) !== 0) allowed.push(byte);
    }
    return allowed;
  }

  /**
   * The bytes that must come next: as long as there is one continuation and the output may not end. At most `max`
   * bytes, since a grammar may force text without end only in theory.
   */
  forcedBytes(max = 4096): Uint8Array {
    const start = this.steps;
    const from = this.byteLength;
    while (this.byteLength - from < max && !this.isComplete && this.acceptForcedByte());
    const forced = this.bytes.slice(from);
    this.rollback(this.steps - start);
    return forced;
  }

  /**
   * Tokens that the grammar leaves no choice about, to be fed to the model without sampling. Where the vocabulary can
   * tokenise (`encode`), forced text is tokenised as the tokenizer would write it behind the output so far, except for
   * tokens at its end that might merge with what follows; otherwise only tokens whose masks allow nothing else are
   * returned. At most `max` tokens.
   */
  forcedTokens(max = 256): number[] {
    return forcedAfter(this, NO_BYTES, max).tokens;
  }

  /**
   * The same for a loop that has not fed the last accepted token to the model yet: where the tokenizer would merge that
   * token with the forced text (`"` and `, ` to `",`), the tokens stand in its place as well (`replacesLast`). Take it
   * back with `rollback(1)`, then accept them.
   */
  forcedContinuation(max = 256): ForcedContinuation {
    const last =
      this.steps > 0 && !this.ended ? this.bytes.slice(this.field(this.steps - 1, Field.Length)) : NO_BYTES;
    return forcedAfter(this, last, max);
  }

  /** The bytes that may come next, where the config tells; undefined: they have to be tried. */
  private nextBytes(): readonly number[] | undefined {
    return this.forcedEnd === undefined ? NextBytes.for(this.automaton)?.of(this.config) : undefined;
  }

  /** Accepts the next byte if there is no other. */
  private acceptForcedByte(): boolean {
    if (this.ended || this.automaton.asksForTokens?.(this.config) === true) return false;
    const one = new Uint8Array(1);
    const known = this.nextBytes();
    if (known !== undefined) {
      if (known.length !== 1) return false;
      one[0] = known[0] as number;
      return this.acceptBytes(one);
    }
    let forced = -1;
    for (let byte = 0; byte < 256; byte++) {
      one[0] = byte;
      if (this.read(one) === 0) continue;
      if (forced >= 0) return false;
      forced = byte;
    }
    one[0] = forced;
    return forced >= 0 && this.acceptBytes(one);
  }

  /**
   * A short text that ends the output from here, and how few tokens spell it. What is open ends by the shortest text in
   * bytes; only where it is read against several sub-schemas at once, or the search for the shortest takes too long, there
   * may be a shorter one. Computed when it is asked for, and remembered with the grammar.
   *
   * @throws SchemaLimitError, LanguageLimitError where a limit does not let it be found
   */
  shortestCompletion(): ShortestCompletion {
    const { closing } = this;
    const completion = this.ended ? NOTHING : closing.completion(this.config, this.trail, this.byteLength);
    return { bytes: completionBytes(completion), tokens: closing.count(completion) };
  }

  /**
   * The tokens of the shortest end of the output that is known, without the end of the sequence: how large a budget must
   * be from here.
   *
   * @throws SchemaLimitError, LanguageLimitError as `shortestCompletion`
   */
  completionTokens(): number {
    return this.ended ? 0 : this.budget.needed();
  }

  /**
   * Whether a token is allowed and an end of the output is known behind it, so that token and end are at most `tokens`
   * tokens. Cheap: what ends an output is remembered by its state. With `maskWithin` it keeps an output within a budget:
   *
   * ```ts
   * let id = sample(logits, matcher.mask());
   * if (!matcher.fits(id, left)) id = sample(logits, matcher.maskWithin(left));
   * ```
   *
   * samples as if from `maskWithin(left)` alone, which costs nothing until the budget gets close.
   */
  fits(tokenId: number, tokens: number): boolean {
    return !this.ended && this.budget.fits(tokenId, tokens);
  }

  /**
   * The tokens of the mask that fit. Never empty: where `completionTokens()` tokens are enough, the next token of that end
   * is among them. Inside a key only tokens towards names that the schema mentions, and that next token, are told to fit.
   * Looks at each token of the mask.
   *
   * @throws BudgetError if `completionTokens()` is more than `tokens`
   */
  maskWithin(tokens: number): TokenMask {
    return this.ended ? this.masks.end : this.budget.mask(tokens);
  }

  private get budget(): Budget {
    this.knownBudget ??= new Budget({
      vocabulary: this.vocabulary,
      closing: () => this.closing,
      bytes: () => this.bytes,
      isComplete: () => this.isComplete,
      mask: () => this.mask(),
      completion: () => this.closing.completion(this.config, this.trail, this.byteLength),
      completionAfter: (tokenId, searches) => this.completionAfter(tokenId, searches),
    });
    return this.knownBudget;
  }

  private completionAfter(tokenId: number, searches: Searches | undefined): Completion | undefined {
    const { trail, closing } = this;
    const bytes = this.bytesOf(tokenId);
    if (bytes === undefined) return undefined;
    const { keyStart } = trail;
    const length = this.byteLength + bytes.length;
    try {
      if (this.forcedEnd !== undefined && !this.isForced(bytes, this.forcedEnd)) return undefined;
      const config = this.readAll(bytes, tokenId);
      if (config === 0) return undefined;
      trail.keyStart = this.readKeyStart;
      if (searches !== undefined) return closing.completionWithin(searches, config, trail, length);
      return closing.completion(config, trail, length);
    } catch (error) {
      if (isLimitError(error)) return undefined;
      throw error;
    } finally {
      trail.keyStart = keyStart;
    }
  }

  private get closing(): Closing {
    this.knownClosing ??= new Closing(this.automaton, this.vocabulary);
    return this.knownClosing;
  }

  private endAtLimit(error: unknown): ForcedEnd {
    if (!isLimitError(error) || this.forcedEnd !== undefined) throw error;
    const { config, trail, byteLength: length, steps } = this;
    return this.closing.forcedEnd(error, { config, trail, length, steps });
  }

  private get config(): Config {
    return this.field(this.steps, Field.Config);
  }

  private get byteLength(): number {
    return this.field(this.steps, Field.Length);
  }

  /** A field of the position after some of the accepted steps. */
  private field(steps: number, field: Field): number {
    return this.positions[steps * Field.Count + field] as number;
  }

  /** The config after some bytes, or 0; writes them behind the output. */
  private read(bytes: Uint8Array, tokenId = NO_TOKEN): Config {
    if (this.forcedEnd !== undefined && !this.isForced(bytes, this.forcedEnd)) return 0;
    const { keyStart } = this.trail;
    try {
      return this.timed(() => this.readAll(bytes, tokenId));
    } catch (error) {
      this.trail.keyStart = keyStart;
      this.forcedEnd = this.endAtLimit(error);
      return 0;
    }
  }

  private timed<Result>(run: () => Result): Result {
    return within("maskMilliseconds", this.automaton.maskMilliseconds, run);
  }

  /** Whether bytes go on along a completion. */
  private isForced(bytes: Uint8Array, { bytes: all, length }: ForcedEnd): boolean {
    const offset = this.byteLength - length;
    return bytes.every((byte, i) => all[offset + i] === byte);
  }

  private readAll(bytes: Uint8Array, tokenId: number): Config {
    const { automaton, trail, byteLength } = this;
    const { keyStart } = trail;
    let config: Config;
    if (tokenId === NO_TOKEN || automaton.readToken === undefined) {
      config = automaton.read(this.config, bytes, trail, byteLength);
    } else {
      config = automaton.readToken(this.config, tokenId, this.vocabulary, trail, byteLength);
      trail.reserve(byteLength + bytes.length);
      trail.bytes.set(bytes, byteLength);
    }
    if (config !== 0) this.readKeyStart = trail.keyStart;
    trail.keyStart = keyStart;
    return config;
  }

  /** Where the key was after the last `read`. */
  private readKeyStart = 0;

  private push(config: Config, length: number, token = NO_TOKEN): void {
    if (length > this.byteLength) this.trail.keyStart = this.readKeyStart;
    this.add(config, length, token);
  }

  private add(config: Config, length: number, token: number): void {
    const { positions } = this;
    const at = ++this.steps * Field.Count;
    // In ascending order: behind its end an array grows by one.
    positions[at] = config;
    positions[at + Field.Length] = length;
    positions[at + Field.Token] = token;
    positions[at + Field.KeyStart] = this.trail.keyStart;
  }
}

/**
 * Writes the masks of several sequences to one array, as `Matcher.fillBitmask` does: that of the sequence `i` from the word
 * `i * strideWords` on. By default one row follows the other.
 *
 * @throws RangeError where they do not fit; as `Matcher.mask`
 */
export function fillBitmasks(
  matchers: readonly Matcher[],
  target: Int32Array | Uint32Array,
  strideWords?: number,
): void {
  for (let i = 0; i < matchers.length; i++) {
    const matcher = matchers[i] as Matcher;
    matcher.fillBitmask(target, i * (strideWords ?? bitsetWords(matcher.vocabulary.size)));
  }
}
