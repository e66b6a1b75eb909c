import { type Grammar, Matcher, type TokenMask, type Vocabulary } from "@grammask/core";
import { GenerationError } from "./errors.js";
import { likeliest } from "./likeliest.js";

/** What one row of a batch has to match. */
export interface Constraint {
  readonly grammar: Grammar;
  readonly vocabulary: Vocabulary;
  /** The most tokens of the output; undefined: it may be cut off. */
  readonly budget: number | undefined;
}

/**
 * With a budget only so many of the allowed tokens can be drawn, the likeliest: each is checked for the end behind it, which
 * takes up to half a millisecond inside of a key. Those less likely than the first by a factor of e^-16 are left out too.
 */
const CANDIDATES = 256;
const MARGIN = 16;
/** A word of so many tokens must fit, or it is not begun: so texts that are closed do not end in the middle of one. */
const WORD_ROOM = 4;
const SPACE = 0x20;

/** One row of a batch: the position of its output in its grammar. */
export class Row {
  readonly #vocabulary: Vocabulary;
  readonly #matcher: Matcher;
  readonly #budget: number | undefined;
  /** Tokens of the prompt and the output that have been seen. */
  #length: number;
  readonly #promptLength: number;

  constructor({ grammar, vocabulary, budget }: Constraint, promptLength: number) {
    this.#vocabulary = vocabulary;
    this.#matcher = new Matcher(grammar, vocabulary);
    this.#budget = budget;
    this.#promptLength = promptLength;
    this.#length = promptLength;
  }

  /** How many tokens have been seen. */
  get length(): number {
    return this.#length;
  }

  /** Whether the output has ended, or nothing but its end may follow. */
  get isDone(): boolean {
    const matcher = this.#matcher;
    if (matcher.isEnded) return true;
    if (!matcher.isComplete) return false;
    const { ids } = matcher.mask();
    return ids?.every((id) => this.#vocabulary.isEos(id)) === true;
  }

  /**
   * Takes the tokens that have come since the last time.
   *
   * @throws GenerationError for one that the grammar does not allow
   */
  read(ids: readonly (bigint | number)[]): void {
    for (; this.#length < ids.length; this.#length++) {
      // What is drawn for a row that has ended is padding.
      if (this.#matcher.isEnded) continue;
      const id = Number(ids[this.#length]);
      if (this.#matcher.accept(id)) continue;
      const { limitHit } = this.#matcher;
      throw limitHit === undefined
        ? new GenerationError(
            `The token ${id} (${JSON.stringify(this.#vocabulary.tokenText(id))}) was drawn, which the grammar does not ` +
              "allow. Let no logits processor come behind the one of @grammask/transformers.",
          )
        : new GenerationError(`The output hit a limit of its grammar: ${limitHit.error.message}`, {
            cause: limitHit.error,
          });
    }
  }

  /** The tokens that may come next. @param logits those of this row; tokens of -Infinity do not count as candidates */
  allowed(logits: Float32Array): TokenMask | Int32Array {
    const mask = this.#matcher.mask();
    if (this.#budget === undefined || this.#matcher.isEnded) return mask;
    return this.#fitting(mask, logits, this.#budget - (this.#length - this.#promptLength));
  }

  /** Those of them behind which the output can end within as many tokens as are left. Never none. */
  #fitting(mask: TokenMask, logits: Float32Array, left: number): TokenMask | Int32Array {
    const matcher = this.#matcher;
    const candidates = likeliest(logits, mask, CANDIDATES);
    const least = logits[candidates[0]!]! - MARGIN;
    const fitting = candidates.filter((id) => logits[id]! >= least && matcher.fits(id, left));
    if (fitting.length === 0) return matcher.maskWithin(left);
    const noRoom = (id: number) => this.#beginsWord(id) && !matcher.fits(id, left - WORD_ROOM);
    if (noRoom(fitting[0]!)) return matcher.maskWithin(matcher.completionTokens());
    const kept = fitting.filter((id) => !noRoom(id));
    return kept.length === mask.count ? mask : kept;
  }

  #beginsWord(id: number): boolean {
    return this.#vocabulary.tokenBytes(id)?.[0] === SPACE;
  }
}
