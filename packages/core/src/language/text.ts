/** Raw UTF-8 text of a language: a whole output, a number, a literal. */
import { hasContinuation, LexemeAutomaton, Place } from "./lexeme-automaton.js";
import type { Language } from "./nodes.js";

/**
 * Reads the UTF-8 bytes of the members of languages.
 *
 * ```ts
 * const texts = new TextAutomaton(arena);
 * const state = texts.step(texts.start(arena.text("é")), 0xc3);
 * texts.isFinal(texts.step(state, 0xa9)); // true
 * ```
 */
export class TextAutomaton extends LexemeAutomaton {
  protected override readonly isQuoted = false;
  readonly #hasNext: (boolean | undefined)[] = [];

  override isFinal(state: number): boolean {
    return this.place(state) === Place.Content && this.arena.nullable(this.operand(state));
  }

  override hasNext(state: number): boolean {
    if (this.place(state) !== Place.Content) return this.place(state) !== Place.Dead;
    return (this.#hasNext[state] ??= hasContinuation(this.arena, this.operand(state)));
  }

  protected override contentKeys(language: Language, keys: Int32Array): void {
    this.codePointKeys(language, 0, keys);
  }

  protected override contentTarget(language: Language, byte: number): number {
    return this.content(this.arena.derivative(language, byte));
  }
}
