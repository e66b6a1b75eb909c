import { ListMemo, type TextAutomaton } from "../../language/index.js";

/** The number of a state; 0 is dead. */
export type LexerState = number;
/** The number of a set of terminals that end together; 0 is none. */
export type EndingId = number;

/** A terminal, told from others by where it starts and how it ends: twice its start, plus one if it ends at the shortest. */
export type TerminalKey = number;

export function terminalKey(start: number, isShortest: boolean): TerminalKey {
  return start * 2 + (isShortest ? 1 : 0);
}

const UNKNOWN = -1;

/**
 * Terminals that are read side by side, of which the longest wins, or one that ends at the shortest: a deterministic
 * automaton, made as it is needed, of which terminals are open and in which states. It does not depend on where in a
 * grammar they stand, so what tokens do in it is known for all places with these terminals.
 */
export class Lexer {
  private readonly texts: TextAutomaton;
  private readonly numbers = new ListMemo();
  /** By state: keys and the terminals' states by turns. */
  private readonly open: (readonly number[])[] = [[]];
  /** By state: whether terminals have ended with the last byte, so that nothing is open any more. */
  private readonly ended: boolean[] = [false];
  private readonly rows: (Int32Array | undefined)[] = [undefined];
  private readonly endings: EndingId[] = [0];
  private readonly witnessLists: (readonly LexerState[] | undefined)[] = [undefined];
  private readonly endingNumbers = new Map<string, EndingId>();
  private readonly endingKeys: ReadonlySet<TerminalKey>[] = [new Set()];

  constructor(texts: TextAutomaton) {
    this.texts = texts;
  }

  /** How many states there are. */
  get count(): number {
    return this.open.length;
  }

  /** @param open keys of terminals, ascending, and their states by turns */
  intern(open: readonly number[], hasEnded = false): LexerState {
    if (open.length === 0) return 0;
    const list = hasEnded ? [...open, 1] : open;
    const known = this.numbers.get(list);
    if (known >= 0) return known;
    const state = this.open.push([...open]) - 1;
    this.numbers.set(list, state);
    this.ended.push(hasEnded);
    this.rows.push(undefined);
    this.endings.push(this.endingOf(open));
    this.witnessLists.push(undefined);
    return state;
  }

  /** The state behind a byte. */
  step(state: LexerState, byte: number): LexerState {
    let row = this.rows[state];
    if (row === undefined) {
      row = new Int32Array(256).fill(UNKNOWN);
      this.rows[state] = row;
    }
    const known = row[byte] as number;
    if (known !== UNKNOWN) return known;
    const next = this.compute(state, byte);
    row[byte] = next;
    return next;
  }

  /** Whether terminals have ended with the last byte; then none goes on. */
  hasEnded(state: LexerState): boolean {
    return this.ended[state] as boolean;
  }

  /** The terminals that can have ended in a state. */
  ending(state: LexerState): EndingId {
    return this.endings[state] as EndingId;
  }

  /** The terminals of an ending. */
  terminalsOf(ending: EndingId): ReadonlySet<TerminalKey> {
    return this.endingKeys[ending] as ReadonlySet<TerminalKey>;
  }

  /** The state that a terminal is in; 0: it is not open. */
  stateIn(state: LexerState, key: TerminalKey): number {
    const open = this.open[state] as readonly number[];
    for (let i = 0; i < open.length; i += 2) if (open[i] === key) return open[i + 1] as number;
    return 0;
  }

  /** Whether a terminal can have ended in a state. */
  isOver(state: LexerState, key: TerminalKey): boolean {
    return this.terminalsOf(this.ending(state)).has(key);
  }

  /** Bytes that lead from a terminal's state to where it can end. */
  completionOf(state: number): readonly number[] | undefined {
    return this.texts.completion(state);
  }

  /** Some states that text can lead to from a state, itself included, in which a terminal can have ended. */
  witnesses(state: LexerState): readonly LexerState[] {
    let witnesses = this.witnessLists[state];
    if (witnesses === undefined) {
      const found = new Set<LexerState>();
      if (this.ending(state) !== 0) found.add(state);
      const open = this.open[state] as readonly number[];
      for (let i = 0; i < open.length; i += 2) {
        let at = state;
        for (const byte of this.completionOf(open[i + 1] as number) ?? []) at = this.step(at, byte);
        if (this.ending(at) !== 0) found.add(at);
      }
      witnesses = [...found];
      this.witnessLists[state] = witnesses;
    }
    return witnesses;
  }

  private compute(state: LexerState, byte: number): LexerState {
    const { texts } = this;
    if (this.hasEnded(state)) return 0;
    const open = this.open[state] as readonly number[];
    const next: number[] = [];
    let hasEnded = false;
    for (let i = 0; i < open.length; i += 2) {
      const key = open[i] as number;
      const behind = texts.step(open[i + 1] as number, byte);
      if (behind === 0) continue;
      next.push(key, behind);
      if ((key & 1) === 1 && texts.isFinal(behind)) hasEnded = true;
    }
    return this.intern(hasEnded ? this.finals(next) : next, hasEnded);
  }

  private finals(open: readonly number[]): number[] {
    const finals: number[] = [];
    for (let i = 0; i < open.length; i += 2) {
      if (this.texts.isFinal(open[i + 1] as number)) finals.push(open[i] as number, open[i + 1] as number);
    }
    return finals;
  }

  private endingOf(open: readonly number[]): EndingId {
    const keys = this.finals(open).filter((_, i) => i % 2 === 0);
    if (keys.length === 0) return 0;
    const name = keys.join();
    let ending = this.endingNumbers.get(name);
    if (ending === undefined) {
      ending = this.endingKeys.push(new Set(keys)) - 1;
      this.endingNumbers.set(name, ending);
    }
    return ending;
  }
}
