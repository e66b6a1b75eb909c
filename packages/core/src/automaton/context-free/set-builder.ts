import { checkTime, GrammarLimitError } from "../../language/index.js";
import { ItemList, type ItemSetId, type ItemSets, SELF, WHOLE } from "./item-sets.js";
import type { Rules } from "./rules.js";
import type { Terminal } from "./terminals.js";

/**
 * Builds a set of items from those that have read something: what they end is handed to whoever waits for it, what they
 * begin is predicted (Earley 1970), rules that may be empty are passed over where they are predicted (Aycock and Horspool
 * 2002). A rule at the end of a rule that it leads back to takes over who waits for that one, so that right recursion
 * keeps no stack (to the same end as Leo 1991).
 */
export class SetBuilder {
  private readonly rules: Rules;
  private readonly sets: ItemSets;
  private readonly maxItems: number;
  private readonly scans = new ItemList(4);
  private readonly waits = new ItemList(3);
  private accepts = false;
  private hasAdvanced = false;
  /** Triples that are still to be looked at. */
  private readonly work: number[] = [];
  /** By dot, for items that began in this set: the build in which they were met. */
  private readonly selfMet: Int32Array;
  private readonly met = new TripleSet();
  /** Open items that were added: (dot, state) and (rule, origin). */
  private readonly open = new TripleSet();
  private build = 0;
  private readonly tellsBegun: boolean;
  /** The items of `scans` whose terminals have read nothing. */
  private readonly fresh = new ItemList(4);
  private readonly metFresh = new TripleSet();

  /** @param tellsBegun whether a set can have terminals that have begun beside others, and it is asked which: false is cheaper */
  constructor(rules: Rules, sets: ItemSets, maxItems: number, tellsBegun: boolean) {
    this.rules = rules;
    this.sets = sets;
    this.maxItems = maxItems;
    this.tellsBegun = tellsBegun;
    this.selfMet = new Int32Array(rules.next.length);
  }

  begin(): void {
    this.build++;
    this.scans.clear();
    this.waits.clear();
    this.met.clear();
    this.open.clear();
    this.fresh.clear();
    this.metFresh.clear();
    this.work.length = 0;
    this.accepts = false;
    this.hasAdvanced = false;
  }

  /** Whether items were added that are between terminals. */
  get isBetweenTerminals(): boolean {
    return this.hasAdvanced;
  }

  /** Whether any item reads whose terminal has read nothing. */
  get hasFresh(): boolean {
    return (this.tellsBegun ? this.fresh : this.scans).length > 0;
  }

  /**
   * The set itself, to say so in an item of it, if all terminals in it have read nothing; otherwise the set of those that
   * have not, with an item that refers to that set.
   */
  freshSet(dot: number, state: number, rule: number): ItemSetId {
    const { fresh, scans, waits } = this;
    if (!this.tellsBegun || fresh.length === scans.length) return SELF;
    fresh.push(dot, state, rule, SELF);
    return this.sets.intern(fresh, waits, this.accepts);
  }

  /** Adds an item before its terminal. */
  addOpen(dot: number, state: number, rule: number, origin: ItemSetId): void {
    this.add(dot, state, rule, origin);
    if (this.tellsBegun && this.metFresh.add(dot, state, (rule + 1) * 0x100000000 + origin))
      this.fresh.push(dot, state, rule, origin);
  }

  private add(dot: number, state: number, rule: number, origin: ItemSetId): void {
    if (this.open.add(dot, state, (rule + 1) * 0x100000000 + origin))
      this.scans.push(dot, state, rule, origin);
  }

  /** Adds an item of another set inside its terminal, perhaps in another state. */
  reopen(set: ItemSetId, item: number, state: number = this.sets.scanState(set, item)): void {
    const { sets } = this;
    this.add(sets.scanDot(set, item), state, sets.scanRule(set, item), sets.scanOrigin(set, item));
  }

  /** Adds the items of another set, whose terminals have read nothing if it is asked which have. */
  include(set: ItemSetId): void {
    const { sets } = this;
    const count = sets.scanCount(set);
    for (let i = 0; i < count; i++) {
      this.addOpen(
        sets.scanDot(set, i),
        sets.scanState(set, i),
        sets.scanRule(set, i),
        sets.scanOrigin(set, i),
      );
    }
    if (sets.isAccepting(set)) this.accept();
  }

