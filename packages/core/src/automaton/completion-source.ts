/**
 * What a search for short completions (`completion-search.ts`) asks of a front end whose outputs are nested frames. States
 * are numbers of structural states.
 */
import type { Goal, Result } from "./goals.js";

/** A text that ends a frame, and what it ends with. */
export interface Ending {
  readonly bytes: readonly number[];
  readonly result: Result;
}

/** A value that comes, and the state that waits for it. */
export interface ComingValue {
  readonly goal: Goal;
  readonly waiting: number;
}

/** A way on in a frame: text up to a value, and then the value. What that is may be costly to tell, and is asked late. */
export interface Step {
  readonly bytes: readonly number[];
  /** A lower bound of the bytes that end the frame, these included. */
  readonly atLeast: number;
  /** Undefined: the step is not possible. */
  value(): ComingValue | undefined;
}

/** The text that opens a value which is a frame of its own. */
export interface OpenedFrame {
  readonly bytes: readonly number[];
  readonly state: number;
}

/** A kind of value. */
export interface Opening {
  /** A lower bound of the value's length in bytes. */
  readonly atLeast: number;
  /** A shortest scalar of this kind, or an opened frame; undefined: no such value meets the goal. */
  open(): Ending | OpenedFrame | undefined;
}

export interface CompletionSource {
  /** The shortest text that ends the frame here. */
  end(state: number): Ending | undefined;
  /** Ways on that can bring the end nearer; called where the frame cannot end. */
  steps(state: number): Step[];
  /** Ways on from within a key: `lexeme` is the state of the key's string, `content` its bytes behind the quote. */
  stepsInKey(waiting: number, lexeme: number, content: Uint8Array): Step[];
  /** Whether a name that is mentioned begins with a key's content. */
  beginsName(waiting: number, content: Uint8Array): boolean;
  /**
   * A lower bound of the bytes that end the frame. Values in it count as one byte each: behind a value to come, at least so
   * many less its step and one byte are needed.
   */
  atLeast(state: number): number;
  openings(value: ComingValue): Opening[];
  /** Equal for values that are completed by the same texts. */
  keyOf(value: ComingValue): string;
  /** The state behind a value. */
  after(waiting: number, ending: Ending): number;
  /** Runs something beyond the limits of what is kept: what ends an output that hit one. */
  withReserve<T>(run: () => T): T;
  /** The goal of values with other results than this one; undefined if there are none. */
  others(goal: Goal, result: Result): Goal | undefined;
}
