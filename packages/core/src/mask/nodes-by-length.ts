import type { TokenTrie, Vocabulary } from "../vocabulary/index.js";
import { type FreeStrings, MANY_CODE_POINTS } from "./free-strings.js";
import { onceFor } from "./once.js";

/**
 * A trie's nodes between the code points of a free string, by how many of these lead to them. All are sorted at once: a
 * search for those of one length, in the middle of a mask, would go through the whole trie.
 */
export class NodesByLength {
  private readonly trie: TokenTrie;
  private readonly codePoints: Uint8Array;
  private readonly nodes: Int32Array;
  /** By length: where its nodes begin. One more at the end. */
  private readonly first = new Int32Array(MANY_CODE_POINTS + 1);

  constructor({ trie }: Vocabulary, { codePoints }: FreeStrings) {
    this.trie = trie;
    this.codePoints = codePoints;
    const { size, subtreeEnd } = trie;
    const { first } = this;
    // A counting sort.
    for (let node = 1; node + 1 < size; node++) {
      const length = codePoints[node + 1] as number;
      if (length < MANY_CODE_POINTS && (subtreeEnd[node] as number) > node + 1) first[length + 1]!++;
    }
    for (let length = 0; length < MANY_CODE_POINTS; length++) first[length + 1]! += first[length] as number;
    const next = first.slice();
    this.nodes = new Int32Array(first[MANY_CODE_POINTS] as number);
    for (let node = 1; node + 1 < size; node++) {
      const length = codePoints[node + 1] as number;
      if (length < MANY_CODE_POINTS && (subtreeEnd[node] as number) > node + 1)
        this.nodes[next[length]!++] = node;
    }
  }

  /** The nodes behind `length` code points, less than `MANY_CODE_POINTS`, that have others below; ascending. */
  behind(length: number): Int32Array {
    return this.nodes.subarray(this.first[length], this.first[length + 1]);
  }

  /** Whether a node is one of these. */
  isBehind(node: number, length: number): boolean {
    const { trie, codePoints } = this;
    const hasChild = (trie.subtreeEnd[node] as number) > node + 1;
    return hasChild && length < MANY_CODE_POINTS && codePoints[node + 1] === length;
  }
}

const known = new WeakMap<FreeStrings, NodesByLength>();

/** Made once for each kind of free string of a vocabulary. */
export function nodesByLength(vocabulary: Vocabulary, free: FreeStrings): NodesByLength {
  return onceFor(known, free, () => new NodesByLength(vocabulary, free));
}
