import { PairMemo, TextAutomaton } from "../../language/index.js";
import type { ItemAutomaton } from "./item-automaton.js";
import type { ItemSetId } from "./item-sets.js";
import { type EndingId, type Lexer, type LexerState, type TerminalKey, terminalKey } from "./lexer.js";
import { SureEnds } from "./sure-ends.js";
import { Ending } from "./terminals.js";

const NOT_LEXICAL = -1;
const UNKNOWN = 0;

/**
 * The sets of an automaton whose terminals all end at the longest or shortest: a lexer reads in them, and only where
 * terminals end is the set asked for what follows. What it answers is what `ItemAutomaton.step` does byte by byte.
 */
export class LexicalSets {
  readonly lexer: Lexer;
  private readonly automaton: ItemAutomaton;
  private readonly sure: SureEnds;
  /** By set: the lexer's state in it, plus 2. */
  private readonly states: number[] = [];
  private readonly behinds = new PairMemo();
  private readonly ends = new PairMemo();
  private readonly live = new PairMemo();

  constructor(automaton: ItemAutomaton, lexer: Lexer) {
    this.automaton = automaton;
    this.lexer = lexer;
    this.sure = new SureEnds(automaton, lexer);
  }

  /** The lexer's state in a set; -1: it is none for a lexer. */
  stateOf(set: ItemSetId): LexerState {
    while (this.states.length <= set) this.states.push(UNKNOWN);
    let state = this.states[set] as number;
    if (state === UNKNOWN) {
      state = this.compute(set) + 2;
      this.states[set] = state;
    }
    return state - 2;
  }

  private compute(set: ItemSetId): LexerState {
    const { automaton } = this;
    const open: number[] = [];
    for (let i = 0; i < automaton.sets.scanCount(set); i++) {
      const { reader, ending, start, tokens } = automaton.terminalOf(set, i);
      if (tokens !== undefined) continue;
      if (ending === Ending.Anywhere || !(reader instanceof TextAutomaton)) return NOT_LEXICAL;
      const key = terminalKey(start, ending === Ending.Shortest);
      const state = automaton.sets.scanState(set, i);
      let at = open.length;
      while (at > 0 && (open[at - 2] as number) > key) at -= 2;
      if (at === 0 || open[at - 2] !== key) open.splice(at, 0, key, state);
      // Begun at two places: where it ends at one of them it does not at the other.
      else if (open[at - 1] !== state) return NOT_LEXICAL;
    }
    return this.lexer.intern(open);
  }

  /** What follows a set where, some bytes further, these of its terminals end before the next byte; 0: nothing. */
  behind(set: ItemSetId, ending: EndingId): ItemSetId {
    let behind = this.behinds.get(set, ending);
    if (behind < 0) {
      const terminals = this.lexer.terminalsOf(ending);
      behind = this.automaton.endBehind(set, (i) => terminals.has(this.keyOf(set, i)));
      this.behinds.set(set, ending, behind);
    }
    return behind;
  }

  /** The same where they end with the last byte. */
  ended(set: ItemSetId, ending: EndingId): ItemSetId {
    let ended = this.ends.get(set, ending);
    if (ended < 0) {
      const terminals = this.lexer.terminalsOf(ending);
      ended = this.automaton.endWith(set, (i) => terminals.has(this.keyOf(set, i)));
      this.ends.set(set, ending, ended);
    }
    return ended;
  }

  private keyOf(set: ItemSetId, item: number): TerminalKey {
    const { start, ending, tokens } = this.automaton.terminalOf(set, item);
    return tokens === undefined ? terminalKey(start, ending === Ending.Shortest) : -1;
  }

  /** Whether what is open in states can end at every place. */
  areSure(states: Int32Array): boolean {
    return states.every((state) => this.sure.has(state));
  }

  /** Whether what is open in a set can end once its terminals have come to a state. */
  isLive(set: ItemSetId, state: LexerState): boolean {
    if (this.sure.has(state)) return true;
    let known = this.live.get(set, state);
    if (known < 0) {
      const isLive = this.lexer.hasEnded(state) ? this.isEndedLive(set, state) : this.isOpenLive(set, state);
      known = isLive ? 1 : 0;
      this.live.set(set, state, known);
    }
    return known === 1;
  }

  private isEndedLive(set: ItemSetId, state: LexerState): boolean {
    const ended = this.ended(set, this.lexer.ending(state));
    return ended !== 0 && this.automaton.isLiveSet(ended);
  }

  private isOpenLive(set: ItemSetId, state: LexerState): boolean {
    const { automaton, lexer } = this;
    return automaton.isLiveSet(automaton.open(set, (i) => lexer.stateIn(state, this.keyOf(set, i))));
  }
}
