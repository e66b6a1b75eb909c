import { compilePattern, type TextAutomaton } from "../language/index.js";
import { LayoutError } from "./layout-error.js";
import { FixedWhitespace, Follow, type Gap } from "./whitespace-policy.js";

/** The characters that JSON has as whitespace, as ranges. */
export const SPACES = [0x09, 0x0a, 0x0d, 0x0d, 0x20, 0x20];

/** In every gap a run of whitespace that matches a pattern as a whole; the state is one of a text automaton. */
export class WhitespacePattern extends FixedWhitespace {
  readonly indent = undefined;
  private readonly texts: TextAutomaton;
  private readonly start: number;

  /**
   * @throws PatternError where the pattern cannot be compiled
   * @throws LayoutError where it matches other characters than whitespace of JSON, or nothing at all
   */
  constructor(pattern: string, texts: TextAutomaton) {
    super();
    if (typeof pattern !== "string") throw new LayoutError("whitespacePattern must be a string");
    const { arena } = texts;
    const { language } = compilePattern(arena, pattern, { whole: true });
    const runs = arena.repeat(arena.codePoints(arena.sets.ofRanges(SPACES)), 0, Number.POSITIVE_INFINITY);
    if (!arena.isEmpty(arena.difference(language, runs))) {
      throw new LayoutError(
        `whitespacePattern /${pattern}/ matches other characters than JSON's whitespace; write [ \\t\\n\\r] for \\s`,
      );
    }
    if (arena.isEmpty(language)) throw new LayoutError(`whitespacePattern /${pattern}/ matches nothing`);
    this.texts = texts;
    this.start = texts.start(language);
  }

  step(_gap: Gap, _shape: number, state: number, byte: number): number {
    const next = this.texts.step(this.own(state), byte);
    if (next === 0) return -1;
    return next === this.start ? 0 : next;
  }

  follows(_gap: Gap, _shape: number, state: number): Follow {
    return this.texts.isFinal(this.own(state)) ? Follow.Both : Follow.None;
  }

  /** The automaton's states are live. */
  reachable(): Follow {
    return Follow.Both;
  }

  /** The automaton's state; 0 is its start. */
  private own(state: number): number {
    return state === 0 ? this.start : state;
  }
}
