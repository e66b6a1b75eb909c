import { FollowingBytes } from "../automaton/context-free/following-bytes.js";
import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import { LimitedReader } from "../automaton/context-free/limited-reader.js";
import type { Rules } from "../automaton/context-free/rules.js";
import { Ending, type LexemeReader, type Terminal } from "../automaton/context-free/terminals.js";
import { checkTime, TextAutomaton } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import type { ExitNodes } from "./exit-lists.js";
import { arrayBytes, MaskCache } from "./mask-cache.js";
import type { MaskStore } from "./mask-store.js";
import type { RichTerminals } from "./rich-terminals.js";
import { type TerminalTable, TerminalTables, terminalTables } from "./terminal-tables.js";
import { TokenCollector } from "./token-collector.js";
import { bitsMask, type LayeredMask, MAX_LISTED, NO_TOKENS } from "./token-mask.js";

/** Rules that begin within each other deeper than this are not looked at. */
const MAX_DEPTH = 300;
/** What the objects of a table take besides its tokens. */
const OBJECT_BYTES = 192;
/** Lists of so many nodes are joined. */
const MAX_JOINED = 64;

/** What tokens do from a place in a rule up to where the rule ends. */
export interface RuleTable {
  /** The tokens that stay in it: many of them as masks, few as a list. */
  readonly many: readonly LayeredMask[];
  readonly few: Int32Array;
  /** The nodes whose byte is read behind the rule, in lists whose union counts. */
  readonly exits: readonly ExitNodes[];
}

/** There is no table: rules begin within each other too deeply, or tokens come to a terminal that does not end anywhere. */
export class NoTable extends Error {
  constructor(readonly isTooDeep: boolean) {
    super("no table");
  }
}

/**
 * What tokens do in the rules of a grammar whose terminals end anywhere: from a dot, or a rule's begin, and some nodes of
 * the trie on, up to where the rule ends. What comes behind is for those who wait for the rule. So a table depends on no
 * stack: it is made once, and for a new place only those who wait have to be asked.
 *
 * A rule that can come back to itself with nothing before it asks for its own table: such rules are solved together, from
 * no exits on until there are no more (the least fixed point).
 */
export class RuleTables {
  private readonly rules: Rules;
  private readonly vocabulary: Vocabulary;
  private readonly store: MaskStore;
  private readonly rich: RichTerminals;
  private readonly following: FollowingBytes;
  /** By dot: the number of the bytes that can follow the symbol there. */
  private readonly followingIds: number[] = [];
  private readonly readers = new Map<LexemeReader, TerminalTables>();
  /** By dot, or number of dots plus nonterminal; and list of nodes. */
  private readonly cache: MaskCache<RuleTable>;
  private readonly collector: TokenCollector;
  /** By rule and list of nodes that are being solved: the exits known so far, by their numbers. */
  private readonly open = new Map<number, Map<number, ExitNodes>>();
  private depth = 0;

  constructor(automaton: ItemAutomaton, vocabulary: Vocabulary, store: MaskStore, rich: RichTerminals) {
    this.rules = automaton.rules;
    this.vocabulary = vocabulary;
    this.store = store;
    this.rich = rich;
    this.following = new FollowingBytes(automaton.rules);
    this.cache = new MaskCache(store.budget);
    this.collector = new TokenCollector(vocabulary.size, vocabulary.trie);
  }

  /**
   * What tokens do in the terminal at a dot, from some nodes on.
   * @throws NoTable
   */
  ofTerminal(dot: number, state: number, nodes: ExitNodes, isRoot: boolean): TerminalTable {
    const { reader, ending } = this.rules.terminals[this.rules.terminal[dot] as number] as Terminal;
    if (ending !== Ending.Anywhere) throw new NoTable(false);
    const inner = reader instanceof LimitedReader ? reader.unlimited(state) : undefined;
    const behind = this.rules.next[dot] as number;
    let id = this.followingIds[behind];
    if (id === undefined) id = this.numberFollowing(behind);
    const following = this.following.at(behind);
    if (inner === undefined) return this.tablesOf(reader).get(state, nodes, isRoot, following, id);
    return this.tablesOf(inner.reader).get(inner.state, nodes, isRoot, following, id);
  }

  /**
   * What tokens do from a dot on whose bytes at these nodes come there.
   * @throws NoTable
   */
  ofDot(dot: number, nodes: ExitNodes): RuleTable {
    let table = this.cache.get(dot, nodes.id);
    if (table === undefined) {
      const reading = new Reading();
      this.read([dot], nodes, reading);
      table = this.keep(dot, nodes, this.insideOf([reading]), reading.exits);
    }
    return table;
  }

  private ofRule(rule: number, nodes: ExitNodes): RuleTable {
    const { rules, cache } = this;
    const number = rules.next.length + rule;
    const table = cache.get(number, nodes.id);
    if (table !== undefined) return table;
    checkTime();
    if (this.depth === MAX_DEPTH) throw new NoTable(true);
    this.depth++;
    try {
      const cycle = rules.leftCycle[rule];
      if (cycle !== undefined) return this.solve(cycle, rule, nodes);
      const reading = new Reading();
      this.read(rules.starts[rule] as Int32Array, nodes, reading);
      return this.keep(number, nodes, this.insideOf([reading]), reading.exits);
    } finally {
      this.depth--;
    }
  }

