import { bitsetAdd, bitsetIds, bitsetWords } from "../vocabulary/index.js";
import { DenseTokens, LayeredMask, NO_TOKENS, tokensMask } from "./token-mask.js";

/** The tokens of some masks, of which there is at least one, and further ones. */
export function unionOf(size: number, masks: readonly LayeredMask[], ids: Int32Array): LayeredMask {
  const dense = masks.filter((mask) => mask.base !== undefined);
  const lists = masks.filter((mask) => mask.base === undefined).map((mask) => mask.added);
  if (ids.length > 0) lists.push(ids);
  const [first] = dense;
  if (first === undefined) return tokensMask(size, merged(lists));
  const isShared = dense.every((mask) => mask.base === first.base);
  if (isShared && dense.length === 1) {
    const further = merged(lists).filter((id) => !first.has(id));
    return extended(size, first, further);
  }
  if (isShared) {
    // A token of the base is gone if each of them has taken it away.
    const removed = dense.reduce<Int32Array>(
      (left, mask) => left.filter((id) => !mask.has(id)),
      first.removed,
    );
    const own = new LayeredMask(size, first.base, NO_TOKENS, removed);
    const further = merged([...dense.map((mask) => mask.added), ...lists]).filter((id) => !own.has(id));
    return extended(size, own, further);
  }
  const words = new Uint32Array(bitsetWords(size));
  for (const mask of dense) {
    const others = mask.words;
    for (let i = 0; i < words.length; i++) words[i]! |= others[i] as number;
  }
  for (const list of lists) for (const id of list) bitsetAdd(words, id);
  return new LayeredMask(size, new DenseTokens(words), NO_TOKENS);
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
