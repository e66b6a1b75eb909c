import type { TextAutomaton } from "../language/index.js";
import { bitsetAdd, createBitset, type Vocabulary } from "../vocabulary/index.js";
import { MaskCache } from "./mask-cache.js";
import type { MaskStore } from "./mask-store.js";
import { onceFor } from "./once.js";
import { DenseTokens, LayeredMask, NO_TOKENS } from "./token-mask.js";

/** Tokens up to this number are listed. */
const MAX_IDS = 1500;

/** The tokens below trie nodes against a terminal that is open there, whatever comes behind it. */
export interface LexemeTable {
  /** The tokens that stay in the terminal: many of them as a mask, few as a list. */
  readonly many: LayeredMask | undefined;
  readonly few: Int32Array;
  readonly exits: readonly LexemeExits[];
}

/** Where the terminal can have ended before a byte that is the same for all of the nodes. */
export interface LexemeExits {
  /** The terminal's state before that byte. */
  readonly state: number;
  readonly byte: number;
  /** One of the trie's nodes at the byte. */
  readonly node: number;
  /** The tokens that end with the byte. */
  readonly ids: Int32Array;
  /** The nodes at the byte below which there are others. */
  readonly nodes: Int32Array;
}

/**
 * What tokens do in a terminal, such as a name, below a node of the trie: found once, and shared by all places in all grammars
 * where the terminal is in that state. Only what leaves it depends on the place, by the byte that it leaves with.
 */
class LexemeTables {
  private readonly texts: TextAutomaton;
  private readonly vocabulary: Vocabulary;
  private readonly cache: MaskCache<LexemeTable>;
  private readonly places = new Map<string, number>();
  /** By depth in the trie. */
  private readonly states: Int32Array;

  constructor(texts: TextAutomaton, vocabulary: Vocabulary, { budget }: MaskStore) {
    this.texts = texts;
    this.vocabulary = vocabulary;
    this.cache = new MaskCache(budget);
    this.states = new Int32Array(vocabulary.trie.maxDepth + 1);
  }

  /** What is below nodes, of which none is below another, with the terminal in the same state at all of them. */
  get(nodes: readonly number[], state: number): LexemeTable {
    const place = this.placeOf(nodes);
    let table = this.cache.get(state, place);
    if (table === undefined) {
      table = this.compute(nodes, state);
      const words = table.many?.base?.words.byteLength ?? 0;
      const exits = table.exits.reduce((sum, { ids, nodes }) => sum + ids.length + nodes.length + 48, 0);
      this.cache.set(state, place, table, words + 4 * (table.few.length + exits));
    }
    return table;
  }

  /** A number for a list of nodes: the only node, or one beyond all nodes. */
  private placeOf(nodes: readonly number[]): number {
    if (nodes.length === 1) return nodes[0] as number;
    const key = nodes.join();
    let place = this.places.get(key);
    if (place === undefined) {
      place = this.vocabulary.trie.size + this.places.size;
      this.places.set(key, place);
    }
    return place;
  }

  private compute(roots: readonly number[], state: number): LexemeTable {
    const { vocabulary } = this;
    const inside: number[] = [];
    const exits = new Map<number, number[]>();
    for (const root of roots) this.walk(root, state, inside, exits);
    const { subtreeEnd } = vocabulary.trie;
    const groups = [...exits].map(([key, nodes]) => ({
      state: Math.floor(key / 256),
      byte: key % 256,
      node: nodes[0] as number,
      ids: Int32Array.from(nodes.flatMap((node) => this.tokensAt(node))),
      nodes: Int32Array.from(nodes.filter((node) => (subtreeEnd[node] as number) > node + 1)),
    }));
    if (inside.length <= MAX_IDS) return { many: undefined, few: Int32Array.from(inside), exits: groups };
    const words = createBitset(vocabulary.size);
    for (const id of inside) bitsetAdd(words, id);
    const many = new LayeredMask(vocabulary.size, new DenseTokens(words), NO_TOKENS);
    return { many, few: NO_TOKENS, exits: groups };
  }

  private tokensAt(node: number): number[] {
    const { tokens, nextDuplicate } = this.vocabulary.trie;
    const ids: number[] = [];
    for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) ids.push(id);
    return ids;
  }

  private walk(root: number, state: number, inside: number[], exits: Map<number, number[]>): void {
    const { texts, states } = this;
    const { bytes, depth, subtreeEnd, tokens, nextDuplicate } = this.vocabulary.trie;
    const end = subtreeEnd[root] as number;
    states[depth[root] as number] = state;
    for (let node = root + 1; node < end; ) {
      const d = depth[node] as number;
      const above = states[d - 1] as number;
      const byte = bytes[node] as number;
      const next = texts.step(above, byte);
      if (texts.isFinal(above)) {
        const key = above * 256 + byte;
        const nodes = exits.get(key);
        if (nodes === undefined) exits.set(key, [node]);
        else nodes.push(node);
      }
      if (next === 0) {
        node = subtreeEnd[node] as number;
        continue;
      }
      states[d] = next;
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) inside.push(id);
      node++;
    }
  }
}

export type { LexemeTables };

const known = new WeakMap<MaskStore, WeakMap<TextAutomaton, LexemeTables>>();

/** The tables of an automaton's terminals for a vocabulary, which all grammars share that it reads. */
export function lexemeTables(texts: TextAutomaton, vocabulary: Vocabulary, store: MaskStore): LexemeTables {
  const byTexts = onceFor(known, store, () => new WeakMap<TextAutomaton, LexemeTables>());
  return onceFor(byTexts, texts, () => new LexemeTables(texts, vocabulary, store));
}
