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
}

/** Tokens by name or number, whatever their bytes. */
export class TokenChoice {
  private readonly name: string | undefined;
  private readonly ranges: readonly (readonly [number, number])[];
  private readonly isNegated: boolean;
  private readonly ids = new WeakMap<Vocabulary, readonly number[]>();

  /** The special token that a vocabulary calls so. */
  static named(name: string): TokenChoice {
    return new TokenChoice(name, [], false);
  }

  /** @param ranges of ids, ends included; ascending and apart */
  static ranges(ranges: readonly (readonly [number, number])[], isNegated: boolean): TokenChoice {
    return new TokenChoice(undefined, ranges, isNegated);
  }

  private constructor(
    name: string | undefined,
    ranges: readonly (readonly [number, number])[],
    isNegated: boolean,
  ) {
    this.name = name;
    this.ranges = ranges;
    this.isNegated = isNegated;
  }

  has(id: number, vocabulary: Vocabulary): boolean {
    if (this.name !== undefined) return vocabulary.isSpecial(id) && vocabulary.tokenText(id) === this.name;
    const isListed = this.ranges.some(([from, to]) => id >= from && id <= to);
    return id >= 0 && id < vocabulary.size && isListed !== this.isNegated;
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

  /** Equal for equal choices. */
  get key(): string {
    return this.name ?? `${this.isNegated ? "^" : ""}${this.ranges.map((range) => range.join("-")).join()}`;
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
