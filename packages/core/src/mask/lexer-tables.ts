import { type EndingId, Lexer, type LexerState } from "../automaton/context-free/lexer.js";
import type { TextAutomaton } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { ExitLists, type ExitNodes } from "./exit-lists.js";
import { MaskCache } from "./mask-cache.js";
import type { MaskStore } from "./mask-store.js";
import { onceFor } from "./once.js";
import { bitsMask, type LayeredMask, NO_TOKENS } from "./token-mask.js";

/** Tokens up to this number are listed. */
const MAX_IDS = 1500;
/** With more, tables begin anew. */
const MAX_STATES = 20_000;
const MAX_NODES = 8_000_000;
/** Beyond all states: numbers of lists of them. */
const FIRST_STATES = 0x40000000;

/** What tokens do in a lexer, up to where its terminals end; what comes behind depends on the place in the grammar. */
export interface LexerTable {
  /** The tokens that stay in the terminals: many of them as a mask, few as a list. */
  readonly many: LayeredMask | undefined;
  readonly few: Int32Array;
  /** The states on the way, each once, with a number for all of them. */
  readonly states: ExitNodes;
  readonly exits: readonly LexerExit[];
}

/** Where terminals end. */
export interface LexerExit {
  readonly ending: EndingId;
  /** Whether with the last byte, which is theirs, rather than before the next one. */
  readonly isWith: boolean;
  /** Whether before any byte has been read. */
  readonly isAtStart: boolean;
  /** The tokens that end there. */
  readonly ids: Int32Array;
  /** The nodes whose byte is read behind them. */
  readonly nodes: ExitNodes;
}

/**
 * What tokens do in the states of a lexer, found once and shared by all places in all grammars with these terminals.
 * The nodes at which terminals end are in the tables of what comes next as a list, by its number; so for a new place only
 * what follows which terminals has to be asked of the grammar.
 */
class LexerTables {
  readonly lexer: Lexer;
  private readonly vocabulary: Vocabulary;
  private readonly cache: MaskCache<LexerTable>;
  private readonly lists: ExitLists;
  private readonly stateLists = new ExitLists(FIRST_STATES);
  private listed = 0;
  /** By node. */
  private readonly children = new Map<number, ExitNodes>();
  /** By depth in the trie. */
  private readonly path: Int32Array;
  private inside: number[] = [];
  private seen = new Set<LexerState>();
  private exits = new Map<number, number[]>();

  constructor(texts: TextAutomaton, vocabulary: Vocabulary, { budget }: MaskStore) {
    this.lexer = new Lexer(texts);
    this.vocabulary = vocabulary;
    this.cache = new MaskCache(budget);
    const { trie } = vocabulary;
    this.lists = new ExitLists(trie.size);
    this.path = new Int32Array(trie.maxDepth + 1);
  }

  /** Whether they should begin anew. */
  get isFull(): boolean {
    return this.lexer.count > MAX_STATES || this.listed > MAX_NODES;
  }

  /** The children of a node of the trie. */
  childrenOf(node: number): ExitNodes {
    let children = this.children.get(node);
    if (children === undefined) {
      const { trie } = this.vocabulary;
      const found: number[] = [];
      for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child))
        found.push(child);
      children = this.lists.intern(found);
      this.children.set(node, children);
    }
    return children;
  }

  /**
   * What tokens do whose nodes' bytes are read in a state.
   * @param hasBegun whether text before was read in its terminals, so that they can have ended
   */
  get(state: LexerState, nodes: ExitNodes, hasBegun: boolean): LexerTable {
    const key = state * 2 + (hasBegun ? 1 : 0);
    let table = this.cache.get(key, nodes.id);
    if (table === undefined) {
      table = this.compute(state, nodes.nodes, hasBegun);
      const words = table.many?.base?.words.byteLength ?? 0;
      const exits = table.exits.reduce(
        (sum, { ids, nodes }) => sum + ids.length + nodes.nodes.length + 48,
        0,
      );
      this.listed += exits;
      this.cache.set(key, nodes.id, table, words + 4 * (table.few.length + exits));
    }
    return table;
  }

  private compute(state: LexerState, nodes: Int32Array, hasBegun: boolean): LexerTable {
    const { vocabulary } = this;
    this.inside = [];
    this.seen = new Set();
    this.exits = new Map();
    for (let i = 0; i < nodes.length; i++) this.walk(nodes[i] as number, state, hasBegun);
    const { inside, seen, exits } = this;
    const rest = {
      states: this.stateLists.intern([...seen].sort((x, y) => x - y)),
      exits: [...exits].map(([key, nodes]) => this.exit(key, nodes)),
    };
    if (inside.length <= MAX_IDS) return { many: undefined, few: Int32Array.from(inside), ...rest };
    return { many: bitsMask(vocabulary.size, inside), few: NO_TOKENS, ...rest };
  }

  private exit(key: number, nodes: readonly number[]): LexerExit {
    const { trie } = this.vocabulary;
    const ending = key >> 2;
    if ((key & 1) === 0) {
      return {
        ending,
        isWith: false,
        isAtStart: (key & 2) !== 0,
        ids: NO_TOKENS,
        nodes: this.lists.intern(nodes),
      };
    }
    const ids: number[] = [];
    const children: number[] = [];
    for (const node of nodes) {
      for (let id = trie.tokens[node] as number; id >= 0; id = trie.nextDuplicate[id] as number) ids.push(id);
      for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child))
        children.push(child);
    }
    const rest = { ids: Int32Array.from(ids), nodes: this.lists.intern(children) };
    return { ending, isWith: true, isAtStart: false, ...rest };
  }

  /** Reads the byte of a node, and what is below. */
  private walk(root: number, state: LexerState, hasBegun: boolean): void {
    const { lexer, path, inside, seen } = this;
    const { bytes, depth, subtreeEnd, tokens, nextDuplicate } = this.vocabulary.trie;
    const top = depth[root] as number;
    const end = subtreeEnd[root] as number;
    path[top - 1] = state;
    let last = 0;
    for (let node = root; node < end; ) {
      const d = depth[node] as number;
      const above = path[d - 1] as number;
      const next = lexer.step(above, bytes[node] as number);
      if (next !== 0 && next !== last) {
        seen.add(next);
        last = next;
      }
      if (next === 0) {
        const ending = d > top || hasBegun ? lexer.ending(above) : 0;
        if (ending !== 0) this.addExit(ending * 4 + (d === top ? 2 : 0), node);
        node = subtreeEnd[node] as number;
      } else if (lexer.hasEnded(next)) {
        this.addExit(lexer.ending(next) * 4 + 1, node);
        node = subtreeEnd[node] as number;
      } else {
        path[d] = next;
        for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) inside.push(id);
        node++;
      }
    }
  }

  private addExit(key: number, node: number): void {
    const nodes = this.exits.get(key);
    if (nodes === undefined) this.exits.set(key, [node]);
    else nodes.push(node);
  }
}

export type { LexerTables };

const known = new WeakMap<MaskStore, WeakMap<TextAutomaton, LexerTables>>();

/** The tables of an automaton's terminals for a vocabulary, which all grammars share that it reads; new ones where they are full. */
export function lexerTables(texts: TextAutomaton, vocabulary: Vocabulary, store: MaskStore): LexerTables {
  const byTexts = onceFor(known, store, () => new WeakMap<TextAutomaton, LexerTables>());
  let tables = byTexts.get(texts);
  if (tables === undefined || tables.isFull) {
    tables = new LexerTables(texts, vocabulary, store);
    byTexts.set(texts, tables);
  }
  return tables;
}
