import type { Language, LanguageArena, TextAutomaton } from "../language/index.js";

/**
 * Reads a whole output that is text as masks read the content of a JSON string: one that no byte ends, so that a token
 * is either read to its end or not allowed.
 */
export class WholeTexts {
  readonly arena: LanguageArena;
  private readonly texts: TextAutomaton;

  constructor(texts: TextAutomaton) {
    this.arena = texts.arena;
    this.texts = texts;
  }

  start(language: Language): number {
    return this.texts.start(language);
  }

  step(state: number, byte: number): number {
    return this.texts.step(state, byte);
  }

  fewBytes(state: number): Uint8Array | undefined {
    return this.texts.fewBytes(state);
  }

  hasNext(): boolean {
    return true;
  }

  language(state: number): Language {
    return this.texts.language(state);
  }
}
