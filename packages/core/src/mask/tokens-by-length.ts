import type { TokenTrie } from "../vocabulary/index.js";

/** A vocabulary's tokens, longest first. */
export interface TokensByLength {
  /** The trie nodes at the end of each different token. */
  readonly nodes: Int32Array;
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
    const nodes = new Int32Array(longer[0] as number);
    for (let node = 1; node < size; node++) {
      if ((tokens[node] as number) >= 0) nodes[next[depth[node] as number]!++] = node;
    }
    result = { nodes, longer };
    known.set(trie, result);
  }
  return result;
}
