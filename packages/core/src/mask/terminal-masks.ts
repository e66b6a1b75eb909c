import type { TextAutomaton } from "../language/index.js";
import { bitsetAdd, createBitset, type Vocabulary } from "../vocabulary/index.js";
import { MaskCache } from "./mask-cache.js";
import type { MaskStore } from "./mask-store.js";
import { onceFor } from "./once.js";
import { DenseTokens, LayeredMask, MAX_LISTED, NO_TOKENS } from "./token-mask.js";

/** So many masks are kept to compare others with. */
const MAX_REFERENCES = 8;

interface Reference {
  readonly state: number;
  readonly tokens: DenseTokens;
}

/**
 * The tokens that stay in a terminal which reads most of the vocabulary, such as text up to a marker. Its states differ in
 * little from each other: a mask is found by walking the trie only where its state and that of a known mask differ.
 */
class TerminalMasks {
  private readonly texts: TextAutomaton;
  private readonly vocabulary: Vocabulary;
  private readonly cache: MaskCache<LayeredMask>;
  private readonly references: Reference[] = [];
  // By depth in the trie: the state, and the reference's.
  private readonly states: Int32Array;
  private readonly others: Int32Array;

  constructor(texts: TextAutomaton, vocabulary: Vocabulary, { budget }: MaskStore) {
    this.texts = texts;
    this.vocabulary = vocabulary;
    this.cache = new MaskCache(budget);
    this.states = new Int32Array(vocabulary.trie.maxDepth + 1);
    this.others = new Int32Array(vocabulary.trie.maxDepth + 1);
  }

  get(state: number): LayeredMask {
    let mask = this.cache.get(state, 0);
    if (mask === undefined) {
      const reference = this.references.find((other) => this.isLike(state, other.state));
      mask = reference === undefined ? this.walk(state) : this.difference(state, reference);
      this.cache.set(state, 0, mask, mask.bytes);
    }
    return mask;
  }

  /** Whether most of the trie is below bytes that two states read alike. */
  private isLike(x: number, y: number): boolean {
    const { size, bytes, subtreeEnd } = this.vocabulary.trie;
    let alike = 0;
    for (let node = 1; node < size; node = subtreeEnd[node] as number) {
      const byte = bytes[node] as number;
      if (this.texts.step(x, byte) === this.texts.step(y, byte)) alike += (subtreeEnd[node] as number) - node;
    }
    return alike * 2 > size;
  }

  private walk(state: number): LayeredMask {
    const { texts, states } = this;
    const { size, bytes, depth, subtreeEnd, tokens, nextDuplicate } = this.vocabulary.trie;
    const words = createBitset(this.vocabulary.size);
    states[0] = state;
    for (let node = 1; node < size; ) {
      const d = depth[node] as number;
      const next = texts.step(states[d - 1] as number, bytes[node] as number);
      if (next === 0) {
        node = subtreeEnd[node] as number;
        continue;
      }
      states[d] = next;
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) bitsetAdd(words, id);
      node++;
    }
    const own = new DenseTokens(words);
    if (this.references.length === MAX_REFERENCES) this.references.shift();
    this.references.push({ state, tokens: own });
    return new LayeredMask(this.vocabulary.size, own, NO_TOKENS);
  }

  private difference(state: number, reference: Reference): LayeredMask {
    const { texts, states, others } = this;
    const { size, bytes, depth, subtreeEnd, tokens } = this.vocabulary.trie;
    const added: number[] = [];
    const removed: number[] = [];
    states[0] = state;
    others[0] = reference.state;
    for (let node = 1; node < size; ) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const next = states[d - 1] === 0 ? 0 : texts.step(states[d - 1] as number, byte);
      const other = others[d - 1] === 0 ? 0 : texts.step(others[d - 1] as number, byte);
      if (next === other) {
        node = subtreeEnd[node] as number;
        continue;
      }
      if ((tokens[node] as number) >= 0) {
        if (next === 0) this.addNode(node, removed);
        else if (other === 0) this.addNode(node, added);
      }
      states[d] = next;
      others[d] = other;
      node++;
    }
    if (added.length + removed.length > MAX_LISTED) return this.walk(state);
    const ascending = (ids: number[]) => Int32Array.from(ids).sort();
    return new LayeredMask(this.vocabulary.size, reference.tokens, ascending(added), ascending(removed));
  }

  private addNode(node: number, ids: number[]): void {
    const { tokens, nextDuplicate } = this.vocabulary.trie;
    for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) ids.push(id);
  }
}

export type { TerminalMasks };

const known = new WeakMap<MaskStore, WeakMap<TextAutomaton, TerminalMasks>>();

/** The masks of an automaton's terminals for a vocabulary, which all grammars share that it reads. */
export function terminalMasks(texts: TextAutomaton, vocabulary: Vocabulary, store: MaskStore): TerminalMasks {
  const byTexts = onceFor(known, store, () => new WeakMap<TextAutomaton, TerminalMasks>());
  return onceFor(byTexts, texts, () => new TerminalMasks(texts, vocabulary, store));
}
