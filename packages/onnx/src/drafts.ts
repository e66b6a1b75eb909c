import type { TokenVocabulary } from "./constraint.js";

/** How drafts are made. */
export interface DraftOptions {
  /** The most tokens of one draft, 1 to 64. Default: 16. */
  readonly maxTokens?: number;
  /** What a further token in a step costs, as a share of a step of one token, above 0 to 1. Default: 0.17. */
  readonly tokenCost?: number;
}

/** Tokens that may come next, and how sure that is. */
export interface Draft {
  /** Positions of the guessed tokens in the text so far: from `from`, at most `length` of them. */
  readonly from: number;
  readonly length: number;
  /** How many of the last tokens occur in front of them too; tells drafts of different sureness apart. */
  readonly matched: number;
}

/** Longer matches are no surer. */
const LONGEST_MATCH = 4;
/** A draft is tried for as long as its next token is worth its cost; a match of one token begins as unsure as this. */
const FIRST_GUESSES = [0, 0.35, 0.5, 0.7, 0.75];
/** The first guess counts like so many drafts. */
const FIRST_WEIGHT = 4;

const SPACE = 0x20;

/**
 * Guesses the next tokens by looking up the last ones in the prompt and in the output (prompt look-up decoding, Saxena
 * 2023): what followed them there may follow here. The end of the text is looked for at its latest occurrence, and the
 * longer a piece of it occurs, the better. Tokens count as equal without a leading space, since a value's first word has
 * none where it has one in a sentence (`"Maria` and ` Maria`).
 */
export class Drafts {
  readonly #vocabulary: Pick<TokenVocabulary, "tokenBytes">;
  readonly #maxTokens: number;
  readonly #tokenCost: number;
  readonly #ids: number[] = [];
  /** For each token of the text the number of its bytes without a leading space. */
  readonly #words: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #wordOf = new Map<number, number>();
  /** By the length of the match: how many tokens were tried and taken. */
  readonly #tried = new Float64Array(LONGEST_MATCH + 1).fill(FIRST_WEIGHT);
  readonly #taken = Float64Array.from(FIRST_GUESSES, (share) => share * FIRST_WEIGHT);

  constructor(vocabulary: Pick<TokenVocabulary, "tokenBytes">, options: Required<DraftOptions>) {
    this.#vocabulary = vocabulary;
    this.#maxTokens = options.maxTokens;
    this.#tokenCost = options.tokenCost;
  }

  /** Adds a token to the text. */
  push(id: number): void {
    this.#ids.push(id);
    let word = this.#wordOf.get(id);
    if (word === undefined) {
      const bytes = this.#vocabulary.tokenBytes(id);
      const bare = bytes !== undefined && bytes.length > 1 && bytes[0] === SPACE ? bytes.subarray(1) : bytes;
      // Tokens that are not text are like themselves only.
      const key = bare === undefined ? `#${id}` : String.fromCharCode(...bare);
      word = this.#numbers.get(key) ?? this.#numbers.size;
      this.#numbers.set(key, word);
      this.#wordOf.set(id, word);
    }
    this.#words.push(word);
  }

  /** The token at a position of the text. */
  at(position: number): number {
    return this.#ids[position]!;
  }

  /** What may come next; undefined where the last token is new, or a guess is not worth its cost. */
  next(): Draft | undefined {
    const words = this.#words;
    const end = words.length - 1;
    let from = 0;
    let matched = 0;
    for (let at = end - 1; at >= 0 && matched < LONGEST_MATCH; at--) {
      let same = 0;
      while (same < LONGEST_MATCH && same <= at && words[at - same] === words[end - same]) {
        same++;
      }
      if (same > matched) {
        matched = same;
        from = at + 1;
      }
    }
    const length = Math.min(this.#length(matched), end + 1 - from);
    return matched === 0 || length === 0 ? undefined : { from, length, matched };
  }

  /** Learns how many of a draft's tokens were tried, and how many of them were right. */
  learn(matched: number, tried: number, taken: number): void {
    this.#tried[matched] = this.#tried[matched]! + tried;
    this.#taken[matched] = this.#taken[matched]! + taken;
  }

  /**
   * A token of a draft saves a step if it and all before it are right, and costs a share of a step in any case: the draft
   * is as long as the former is more likely than the latter is dear.
   */
  #length(matched: number): number {
    const share = this.#taken[matched]! / this.#tried[matched]!;
    let length = 0;
    for (let sure = share; sure > this.#tokenCost && length < this.#maxTokens; sure *= share) {
      length++;
    }
    return length;
  }
}