  /** Solves the rules of a cycle together; returns the table of one of them. */
  private solve(cycle: readonly number[], rule: number, nodes: ExitNodes): RuleTable {
    const { rules, open } = this;
    const exits = cycle.map(() => new Map<number, ExitNodes>());
    let readings: Reading[] = [];
    try {
      cycle.forEach((member, i) => {
        open.set(pairKey(member, nodes.id), exits[i] as Map<number, ExitNodes>);
      });
      for (let isStable = false; !isStable; ) {
        isStable = true;
        readings = cycle.map((member, i) => {
          const reading = new Reading();
          this.read(rules.starts[member] as Int32Array, nodes, reading);
          const known = exits[i] as Map<number, ExitNodes>;
          for (const [id, list] of reading.exits) {
            if (known.has(id)) continue;
            known.set(id, list);
            isStable = false;
          }
          return reading;
        });
      }
    } finally {
      for (const member of cycle) open.delete(pairKey(member, nodes.id));
    }
    // Each leads to each other with nothing before it, so they have the same tokens.
    const inside = this.insideOf(readings);
    const tables = cycle.map((member, i) =>
      this.keep(rules.next.length + member, nodes, inside, exits[i] as Map<number, ExitNodes>),
    );
    return tables[cycle.indexOf(rule)] as RuleTable;
  }

  /** Reads on from dots of one rule to its ends. */
  private read(dots: ArrayLike<number>, nodes: ExitNodes, reading: Reading): void {
    const { rules } = this;
    for (let i = 0; i < dots.length; i++) reading.push(dots[i] as number, nodes);
    while (reading.take()) {
      const { dot, nodes } = reading;
      if (rules.mayEnd[dot] === 1) reading.exits.set(nodes.id, nodes);
      const next = rules.next[dot] as number;
      if (next < 0) continue;
      if (next !== dot && rules.isSymbolNullable(dot)) reading.push(next, nodes);
      const rule = rules.nonterminal[dot] as number;
      if (rule < 0) {
        const { start } = rules.terminals[rules.terminal[dot] as number] as Terminal;
        const { many, few, exits } = this.ofTerminal(dot, start, nodes, false);
        if (many !== undefined) reading.many.add(many);
        if (few.length > 0) reading.few.push(few);
        reading.push(next, exits);
        continue;
      }
      const known = this.open.get(pairKey(rule, nodes.id));
      if (known !== undefined) {
        for (const list of [...known.values()]) reading.push(next, list);
        continue;
      }
      const { many, few, exits } = this.ofRule(rule, nodes);
      for (const mask of many) reading.many.add(mask);
      if (few.length > 0) reading.few.push(few);
      for (const list of exits) reading.push(next, list);
    }
  }

  private keep(
    number: number,
    nodes: ExitNodes,
    inside: Pick<RuleTable, "many" | "few">,
    exits: ReadonlyMap<number, ExitNodes>,
  ): RuleTable {
    const table = { ...inside, exits: this.joined([...exits.values()]) };
    const bytes = arrayBytes(table.few) + 8 * (table.many.length + table.exits.length) + OBJECT_BYTES;
    this.cache.set(number, nodes.id, table, bytes);
    return table;
  }

  private insideOf(readings: readonly Reading[]): Pick<RuleTable, "many" | "few"> {
    const { collector, vocabulary } = this;
    const many = new Set(readings.flatMap((reading) => [...reading.many]));
    const lists = [...new Set(readings.flatMap((reading) => reading.few))];
    if (lists.length <= 1) return { many: [...many], few: lists[0] ?? NO_TOKENS };
    for (const list of lists) collector.addAll(list);
    const few = collector.take();
    if (few.length <= MAX_LISTED) return { many: [...many], few };
    many.add(bitsMask(vocabulary.size, few));
    return { many: [...many], few: NO_TOKENS };
  }

  /** Lists with the short ones as one. */
  private joined(lists: readonly ExitNodes[]): readonly ExitNodes[] {
    const short = lists.filter(({ nodes }) => nodes.length <= MAX_JOINED);
    if (short.length <= 1) return lists;
    const nodes = new Set<number>();
    for (const list of short) for (const node of list.nodes) nodes.add(node);
    const all = this.store.fronts.lists.intern(Int32Array.from(nodes).sort());
    return [...lists.filter(({ nodes }) => nodes.length > MAX_JOINED), all];
  }

  private numberFollowing(dot: number): number {
    const id = this.store.byteSets.number(this.following.at(dot));
    this.followingIds[dot] = id;
    return id;
  }

  private tablesOf(reader: LexemeReader): TerminalTables {
    let tables = this.readers.get(reader);
    if (tables === undefined) {
      const { vocabulary, store, rich } = this;
      tables =
        reader instanceof TextAutomaton
          ? terminalTables(reader, vocabulary, store)
          : new TerminalTables(reader, vocabulary, store, rich);
      this.readers.set(reader, tables);
    }
    return tables;
  }
}

/** What has been read of a rule: dots and lists of nodes that are still to be looked at, tokens, exits. */
class Reading {
  readonly many = new Set<LayeredMask>();
  readonly few: Int32Array[] = [];
  readonly exits = new Map<number, ExitNodes>();
  /** What was taken last. */
  dot = 0;
  nodes: ExitNodes = NO_NODES;
  private readonly dots: number[] = [];
  private readonly lists: ExitNodes[] = [];
  private readonly met = new Set<number>();

  push(dot: number, list: ExitNodes): void {
    if (list.nodes.length === 0) return;
    const key = pairKey(dot, list.id);
    if (this.met.has(key)) return;
    this.met.add(key);
    this.dots.push(dot);
    this.lists.push(list);
  }

  /** False where nothing is left. */
  take(): boolean {
    const list = this.lists.pop();
    if (list === undefined) return false;
    this.nodes = list;
    this.dot = this.dots.pop() as number;
    return true;
  }
}

const NO_NODES: ExitNodes = { id: 0, nodes: NO_TOKENS };

/** A pair of small numbers as one. */
export function pairKey(x: number, y: number): number {
  return x * 0x100000000 + y;
}
