import { PairMemo } from "../language/index.js";

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
