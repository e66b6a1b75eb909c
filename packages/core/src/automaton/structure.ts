import { PairMemo } from "../language/index.js";
import {
  BACKTICK,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  classesOf,
  QUOTE,
  SPACE_CLASSES,
} from "./json-bytes.js";
import { Gap } from "./whitespace-policy.js";

/** The states of a frame outside of its lexemes: brackets, commas, colons, and where a value or key can start. */
export const enum Place {
  RootStart,
  RootWait,
  RootDone,
  ObjectOpen,
  ObjectNext,
  ObjectAfter,
  ObjectKey,
  ObjectColon,
  ObjectValue,
  ObjectWait,
  ArrayOpen,
  ArrayNext,
  ArrayAfter,
  ArrayWait,
  /** Below the text that comes before a value. */
  LeadIn,
  /** Behind a value in a code fence; the whitespace is how much of the fence's end was read. */
  FenceEnd,
}

/** By place: the classes of the bytes that can come there; of value starts those that are no part of a value. */
export const PLACE_CLASSES: Readonly<Record<Place, number>> = {
  [Place.RootStart]: 0,
  [Place.RootWait]: 0,
  [Place.RootDone]: 0,
  [Place.ObjectOpen]: SPACE_CLASSES | classesOf([QUOTE, CLOSE_BRACE]),
  [Place.ObjectNext]: SPACE_CLASSES | classesOf([QUOTE]),
  [Place.ObjectAfter]: SPACE_CLASSES | classesOf([COMMA, CLOSE_BRACE]),
  [Place.ObjectKey]: 0,
  [Place.ObjectColon]: SPACE_CLASSES | classesOf([COLON]),
  [Place.ObjectValue]: SPACE_CLASSES,
  [Place.ObjectWait]: 0,
  [Place.ArrayOpen]: SPACE_CLASSES | classesOf([CLOSE_BRACKET]),
  [Place.ArrayNext]: SPACE_CLASSES,
  [Place.ArrayAfter]: SPACE_CLASSES | classesOf([COMMA, CLOSE_BRACKET]),
  [Place.ArrayWait]: 0,
  [Place.LeadIn]: 0,
  [Place.FenceEnd]: SPACE_CLASSES | classesOf([BACKTICK]),
};

/** By place: the gap that whitespace which comes there is in. */
export const GAPS: Readonly<Partial<Record<Place, Gap>>> = {
  [Place.ObjectOpen]: Gap.Open,
  [Place.ObjectNext]: Gap.AfterComma,
  [Place.ObjectAfter]: Gap.AfterValue,
  [Place.ObjectColon]: Gap.BeforeColon,
  [Place.ObjectValue]: Gap.AfterColon,
  [Place.ArrayOpen]: Gap.Open,
  [Place.ArrayNext]: Gap.AfterComma,
  [Place.ArrayAfter]: Gap.AfterValue,
};

/** More than there are places. */
const PLACES = 16;

/**
 * Hash-consed structural states: a place, the number of what it is about (goal, object state, pending property, array
 * state, pending item), the whitespace read so far, and the shape that whitespace depends on (`WhitespacePolicy`).
 */
export class Structure {
  readonly place: Place[] = [];
  readonly data: number[] = [];
  readonly space: number[] = [];
  readonly shape: number[] = [];
  /** Numbers for pairs of space and shape, and the states by these. */
  private readonly gaps = new PairMemo();
  private gapCount = 0;
  private readonly ids = new PairMemo();

  intern(place: Place, data: number, space: number, shape: number): number {
    let gap = this.gaps.get(space, shape);
    if (gap < 0) {
      gap = this.gapCount++;
      this.gaps.set(space, shape, gap);
    }
    const key = gap * PLACES + place;
    // Data can be negative.
    const about = data < 0 ? -2 * data - 1 : 2 * data;
    let id = this.ids.get(key, about);
    if (id < 0) {
      id = this.place.length;
      this.place.push(place);
      this.data.push(data);
      this.space.push(space);
      this.shape.push(shape);
      this.ids.set(key, about, id);
    }
    return id;
  }
}
