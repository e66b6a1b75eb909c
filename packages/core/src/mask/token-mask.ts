import {
  bitsetAdd,
  bitsetCount,
  bitsetHas,
  bitsetIds,
  bitsetWords,
  createBitset,
  type Vocabulary,
} from "../vocabulary/index.js";
import { arrayBytes } from "./mask-cache.js";

/** Masks of up to this many tokens also list their ids for those who ask. */
const MAX_PUBLIC = 512;

/** So many tokens are held as a list; more are held as bits. */
export const MAX_LISTED = 2048;

/** The set of tokens allowed next. Shared and read-only: the next caller gets the same object. */
export interface TokenMask {
  /**
   * Bit `id % 32` (from the lowest) of word `floor(id / 32)` is set where the token is allowed. Written when asked for, and
   * kept for a while; `Matcher.fillBitmask` writes the same to an array of the caller's.
   */
  readonly words: Uint32Array;
  /** How many tokens are allowed. */
  readonly count: number;
  /** Their ids, ascending, where they are few: a sampler then reads only these logits. */
  readonly ids?: Int32Array;
  /** Whether a token is allowed; false for ids out of range. */
  has(id: number): boolean;
}

/** A set of tokens as bits, which must not be changed any more. */
export class DenseTokens {
  readonly words: Uint32Array;
  readonly count: number;
  /** Whether they are kept with the vocabulary: masks that use them take no memory for them. */
  readonly isKept: boolean;

  constructor(words: Uint32Array, isKept = false) {
    this.words = words;
    this.count = bitsetCount(words);
    this.isKept = isKept;
  }
}

export const NO_TOKENS = new Int32Array(0);

/** So many masks keep the words that they have written; a mask is much smaller than its words. */
const MAX_WRITTEN = 256;
/** Them, in a ring. */
const lastWritten: (LayeredMask | undefined)[] = [];
let nextWritten = 0;

/** What the object of a mask takes, in bytes. */
const OBJECT_BYTES = 96;

/** A short list of all tokens of a mask, not made yet. */
const UNLISTED = new Int32Array(0);

/**
 * A set of tokens as its difference from another one that many masks share: a string state's mask differs in few tokens
 * from the mask of every other one.
 */
export class LayeredMask implements TokenMask {
  readonly count: number;
  readonly base: DenseTokens | undefined;
  readonly added: Int32Array;
  readonly removed: Int32Array;
  private readonly size: number;
  private written: Uint32Array | undefined;
  private listed: Int32Array | undefined;

  /**
   * @param size the tokens of the vocabulary
   * @param base undefined: the empty set
   * @param added tokens that are not in the base, ascending
   * @param removed tokens of the base, ascending
   */
  constructor(
    size: number,
    base: DenseTokens | undefined,
    added: Int32Array,
    removed: Int32Array = NO_TOKENS,
  ) {
    this.size = size;
    this.base = base;
    this.added = added;
    this.removed = removed;
    this.count = (base === undefined ? 0 : base.count) + added.length - removed.length;
    this.written = base !== undefined && added.length + removed.length === 0 ? base.words : undefined;
    this.listed = this.count > MAX_PUBLIC ? undefined : base === undefined ? added : UNLISTED;
  }

  /** What the mask itself takes, in bytes; the base is shared. */
  get bytes(): number {
    return OBJECT_BYTES + arrayBytes(this.added) + arrayBytes(this.removed);
  }

  get words(): Uint32Array {
    if (this.written === undefined) {
      const words = new Uint32Array(bitsetWords(this.size));
      this.writeTo(words, 0);
      this.written = words;
      const slot = nextWritten++ % MAX_WRITTEN;
      lastWritten[slot]?.forgetWords();
      lastWritten[slot] = this;
    }
    return this.written;
  }

  private forgetWords(): void {
    this.written = undefined;
  }

  get ids(): Int32Array | undefined {
    if (this.listed === UNLISTED) this.listed = this.list();
    return this.listed;
  }

  /** All tokens, ascending. */
  list(): Int32Array {
    if (this.base === undefined) return this.added;
    const ids = new Int32Array(this.count);
    bitsetIds(this.words, ids);
    return ids;
  }

  /** The mask with more tokens, ascending, of which its base has none. */
  with(ids: Int32Array): LayeredMask {
    if (ids.length === 0) return this;
    return new LayeredMask(this.size, this.base, merged(this.added, ids), this.removed);
  }

