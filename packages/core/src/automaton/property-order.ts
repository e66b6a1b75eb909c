import type { KeyAvailability } from "../json-schema/key-availability.js";
import { type Candidates, LazyMap } from "../language/index.js";

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
  private readonly seenIds = new LazyMap<string, SeenKeys>();
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
    const before = this.seen(id);
    // Small sets are the same in whichever order they came; large ones are not sorted again for every name.
    const isSmall = before.size < 64;
    const names = isSmall ? [...before, name].sort() : [];
    const key = JSON.stringify(isSmall ? names : [id, name]);
    let result = this.seenIds.get(key);
    if (result === undefined) {
      result = this.seenSets.push(isSmall ? new Set(names) : new GrownSet(before, name)) - 1;
      this.seenIds.set(key, result);
      this.grown[result] = isSmall ? undefined : { before: id, name };
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
