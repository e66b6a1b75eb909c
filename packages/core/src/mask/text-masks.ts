import { structureClass } from "../automaton/json-bytes.js";
import type { ByteAutomaton } from "../language/index.js";
import type { TokenTrie } from "../vocabulary/index.js";
import { type MaskBudget, MaskCache } from "./mask-cache.js";
import { NodeList } from "./node-list.js";
import type { TokenCollector } from "./token-collector.js";

/** The tokens below a trie node against one state of a text such as a number, whatever is on the stack below. */
export interface TextMask {
  /** The tokens that stay in the text. */
  readonly inside: Int32Array;
  /** The nodes at which the text has ended before their byte, and the final states that it ended in. */
  readonly ends: Int32Array;
  readonly endStates: Int32Array;
}

/** Masks of text states relative to their frame, as those of strings: the same for every depth, request and schema. */
export class TextMasks {
  private readonly texts: ByteAutomaton;
  private readonly trie: TokenTrie;
  private readonly collector: TokenCollector;
  private readonly cache: MaskCache<TextMask>;
  // By depth in the trie.
  private readonly states: Int32Array;
  private readonly ends = new NodeList();
  private readonly endStates = new NodeList();

  /** @param collector has nothing in it when masks are asked for. */
  constructor(texts: ByteAutomaton, trie: TokenTrie, collector: TokenCollector, budget: MaskBudget) {
    this.texts = texts;
    this.trie = trie;
    this.collector = collector;
    this.cache = new MaskCache(budget);
    this.states = new Int32Array(trie.maxDepth + 1);
  }

  /** The tokens below a trie node, where the text is in `state` at that node. */
  under(node: number, state: number): TextMask {
    let mask = this.cache.get(state, node);
    if (mask === undefined) {
      mask = this.walk(node, state);
      this.cache.set(state, node, mask, 128 + 4 * (mask.inside.length + 2 * mask.ends.length));
    }
    return mask;
  }

  private walk(root: number, state: number): TextMask {
    const { texts, states, ends, endStates, collector } = this;
    const { bytes, depth, subtreeEnd } = this.trie;
    collector.clear();
    ends.length = 0;
    endStates.length = 0;
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
        if (structureClass[byte] !== 0 && texts.isFinal(above)) {
          ends.push(node);
          endStates.push(above);
        }
        node = subtreeEnd[node] as number;
      }
    }
    return { inside: collector.take(), ends: ends.copy(), endStates: endStates.copy() };
  }
}
