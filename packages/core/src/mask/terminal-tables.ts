import type { ByteSet } from "../automaton/context-free/byte-set.js";
import type { LexemeReader } from "../automaton/context-free/terminals.js";
import { checkTime, PairMemo, type TextAutomaton } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { crossingNodes } from "./crossing-nodes.js";
import type { ExitLists, ExitNodes } from "./exit-lists.js";
import { arrayBytes, MaskCache } from "./mask-cache.js";
import type { MaskStore } from "./mask-store.js";
import { NodeList } from "./node-list.js";
import { onceFor } from "./once.js";
import { RichTerminals } from "./rich-terminals.js";
import { bitsMask, type LayeredMask, NO_TOKENS } from "./token-mask.js";
import { pathTo } from "./trie-path.js";

/** Tokens up to this number are listed. */
const MAX_IDS = 1500;
/** So many places are numbered; then the tables begin anew. */
const MAX_PLACES = 1 << 20;

/** What the objects of a table take besides their arrays. */
const OBJECT_BYTES = 96;

/** What tokens do in a terminal that ends anywhere. */
export interface TerminalTable {
  /** The tokens that stay in the terminal: many of them as a mask, few as a list. */
  readonly many: LayeredMask | undefined;
  readonly few: Int32Array;
  /** The nodes whose byte is read behind the terminal, where it has ended before. */
  readonly exits: ExitNodes;
}

/**
 * What tokens do in a terminal that ends anywhere, from some nodes of the vocabulary's trie on, up to where what follows
 * it in the grammar reads on. That depends on nothing but the terminal's state, the nodes and the bytes that can follow, so
 * it is found once for all places in all grammars with that terminal.
 */
export class TerminalTables {
  private readonly reader: LexemeReader;
  private readonly vocabulary: Vocabulary;
  private readonly rich: RichTerminals;
  private readonly lists: ExitLists;
  private readonly store: MaskStore;
  private cache: MaskCache<TerminalTable>;
  /** Numbers of pairs of a list of nodes and a set of bytes. */
  private places = new PairMemo();
  private placeCount = 0;
  /** By depth in the trie. */
  private readonly states: Int32Array;
  private readonly inside = new NodeList();
  private readonly exits = new NodeList();

  constructor(reader: LexemeReader, vocabulary: Vocabulary, store: MaskStore, rich: RichTerminals) {
    this.reader = reader;
    this.vocabulary = vocabulary;
    this.rich = rich;
    this.lists = store.fronts.lists;
    this.store = store;
    this.cache = new MaskCache(store.budget);
    this.states = new Int32Array(vocabulary.trie.maxDepth + 1);
  }

  /**
   * What tokens do whose nodes' bytes are read in a state.
   * @param isRoot whether the nodes are all that tokens begin with
   * @param following the bytes that can follow the terminal, and their number
   */
  get(
    state: number,
    nodes: ExitNodes,
    isRoot: boolean,
    following: ByteSet,
    followingId: number,
  ): TerminalTable {
    let place = this.places.get(nodes.id, followingId);
    if (place < 0) {
      if (this.placeCount === MAX_PLACES) this.clear();
      place = this.placeCount++;
      this.places.set(nodes.id, followingId, place);
    }
    let table = this.cache.get(state, place);
    if (table === undefined) {
      checkTime();
      const isRich = isRoot && this.rich.has(this.reader, state);
      table = isRich ? this.ofRich(state, following) : this.compute(state, nodes.nodes, following);
      const { many, few, exits } = table;
      const words = isRich ? 0 : (many?.base?.words.byteLength ?? 0);
      this.cache.set(state, place, table, words + arrayBytes(few) + arrayBytes(exits.nodes) + OBJECT_BYTES);
    }
    return table;
  }

  private clear(): void {
    this.places = new PairMemo();
    this.placeCount = 0;
    this.cache = new MaskCache(this.store.budget);
  }

  private compute(state: number, roots: Int32Array, following: ByteSet): TerminalTable {
    const { inside, exits, vocabulary } = this;
    inside.length = 0;
    exits.length = 0;
    for (let i = 0; i < roots.length; i++) this.walk(roots[i] as number, state, following, true);
    const list = this.lists.intern(ascending(exits.copy()));
    if (inside.length <= MAX_IDS) return { many: undefined, few: inside.copy(), exits: list };
    return { many: bitsMask(vocabulary.size, inside.copy()), few: NO_TOKENS, exits: list };
  }

  /** Reads the byte of a node, and what is below. */
  private walk(root: number, state: number, following: ByteSet, keepsInside: boolean): void {
    const { reader, states, inside, exits } = this;
    const { bytes, depth, subtreeEnd, tokens, nextDuplicate } = this.vocabulary.trie;
    const end = subtreeEnd[root] as number;
    states[(depth[root] as number) - 1] = state;
    for (let node = root; node < end; ) {
      const d = depth[node] as number;
      const above = states[d - 1] as number;
      const byte = bytes[node] as number;
      if (node !== root && following.has(byte) && reader.isFinal(above)) exits.push(node);
      const next = reader.step(above, byte);
      if (next === 0) {
        node = subtreeEnd[node] as number;
        continue;
      }
      states[d] = next;
      if (keepsInside) {
        for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) inside.push(id);
      }
      node++;
    }
  }

  /** Of a terminal whose tokens are known without a walk: few leave it. */
  private ofRich(state: number, following: ByteSet): TerminalTable {
    const { reader, rich, exits, vocabulary } = this;
    const many = rich.mask(reader, state);
    exits.length = 0;
    if (!following.isEmpty) {
      const nodes = crossingNodes(vocabulary.trie, rich.lastBytesOf(reader, state), following);
      for (let i = 0; i < nodes.length; i++) this.leaveAt(nodes[i] as number, state, following);
    }
    return { many, few: NO_TOKENS, exits: this.lists.intern(ascending(exits.copy())) };
  }

  /** Finds the exits at and below a node of the trie. */
  private leaveAt(node: number, state: number, following: ByteSet): void {
    const { reader, exits, vocabulary } = this;
    const path = pathTo(node, vocabulary);
    let at = state;
    for (let i = 0; i < path.length - 1 && at !== 0; i++) at = reader.step(at, path[i] as number);
    if (at === 0) return;
    if (reader.isFinal(at)) exits.push(node);
    this.walk(node, at, following, false);
  }
}

/** Nodes in their order, each once. Below nested nodes the same ones are found again. */
function ascending(nodes: Int32Array): Int32Array {
  for (let i = 1; i < nodes.length; i++) {
    if ((nodes[i] as number) > (nodes[i - 1] as number)) continue;
    nodes.sort();
    return nodes.filter((node, k) => k === 0 || node !== nodes[k - 1]);
  }
  return nodes;
}

const known = new WeakMap<MaskStore, WeakMap<TextAutomaton, TerminalTables>>();

/** The tables of an automaton's terminals for a vocabulary, which all grammars share that it reads. */
export function terminalTables(
  texts: TextAutomaton,
  vocabulary: Vocabulary,
  store: MaskStore,
): TerminalTables {
  const byTexts = onceFor(known, store, () => new WeakMap<TextAutomaton, TerminalTables>());
  return onceFor(
    byTexts,
    texts,
    () => new TerminalTables(texts, vocabulary, store, new RichTerminals(vocabulary, store)),
  );
}
