import { structureClass } from "../automaton/json-bytes.js";
import type { ByteAutomaton } from "../language/index.js";
import type { TokenTrie } from "../vocabulary/index.js";
import { ExitList, type ExitLists, exitBytes, type StringExits } from "./exit-lists.js";
import { arrayBytes, type MaskBudget, MaskCache } from "./mask-cache.js";
import type { TokenCollector } from "./token-collector.js";

/** The tokens below a trie node against one state of a text such as a number, whatever is on the stack below. */
export interface TextMask {
  /** The tokens that stay in the text. */
  readonly inside: Int32Array;
  /** The nodes at which the text has ended before their byte, by the final state that it ended in. */
  readonly ends: readonly StringExits[];
}

/** Masks of text states relative to their frame, as those of strings: the same for every depth, request and schema. */
export class TextMasks {
  private readonly texts: ByteAutomaton;
  private readonly trie: TokenTrie;
  private readonly lists: ExitLists;
  private readonly collector: TokenCollector;
  private readonly cache: MaskCache<TextMask>;
  // By depth in the trie.
  private readonly states: Int32Array;

  /** @param collector has nothing in it when masks are asked for. */
  constructor(
    texts: ByteAutomaton,
    trie: TokenTrie,
    lists: ExitLists,
    collector: TokenCollector,
    budget: MaskBudget,
  ) {
    this.texts = texts;
    this.trie = trie;
    this.lists = lists;
    this.collector = collector;
    this.cache = new MaskCache(budget);
    this.states = new Int32Array(trie.maxDepth + 1);
  }

  /** The tokens below a trie node, where the text is in `state` at that node. */
  under(node: number, state: number): TextMask {
    let mask = this.cache.get(state, node);
    if (mask === undefined) {
      mask = this.walk(node, state);
      this.cache.set(state, node, mask, 96 + arrayBytes(mask.inside) + exitBytes(mask.ends));
    }
    return mask;
  }

  private walk(root: number, state: number): TextMask {
    const { texts, states, collector } = this;
    const { bytes, depth, subtreeEnd } = this.trie;
    const ends = new ExitList();
    collector.clear();
    states[depth[root] as number] = state;
    const end = subtreeEnd[root] as number;
    for (let node = root + 1; node < end; ) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const above = states[d - 1] as number;
      const next = texts.step(above, byte);
      if (next !== 0) {
        collector.addNode(node);
        states[d] = next;
        node++;
      } else {
        // The byte is for the frame below, where only some can stand.
        if (structureClass[byte] !== 0 && texts.isFinal(above)) ends.add(node, above);
        node = subtreeEnd[node] as number;
      }
    }
    return { inside: collector.take(), ends: this.lists.grouped(ends) };
  }
}
