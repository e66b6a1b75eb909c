import { bitsetAdd, bitsetDelete, bitsetHas, bitsetIds, bitsetWords } from "../vocabulary/index.js";
import { DenseTokens, LayeredMask, MAX_LISTED, NO_TOKENS, tokensMask } from "./token-mask.js";

/** The tokens of some masks, of which there is at least one, and further ones. */
export function unionOf(size: number, masks: readonly LayeredMask[], ids: Int32Array): LayeredMask {
  const dense = masks.filter((mask) => mask.base !== undefined);
  const lists = masks.filter((mask) => mask.base === undefined).map((mask) => mask.added);
  if (ids.length > 0) lists.push(ids);
  const [first] = dense;
  if (first === undefined) return tokensMask(size, merged(lists));
  if (dense.length === 1 && ids.length <= MAX_LISTED && lists.length <= 1) {
    const further = ids.filter((id) => !first.has(id));
    return extended(size, first, further);
  }
  const words = new Uint32Array(bitsetWords(size));
  for (const mask of dense) {
    addTo(words, mask);
  }
  for (const list of lists) for (const id of list) bitsetAdd(words, id);
  return new LayeredMask(size, new DenseTokens(words), NO_TOKENS);
}

function addTo(words: Uint32Array, { base, added, removed }: LayeredMask): void {
  const others = base?.words;
  if (others === undefined) return;
  // What is removed may be there from another mask.
  const kept = removed.length === 0 ? NO_TOKENS : removed.filter((id) => bitsetHas(words, id));
  for (let i = 0; i < words.length; i++) words[i]! |= others[i] as number;
  for (let i = 0; i < removed.length; i++) bitsetDelete(words, removed[i] as number);
  for (let i = 0; i < kept.length; i++) bitsetAdd(words, kept[i] as number);
  for (let i = 0; i < added.length; i++) bitsetAdd(words, added[i] as number);
}

/** A mask with tokens that it does not have, ascending. */
function extended(size: number, mask: LayeredMask, ids: Int32Array): LayeredMask {
  if (ids.length === 0) return mask;
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
  if (lists.length === 1) return lists[0] as Int32Array;
  let max = -1;
  for (const list of lists) if (list.length > 0) max = Math.max(max, list.at(-1) as number);
  const words = new Uint32Array(bitsetWords(max + 1));
  for (const list of lists) for (let i = 0; i < list.length; i++) bitsetAdd(words, list[i] as number);
  let count = 0;
  for (const word of words) for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  const ids = new Int32Array(count);
  bitsetIds(words, ids);
  return ids;
}
