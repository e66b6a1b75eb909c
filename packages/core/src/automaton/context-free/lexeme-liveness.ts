import type { ItemSetId, ItemSets } from "./item-sets.js";
import { Ending, type Terminal } from "./terminals.js";

const UNKNOWN = 0;
const LIVE = 1;
const DEAD = 2;
/** So many sets are looked at for one; beyond that it is taken to be live. */
const MAX_SETS = 300;
/** So many terminals ahead are looked at. */
const MAX_DEPTH = 3;

/** What it needs of an automaton. */
interface ItemSource {
  readonly sets: ItemSets;
  terminalOf(set: ItemSetId, item: number): Terminal;
  raw(set: ItemSetId, byte: number): ItemSetId;
  livesOn(set: ItemSetId, byte: number): boolean;
  endOf(set: ItemSetId): ItemSetId;
}

/**
 * Tells whether the terminals that are open in a set can end at all. Each of them has an end of its own, but where the
 * longest wins another one, or itself, may read on over every end: `X "x"` with `X: /x+/` has no text.
 *
 * It looks a few terminals ahead, which finds what grammars have in practice; a loop of terminals without an end that is
 * longer than that is not found.
 */
export class LexemeLiveness {
  private readonly automaton: ItemSource;
  private readonly known: number[] = [];
  private depth = 0;

  constructor(automaton: ItemSource) {
    this.automaton = automaton;
  }

  isLive(set: ItemSetId): boolean {
    while (this.known.length <= set) this.known.push(UNKNOWN);
    if (this.known[set] === UNKNOWN) {
      if (this.depth === MAX_DEPTH) return true;
      // In case it leads back to itself.
      this.known[set] = LIVE;
      this.depth++;
      const isLive = this.hasOthers(set) || this.canEnd(set);
      this.depth--;
      this.known[set] = isLive ? LIVE : DEAD;
    }
    return this.known[set] === LIVE;
  }

  /** Whether an item does not depend on the longest, or the output may end. */
  private hasOthers(set: ItemSetId): boolean {
    const { automaton } = this;
    if (automaton.sets.isAccepting(set)) return true;
    for (let i = 0; i < automaton.sets.scanCount(set); i++) {
      if (automaton.terminalOf(set, i).ending === Ending.Anywhere) return true;
    }
    return false;
  }

  private canEnd(set: ItemSetId): boolean {
    const { automaton } = this;
    if (this.endsHere(set)) return true;
    // The ends of single items first: almost always one of them will do.
    for (let i = 0; i < automaton.sets.scanCount(set); i++) {
      let at = set;
      const state = automaton.sets.scanState(set, i);
      for (const byte of automaton.terminalOf(set, i).reader.completion(state) ?? []) {
        if (at !== 0) at = automaton.raw(at, byte);
      }
      if (at !== 0 && at !== set && (this.isBetween(at) || this.endsHere(at))) return true;
    }
    const sets = new Set([set]);
    for (const at of sets) {
      if (at !== set && (this.isBetween(at) || this.endsHere(at))) return true;
      for (let byte = 0; byte < 256; byte++) {
        if (!automaton.livesOn(at, byte)) continue;
        const next = automaton.raw(at, byte);
        if (next !== 0) sets.add(next);
      }
      if (sets.size > MAX_SETS) return true;
    }
    return false;
  }

  /** Whether a terminal has just ended: at the shortest. */
  private isBetween(set: ItemSetId): boolean {
    const { automaton } = this;
    if (automaton.sets.isAccepting(set) || automaton.sets.waitCount(set) > 0) return true;
    for (let i = 0; i < automaton.sets.scanCount(set); i++) {
      if (automaton.sets.scanState(set, i) === automaton.terminalOf(set, i).start) return true;
    }
    return false;
  }

  /** Whether the open terminals can end before the next byte, and something follows. */
  private endsHere(set: ItemSetId): boolean {
    const { automaton } = this;
    const end = automaton.endOf(set);
    if (end === 0) return false;
    if (this.hasOthers(end)) return true;
    for (let byte = 0; byte < 256; byte++) {
      if (automaton.livesOn(set, byte) || !automaton.livesOn(end, byte)) continue;
      const next = automaton.raw(set, byte);
      if (next !== 0 && this.isLive(next)) return true;
    }
    return false;
  }
}
