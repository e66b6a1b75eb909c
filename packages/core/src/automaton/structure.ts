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
}

/**
 * Hash-consed structural states: a place, the number of what it is about (goal, object state, pending property, array
 * state, pending item), the whitespace read so far, and the shape that whitespace depends on (`WhitespacePolicy`).
 */
export class Structure {
  readonly place: Place[] = [];
  readonly data: number[] = [];
  readonly space: number[] = [];
  readonly shape: number[] = [];
  private readonly ids = new Map<string, number>();

  intern(place: Place, data: number, space: number, shape: number): number {
    const key = `${place},${data},${space},${shape}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.place.length;
      this.place.push(place);
      this.data.push(data);
      this.space.push(space);
      this.shape.push(shape);
      this.ids.set(key, id);
    }
    return id;
  }
}
