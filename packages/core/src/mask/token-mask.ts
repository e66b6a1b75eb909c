import { bitsetCount, bitsetHas, bitsetIds } from "../vocabulary/index.js";

/** Masks of up to this many tokens also list their ids. */
const MAX_LISTED = 512;

/** The set of tokens allowed next. Shared and read-only: the next caller gets the same object. */
export interface TokenMask {
  /** Bit `id % 32` (from the lowest) of word `floor(id / 32)` is set where the token is allowed. */
  readonly words: Uint32Array;
  /** How many tokens are allowed. */
  readonly count: number;
  /** Their ids, ascending, where they are few: a sampler then reads only these logits. */
  readonly ids?: Int32Array;
  /** Whether a token is allowed; false for ids out of range. */
  has(id: number): boolean;
}

class FrozenMask implements TokenMask {
  readonly words: Uint32Array;
  readonly count: number;
  readonly ids?: Int32Array;

  constructor(words: Uint32Array) {
    this.words = words;
    this.count = bitsetCount(words);
    if (this.count <= MAX_LISTED) {
      const ids = new Int32Array(this.count);
      bitsetIds(words, ids);
      this.ids = ids;
    }
  }

  has(id: number): boolean {
    return id >= 0 && id < this.words.length * 32 && bitsetHas(this.words, id);
  }
}

/** A mask of these bits, which must not be changed any more. */
export function freezeMask(words: Uint32Array): TokenMask {
  return new FrozenMask(words);
}
