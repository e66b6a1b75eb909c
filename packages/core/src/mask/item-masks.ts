import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import type { ItemSetId } from "../automaton/context-free/item-sets.js";
import { Ending } from "../automaton/context-free/terminals.js";
import { checkTime, TextAutomaton } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { type LexemeSplit, LexemeSplits } from "./lexeme-split.js";
import { type LexemeExits, type LexemeTables, lexemeTables } from "./lexeme-tables.js";
import { LexerMasks } from "./lexer-masks.js";
import { lexerTables } from "./lexer-tables.js";
import { MaskCache } from "./mask-cache.js";
import { type MaskStore, maskStore } from "./mask-store.js";
import { unionOf } from "./mask-union.js";
import { RichItems } from "./rich-items.js";
import type { TokenCollector } from "./token-collector.js";
import { endMask, type LayeredMask, tokensMask } from "./token-mask.js";

const ROOT = 0;
/** The children of a node with so many below it are looked at together. */
const MIN_GROUPED = 200;
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
  private readonly splits: LexemeSplits;
  private readonly store: MaskStore;
  private tables: LexemeTables | undefined;
  /** What reads the terminals that end at the longest or shortest; undefined: there are none. */
  private readonly lexemes: TextAutomaton | undefined;
  private lexer: LexerMasks | undefined;
  /** The masks that a computed one has all tokens of. */
  private readonly inside: LayeredMask[] = [];
  private knownEnd: LayeredMask | undefined;

  constructor(automaton: ItemAutomaton, vocabulary: Vocabulary, store: MaskStore = maskStore(vocabulary)) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.collector = store.collector;
    this.masks = new MaskCache(store.budget);
    this.store = store;
    this.splits = new LexemeSplits(automaton);
    this.rich = new RichItems(automaton, vocabulary, store);
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
      this.masks.set(set, 0, mask, mask.bytes + (mask.base?.words.byteLength ?? 0));
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
    if (this.lexer?.reads(set) === true) this.lexer.below(ROOT, set);
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
    const ids = collector.take();
    return this.inside.length === 0 ? tokensMask(size, ids) : unionOf(size, this.inside, ids);
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
    const { subtreeEnd } = this.vocabulary.trie;
    const isSmall = (subtreeEnd[node] as number) - node < MIN_TABLE;
    if (!isSmall && this.lexer?.reads(set) === true) {
      this.lexer.below(node, set);
      return;
    }
    const split = isSmall ? undefined : this.splits.of(set);
    if (split === undefined) this.walk(node, set);
    else {
      this.inLexeme([node], split);
      if (split.rest !== 0) this.walk(node, split.rest);
    }
  }

  /** The same where a terminal is open: by what is known of it. */
  private inLexeme(tops: readonly number[], { reader, state, own }: LexemeSplit): void {
    const { automaton, collector, splits } = this;
    this.tables ??= lexemeTables(reader, this.vocabulary, this.store);
    const { many, few, exits } = this.tables.get(tops, state);
    if (many !== undefined) this.inside.push(many);
    collector.addAll(few);
    let open = own;
    let openState = state;
    for (let i = 0; i < exits.length; i++) {
      const { state: before, byte, node, ids, nodes } = exits[i] as LexemeExits;
      if (before !== openState) {
        open = this.openAt(tops[0] as number, own, node);
        openState = before;
      }
      // What follows it is in the set already.
      const from = splits.behind(open, before);
      const next = from === 0 ? 0 : automaton.step(from, byte);
      if (next === 0) continue;
      collector.addAll(ids);
      for (let k = 0; k < nodes.length; k++) this.below(nodes[k] as number, next);
    }
    checkTime();
  }

  /** The set above a node, where the output was in a set at a node further up. */
  private openAt(top: number, set: ItemSetId, node: number): ItemSetId {
    const { depth } = this.vocabulary.trie;
    const path = this.rich.pathOf(node);
    let at = set;
    for (let i = depth[top] as number; i < path.length - 1; i++)
      at = this.automaton.step(at, path[i] as number);
    return at;
  }

  /** The same, byte by byte. */
  private walk(root: number, set: ItemSetId): void {
    const { automaton, collector, path, splits } = this;
    const { bytes, depth, subtreeEnd } = this.vocabulary.trie;
    path[depth[root] as number] = set;
    const end = subtreeEnd[root] as number;
    const grouped = end - root < MIN_GROUPED ? undefined : this.groupedBelow(root, set);
    for (let node = root + 1; node < end; ) {
      const d = depth[node] as number;
      const next = automaton.step(path[d - 1] as number, bytes[node] as number);
      const after = subtreeEnd[node] as number;
      if (next === 0 || grouped?.has(node) === true) {
        node = after;
        continue;
      }
      collector.addNode(node);
      if (after === node + 1) node = after;
      else if (
        after - node >= MIN_TABLE &&
        (this.lexer?.reads(next) === true || splits.of(next) !== undefined)
      ) {
        this.below(node, next);
        node = after;
      } else {
        path[d] = next;
        node++;
      }
    }
    checkTime();
  }

  /** Does those children of a node together that lead to the same set in which a terminal is open; returns them. */
  private groupedBelow(root: number, set: ItemSetId): ReadonlySet<number> {
    const { automaton, collector, splits } = this;
    const { bytes, subtreeEnd } = this.vocabulary.trie;
    const bySet = new Map<ItemSetId, number[]>();
    const end = subtreeEnd[root] as number;
    for (let node = root + 1; node < end; node = subtreeEnd[node] as number) {
      const next = automaton.step(set, bytes[node] as number);
      if (next === 0) continue;
      const nodes = bySet.get(next);
      if (nodes === undefined) bySet.set(next, [node]);
      else nodes.push(node);
    }
    const grouped = new Set<number>();
    for (const [next, nodes] of bySet) {
      const split = nodes.length === 1 ? undefined : splits.of(next);
      if (split === undefined) continue;
      for (const node of nodes) {
        grouped.add(node);
        collector.addNode(node);
      }
      this.inLexeme(nodes, split);
      if (split.rest !== 0) for (const node of nodes) this.walk(node, split.rest);
    }
    return grouped;
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
