/** Objects behind a value that no token can tell apart. */
import { PairMemo } from "../language/index.js";
import type { ObjectEnd } from "./object-state.js";
import type { NameList } from "./property-order.js";

/** What the tokens of a vocabulary can read of a key that they begin behind a value. */
export interface KeyStarts {
  /** The keys that some of them end. */
  readonly ended: readonly string[];
  /** Whether no token can tell a key with this name from others, nor end it. */
  isPlain(name: string): boolean;
}

/** Which keys can come, as far as such tokens can tell. */
export const enum NextKeys {
  None,
  /** Some that are plain. */
  Plain,
  /** All but finitely many, none of which is ended by a token. */
  Open,
}
const KINDS = 4;

/** The objects of a grammar, of which one stands for all that tokens cannot tell from it. */
export class AlikeObjects {
  readonly starts: KeyStarts;
  private readonly plain = new Map<NameList, boolean>();
  /** By how the object may end, and the keys that can come: the first one's number. */
  private readonly first = new PairMemo();
  /** By the goal of a property's value, and the object behind it: the first property's number. */
  private readonly firstProperties = new PairMemo();

  constructor(starts: KeyStarts) {
    this.starts = starts;
  }

  /** Whether all names are plain. */
  arePlain(list: NameList): boolean {
    let plain = this.plain.get(list);
    if (plain === undefined) {
      plain = list.names.every((name) => this.starts.isPlain(name));
      this.plain.set(list, plain);
    }
    return plain;
  }

  /** The object that stands for those with this end and these keys: the first that was asked for. */
  standIn(id: number, end: ObjectEnd, keys: NextKeys): number {
    const key = keys + KINDS;
    const known = this.first.get(end, key);
    if (known >= 0) return known;
    this.first.set(end, key, id);
    return id;
  }

  /** The same for properties whose value has a goal and leads to an object. */
  standInProperty(id: number, goal: number, after: number): number {
    const known = this.firstProperties.get(goal, after);
    if (known >= 0) return known;
    this.firstProperties.set(goal, after, id);
    return id;
  }
}
