import { type JsonStringAutomaton, NO_LANGUAGE } from "../language/index.js";
import { BEYOND_ASCII, groupOf, SPECIAL } from "./subtree-bytes.js";
import type { WholeTexts } from "./whole-texts.js";

/** No set of groups, since `SPECIAL` never loops. */
const UNKNOWN = -1;

/** What walks ask of string states, each asked once. */
export class StateFacts {
  private readonly strings: JsonStringAutomaton | WholeTexts;
  private loopsByState = new Int32Array(1024).fill(UNKNOWN);
  private enoughByState = new Float64Array(1024).fill(-1);

  constructor(strings: JsonStringAutomaton | WholeTexts) {
    this.strings = strings;
  }

  /** The groups of bytes (see `groupOf`) of which any number can be read, and the state stays what it is. */
  loops(state: number): number {
    if (state >= this.loopsByState.length) this.grow(state);
    let loops = this.loopsByState[state] as number;
    if (loops === UNKNOWN) {
      loops = this.computeLoops(state);
      this.loopsByState[state] = loops;
    }
    return loops;
  }

  private computeLoops(state: number): number {
    const { strings } = this;
    const language = strings.language(state);
    if (language === NO_LANGUAGE) return 0;
    let others = SPECIAL;
    for (let byte = 0x20; byte < 0x80; byte++) {
      const group = groupOf[byte] as number;
      if ((others & group) === 0 && strings.step(state, byte) !== state) others |= group;
    }
    if (!strings.arena.loopsFrom(language, 0x80)) others |= BEYOND_ASCII;
    return ~others;
  }

  /**
   * So many code points are enough to end the text from a state and from every state that one code point leads to;
   * Infinity where it is not known. Only of states between code points.
   */
  enough(state: number): number {
    if (state >= this.enoughByState.length) this.grow(state);
    let enough = this.enoughByState[state] as number;
    if (enough < 0) {
      enough = this.strings.arena.enoughToEnd(this.strings.language(state));
      this.enoughByState[state] = enough;
    }
    return enough;
  }

  private grow(state: number): void {
    const size = 2 ** Math.ceil(Math.log2(state + 1));
    const loops = new Int32Array(size).fill(UNKNOWN);
    loops.set(this.loopsByState);
    this.loopsByState = loops;
    const enough = new Float64Array(size).fill(-1);
    enough.set(this.enoughByState);
    this.enoughByState = enough;
  }
}
