import type { Vocabulary } from "../../vocabulary/index.js";

/** What reads the bytes of a terminal. States are small integers; 0 is dead, others are live. */
export interface LexemeReader {
  step(state: number, byte: number): number;
  /** Whether the bytes read so far are a whole terminal. */
  isFinal(state: number): boolean;
  /** False where nothing can follow. */
  hasNext(state: number): boolean;
  /** Bytes that lead from a live state to a final one. */
  completion(state: number): readonly number[] | undefined;
}

/** How a terminal ends. */
export const enum Ending {
  /** At every place where it may: both ways are kept. */
  Anywhere,
  /** Where no terminal that began with it goes on; the longest wins. */
  Longest,
  /** At the first place where it may. */
  Shortest,
}

/** What stands for text, or for a token, in the rules. */
export interface Terminal {
  readonly reader: LexemeReader;
  readonly start: number;
  readonly ending: Ending;
  /** Whether it may be left out: the empty text is one of its texts. */
  readonly isNullable: boolean;
  /** The fewest bytes of a text of it that is not empty. */
  readonly minLength: number;
  /** Set for a terminal that is one token of certain ones. */
  readonly tokens?: TokenChoice;
  /** What a sampler's temperature should be in it. */
  readonly temperature?: number;
}

/** Which tokens a `TokenChoice` has. */
export interface TokenList {
  /** Special tokens that a vocabulary calls so. */
  readonly names: readonly string[];
  /** Ranges of ids, ends included. */
  readonly ranges: readonly (readonly [number, number])[];
  /** All others: of those that have bytes or are special, and do not end a sequence. */
  readonly isNegated: boolean;
}

/** Tokens by name or number, whatever their bytes. */
export class TokenChoice {
  /** Equal for equal choices. */
  readonly key: string;
  private readonly tokens: TokenList;
  private readonly ids = new WeakMap<Vocabulary, readonly number[]>();

  constructor(tokens: TokenList) {
    this.tokens = tokens;
    const ranges = tokens.ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`));
    this.key = `${tokens.isNegated ? "none of " : ""}${[...tokens.names, ...ranges].join(", ")}`;
  }

  has(id: number, vocabulary: Vocabulary): boolean {
    const { names, ranges, isNegated } = this.tokens;
    if (!(id >= 0 && id < vocabulary.size)) return false;
    let isListed = ranges.some(([from, to]) => id >= from && id <= to);
    if (!isListed && names.length > 0 && vocabulary.isSpecial(id))
      isListed = names.includes(vocabulary.tokenText(id));
    if (!isNegated) return isListed;
    if (isListed || vocabulary.isEos(id)) return false;
    return vocabulary.tokenBytes(id) !== undefined || vocabulary.isSpecial(id);
  }

  /** The tokens that a vocabulary has of them, ascending. */
  list(vocabulary: Vocabulary): readonly number[] {
    let ids = this.ids.get(vocabulary);
    if (ids === undefined) {
      const found: number[] = [];
      for (let id = 0; id < vocabulary.size; id++) if (this.has(id, vocabulary)) found.push(id);
      ids = found;
      this.ids.set(vocabulary, ids);
    }
    return ids;
  }
}

const encoder = new TextEncoder();

/** What an output shows of a token: its bytes, or the name of a special one. */
export function tokenName(id: number, vocabulary: Vocabulary): Uint8Array {
  return vocabulary.tokenBytes(id) ?? encoder.encode(vocabulary.tokenText(id));
}

/** Reads nothing: for terminals that are tokens. */
export const NO_BYTES: LexemeReader = {
  step: () => 0,
  isFinal: () => false,
  hasNext: () => false,
  completion: () => undefined,
};
