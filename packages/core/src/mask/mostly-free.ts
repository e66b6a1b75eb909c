import type { JsonStringAutomaton } from "../language/index.js";
import type { TokenTrie } from "../vocabulary/index.js";
import type { WholeTexts } from "./whole-texts.js";

/** Below a node with a smaller subtree second bytes are not looked at. */
const LARGE = 64;

/** Tells whether a string state is nearer to the free string or to none at all. */
export class MostlyFree {
  private readonly strings: JsonStringAutomaton | WholeTexts;
  private readonly trie: TokenTrie;
  private readonly freeState: number;
  /** The nodes of depth 1, those with the largest subtrees first. */
  private readonly largest: Int32Array;

  constructor(strings: JsonStringAutomaton | WholeTexts, trie: TokenTrie) {
    this.strings = strings;
    this.trie = trie;
    this.freeState = strings.start(strings.arena.any);
    this.largest = largestFirst(trie);
  }

  /** Whether most of the trie is below bytes that the state can read. The largest subtrees decide. */
  is(state: number): boolean {
    const { strings, freeState } = this;
    // What few bytes can follow is not.
    if (strings.fewBytes(state) !== undefined) return false;
    const { size, bytes, subtreeEnd } = this.trie;
    /** By state behind the first byte: the share of what is below it that its second bytes leave. */
    const shares = new Map<number, number>();
    let live = 0;
    let dead = 0;
    for (let i = 0; live * 2 <= size && dead * 2 < size && i < this.largest.length; i++) {
      const node = this.largest[i] as number;
      const below = (subtreeEnd[node] as number) - node;
      const byte = bytes[node] as number;
      const next = strings.step(state, byte);
      if (next === 0) dead += below;
      else if (next === state || below <= LARGE || next === strings.step(freeState, byte)) live += below;
      else {
        let share = shares.get(next);
        if (share === undefined) {
          share = this.shareBelow(node, next);
          shares.set(next, share);
        }
        live += share * below;
        dead += (1 - share) * below;
      }
    }
    return live * 2 > size;
  }

  /** The share of the nodes below one that are below a byte which can be read from a state. */
  private shareBelow(root: number, state: number): number {
    const { bytes, subtreeEnd } = this.trie;
    const end = subtreeEnd[root] as number;
    let live = 0;
    for (let node = root + 1; node < end; node = subtreeEnd[node] as number) {
      if (this.strings.step(state, bytes[node] as number) !== 0) live += (subtreeEnd[node] as number) - node;
    }
    return live / (end - root - 1);
  }
}

function largestFirst({ size, subtreeEnd }: TokenTrie): Int32Array {
  const nodes: number[] = [];
  for (let node = 1; node < size; node = subtreeEnd[node] as number) nodes.push(node);
  const below = (node: number) => (subtreeEnd[node] as number) - node;
  return Int32Array.from(nodes.sort((a, b) => below(b) - below(a)));
}
