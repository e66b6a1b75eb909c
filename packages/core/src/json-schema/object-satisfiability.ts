/**
 * Whether some properties satisfy a conjunction of literals about objects. Obligations ("some property of K has a value
 * in S", required names, at least n) are met by properties; each is a slot with a name or a language of names, and a
 * formula for its value. Obligations share slots where they can: with `maxProperties: 1` they must.
 */
import type { Language } from "../language/index.js";
import { type Formula, type FormulaStore, type KeySet, Kind } from "./formula.js";
import type { KeyAvailability } from "./key-availability.js";

/** What the search asks. */
export interface ObjectSearch {
  readonly store: FormulaStore;
  readonly keys: KeyAvailability;
  /** Whether some value satisfies a formula. */
  value(formula: Formula): boolean;
  /** Counts a step against the limit. */
  step(): void;
  /** Objects that need more properties are not begun. */
  readonly maxNeeded: number;
  /** Is told of these. */
  leaveOutLarge(): void;
}

/** A property that is used: its name is settled when it is made. */
interface Slot {
  readonly name: string;
  value: Formula;
}

/** "Some property of these keys has a value in `value`." */
interface Obligation {
  readonly keys: KeySet;
  readonly value: Formula;
}

interface Problem extends ObjectSearch {
  readonly universal: Universals;
  readonly obligations: readonly Obligation[];
  readonly least: number;
  readonly most: number;
  /** Names that the literals mention, which can differ from all others. */
  readonly mentioned: readonly string[];
}

/** What all properties satisfy, by their names. */
class Universals {
  /** What the properties with a name in a set of more than one satisfy. */
  readonly sets = new Map<KeySet, Formula[]>();
  private readonly store: FormulaStore;
  private readonly names = new Map<string, Formula[]>();

  constructor(store: FormulaStore, literals: readonly Formula[]) {
    this.store = store;
    for (const literal of literals) {
      const keys = store.first(literal);
      const name = store.nameOf(keys);
      if (name !== undefined) append(this.names, name, store.second(literal));
      else append(this.sets, keys, store.second(literal));
    }
  }

