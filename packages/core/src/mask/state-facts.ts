import { type JsonStringAutomaton, NO_LANGUAGE } from "../language/index.js";
import { BEYOND_ASCII, groupOf, SPECIAL, WIDE_SPACE, WIDE_SPACES } from "./subtree-bytes.js";
import type { WholeTexts } from "./whole-texts.js";

/** No set of groups, since `SPECIAL` never loops. */
const UNKNOWN = -1;

/** States that more bytes leave have no list of them: most subtrees have one. */
const MAX_LEAVING = 24;

/** What walks ask of string states, each asked once. */
export class StateFacts {
  private readonly strings: JsonStringAutomaton | WholeTexts;
  private loopsByState = new Int32Array(1024).fill(UNKNOWN);
  /** By state: where its list is among those; `UNKNOWN`, or 0 for states without a list. */
  private leavingByState = new Int32Array(1024).fill(UNKNOWN);
  private readonly leavingLists: (Uint8Array | undefined)[] = [undefined];
  private readonly freeState: number;
  private enoughByState = new Float64Array(1024).fill(-1);
  /** What the ASCII bytes lead to, of the language that is looked at. */
  private readonly targets = new Int32Array(0x80);

  constructor(strings: JsonStringAutomaton | WholeTexts) {
    this.strings = strings;
    this.freeState = strings.start(strings.arena.any);
  }

  /**
   * The bytes at the start of a character with which another state is reached, or none, from one between code points;
   * undefined where they are many. Bytes that no string can have there are left out.
   */
  leaving(state: number): Uint8Array | undefined {
    if (state >= this.leavingByState.length) this.grow(state);
    let index = this.leavingByState[state] as number;
    if (index === UNKNOWN) {
      const leaving = this.computeLeaving(state);
      index = leaving === undefined ? 0 : this.leavingLists.push(leaving) - 1;
      this.leavingByState[state] = index;
    }
    return this.leavingLists[index];
  }

  private computeLeaving(state: number): Uint8Array | undefined {
    const { strings, freeState, targets } = this;
    const language = strings.language(state);
    if (language === NO_LANGUAGE) return undefined;
    strings.arena.writeAsciiTargets(language, targets);
    const bytes: number[] = [];
    for (let byte = 0; byte < 0x80 && bytes.length <= MAX_LEAVING; byte++) {
      const free = strings.step(freeState, byte);
      // Quotes and backslashes lead elsewhere from any state.
      if (free !== 0 && (free !== freeState || targets[byte] !== language)) bytes.push(byte);
    }
    if (bytes.length > MAX_LEAVING) return undefined;
    if (!strings.arena.loopsWithin(language, 0x80, Infinity)) {
      for (let byte = 0x80; byte < 256 && bytes.length <= MAX_LEAVING; byte++)
        if (strings.step(freeState, byte) !== 0 && !this.staysBehind(language, byte)) bytes.push(byte);
    }
    return bytes.length <= MAX_LEAVING ? Uint8Array.from(bytes) : undefined;
  }

  /** Whether all characters that begin with this byte of UTF-8 lead from a language to itself. */
  private staysBehind(language: number, byte: number): boolean {
    const bits = byte < 0xe0 ? 6 : byte < 0xf0 ? 12 : 18;
    const first = (byte & (bits === 6 ? 0x1f : bits === 12 ? 0x0f : 0x07)) << bits;
    return this.strings.arena.loopsWithin(language, Math.max(0x80, first), first + (1 << bits));
  }

  /** The groups of bytes (see `groupOf`) of which any number can be read, if any can be, and the state stays what it is. */
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
    const { strings, freeState, targets } = this;
    const { arena } = strings;
    const language = strings.language(state);
    if (language === NO_LANGUAGE) return 0;
    arena.writeAsciiTargets(language, targets);
    let others = SPECIAL;
    for (let byte = 0; byte < 0x80; byte++) {
      const group = groupOf[byte] as number;
      if ((others & group) === 0 && targets[byte] !== language && strings.step(freeState, byte) !== 0)
        others |= group;
    }
    const { within, outside } = arena.farTargets(language, WIDE_SPACES);
    if (outside.some((target) => target !== language)) others |= BEYOND_ASCII;
    else if (within.some((target) => target !== language)) others |= WIDE_SPACE;
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
    const leaving = new Int32Array(size).fill(UNKNOWN);
    leaving.set(this.leavingByState);
    this.leavingByState = leaving;
    const enough = new Float64Array(size).fill(-1);
    enough.set(this.enoughByState);
    this.enoughByState = enough;
  }
}
