import { TextAutomaton } from "../../language/index.js";
import type { ItemAutomaton } from "./item-automaton.js";
import { type Lexer, type LexerState, type TerminalKey, terminalKey } from "./lexer.js";
import { Ending } from "./terminals.js";

/** So many bytes that a terminal can begin with are looked at. */
const MAX_BYTES = 4;
const UNKNOWN = 0;
const SURE = 1;
const UNSURE = 2;

/** A byte that a terminal can begin with, and a state in which it can end then, with all terminals that may be beside it. */
interface Opening {
  readonly byte: number;
  readonly end: LexerState;
}

/**
 * Tells of states of a grammar's lexer that their terminals can end at every place of the grammar, by what can follow at
 * every place: what is ignored, and behind that any other terminal. In each step the worst is taken, that all terminals of
 * the grammar are open side by side. Where it does not know, `LexemeLiveness` looks at the place.
 */
export class SureEnds {
  private readonly lexer: Lexer;
  private readonly known: number[] = [];
  /** What is ignored, and how each terminal can begin so that it can surely end; undefined: nothing is known. */
  private ignored: TerminalKey | undefined;
  private openings: ReadonlyMap<TerminalKey, readonly Opening[]> = new Map();

  constructor(automaton: ItemAutomaton, lexer: Lexer) {
    this.lexer = lexer;
    const ignored = automaton.ignoredTerminal;
    if (ignored === undefined) return;
    const keys = new Set<TerminalKey>();
    for (const { reader, ending, start, tokens } of automaton.rules.terminals) {
      if (tokens !== undefined || ending === Ending.Anywhere) continue;
      if (!(reader instanceof TextAutomaton)) return;
      keys.add(terminalKey(start, ending === Ending.Shortest));
    }
    this.ignored = terminalKey(ignored.start, ignored.ending === Ending.Shortest);
    this.openings = this.solve(this.ignored, keys);
  }

  /** Whether what is open in a state can surely end, wherever that is. */
  has(state: LexerState): boolean {
    while (this.known.length <= state) this.known.push(UNKNOWN);
    if (this.known[state] === UNKNOWN) this.known[state] = this.compute(state) ? SURE : UNSURE;
    return this.known[state] === SURE;
  }

  private compute(state: LexerState): boolean {
    const { ignored, lexer, openings } = this;
    if (ignored === undefined || lexer.hasEnded(state)) return false;
    return lexer.witnesses(state).some((witness) => {
      if (lexer.hasEnded(witness)) return false;
      if (this.yields(witness, openings.get(ignored) as readonly Opening[])) return true;
      return lexer.isOver(witness, ignored) && this.yieldsToOthers(witness, openings, ignored);
    });
  }

  /** Whether a state does not go on with some byte of some openings. */
  private yields(state: LexerState, openings: readonly Opening[]): boolean {
    return openings.some(({ byte }) => this.lexer.step(state, byte) === 0);
  }

  /** The same of all terminals but what is ignored. */
  private yieldsToOthers(
    state: LexerState,
    openings: ReadonlyMap<TerminalKey, readonly Opening[]>,
    ignored: TerminalKey,
  ): boolean {
    return [...openings].every(([key, list]) => key === ignored || this.yields(state, list));
  }

  /** The greatest sets of openings of which each leads to an end behind which others of them can come. */
  private solve(ignored: TerminalKey, keys: ReadonlySet<TerminalKey>): Map<TerminalKey, readonly Opening[]> {
    const all = this.lexer.intern([...keys].sort((x, y) => x - y).flatMap((key) => [key, key >> 1]));
    const byKey = new Map([...keys].map((key) => [key, this.openingsOf(key, all)]));
    for (let isStable = false; !isStable; ) {
      isStable = true;
      for (const [key, openings] of byKey) {
        // Behind a terminal comes what is ignored, behind that another terminal.
        const kept = openings.filter(({ end }) => {
          return key === ignored
            ? this.yieldsToOthers(end, byKey, ignored)
            : this.yields(end, byKey.get(ignored) as readonly Opening[]);
        });
        if (kept.length < openings.length) {
          isStable = false;
          byKey.set(key, kept);
        }
      }
    }
    return byKey;
  }

  private openingsOf(key: TerminalKey, all: LexerState): readonly Opening[] {
    const { lexer } = this;
    const openings: Opening[] = [];
    const seen = new Set<LexerState>();
    for (let byte = 0; byte < 256 && openings.length < MAX_BYTES; byte++) {
      let at = lexer.step(all, byte);
      const first = at === 0 ? 0 : lexer.stateIn(at, key);
      if (first === 0 || lexer.hasEnded(at) || seen.has(at)) continue;
      seen.add(at);
      const rest = lexer.completionOf(first);
      if (rest === undefined) continue;
      for (const next of rest) if (!lexer.hasEnded(at)) at = lexer.step(at, next);
      if (!lexer.hasEnded(at) && lexer.isOver(at, key)) openings.push({ byte, end: at });
    }
    return openings;
  }
}
