import type { TokenVocabulary } from "./constraint.js";

/** How drafts are made. */
export interface DraftOptions {
  /** The most guesses of one draft, 1 to 64; what the grammar forces behind a guess comes on top. Default: 16. */
  readonly maxTokens?: number;
  /**
   * What a further token in a step costs, as a share of a step of one token, above 0 to 1: the larger, the fewer guesses, and
   * the more outputs share a step, the fewer too. The bundled model's cost 0.1 to 0.2; guesses are a little less sure than they are taken for. Default: 0.15.
   */
  readonly tokenCost?: number;
}

/** A token that may come next. */
export interface DraftToken {
  readonly id: number;
  /** How likely it is right, if all before it are: 0 to 1. */
  readonly share: number;
  /** What `learn` is told when it is known whether it was right: guesses of one kind are about equally sure. */
  readonly kind: number;
}

/** Longer matches are no surer. */
const LONGEST_MATCH = 4;
/**
 * How likely a guess is right at first, by the length of the match: where a value goes on, where one begins behind layout,
 * and for layout.
 */
const FIRST_SHARES = {
  within: [0, 0.5, 0.7, 0.75, 0.85],
  beginning: [0, 0.15, 0.2, 0.3, 0.5],
  layout: [0, 0.6, 0.85, 0.85, 0.9],
};
/** The first share counts like so many guesses. */
const FIRST_WEIGHT = 4;
/** So many continuations of the text's end are offered to the grammar. */
const MOST_CANDIDATES = 4;

const SPACE = 0x20;
/** Bytes of JSON between its keys and values. */
const LAYOUT = new Set(new TextEncoder().encode('{}[],:" \t\r\n'));

/**
 * Guesses the next tokens by looking up the last ones in the prompt and in the output (prompt look-up decoding, Saxena
 * 2023): what followed them there may follow here. The end of the text is looked for at its latest occurrence, and the
 * longer a piece of it occurs, the better. Tokens count as equal without a leading space, since a value's first word has
 * none where it has one in a sentence (`"Maria` and ` Maria`).
 *
 * A token of layout (whitespace and punctuation between values) is surer than one of a value: an output keeps to its
 * layout. So that its first lines are guessed too, the text may begin with a sample, of which the layout alone is used.
 */
export class Drafts {
  readonly #vocabulary: Pick<TokenVocabulary, "tokenBytes">;
  readonly #options: Required<DraftOptions>;
  readonly #sampleLength: number;
  readonly #ids: number[] = [];
  /** For each token of the text the number of its bytes without a leading space. */
  readonly #words: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #wordOf = new Map<number, number>();
  readonly #isLayout = new Map<number, boolean>();
  /** By kind: how many tokens were tried and taken. */
  readonly #tried: Float64Array;
  readonly #taken: Float64Array;

  /** @param sample tokens of JSON as outputs may be laid out */
  constructor(
    vocabulary: Pick<TokenVocabulary, "tokenBytes">,
    options: Required<DraftOptions>,
    sample: readonly number[] = [],
  ) {
    this.#vocabulary = vocabulary;
    this.#options = options;
    this.#sampleLength = sample.length;
    const shares = Object.values(FIRST_SHARES).flat();
    this.#tried = new Float64Array(shares.length).fill(FIRST_WEIGHT);
    this.#taken = Float64Array.from(shares, (share) => share * FIRST_WEIGHT);
    for (const id of sample) {
      this.push(id);
    }
  }

  /** Tokens of the text so far. */
  get length(): number {
    return this.#ids.length;
  }

  /** The most guesses of one draft. */
  get most(): number {
    return this.#options.maxTokens;
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
      this.#isLayout.set(id, bytes?.every((byte) => LAYOUT.has(byte)) === true);
    }
    this.#words.push(word);
  }

  /** Takes back tokens from the text's end: so many are left. */
  truncate(length: number): void {
    this.#ids.length = length;
    this.#words.length = length;
  }

  /**
   * What may come next: of what followed the text's end before, the first that is possible here.
   *
   * @param isPossible asked about few tokens, last about the one that is given
   */
  next(isPossible: (id: number) => boolean): DraftToken | undefined {
    const [candidates, matches] = this.#candidates();
    const at = candidates.findIndex(isPossible);
    if (at < 0) {
      return undefined;
    }
    const id = candidates[at]!;
    const begins = this.#isLayout.get(this.#ids.at(-1)!) === true;
    const place = this.#isLayout.get(id) === true ? 2 : begins ? 1 : 0;
    const kind = matches[at]! + place * (LONGEST_MATCH + 1);
    return { id, kind, share: this.#taken[kind]! / this.#tried[kind]! };
  }

  /**
   * Whether it is worth its cost to feed a guess and what it forces: if it and all before it are right, a step is saved but
   * for its last token; if not, its tokens were fed in vain. Where several outputs share a step, so they do what is saved: each
   * token costs the same, but what a step costs besides is paid once for all.
   *
   * @param sure how likely it and all before it are right
   * @param tokens how many are fed for it
   * @param together how many outputs share the step
   */
  isWorth(sure: number, tokens: number, together = 1): boolean {
    const { tokenCost } = this.#options;
    return (sure * (1 - tokenCost)) / together > (1 - sure) * tokens * tokenCost;
  }

  /** Learns whether a guess was right. */
  learn(kind: number, isRight: boolean): void {
    this.#tried[kind]!++;
    this.#taken[kind]! += isRight ? 1 : 0;
  }

  /** What followed the last tokens: behind the longest match first, and behind the latest of equally long ones. */
  #candidates(): [ids: readonly number[], matches: readonly number[]] {
    const words = this.#words;
    const end = words.length - 1;
    const ids: number[] = [];
    const matches: number[] = [];
    for (let at = end - 1; at >= 0; at--) {
      if (words[at] !== words[end]) {
        continue;
      }
      let same = 1;
      while (same < LONGEST_MATCH && same <= at && words[at - same] === words[end - same]) {
        same++;
      }
      const id = this.#ids[at + 1]!;
      const known = ids.indexOf(id);
      if (known >= 0 && matches[known]! >= same) {
        continue;
      }
      if (at + 1 < this.#sampleLength && !this.#isLayout.get(id)) {
        continue;
      }
      let place = matches.findIndex((other) => other < same);
      place = place < 0 ? matches.length : place;
      if (place < MOST_CANDIDATES) {
        ids.splice(place, 0, id);
        matches.splice(place, 0, same);
        ids.length = matches.length = Math.min(ids.length, MOST_CANDIDATES);
      }
    }
    return [ids, matches];
  }
}
