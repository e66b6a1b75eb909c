/** The outermost frame of an output: what comes before the value, the value, and the end of the fence that it stands in. */
import { type Formula, type FormulaStore, JsonType } from "../json-schema/formula.js";
import type { TextAutomaton } from "../language/index.js";
import { FrameKind, type FrameState, frameState, type Transition } from "./automaton.js";
import { type Goal, type Goals, HOLDS, type Result } from "./goals.js";
import { FENCE_END, type LeadInText } from "./lead-in.js";
import { OutputPart } from "./output-part.js";
import { Place, type Structure } from "./structure.js";

/** As whitespace of the places before and behind a value: it stands in a code fence. */
const FENCED = 1;
const BRACKETS = JsonType.Object | JsonType.Array;

export interface RootParts {
  readonly structure: Structure;
  readonly store: FormulaStore;
  readonly goals: Goals;
  readonly texts: TextAutomaton;
  readonly root: Formula;
  /** Undefined: nothing comes before the value. */
  readonly leadIn: LeadInText | undefined;
  /** The number of a goal in the places' data. */
  goalNumber(goal: Goal): number;
}

export class RootFrames {
  readonly start: FrameState;
  /** What the start stands on; undefined: nothing. */
  readonly startBelow: FrameState | undefined;
  private readonly parts: RootParts;

  constructor(parts: RootParts) {
    this.parts = parts;
    const { leadIn, root, store, texts } = parts;
    if (leadIn === undefined) {
      this.start = this.valueStart(root, 0);
      this.startBelow = undefined;
    } else {
      // Its result is whether it ends with a fence.
      const observed = store.arena.observe(leadIn.language, [leadIn.fenced]);
      this.start = frameState(FrameKind.Text, texts.start(observed));
      this.startBelow = this.at(Place.LeadIn, 0);
    }
  }

  /** The state behind the text before the value. */
  afterLeadIn(result: Result): FrameState {
    const { root, store, leadIn } = this.parts;
    if (result === HOLDS) return this.valueStart(root, FENCED);
    return this.valueStart(leadIn?.onlyBrackets ? store.and([root, store.type(BRACKETS)]) : root, 0);
  }

  /** The state that waits for the value, by what its start has as whitespace. */
  waiting(space: number): FrameState {
    return this.at(Place.RootWait, space);
  }

  afterValue(space: number): FrameState {
    return space === FENCED ? this.at(Place.FenceEnd, 0) : this.at(Place.RootDone, 0);
  }

  /** A byte of the fence's end, of which `space` bytes were read. */
  fenceEnd(space: number, byte: number): Transition | undefined {
    if (byte !== FENCE_END[space]) return undefined;
    const isEnd = space + 1 === FENCE_END.length;
    return { next: isEnd ? this.at(Place.RootDone, FENCED) : this.at(Place.FenceEnd, space + 1) };
  }

  partOf(structure: number): OutputPart {
    const { place, space } = this.parts.structure;
    switch (place[structure]) {
      case Place.LeadIn:
        return OutputPart.LeadIn;
      case Place.FenceEnd:
      case Place.RootDone:
        return space[structure] === 0 ? OutputPart.Value : OutputPart.FenceEnd;
      default:
        return OutputPart.Value;
    }
  }

  private valueStart(root: Formula, space: number): FrameState {
    const { goals, goalNumber } = this.parts;
    return this.at(Place.RootStart, space, goalNumber(goals.single(root)));
  }

  private at(place: Place, space: number, data = 0): FrameState {
    return frameState(FrameKind.Structure, this.parts.structure.intern(place, data, space, 0));
  }
}
