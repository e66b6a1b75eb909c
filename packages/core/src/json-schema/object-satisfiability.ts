/**
 * Whether some properties satisfy a conjunction of literals about objects. Obligations ("some property of K has a value
 * in S", required names, at least n) are met by properties; each is a slot with a name or a language of names, and a
 * formula for its value. Obligations share slots where they can: with `maxProperties: 1` they must.
 */
import type { Language } from "../language/index.js";
import { type Formula, type FormulaStore, Kind } from "./formula.js";
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
  readonly keys: Language;
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
  /** What the properties with a name in a language satisfy. */
  readonly languages = new Map<Language, Formula[]>();
  private readonly store: FormulaStore;
  private readonly names = new Map<string, Formula[]>();

  constructor(store: FormulaStore, literals: readonly Formula[]) {
    this.store = store;
    for (const literal of literals) {
      const set = store.keysOf(store.first(literal));
      if (typeof set === "string") append(this.names, set, store.second(literal));
      else append(this.languages, set, store.second(literal));
    }
  }

  /** What is said of the value of a name. */
  of(name: string): Formula {
    const { arena } = this.store;
    const values = [...(this.names.get(name) ?? [])];
    for (const [language, ofLanguage] of this.languages) {
      if (arena.matches(language, name)) values.push(...ofLanguage);
    }
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
    } else obligations.push({ keys: store.keysOf(set) as Language, value: store.second(literal) ^ 1 });
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
  const { arena } = problem.store;
  for (const slot of slots) {
    if (!arena.matches(obligation.keys, slot.name)) continue;
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
  for (const region of regions(arena.any, slots, problem)) {
    if (!problem.value(problem.universal.of(region.shortest))) continue;
    // Of infinitely many names most are left, whatever the object has.
    if (!arena.isFinite(region.language)) return true;
    found += countAvailable(region, missing - found, problem);
    if (found >= missing) return true;
  }
  return false;
}

/** One name for each kind of name in a language that is not used yet: mentioned ones, and one of each region of others. */
function* freshNames(keys: Language, slots: readonly Slot[], problem: Problem): Generator<string> {
  const { arena } = problem.store;
  for (const name of problem.mentioned) {
    if (slots.some((slot) => slot.name === name) || !problem.keys.isAvailable(name)) continue;
    if (arena.matches(keys, name)) yield name;
  }
  for (const names of regions(keys, slots, problem)) {
    const name = availableName(names, problem);
    if (name !== undefined) yield name;
  }
}

/** Names that the same statements are about. */
interface Names {
  readonly language: Language;
  readonly shortest: string;
}

/** Splits the names that nothing mentions by the key languages of the universal literals and obligations. */
function* regions(keys: Language, slots: readonly Slot[], problem: Problem): Generator<Names> {
  const { arena } = problem.store;
  const taken = [...problem.mentioned, ...slots.map((slot) => slot.name)];
  const languages = new Set(problem.universal.languages.keys());
  // Names that several obligations can share come apart from those that only one can have.
  for (const obligation of problem.obligations) languages.add(obligation.keys);
  const list = [...languages].sort((a, b) => a - b);
  const untaken = arena.difference(arena.any, arena.choice(taken));
  const at = list.indexOf(keys);
  // All obligations ask for the same regions.
  const known = at >= 0 || keys === arena.any ? arena.regions(untaken, list) : undefined;
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
  yield* split(arena.intersection([keys, untaken]), 0);
}

/** A name that is available, the shortest if that is. */
function availableName({ language, shortest }: Names, { store, keys, step }: Problem): string | undefined {
  if (keys.isAvailable(shortest)) return shortest;
  const { arena } = store;
  let rest = language;
  for (;;) {
    const name = arena.shortest(rest);
    if (name === undefined) return undefined;
    step();
    if (keys.isAvailable(name)) return name;
    rest = arena.difference(rest, arena.text(name));
  }
}

/** How many names of finitely many are available, `enough` at most. */
function countAvailable({ language }: Names, enough: number, { store, keys, step }: Problem): number {
  for (let most = enough; ; most *= 2) {
    const names = store.arena.someMembers(language, most);
    let available = 0;
    for (const name of names) {
      step();
      if (keys.isAvailable(name) && ++available === enough) return enough;
    }
    if (names.length < most) return available;
  }
}
