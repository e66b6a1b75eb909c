import { ListMemo } from "../language/index.js";
import { bitsetAdd, bitsetDelete, bitsetHas, bitsetIds, bitsetWords } from "../vocabulary/index.js";
import { type MaskBudget, MaskCache } from "./mask-cache.js";
import { DenseTokens, LayeredMask, MAX_LISTED, NO_TOKENS } from "./token-mask.js";

/**
 * Unions of masks of many tokens, such as of the same name in several alternatives. The masks of terminals are shared, so
 * their unions are too: new places, of new grammars as well, find them made.
 */
export class MaskUnions {
  private readonly size: number;
  private readonly cache: MaskCache<LayeredMask>;
  private readonly numbers = new WeakMap<LayeredMask, number>();
  private readonly lists = new ListMemo();
  private nextMask = 0;
  private nextList = 0;

  /** @param size the tokens of the vocabulary */
  constructor(size: number, budget: MaskBudget) {
    this.size = size;
    this.cache = new MaskCache(budget);
  }

  /** The tokens of some masks, of which there is at least one. */
  of(masks: ReadonlySet<LayeredMask>): LayeredMask {
    if (masks.size === 1) for (const only of masks) return only;
    const numbers = [...masks].map((mask) => this.numberOf(mask)).sort((x, y) => x - y);
    const list = this.lists.remember(numbers, () => this.nextList++);
    let union = this.cache.get(list, 0);
    if (union === undefined) {
      const words = new Uint32Array(bitsetWords(this.size));
      for (const mask of masks) addTo(words, mask);
      union = new LayeredMask(this.size, new DenseTokens(words), NO_TOKENS);
      this.cache.set(list, 0, union, words.byteLength + union.bytes);
    }
    return union;
  }

  private numberOf(mask: LayeredMask): number {
    let number = this.numbers.get(mask);
    if (number === undefined) {
      number = this.nextMask++;
      this.numbers.set(mask, number);
    }
    return number;
  }
}

/** The tokens of a mask of many, and further ones. */
export function withTokens(size: number, mask: LayeredMask, ids: Int32Array): LayeredMask {
  const further = without(ids, mask);
  if (further.length <= MAX_LISTED) return extended(size, mask, further);
  const words = new Uint32Array(bitsetWords(size));
  addTo(words, mask);
  for (const id of further) bitsetAdd(words, id);
  return new LayeredMask(size, new DenseTokens(words), NO_TOKENS);
}

function without(ids: Int32Array, mask: LayeredMask): Int32Array {
  const { base, added, removed } = mask;
  if (base === undefined || added.length + removed.length > 0) return ids.filter((id) => !mask.has(id));
  const { words } = base;
  const further = new Int32Array(ids.length);
  let count = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if ((words[id >>> 5]! & (1 << (id & 31))) === 0) further[count++] = id;
  }
  return further.slice(0, count);
}

function addTo(words: Uint32Array, { base, added, removed }: LayeredMask): void {
  const others = base?.words;
  // What is removed may be there from another mask.
  const kept = removed.length === 0 ? NO_TOKENS : removed.filter((id) => bitsetHas(words, id));
  if (others !== undefined) for (let i = 0; i < words.length; i++) words[i]! |= others[i] as number;
  for (let i = 0; i < removed.length; i++) bitsetDelete(words, removed[i] as number);
  for (let i = 0; i < kept.length; i++) bitsetAdd(words, kept[i] as number);
  for (let i = 0; i < added.length; i++) bitsetAdd(words, added[i] as number);
}

/** A mask with tokens that it does not have, ascending. */
function extended(size: number, mask: LayeredMask, ids: Int32Array): LayeredMask {
  if (ids.length === 0) return mask;
  if (mask.removed.length === 0) return new LayeredMask(size, mask.base, merged([mask.added, ids]));
  const all = new Set(ids);
  const back = new Set(mask.removed.filter((id) => all.has(id)));
  const added = merged([mask.added, ids.filter((id) => !back.has(id))]);
  return new LayeredMask(
    size,
    mask.base,
    added,
    mask.removed.filter((id) => !back.has(id)),
  );
}

/** The numbers of some ascending lists, ascending and once each. */
function merged(lists: readonly Int32Array[]): Int32Array {
  const filled = lists.filter(({ length }) => length > 0);
  if (filled.length <= 1) return filled[0] ?? NO_TOKENS;
  let max = -1;
  for (const list of filled) max = Math.max(max, list.at(-1) as number);
  const words = new Uint32Array(bitsetWords(max + 1));
  for (const list of filled) for (let i = 0; i < list.length; i++) bitsetAdd(words, list[i] as number);
  let count = 0;
  for (const word of words) for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  const ids = new Int32Array(count);
  bitsetIds(words, ids);
  return ids;
}
