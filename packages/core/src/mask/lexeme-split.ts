import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import type { ItemSetId } from "../automaton/context-free/item-sets.js";
import { Ending } from "../automaton/context-free/terminals.js";
import { TextAutomaton } from "../language/index.js";

/** A terminal that goes on with fewer different bytes is read byte by byte. */
const MIN_BYTES = 16;

/** A set as a terminal that is open in one state, perhaps for several items, and what else is in the set. */
export interface LexemeSplit {
  readonly reader: TextAutomaton;
  readonly state: number;
  /** The terminal's items. */
  readonly own: ItemSetId;
  /** The others; 0: none. */
  readonly rest: ItemSetId;
}

/** Finds the terminal of a set that reads most. */
export class LexemeSplits {
  private readonly automaton: ItemAutomaton;
  private readonly known = new Map<ItemSetId, LexemeSplit | undefined>();
  private readonly bytes = new Map<number, number>();
  private readonly behinds = new Map<ItemSetId, ItemSetId>();

  constructor(automaton: ItemAutomaton) {
    this.automaton = automaton;
  }

  /** Undefined where no terminal reads much, or one does not end anywhere. */
  of(set: ItemSetId): LexemeSplit | undefined {
    if (!this.known.has(set)) this.known.set(set, this.compute(set));
    return this.known.get(set);
  }

  /** What follows where the terminal of a set has ended that was split so: the items that are not in its state. */
  behind(set: ItemSetId, state: number): ItemSetId {
    let behind = this.behinds.get(set);
    if (behind === undefined) {
      const { sets } = this.automaton;
      const others = indices(sets.scanCount(set)).filter((i) => {
        return (
          sets.scanState(set, i) !== state ||
          !(this.automaton.terminalOf(set, i).reader instanceof TextAutomaton)
        );
      });
      behind = others.length === 0 ? 0 : this.automaton.part(set, others);
      this.behinds.set(set, behind);
    }
    return behind;
  }

  private compute(set: ItemSetId): LexemeSplit | undefined {
    const { automaton } = this;
    const { sets } = automaton;
    const all = indices(sets.scanCount(set));
    let best = -1;
    let most = MIN_BYTES - 1;
    for (const i of all) {
      const { reader, ending } = automaton.terminalOf(set, i);
      // The others would depend on where it ends.
      if (ending !== Ending.Anywhere) return undefined;
      if (!(reader instanceof TextAutomaton)) continue;
      const count = this.countBytes(reader, sets.scanState(set, i));
      if (count > most) {
        most = count;
        best = i;
      }
    }
    if (best < 0) return undefined;
    const { reader } = automaton.terminalOf(set, best);
    const state = sets.scanState(set, best);
    if (!(reader instanceof TextAutomaton)) return undefined;
    const isOwn = (i: number) =>
      automaton.terminalOf(set, i).reader === reader && sets.scanState(set, i) === state;
    const others = all.filter((i) => !isOwn(i));
    const own = others.length === 0 ? set : automaton.part(set, all.filter(isOwn));
    return {
      reader,
      state,
      own,
      rest: others.length === 0 ? 0 : automaton.part(set, others),
    };
  }

  private countBytes(reader: TextAutomaton, state: number): number {
    let count = this.bytes.get(state);
    if (count === undefined) {
      count = 0;
      for (let byte = 0; byte < 256; byte++) if (reader.step(state, byte) !== 0) count++;
      this.bytes.set(state, count);
    }
    return count;
  }
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
