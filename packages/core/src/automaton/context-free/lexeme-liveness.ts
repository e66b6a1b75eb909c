import type { ItemSetId, ItemSets } from "./item-sets.js";
import type { Terminal } from "./terminals.js";

/** So many sets in which terminals go on are looked at for one; beyond that it is taken to be live. */
const MAX_SETS = 300;
/** So many terminals ahead are looked at; what goes on further is taken to be live. */
const MAX_DEPTH = 8;
/** So many bytes are read for one set. */
const MAX_STEPS = 4_000;
const DEAD = -1;

/** What it needs of an automaton. */
interface ItemSource {
  readonly sets: ItemSets;
  terminalOf(set: ItemSetId, item: number): Terminal;
  raw(set: ItemSetId, byte: number): ItemSetId;
  livesOn(set: ItemSetId, byte: number): boolean;
  endOf(set: ItemSetId): ItemSetId;
  /** Whether an item does not depend on the longest, or the output may end. */
  hasOthers(set: ItemSetId): boolean;
}

/**
 * Tells whether the terminals that are open in a set can end at all. Each of them has an end of its own, but where the
 * longest wins another one, or itself, may read on over every end: `X "x"` with `X: /x+/` has no text.
 *
 * It looks some terminals ahead, for a way that does not come back to where it was. What it takes to be dead is dead; a
 * way that is longer is taken to be live.
 */
export class LexemeLiveness {
  private readonly automaton: ItemSource;
  /** By set: for how many terminals it is known to go on, 0 before anything is known, or `DEAD`. */
  private readonly known: number[] = [];
  /** By set: where it goes on. */
  private readonly ways: ItemSetId[] = [];
  /** The sets that are being looked at. */
  private readonly open = new Set<ItemSetId>();
  /** How far below an open set the search has come back to it. */
  private metOpen = false;
  private steps = 0;

  constructor(automaton: ItemSource) {
    this.automaton = automaton;
  }

  isLive(set: ItemSetId): boolean {
    this.steps = 0;
    return this.goesOn(set, MAX_DEPTH);
  }

  private goesOn(set: ItemSetId, depth: number): boolean {
    while (this.known.length <= set) this.known.push(0);
    const known = this.known[set] as number;
    if (known === DEAD) return false;
    if (known >= depth || depth === 0 || this.steps > MAX_STEPS) return true;
    if (this.automaton.hasOthers(set)) {
      this.known[set] = Number.POSITIVE_INFINITY;
      return true;
    }
    if (this.open.has(set)) {
      this.metOpen = true;
      return false;
    }
    const metBefore = this.metOpen;
    this.metOpen = false;
    this.open.add(set);
    let isLive: boolean;
    try {
      const way = this.ways[set];
      isLive = (way !== undefined && this.goesOn(way, depth - 1)) || this.canEnd(set, depth);
    } finally {
      this.open.delete(set);
    }
    if (isLive) this.known[set] = Math.max(depth, this.known[set] as number);
    // What came back to a set that is still open may be live by another way of that one.
    else if (!this.metOpen || this.open.size === 0) this.known[set] = DEAD;
    this.metOpen ||= metBefore;
    return isLive;
  }

  private canEnd(set: ItemSetId, depth: number): boolean {
    const { automaton } = this;
    if (this.endsAt(set, set, depth)) return true;
    // The ends of single items first: almost always one of them will do.
    for (let i = 0; i < automaton.sets.scanCount(set); i++) {
      let at = set;
      const state = automaton.sets.scanState(set, i);
      for (const byte of automaton.terminalOf(set, i).reader.completion(state) ?? []) {
        if (at !== 0) at = automaton.raw(at, byte);
      }
      if (at !== 0 && at !== set && this.endsAt(at, set, depth)) return true;
    }
    const sets = new Set([set]);
    for (const at of sets) {
      if (at !== set && this.endsAt(at, set, depth)) return true;
      // Where a terminal has just ended, others have begun: those have been looked at.
      if (at !== set && this.isBetween(at)) continue;
      for (let byte = 0; byte < 256; byte++) {
        if (!automaton.livesOn(at, byte)) continue;
        this.steps++;
        const next = automaton.raw(at, byte);
        if (next !== 0) sets.add(next);
      }
      if (sets.size > MAX_SETS || this.steps > MAX_STEPS) return true;
    }
    return false;
  }

  /** Whether the terminals of a set have ended, or can end before the next byte, at a set that they come to, and it goes on there. */
  private endsAt(at: ItemSetId, set: ItemSetId, depth: number): boolean {
    if (at !== set && this.isBetween(at)) return this.follows(set, at, depth);
    const { automaton } = this;
    const end = automaton.endOf(at);
    if (end === 0) return false;
    if (automaton.hasOthers(end)) {
      this.ways[set] = end;
      return true;
    }
    for (let byte = 0; byte < 256; byte++) {
      if (automaton.livesOn(at, byte) || !automaton.livesOn(end, byte)) continue;
      this.steps++;
      const next = automaton.raw(at, byte);
      if (next !== 0 && this.follows(set, next, depth)) return true;
    }
    return false;
  }

  private follows(set: ItemSetId, next: ItemSetId, depth: number): boolean {
    if (!this.goesOn(next, depth - 1)) return false;
    this.ways[set] = next;
    return true;
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
}
