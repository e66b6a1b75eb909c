import type { TokenTrie, Vocabulary } from "../vocabulary/index.js";
import { type FreeStrings, MANY_CODE_POINTS } from "./free-strings.js";
import { onceFor } from "./once.js";

/** A trie's nodes between the code points of a free string, by how many of these lead to them. */
export class NodesByLength {
  private readonly trie: TokenTrie;
  private readonly codePoints: Uint8Array;
  private readonly known: (Int32Array | undefined)[] = [];

  constructor({ trie }: Vocabulary, { codePoints }: FreeStrings) {
    this.trie = trie;
    this.codePoints = codePoints;
  }

  /** The nodes behind `length` code points, less than `MANY_CODE_POINTS`, that have others below; ascending. */
  behind(length: number): Int32Array {
    let nodes = this.known[length];
    if (nodes === undefined) {
      const found: number[] = [];
      for (let node = 1; node < this.trie.size; node++) if (this.isBehind(node, length)) found.push(node);
      nodes = Int32Array.from(found);
      this.known[length] = nodes;
    }
    return nodes;
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