  /** The mask without some of its tokens, ascending. */
  without(ids: Int32Array): LayeredMask {
    const added = this.added.filter((id) => !includes(ids, id));
    const gone = ids.filter((id) => !includes(this.added, id));
    const removed = new Int32Array(this.removed.length + gone.length);
    removed.set(this.removed);
    removed.set(gone, this.removed.length);
    return new LayeredMask(this.size, this.base, added, removed.sort());
  }

  /**
   * The tokens that another set has too.
   * @param superset one that has both sets; a base equal to it is replaced by `tokens`
   */
  within(tokens: DenseTokens, superset: DenseTokens): LayeredMask {
    const isIn = (id: number) => bitsetHas(tokens.words, id);
    const added = this.added.filter(isIn);
    if (this.base === undefined) return new LayeredMask(this.size, undefined, added);
    if (this.base === superset) return new LayeredMask(this.size, tokens, added, this.removed.filter(isIn));
    const words = new Uint32Array(this.base.words.length);
    for (let i = 0; i < words.length; i++) words[i] = this.base.words[i]! & tokens.words[i]!;
    return new LayeredMask(this.size, new DenseTokens(words), added, this.removed.filter(isIn));
  }

  has(id: number): boolean {
    const { base } = this;
    if (!(id >= 0 && id < this.size)) return false;
    if (base === undefined || !bitsetHas(base.words, id)) return includes(this.added, id);
    return !includes(this.removed, id);
  }

  /**
   * Writes the words to an array, from an offset on.
   * @throws RangeError where they do not fit
   */
  writeTo(target: Int32Array | Uint32Array, offset: number): void {
    const { base, added, removed } = this;
    const words = bitsetWords(this.size);
    if (!(Number.isInteger(offset) && offset >= 0 && offset + words <= target.length)) {
      throw new RangeError(`${words} words do not fit into an array of ${target.length} from ${offset} on`);
    }
    // From one type to another words are copied one by one.
    const out =
      target instanceof Uint32Array
        ? target
        : new Uint32Array(target.buffer, target.byteOffset, target.length);
    if (this.written !== undefined) {
      out.set(this.written, offset);
      return;
    }
    if (base === undefined) out.fill(0, offset, offset + words);
    else out.set(base.words, offset);
    for (let i = 0; i < added.length; i++) {
      const id = added[i] as number;
      out[offset + (id >>> 5)]! |= 1 << (id & 31);
    }
    for (let i = 0; i < removed.length; i++) {
      const id = removed[i] as number;
      out[offset + (id >>> 5)]! &= ~(1 << (id & 31));
    }
  }
}

/** What is in one of two ascending lists, ascending. */
function merged(x: Int32Array, y: Int32Array): Int32Array {
  if (x.length === 0) return y;
  if (y.length === 0) return x;
  const all = new Int32Array(x.length + y.length);
  let count = 0;
  let i = 0;
  let j = 0;
  while (i < x.length && j < y.length) {
    const fromX = x[i] as number;
    const fromY = y[j] as number;
    if (fromX <= fromY) i++;
    if (fromY <= fromX) j++;
    all[count++] = Math.min(fromX, fromY);
  }
  while (i < x.length) all[count++] = x[i++] as number;
  while (j < y.length) all[count++] = y[j++] as number;
  return count === all.length ? all : all.slice(0, count);
}

/** The mask of some tokens, ascending: a list, or bits where there are many. */
export function tokensMask(size: number, ids: Int32Array): LayeredMask {
  return ids.length <= MAX_LISTED ? new LayeredMask(size, undefined, ids) : bitsMask(size, ids);
}

/** The mask of some tokens, as bits. */
export function bitsMask(size: number, ids: ArrayLike<number>): LayeredMask {
  const words = createBitset(size);
  for (let i = 0; i < ids.length; i++) bitsetAdd(words, ids[i] as number);
  return new LayeredMask(size, new DenseTokens(words), NO_TOKENS);
}

/** The mask behind the end of an output: nothing but the end of the sequence. */
export function endMask({ size, eosTokenIds }: Vocabulary): LayeredMask {
  return tokensMask(size, Int32Array.from(eosTokenIds).sort());
}

/** Whether an ascending list has a number. */
function includes(list: Int32Array, id: number): boolean {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return low < list.length && list[low] === id;
}
