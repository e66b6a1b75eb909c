import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import type { ItemSetId } from "../automaton/context-free/item-sets.js";
import { Ending } from "../automaton/context-free/terminals.js";
import { checkTime, TextAutomaton } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { LexerMasks } from "./lexer-masks.js";
import { lexerTables } from "./lexer-tables.js";
import { MaskCache } from "./mask-cache.js";
import { type MaskStore, maskStore } from "./mask-store.js";
import { withTokens } from "./mask-union.js";
import { RichItems } from "./rich-items.js";
import { RichTerminals } from "./rich-terminals.js";
import { StackTokens } from "./stack-tokens.js";
import type { TokenCollector } from "./token-collector.js";
import { endMask, type LayeredMask, tokensMask } from "./token-mask.js";

const ROOT = 0;
/** Subtrees of fewer nodes are walked. */
const MIN_TABLE = 128;

/** The masks of a context-free grammar for one vocabulary, shared by all of its matchers. */
export class ItemMasks {
  private readonly automaton: ItemAutomaton;
  private readonly vocabulary: Vocabulary;
  private readonly collector: TokenCollector;
  private readonly masks: MaskCache<LayeredMask>;
  private readonly rich: RichItems;
  /** By depth in the trie: the set after that many bytes of the path. */
  private readonly path: Int32Array;
  private readonly store: MaskStore;
  /** What reads the terminals that end at the longest or shortest; undefined: there are none. */
  private readonly lexemes: TextAutomaton | undefined;
  private lexer: LexerMasks | undefined;
  /** For sets in which terminals end anywhere; undefined: there are none, or something may be ignored behind them. */
  private readonly stackTokens: StackTokens | undefined;
  /** The masks that a computed one has all tokens of. */
  private readonly inside: LayeredMask[] = [];
  /** What the mask that was computed last has of bits that no other mask has, in bytes. */
  private ownBytes = 0;
  private knownEnd: LayeredMask | undefined;

  constructor(automaton: ItemAutomaton, vocabulary: Vocabulary, store: MaskStore = maskStore(vocabulary)) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.collector = store.collector;
    this.masks = new MaskCache(store.budget);
    this.store = store;
    const terminals = new RichTerminals(vocabulary, store);
    this.rich = new RichItems(automaton, vocabulary, terminals);
    const endAnywhere = automaton.rules.terminals.some(({ ending }) => ending === Ending.Anywhere);
    if (endAnywhere && automaton.ignoredTerminal === undefined)
      this.stackTokens = new StackTokens(automaton, vocabulary, store, terminals);
    this.path = new Int32Array(vocabulary.trie.maxDepth + 1);
    this.lexemes = automaton.rules.terminals
      .filter(({ ending }) => ending !== Ending.Anywhere)
      .map(({ reader }) => reader)
      .find((reader) => reader instanceof TextAutomaton);
  }

  /** The tokens allowed behind a set. */
  get(set: ItemSetId): LayeredMask {
    let mask = this.masks.get(set, 0);
    if (mask === undefined) {
      mask = this.compute(set);
      this.masks.set(set, 0, mask, mask.bytes + this.ownBytes);
    }
    return mask;
  }

  get end(): LayeredMask {
    this.knownEnd ??= endMask(this.vocabulary);
    return this.knownEnd;
  }

  private compute(set: ItemSetId): LayeredMask {
    const { automaton, vocabulary, collector, rich } = this;
    const { size } = vocabulary;
    this.inside.length = 0;
    collector.clear();
    this.renewLexer();
    if (this.stackTokens?.find(set) === true) {
      for (const mask of this.stackTokens.many) this.inside.push(mask);
      for (const ids of this.stackTokens.few) collector.addAll(ids);
    } else if (this.lexer?.reads(set) === true) this.lexer.below(ROOT, set);
    else {
      rich.begin(set);
      this.inside.push(...rich.masks());
      if (rich.count === 0) this.below(ROOT, set);
      else {
        if (rich.rest !== 0) this.below(ROOT, rich.rest);
        for (const node of rich.crossings()) this.at(node, rich.own);
      }
    }
    this.addTokens(set);
    if (automaton.isComplete(set)) collector.addAll(vocabulary.eosTokenIds as number[]);
    const many = new Set<LayeredMask>();
    for (const mask of this.inside) {
      if (mask.base === undefined) collector.addAll(mask.added);
      else many.add(mask);
    }
    const ids = collector.take();
    const union = many.size === 0 ? undefined : this.store.unions.of(many);
    const mask = union === undefined ? tokensMask(size, ids) : withTokens(size, union, ids);
    this.ownBytes = mask.base === union?.base ? 0 : (mask.base?.words.byteLength ?? 0);
    return mask;
  }

  /** Tables that were full are not used any more. */
  private renewLexer(): void {
    if (this.lexemes === undefined) return;
    const { automaton, collector, inside } = this;
    const tables = lexerTables(this.lexemes, this.vocabulary, this.store);
    if (this.lexer?.tables === tables) return;
    this.lexer = new LexerMasks(automaton, tables, collector, inside, {
      from: (node, set, hasBegun) => {
        const byte = this.vocabulary.trie.bytes[node] as number;
        const next = hasBegun ? automaton.step(set, byte) : automaton.stepFirst(set, byte);
        if (next === 0) return;
        collector.addNode(node);
        this.below(node, next);
      },
    });
  }

  /** Collects the tokens that begin with the path to a node. */
  private at(node: number, set: ItemSetId): void {
    const { automaton, collector } = this;
    let at = set;
    for (const byte of this.rich.pathOf(node)) {
      at = automaton.step(at, byte);
      if (at === 0) return;
    }
    collector.addNode(node);
    this.below(node, at);
  }

  /** Collects the tokens below a node where the output is in a set. */
  private below(node: number, set: ItemSetId): void {
    if (this.isForLexer(node, set)) this.lexer?.below(node, set);
    else this.walk(node, set);
  }

  private isForLexer(node: number, set: ItemSetId): boolean {
    const { subtreeEnd } = this.vocabulary.trie;
    return (subtreeEnd[node] as number) - node >= MIN_TABLE && this.lexer?.reads(set) === true;
  }

  /** The same, byte by byte. */
  private walk(root: number, set: ItemSetId): void {
    const { automaton, collector, path } = this;
    const { bytes, depth, subtreeEnd } = this.vocabulary.trie;
    path[depth[root] as number] = set;
    const end = subtreeEnd[root] as number;
    for (let node = root + 1; node < end; ) {
      const d = depth[node] as number;
      const next = automaton.step(path[d - 1] as number, bytes[node] as number);
      const after = subtreeEnd[node] as number;
      if (next === 0) {
        node = after;
        continue;
      }
      collector.addNode(node);
      if (after === node + 1) node = after;
      else if (this.isForLexer(node, next)) {
        this.below(node, next);
        node = after;
      } else {
        path[d] = next;
        node++;
      }
    }
    checkTime();
  }

  private addTokens(set: ItemSetId): void {
    const { automaton, collector, vocabulary } = this;
    if (!automaton.hasTokens) return;
    for (const at of [set, automaton.endOf(set)]) {
      for (let i = 0; at !== 0 && i < automaton.sets.scanCount(at); i++) {
        const { tokens } = automaton.terminalOf(at, i);
        if (tokens !== undefined) collector.addAll(tokens.list(vocabulary));
      }
    }
  }
}
