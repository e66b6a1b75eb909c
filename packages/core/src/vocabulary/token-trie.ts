import { sortTokens } from "./sort-tokens.js";
import type { TokenBytes } from "./token-bytes.js";

/**
 * The tokens of a vocabulary as a trie over bytes, in depth-first order in typed arrays. Node 0 is the root; the
 * subtree of a node is the range of nodes from it to `subtreeEnd[node]`; children come in increasing order of bytes.
 * So a walk is a loop, and skipping a subtree is a jump:
 *
 * ```ts
 * // All tokens that an automaton can read. states[d] is the state after d bytes.
 * for (let node = 1; node < trie.size; ) {
 *   const next = automaton.step(states[trie.depth[node] - 1], trie.bytes[node]);
 *   if (next === DEAD) {
 *     node = trie.subtreeEnd[node];
 *     continue;
 *   }
 *   states[trie.depth[node]] = next;
 *   for (let id = trie.tokens[node]; id >= 0; id = trie.nextDuplicate[id]) allow(id);
 *   node++;
 * }
 * ```
 *
 * The layout follows toktrie (guidance-ai/llguidance), with the fields apart. 13 bytes a node; Llama 3.1's 128,000
 * tokens have 274,520 nodes. All arrays are read-only.
 */
export class TokenTrie {
  /** The nodes, the root included. */
  readonly size: number;
  /** By node: the byte on the edge to it; 0 for the root. */
  readonly bytes: Uint8Array;
  /** By node: one past the last node of its subtree. */
  readonly subtreeEnd: Int32Array;
  /** By node: the lowest id of the tokens that end there, or -1. */
  readonly tokens: Int32Array;
  /** By node: how many bytes lead to it. */
  readonly depth: Int32Array;
  /** By token id: the next higher id with the same bytes, or -1. */
  readonly nextDuplicate: Int32Array;
  /** The length of the longest token in bytes. */
  readonly maxDepth: number;

  /** @param ids the tokens that have bytes, in the order of their bytes and ids */
  constructor(tokens: TokenBytes, ids: Int32Array = sortTokens(tokens)) {
    const { bytes, offsets } = tokens;
    // One node a byte at most, and the root.
    const nodeBytes = new Uint8Array(bytes.length + 1);
    const nodeEnd = new Int32Array(bytes.length + 1);
    const nodeToken = new Int32Array(bytes.length + 1).fill(-1);
    const nodeDepth = new Int32Array(bytes.length + 1);
    const nextDuplicate = new Int32Array(offsets.length - 1).fill(-1);
    let longest = 0;
    for (let id = 0; id + 1 < offsets.length; id++)
      longest = Math.max(longest, offsets[id + 1]! - offsets[id]!);

    // path[d] is the node of depth d above the last token.
    const path = new Int32Array(longest + 1);
    let depth = 0;
    let size = 1;
    let previous = -1;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const start = offsets[id]!;
      const length = offsets[id + 1]! - start;
      let shared = 0;
      while (shared < depth && shared < length && nodeBytes[path[shared + 1]!] === bytes[start + shared])
        shared++;
      if (shared === length && shared === depth) {
        nextDuplicate[previous] = id;
      } else {
        while (depth > shared) nodeEnd[path[depth--]!] = size;
        while (depth < length) {
          nodeBytes[size] = bytes[start + depth]!;
          nodeDepth[size] = ++depth;
          path[depth] = size++;
        }
        nodeToken[path[depth]!] = id;
      }
      previous = id;
    }
    while (depth >= 0) nodeEnd[path[depth--]!] = size;

    this.size = size;
    this.bytes = nodeBytes.slice(0, size);
    this.subtreeEnd = nodeEnd.slice(0, size);
    this.tokens = nodeToken.slice(0, size);
    this.depth = nodeDepth.slice(0, size);
    this.nextDuplicate = nextDuplicate;
    this.maxDepth = longest;
  }

  /** The child with the lowest byte, or -1. */
  firstChild(node: number): number {
    return node + 1 < this.subtreeEnd[node]! ? node + 1 : -1;
  }

  /** The next child of `parent` after `child`, or -1. */
  nextChild(parent: number, child: number): number {
    const next = this.subtreeEnd[child]!;
    return next < this.subtreeEnd[parent]! ? next : -1;
  }

  /** The child along a byte, or -1. Linear in the children. */
  child(node: number, byte: number): number {
    const end = this.subtreeEnd[node]!;
    for (let child = node + 1; child < end; child = this.subtreeEnd[child]!) {
      const b = this.bytes[child]!;
      if (b >= byte) return b === byte ? child : -1;
    }
    return -1;
  }

  /** The node that the bytes lead to from the root, or -1. `tokens[node]` is a token with just these bytes, or -1. */
  find(bytes: Uint8Array): number {
    let node = 0;
    for (let i = 0; i < bytes.length && node >= 0; i++) node = this.child(node, bytes[i]!);
    return node;
  }
}
