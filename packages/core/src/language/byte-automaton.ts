/** What frames use of a lexeme: a deterministic automaton over bytes whose states are small dense integers. */
import type { Language } from "./nodes.js";

/** The state from which nothing is accepted. */
export const DEAD = 0;
/** What `language` says in the middle of an escape or of a UTF-8 sequence. */
export const NO_LANGUAGE = -1;

export interface ByteAutomaton {
  /** The next state, or `DEAD`. Only live states are ever returned: some continuation leads to a final state. */
  step(state: number, byte: number): number;
  /** Whether the bytes read so far are a whole lexeme. */
  isFinal(state: number): boolean;
  /** False where nothing can follow (as after a closing quote). */
  hasNext(state: number): boolean;
  /**
   * What must follow, in code points; in a final state with nothing to follow, what is left of the language, whose
   * parts tell membership. `NO_LANGUAGE` in the middle of an escape or of a UTF-8 sequence.
   */
  language(state: number): Language;
}
