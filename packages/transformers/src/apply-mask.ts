import type { TokenMask } from "@grammask/core";
import { forEachBit } from "./likeliest.js";

/**
 * Sets the logits of all other tokens to -Infinity. Where none of the allowed tokens has a chance, since something else
 * has ruled them all out, they get equal ones: what the grammar says comes first.
 *
 * @param logits of one row
 * @param allowed at least one token
 */
export function applyMask(logits: Float32Array, allowed: TokenMask | Int32Array): void {
  const ids = allowed instanceof Int32Array ? allowed : (allowed.ids ?? listOf(allowed));
  const kept = Float32Array.from(ids, (id) => logits[id]!);
  const hopeless = !kept.some((value) => value > Number.NEGATIVE_INFINITY);
  logits.fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < ids.length; i++) logits[ids[i]!] = hopeless ? 0 : kept[i]!;
}

function listOf({ words, count }: TokenMask): Int32Array {
  const ids = new Int32Array(count);
  let at = 0;
  forEachBit(words, (id) => {
    ids[at++] = id;
  });
  return ids;
}
