import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import { type ItemSetId, WHOLE } from "../automaton/context-free/item-sets.js";
import type { Vocabulary } from "../vocabulary/index.js";
import type { ExitNodes } from "./exit-lists.js";
import type { MaskStore } from "./mask-store.js";
import type { RichTerminals } from "./rich-terminals.js";
import { NoTable, pairKey, RuleTables } from "./rule-tables.js";
import type { LayeredMask } from "./token-mask.js";

/**
 * The tokens of sets of a grammar whose terminals end anywhere: those that stay in the rules of its items, by their tables,
 * and where a rule ends within a token those of who waits for it, down the stack.
 */
export class StackTokens {
  /** What the last call has found: masks and lists. */
  readonly many: LayeredMask[] = [];
  readonly few: Int32Array[] = [];
  private readonly automaton: ItemAutomaton;
  private readonly tables: RuleTables;
  private readonly root: ExitNodes;
  private isTooDeep = false;
  // Ends of rules that are still to be looked at: who waits for `rules[i]` in `origins[i]` goes on at `lists[i]`.
  private readonly rules: number[] = [];
  private readonly origins: ItemSetId[] = [];
  private readonly lists: ExitNodes[] = [];
  /** Ends that were met, by rule, origin and number of their list. */
  private readonly met = new Map<number, Set<number>>();

  constructor(automaton: ItemAutomaton, vocabulary: Vocabulary, store: MaskStore, rich: RichTerminals) {
    this.automaton = automaton;
    this.tables = new RuleTables(automaton, vocabulary, store, rich);
    const children: number[] = [];
    const { trie } = vocabulary;
    for (let child = trie.firstChild(0); child >= 0; child = trie.nextChild(0, child)) children.push(child);
    this.root = store.fronts.lists.intern(children);
  }

  /** Finds the tokens of a set; false where there are no tables for them. */
  find(set: ItemSetId): boolean {
    if (this.isTooDeep) return false;
    this.many.length = 0;
    this.few.length = 0;
    try {
      this.collect(set);
      return true;
    } catch (error) {
      if (!(error instanceof NoTable)) throw error;
      this.isTooDeep ||= error.isTooDeep;
      return false;
    }
  }

  private collect(set: ItemSetId): void {
    const { automaton, tables, rules, origins, lists } = this;
    const { sets } = automaton;
    rules.length = 0;
    origins.length = 0;
    lists.length = 0;
    this.met.clear();
    for (let i = 0; i < sets.scanCount(set); i++) {
      const dot = sets.scanDot(set, i);
      const table = tables.ofTerminal(dot, sets.scanState(set, i), this.root, true);
      if (table.many !== undefined) this.many.push(table.many);
      if (table.few.length > 0) this.few.push(table.few);
      const next = automaton.rules.next[dot] as number;
      this.goOn(next, table.exits, sets.scanRule(set, i), sets.scanOrigin(set, i));
    }
    for (let list = lists.pop(); list !== undefined; list = lists.pop()) {
      const rule = rules.pop() as number;
      const origin = origins.pop() as ItemSetId;
      const count = sets.waitCount(origin);
      for (let i = 0; i < count; i++) {
        const dot = sets.waitDot(origin, i);
        if (automaton.rules.nonterminal[dot] !== rule) continue;
        const next = automaton.rules.next[dot] as number;
        this.goOn(next, list, sets.waitRule(origin, i), sets.waitOrigin(origin, i));
      }
    }
  }

  /** An item comes to a dot within tokens: the bytes at some nodes are read there. */
  private goOn(dot: number, list: ExitNodes, rule: number, origin: ItemSetId): void {
    if (list.nodes.length === 0) return;
    if ((this.automaton.rules.next[dot] as number) < 0) {
      if (rule !== WHOLE) this.end(rule, origin, list);
      return;
    }
    const { many, few, exits } = this.tables.ofDot(dot, list);
    for (let i = 0; i < many.length; i++) this.many.push(many[i] as LayeredMask);
    if (few.length > 0) this.few.push(few);
    // Nothing comes behind the whole output.
    if (rule === WHOLE) return;
    for (let i = 0; i < exits.length; i++) this.end(rule, origin, exits[i] as ExitNodes);
  }

  private end(rule: number, origin: ItemSetId, list: ExitNodes): void {
    const place = pairKey(rule, origin);
    let ids = this.met.get(place);
    if (ids === undefined) this.met.set(place, (ids = new Set()));
    if (ids.has(list.id)) return;
    ids.add(list.id);
    this.rules.push(rule);
    this.origins.push(origin);
    this.lists.push(list);
  }
}
