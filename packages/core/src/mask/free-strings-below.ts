import { contentText } from "../automaton/string-content.js";
import { codePointsOf, type JsonStringAutomaton } from "../language/index.js";
import type { TokenTrie } from "../vocabulary/index.js";
import type { WholeTexts } from "./whole-texts.js";

/** Trie nodes below another one, ascending. */
export interface FreeBelow {
  /** Where a token of the free string ends. */
  readonly nodes: Int32Array;
  /** At a closing quote. */
  readonly exits: Int32Array;
  /** The strings that end there, each once. */
  readonly closed: readonly string[];
  /** Their code points. */
  readonly closedTexts: readonly Int32Array[];
}

/** What a string without conditions has below the nodes at which one is opened. */
export class FreeStringsBelow {
  private readonly strings: JsonStringAutomaton | WholeTexts;
  private readonly trie: TokenTrie;
  private readonly known = new Map<number, FreeBelow>();

  constructor(strings: JsonStringAutomaton | WholeTexts, trie: TokenTrie) {
    this.strings = strings;
    this.trie = trie;
  }

  get(root: number): FreeBelow {
    let below = this.known.get(root);
    if (below === undefined) {
      below = this.compute(root);
      this.known.set(root, below);
    }
    return below;
  }

  private compute(root: number): FreeBelow {
    const { strings } = this;
    const { bytes, depth, subtreeEnd, tokens, maxDepth } = this.trie;
    const nodes: number[] = [];
    const exits: number[] = [];
    const closed = new Set<string>();
    // By depth in the trie.
    const states = new Int32Array(maxDepth + 1);
    const path = new Uint8Array(maxDepth + 1);
    const top = depth[root] as number;
    states[top] = strings.start(strings.arena.any);
    for (let node = root + 1; node < (subtreeEnd[root] as number); ) {
      const d = depth[node] as number;
      path[d] = bytes[node] as number;
      const next = strings.step(states[d - 1] as number, path[d] as number);
      if (next !== 0 && strings.hasNext(next)) {
        if ((tokens[node] as number) >= 0) nodes.push(node);
        states[d] = next;
        node++;
      } else {
        if (next !== 0) {
          exits.push(node);
          closed.add(contentText(path.subarray(top + 1, d)));
        }
        node = subtreeEnd[node] as number;
      }
    }
    const closedTexts = Array.from(closed, codePointsOf);
    return { nodes: Int32Array.from(nodes), exits: Int32Array.from(exits), closed: [...closed], closedTexts };
  }
}
