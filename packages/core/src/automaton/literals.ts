import type { ByteAutomaton, Language } from "../language/index.js";
import type { Result } from "./goals.js";

const TEXTS = ["null", "true", "false"] as const;
export type Literal = 0 | 1 | 2;
const PLACES = 8;
const PERIOD = PLACES * TEXTS.length;
/** By literal and how much of it has been read: the next byte, 0 at its end. */
const NEXT_BYTES = Uint8Array.from({ length: PERIOD }, (_, at) =>
  (TEXTS[Math.floor(at / PLACES)] as string).charCodeAt(at % PLACES),
);

/** `null`, `true` and `false` as lexemes: a state is a result, a literal and how much of it has been read. */
export class LiteralAutomaton implements ByteAutomaton {
  /** The state after the first byte of a literal whose end has this result. */
  start(literal: Literal, result: Result): number {
    return (result * TEXTS.length + literal) * PLACES + 1;
  }

  /** The result that a state ends with. */
  result(state: number): Result {
    return Math.floor(state / PERIOD);
  }

  /** What is left of the literal. */
  completion(state: number): number[] {
    return Array.from(this.text(state).slice(state % PLACES), (letter) => letter.charCodeAt(0));
  }

  /** The one byte that can follow. */
  nextByte(state: number): number {
    return this.text(state).charCodeAt(state % PLACES);
  }

  step(state: number, byte: number): number {
    return NEXT_BYTES[state % PERIOD] === byte ? state + 1 : 0;
  }

  isFinal(state: number): boolean {
    return !this.hasNext(state);
  }

  hasNext(state: number): boolean {
    return NEXT_BYTES[state % PERIOD] !== 0;
  }

  language(): Language {
    throw new Error("A literal has no language: its result is part of its state");
  }

  private text(state: number): string {
    return TEXTS[Math.floor(state / PLACES) % TEXTS.length] as string;
  }
}
