import type { KeyAvailability } from "../json-schema/key-availability.js";
import { type Candidates, LazyMap, PairMemo } from "../language/index.js";

/** In which order an object's properties may come: as the schema mentions their names, or any. */
export type PropertyOrder = "schema" | "any";

/** A set of names that have been used, interned; 0 is the empty set. */
export type SeenKeys = number;

export interface SeenNames extends Iterable<string> {
  readonly size: number;
  has(name: string): boolean;
}

/** The names that an object's schema mentions, in order, interned. */
export interface NameList {
  readonly id: number;
  readonly names: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** The names, prepared for choosing among them. */
  candidates: Candidates | undefined;
}

/** Small sets are the same in whichever order their names came. */
const MAX_SMALL = 63;

/** A small set: the numbers of its names, ascending. */
class SmallSet implements SeenNames {
  readonly ids: readonly number[];
  private readonly numbers: NameNumbers;

  constructor(ids: readonly number[], numbers: NameNumbers) {
    this.ids = ids;
    this.numbers = numbers;
  }

  get size(): number {
    return this.ids.length;
  }

  has(name: string): boolean {
    const id = this.numbers.known(name);
    return id !== undefined && this.ids.includes(id);
  }

  *[Symbol.iterator](): IterableIterator<string> {
    for (const id of this.ids) yield this.numbers.name(id);
  }
}

/** Numbers for the names that have been used. */
class NameNumbers {
  private readonly names: string[] = [];
  private readonly ids = new Map<string, number>();

  known(name: string): number | undefined {
    return this.ids.get(name);
  }

  name(id: number): string {
    return this.names[id] as string;
  }

  of(name: string): number {
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.names.push(name) - 1;
      this.ids.set(name, id);
    }
    return id;
  }
}

/** A set and one more: a long object's sets share what they have in common. */
class GrownSet implements SeenNames {
  readonly size: number;
  private readonly before: SeenNames;
  private readonly name: string;

  constructor(before: SeenNames, name: string) {
    this.before = before;
    this.name = name;
    this.size = before.size + 1;
  }

  has(name: string): boolean {
    for (let at: SeenNames = this; ; at = at.before) {
      if (!(at instanceof GrownSet)) return at.has(name);
      if (at.name === name) return true;
    }
  }

  *[Symbol.iterator](): IterableIterator<string> {
    for (let at: SeenNames = this; ; at = at.before) {
      if (!(at instanceof GrownSet)) {
        yield* at;
        return;
      }
      yield at.name;
    }
  }
}

const NO_NAMES: SeenNames = new Set<string>();

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Interns name lists, sets of seen names, and which names are still available. */
export class PropertyNames {
  private first: NameList | undefined;
  /** The others. */
  private readonly lists = new LazyMap<string, NameList>();
  private listCount = 0;
  private readonly seenSets: SeenNames[] = [NO_NAMES];
  /** Made for the first name that is used. */
  private numbers: NameNumbers | undefined;
  /** By set and the number of one more name; made as well. */
  private withOneMore: PairMemo | undefined;
  /** Small sets by the numbers of their names. */
  private readonly smallSets = new LazyMap<string, SeenKeys>();
  private readonly grown: ({ readonly before: SeenKeys; readonly name: string } | undefined)[] = [];
  private readonly availabilities = new LazyMap<string, KeyAvailability>();

  list(names: readonly string[]): NameList {
    // Often there is no other.
    if (this.first === undefined) {
      this.first = this.create(names);
      return this.first;
    }
    if (sameNames(this.first.names, names)) return this.first;
    const key = JSON.stringify(names);
    let list = this.lists.get(key);
    if (list === undefined) {
      list = this.create(names);
      this.lists.set(key, list);
    }
    return list;
  }

  private create(names: readonly string[]): NameList {
    const indexOf = new Map<string, number>();
    for (let index = 0; index < names.length; index++) indexOf.set(names[index] as string, index);
    return { id: this.listCount++, names, indexOf, candidates: undefined };
  }

  seen(id: SeenKeys): SeenNames {
    return this.seenSets[id] as SeenNames;
  }

  /** The set without the name that came last, and that name; undefined for small sets, which do not know. */
  grownFrom(id: SeenKeys): { readonly before: SeenKeys; readonly name: string } | undefined {
    return this.grown[id];
  }

  withSeen(id: SeenKeys, name: string): SeenKeys {
    this.numbers ??= new NameNumbers();
    this.withOneMore ??= new PairMemo();
    const number = this.numbers.of(name);
    let result = this.withOneMore.get(id, number);
    if (result < 0) {
      result = this.addSeen(id, name, number, this.numbers);
      this.withOneMore.set(id, number, result);
    }
    return result;
  }

  private addSeen(id: SeenKeys, name: string, number: number, numbers: NameNumbers): SeenKeys {
    const before = this.seen(id);
    // Large sets are not sorted again for every name.
    if (before.size >= MAX_SMALL) {
      const result = this.seenSets.push(new GrownSet(before, name)) - 1;
      this.grown[result] = { before: id, name };
      return result;
    }
    const ids = before instanceof SmallSet ? before.ids : [];
    let at = ids.length;
    while (at > 0 && (ids[at - 1] as number) > number) at--;
    const more = [...ids.slice(0, at), number, ...ids.slice(at)];
    const key = more.join();
    let result = this.smallSets.get(key);
    if (result === undefined) {
      result = this.seenSets.push(new SmallSet(more, numbers)) - 1;
      this.smallSets.set(key, result);
    }
    return result;
  }

  /** What can still occur when the names before `cursor` have been passed over and those in `seen` used. */
  availability(list: NameList, cursor: number, seen: SeenKeys): KeyAvailability {
    const key = `${list.id},${cursor},${seen}`;
    let availability = this.availabilities.get(key);
    if (availability === undefined) {
      const used = this.seen(seen);
      availability = {
        id: this.availabilities.size + 1,
        isAvailable: (name) => !used.has(name) && (list.indexOf.get(name) ?? cursor) >= cursor,
      };
      this.availabilities.set(key, availability);
    }
    return availability;
  }
}