  /** What is said of the value of a name. */
  of(name: string): Formula {
    const values = [...(this.names.get(name) ?? [])];
    for (const [keys, ofSet] of this.sets) if (this.store.hasKey(keys, name)) values.push(...ofSet);
    return this.store.and(values);
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Whether some name could carry an obligation, if there were no others. */
function canBeMet(obligation: Obligation, problem: Problem): boolean {
  for (const name of freshNames(obligation.keys, [], problem)) {
    if (problem.value(problem.store.and([obligation.value, problem.universal.of(name)]))) return true;
  }
  return false;
}

export function objectLiteralsHold(literals: readonly Formula[], search: ObjectSearch): boolean {
  const { store, keys } = search;
  const needed = new Map<string, Formula[]>();
  const obligations: Obligation[] = [];
  const universal: Formula[] = [];
  const mentioned: string[] = [];
  let least = 0;
  let most = Number.POSITIVE_INFINITY;
  for (const literal of literals) {
    const negated = (literal & 1) === 1;
    if (store.kind(literal) === Kind.PropCount) {
      const count = store.first(literal);
      if (negated) most = Math.min(most, count - 1);
      else least = Math.max(least, count);
      continue;
    }
    const set = store.first(literal);
    const name = store.nameOf(set);
    if (name !== undefined) mentioned.push(name);
    if (!negated) universal.push(literal);
    else if (name !== undefined) {
      if (!keys.isAvailable(name)) return false;
      append(needed, name, store.second(literal) ^ 1);
    } else obligations.push({ keys: set, value: store.second(literal) ^ 1 });
  }
  if (needed.size > most) return false;
  if (least > search.maxNeeded) {
    search.leaveOutLarge();
    return false;
  }
  if (needed.size === 0 && obligations.length === 0 && least === 0) return true;
  // What is asked of other names does not matter then.
  if (obligations.length === 0 && least === 0) return neededHold(needed, universal, search);
  const problem: Problem = {
    ...search,
    universal: new Universals(store, universal),
    obligations,
    least,
    most,
    mentioned: [...new Set(mentioned)],
  };
  if (!obligations.every((obligation) => canBeMet(obligation, problem))) return false;
  const slots: Slot[] = [];
  for (const [name, values] of needed) {
    const value = store.and([...values, problem.universal.of(name)]);
    if (!search.value(value)) return false;
    slots.push({ name, value });
  }
  return meet(0, slots, problem);
}

/** Whether each of some names can have a value. */
function neededHold(
  needed: ReadonlyMap<string, Formula[]>,
  universal: readonly Formula[],
  { store, value }: ObjectSearch,
): boolean {
  const languages: Formula[] = [];
  for (const literal of universal) {
    const name = store.nameOf(store.first(literal));
    if (name === undefined) languages.push(literal);
    else needed.get(name)?.push(store.second(literal));
  }
  for (const [name, values] of needed) {
    for (const literal of languages) {
      if (store.hasKey(store.first(literal), name)) values.push(store.second(literal));
    }
    if (!value(store.and(values))) return false;
  }
  return true;
}

/** Meets the obligations from `index` on, and then the least count. */
function meet(index: number, slots: Slot[], problem: Problem): boolean {
  problem.step();
  const obligation = problem.obligations[index];
  if (obligation === undefined) return enough(slots, problem);
  for (const slot of slots) {
    if (!problem.store.hasKey(obligation.keys, slot.name)) continue;
    const before = slot.value;
    slot.value = problem.store.and([before, obligation.value]);
    if (problem.value(slot.value) && meet(index + 1, slots, problem)) return true;
    slot.value = before;
  }
  if (slots.length >= problem.most) return false;
  for (const name of freshNames(obligation.keys, slots, problem)) {
    const value = problem.store.and([obligation.value, problem.universal.of(name)]);
    if (!problem.value(value)) continue;
    slots.push({ name, value });
    if (meet(index + 1, slots, problem)) return true;
    slots.pop();
  }
  return false;
}

/** Whether there are other properties to reach the least count. */
function enough(slots: readonly Slot[], problem: Problem): boolean {
  const missing = problem.least - slots.length;
  if (missing <= 0) return true;
  if (problem.least > problem.most) return false;
  const { arena } = problem.store;
  const used = new Set(slots.map((slot) => slot.name));
  let found = 0;
  for (const name of problem.mentioned) {
    if (used.has(name) || !problem.keys.isAvailable(name)) continue;
    if (problem.value(problem.universal.of(name)) && ++found >= missing) return true;
  }
  const isFree = freeNames(slots, problem);
  for (const region of regions(undefined, isFree, problem)) {
    const name = firstName(region, isFree, problem);
    if (name === undefined || !problem.value(problem.universal.of(name))) continue;
    // Of infinitely many names most are left, whatever the object has.
    if (!arena.isFinite(region.language)) return true;
    found += countNames(region, isFree, missing - found, problem);
    if (found >= missing) return true;
  }
  return false;
}

/** One name for each kind of name in a language that is not used yet: mentioned ones, and one of each region of others. */
function* freshNames(keys: KeySet, slots: readonly Slot[], problem: Problem): Generator<string> {
  for (const name of problem.mentioned) {
    if (slots.some((slot) => slot.name === name) || !problem.keys.isAvailable(name)) continue;
    if (problem.store.hasKey(keys, name)) yield name;
  }
  const isFree = freeNames(slots, problem);
  for (const names of regions(keys, isFree, problem)) {
    const name = firstName(names, isFree, problem);
    if (name !== undefined) yield name;
  }
}

/** Names that the same statements are about. */
interface Names {
  readonly language: Language;
  readonly shortest: string;
}

/** Tells the names that are available, not used, and of which nothing is said apart from what is said of their region. */
function freeNames(slots: readonly Slot[], { mentioned, keys }: Problem): (name: string) => boolean {
  const taken = new Set(mentioned);
  for (const slot of slots) taken.add(slot.name);
  return (name) => !taken.has(name) && keys.isAvailable(name);
}

/**
 * Splits the names of a set (undefined: of all) by the sets of the universal literals and obligations, as far as the free
 * names need it: most sets are "all but some", and have all of these. How the others overlap is found once for all objects, so
 * names that are not free are in it.
 */
function* regions(
  keys: KeySet | undefined,
  isFree: (name: string) => boolean,
  problem: Problem,
): Generator<Names> {
  const { store } = problem;
  const { arena } = store;
  const hasAll = (set: KeySet) => {
    const exceptions = store.exceptionsOf(set);
    if (exceptions === undefined) return false;
    for (const name of exceptions) if (isFree(name)) return false;
    return true;
  };
  const languages = new Set<Language>();
  for (const set of problem.universal.sets.keys())
    if (!hasAll(set)) languages.add(store.keysOf(set) as Language);
  // Names that several obligations can share come apart from those that only one can have.
  for (const obligation of problem.obligations)
    if (!hasAll(obligation.keys)) languages.add(store.keysOf(obligation.keys) as Language);
  const list = [...languages].sort((a, b) => a - b);
  const within = keys === undefined || hasAll(keys) ? arena.any : (store.keysOf(keys) as Language);
  const at = list.indexOf(within);
  // All obligations ask for the same regions.
  const known = at >= 0 || within === arena.any ? arena.regions(arena.any, list) : undefined;
  if (known !== undefined) {
    for (const region of known) {
      if (at >= 0 && region.members[at] !== true) continue;
      problem.step();
      yield region;
    }
    return;
  }
  const split = function* (region: Language, index: number): Generator<Names> {
    problem.step();
    if (arena.isEmpty(region)) return;
    const language = list[index];
    if (language === undefined) {
      yield { language: region, shortest: arena.shortest(region) as string };
      return;
    }
    yield* split(arena.intersection([region, language]), index + 1);
    yield* split(arena.difference(region, language), index + 1);
  };
  yield* split(within, 0);
}

/** A name that fulfils a condition, which few do not; the shortest if that does. */
function firstName(
  { language, shortest }: Names,
  condition: (name: string) => boolean,
  { store, step }: Problem,
): string | undefined {
  const { arena } = store;
  let rest = language;
  for (let name: string | undefined = shortest; name !== undefined; name = arena.shortest(rest)) {
    if (condition(name)) return name;
    step();
    rest = arena.difference(rest, arena.text(name));
  }
  return undefined;
}

/** How many names of finitely many fulfil a condition, `enough` at most. */
function countNames(
  { language }: Names,
  condition: (name: string) => boolean,
  enough: number,
  { store, step }: Problem,
): number {
  for (let most = enough; ; most *= 2) {
    const names = store.arena.someMembers(language, most);
    let count = 0;
    for (const name of names) {
      step();
      if (condition(name) && ++count === enough) return enough;
    }
    if (names.length < most) return count;
  }
}