  /** Adds an item that comes to a dot, and what follows from it. */
  advance(dot: number, rule: number, origin: ItemSetId): void {
    this.hasAdvanced = true;
    this.push(dot, rule, origin);
    this.close();
  }

  /** The output may end. */
  accept(): void {
    this.accepts = true;
  }

  /** The number of the set; 0 where it is empty and no output may end. */
  finish(): ItemSetId {
    if (this.scans.length === 0 && !this.accepts) return 0;
    return this.sets.intern(this.scans, this.waits, this.accepts);
  }

  private push(dot: number, rule: number, origin: ItemSetId): void {
    if (origin === SELF && rule !== WHOLE) {
      if (this.selfMet[dot] === this.build) return;
      this.selfMet[dot] = this.build;
    } else if (!this.met.add(dot, rule, origin)) return;
    this.work.push(dot, rule, origin);
  }

  private close(): void {
    const { work, rules, maxItems } = this;
    while (work.length > 0) {
      const origin = work.pop() as number;
      const rule = work.pop() as number;
      const dot = work.pop() as number;
      if (this.scans.length + this.waits.length > maxItems) throw new GrammarLimitError("maxItems", maxItems);
      checkTime();
      if (rules.mayEnd[dot] === 1) this.end(rule, origin);
      const next = rules.next[dot] as number;
      if (next < 0) continue;
      const nonterminal = rules.nonterminal[dot] as number;
      if (nonterminal < 0) {
        const index = rules.terminal[dot] as number;
        const terminal = rules.terminals[index] as Terminal;
        this.addOpen(dot, terminal.start, rule, origin);
        if (terminal.isNullable && next !== dot) this.push(next, rule, origin);
        continue;
      }
      const starts = rules.starts[nonterminal] as Int32Array;
      if (rules.isTail[dot] === 1 && (origin !== SELF || rule === WHOLE)) {
        for (let i = 0; i < starts.length; i++) this.push(starts[i] as number, rule, origin);
      } else {
        this.waits.push(dot, rule, origin);
        for (let i = 0; i < starts.length; i++) this.push(starts[i] as number, nonterminal, SELF);
      }
      if (rules.isNullable[nonterminal] === 1 && next !== dot) this.push(next, rule, origin);
    }
  }

  /** A rule ends that was begun in `origin`: who waits there for it goes on. */
  private end(rule: number, origin: ItemSetId): void {
    if (rule === WHOLE) {
      this.accepts = true;
      return;
    }
    // Empty: passed over where it was predicted.
    if (origin === SELF) return;
    const { sets, rules } = this;
    const count = sets.waitCount(origin);
    for (let i = 0; i < count; i++) {
      const dot = sets.waitDot(origin, i);
      if (rules.nonterminal[dot] === rule) {
        this.push(rules.next[dot] as number, sets.waitRule(origin, i), sets.waitOrigin(origin, i));
      }
    }
  }
}

/** A set of triples of integers, cleared at no cost. */
class TripleSet {
  private slots = new Float64Array(256 * 3);
  private stamps = new Int32Array(256);
  private stamp = 0;
  private count = 0;

  clear(): void {
    this.stamp++;
    this.count = 0;
  }

  /** False if it is there already. */
  add(a: number, b: number, c: number): boolean {
    const { stamps, slots, stamp } = this;
    const mask = stamps.length - 1;
    let slot = hash(a, b, c) & mask;
    while (stamps[slot] === stamp) {
      const at = slot * 3;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return false;
      slot = (slot + 1) & mask;
    }
    stamps[slot] = stamp;
    slots[slot * 3] = a;
    slots[slot * 3 + 1] = b;
    slots[slot * 3 + 2] = c;
    if (++this.count * 2 > stamps.length) this.grow();
    return true;
  }

  private grow(): void {
    const { slots, stamps, stamp } = this;
    this.slots = new Float64Array(slots.length * 2);
    this.stamps = new Int32Array(stamps.length * 2);
    this.stamp = 1;
    this.count = 0;
    for (let slot = 0; slot < stamps.length; slot++) {
      if (stamps[slot] !== stamp) continue;
      this.add(slots[slot * 3] as number, slots[slot * 3 + 1] as number, slots[slot * 3 + 2] as number);
    }
  }
}

function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c % 0x7fffffff, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
