import type { Vocabulary } from "../vocabulary/index.js";

/** The bytes that lead from the root of a vocabulary's trie to a node: those that a token below it begins with. */
export function pathTo(node: number, vocabulary: Vocabulary): Uint8Array {
  const { trie } = vocabulary;
  let below = node;
  while ((trie.tokens[below] as number) < 0) below++;
  const bytes = vocabulary.tokenBytes(trie.tokens[below] as number) as Uint8Array;
  return bytes.subarray(0, trie.depth[node] as number);
}
