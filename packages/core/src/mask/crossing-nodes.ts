import type { ByteSet } from "../automaton/context-free/byte-set.js";
import type { TokenTrie } from "../vocabulary/index.js";

const known = new WeakMap<TokenTrie, Map<string, Int32Array>>();
/** So many pairs of sets are kept. */
const MAX_KEPT = 64;

/**
 * The trie's nodes at a byte of one set behind a byte of another: where a token can go from something that ends with such a
 * byte on to what begins with such a one. Of nodes on one path only the first.
 */
export function crossingNodes(trie: TokenTrie, last: ByteSet, first: ByteSet): Int32Array {
  let kept = known.get(trie);
  if (kept === undefined) known.set(trie, (kept = new Map()));
  const key = `${last.key} ${first.key}`;
  let nodes = kept.get(key);
  if (nodes === undefined) {
    if (kept.size >= MAX_KEPT) kept.clear();
    nodes = find(trie, last, first);
    kept.set(key, nodes);
  }
  return nodes;
}

function find(
  { size, bytes, depth, subtreeEnd, maxDepth }: TokenTrie,
  last: ByteSet,
  first: ByteSet,
): Int32Array {
  const found: number[] = [];
  const path = new Uint8Array(maxDepth + 1);
  for (let node = 1; node < size; ) {
    const d = depth[node] as number;
    const byte = bytes[node] as number;
    path[d] = byte;
    if (d > 1 && first.has(byte) && last.has(path[d - 1] as number)) {
      found.push(node);
      node = subtreeEnd[node] as number;
    } else node++;
  }
  return Int32Array.from(found);
}
