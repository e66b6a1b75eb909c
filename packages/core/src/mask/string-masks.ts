import type { ByteAutomaton } from "../language/index.js";
import { bitsetAdd, createBitset, type Vocabulary } from "../vocabulary/index.js";

import { MaskCache } from "./mask-cache.js";

/** The tokens of a vocabulary against one state of a string, whatever is on the stack below. */
export interface StringMask {
  /** The tokens that stay in the string or end with its closing quote. */
  readonly words: Uint32Array;
  /** Exits: trie nodes at the closing quote of tokens that go on behind it. */
  readonly exits: Int32Array;
}

/**
 * Masks of string states relative to their frame. A string state's mask is the same in every object, so it is computed
 * once; what differs, the few tokens that go on behind the closing quote, is resolved against the stack.
 */
export class StringMasks {
  private readonly strings: ByteAutomaton;
  private readonly vocabulary: Vocabulary;
  private readonly states: Int32Array;
  private readonly cache: MaskCache<number, StringMask>;

  /** @param maxBytes memory for cached masks; the least recently used half goes when it is full. */
  constructor(strings: ByteAutomaton, vocabulary: Vocabulary, maxBytes: number) {
    this.strings = strings;
    this.vocabulary = vocabulary;
    this.states = new Int32Array(vocabulary.trie.maxDepth + 1);
    this.cache = new MaskCache(Math.floor(maxBytes / (vocabulary.size / 8 + 1024)));
  }

  get(state: number): StringMask {
    let mask = this.cache.get(state);
    if (mask === undefined) {
      mask = this.compute(state);
      this.cache.set(state, mask);
    }
    return mask;
  }

  private compute(state: number): StringMask {
    const { strings, states } = this;
    const { size, bytes, depth, subtreeEnd, tokens, nextDuplicate } = this.vocabulary.trie;
    const words = createBitset(this.vocabulary.size);
    const exits: number[] = [];
    states[0] = state;
    let node = 1;
    while (node < size) {
      const d = depth[node] as number;
      const next = strings.step(states[d - 1] as number, bytes[node] as number);
      if (next === 0) {
        node = subtreeEnd[node] as number;
        continue;
      }
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) bitsetAdd(words, id);
      if (strings.hasNext(next)) {
        states[d] = next;
        node++;
      } else {
        const end = subtreeEnd[node] as number;
        if (end > node + 1) exits.push(node);
        node = end;
      }
    }
    return { words, exits: Int32Array.from(exits) };
  }
}
