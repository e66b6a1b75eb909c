import { structureClass } from "../automaton/json-bytes.js";
import type { TokenTrie } from "../vocabulary/index.js";

const known = new WeakMap<TokenTrie, Int32Array>();

/**
 * By trie node: the next node behind its subtree and behind those siblings that no structural state reads. Made once for a
 * trie. Most children of the root, and of whitespace, are letters.
 */
export function structureSkips(trie: TokenTrie): Int32Array {
  let skips = known.get(trie);
  if (skips === undefined) {
    const { size, bytes, depth, subtreeEnd } = trie;
    skips = new Int32Array(size);
    for (let node = size - 1; node > 0; node--) {
      const next = subtreeEnd[node] as number;
      const isSibling = next < size && depth[next] === depth[node];
      const isSkipped = isSibling && structureClass[bytes[next] as number] === 0;
      skips[node] = isSkipped ? (skips[next] as number) : next;
    }
    known.set(trie, skips);
  }
  return skips;
}
