/** The frames of a whole output that is one text of a language: a text lexeme on an empty stack. */
import type { JsonStringAutomaton, Language, TextAutomaton } from "../language/index.js";
import { FrameKind, type FrameState, type Frames, frameState } from "./automaton.js";
import { HOLDS, type Result } from "./goals.js";
import { LiteralAutomaton } from "./literals.js";
import { OutputPart } from "./output-part.js";

/** The one structural state: behind the text. Not 0, which means "none". */
const DONE = 1;

export class TextFrames implements Frames {
  readonly strings: JsonStringAutomaton;
  readonly texts: TextAutomaton;
  readonly literals = new LiteralAutomaton();
  readonly start: FrameState;
  readonly startBelow = undefined;
  readonly completions = undefined;

  /** @param language not empty, so that the start is live. */
  constructor(language: Language, texts: TextAutomaton, strings: JsonStringAutomaton) {
    this.texts = texts;
    this.strings = strings;
    this.start = frameState(FrameKind.Text, texts.start(language));
  }

  candidates(): number {
    return 0;
  }

  transition(): undefined {
    return undefined;
  }

  resume(): FrameState {
    return frameState(FrameKind.Structure, DONE);
  }

  waitsForKey(): boolean {
    return false;
  }

  resumeKey(): FrameState {
    throw new Error("A text has no keys");
  }

  afterAnyKey(): FrameState {
    throw new Error("A text has no keys");
  }

  beforeValueOf(): FrameState {
    throw new Error("A text has no keys");
  }

  isBeforeKey(): boolean {
    return false;
  }

  standIn(structure: number): number {
    return structure;
  }

  opensKey(): boolean {
    return false;
  }

  asksForKey(): boolean {
    return false;
  }

  get anyWaitsForItem(): boolean {
    return false;
  }

  waitsForItem(): boolean {
    return false;
  }

  resumeItem(): FrameState {
    throw new Error("A text has no items");
  }

  afterAnyItem(): FrameState {
    throw new Error("A text has no items");
  }

  waitsAsFirst(): FrameState {
    return 0;
  }

  itemCanBe(): boolean {
    return false;
  }

  partOf(): OutputPart {
    return OutputPart.Value;
  }

  lexemeResult(): Result {
    return HOLDS;
  }

  isDone(structure: number): boolean {
    return structure === DONE;
  }
}
