import type { TokenTrie } from "../vocabulary/index.js";

/** A vocabulary's tokens, longest first. */
export interface TokensByLength {
  /** One id for each different token; duplicates follow by `nextDuplicate`. */
  readonly ids: Int32Array;
  /** By number of bytes: how many of them are longer. */
  readonly longer: Int32Array;
}

const known = new WeakMap<TokenTrie, TokensByLength>();

/** The tokens by length, made once for a trie: a counting sort over its nodes. */
export function tokensByLength(trie: TokenTrie): TokensByLength {
  let result = known.get(trie);
  if (result === undefined) {
    const { size, depth, tokens, maxDepth } = trie;
    const longer = new Int32Array(maxDepth + 1);
    for (let node = 1; node < size; node++) {
      if ((tokens[node] as number) >= 0) longer[(depth[node] as number) - 1]!++;
    }
    for (let length = maxDepth - 1; length >= 0; length--) longer[length]! += longer[length + 1] as number;
    const next = longer.slice();
    const ids = new Int32Array(longer[0] as number);
    for (let node = 1; node < size; node++) {
      const id = tokens[node] as number;
      if (id >= 0) ids[next[depth[node] as number]!++] = id;
    }
    result = { ids, longer };
    known.set(trie, result);
  }
  return result;
}
