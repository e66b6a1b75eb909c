/**
 * Lists the values that satisfy a formula, as many as are asked for: what arrays whose items must differ have to choose
 * from. Arrays and objects are put together from the values of their items and properties, by the same derivatives by
 * which outputs are read; every beginning that is tried has an end.
 */
import { canonicalJson, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import { hasEndlessNumbers, type Language, numberValues } from "../language/index.js";
import type { Derivatives } from "./derivative.js";
import { FALSE, type Formula, type FormulaStore, JSON_TYPES, JsonType, Kind, TRUE } from "./formula.js";
import { ALL_KEYS, type KeyAvailability } from "./key-availability.js";
import { assumeUnique, REPEATED, repeatedLater, uniqueSigns } from "./repeated-items.js";
import { valueCases } from "./value-cases.js";

/** What the search asks. */
export interface ValueSearch {
  readonly store: FormulaStore;
  readonly derivatives: Derivatives;
  /** Whether some value, or some rest of an array or object, satisfies a formula. */
  value(formula: Formula): boolean;
  array(formula: Formula): boolean;
  object(formula: Formula, keys: KeyAvailability): boolean;
  /** "The value equals this one." */
  constant(value: JsonNode): Formula;
  /** The objects of a list, by its number; some may be equal. */
  listed(list: number): readonly JsonObject[];
  /** Counts a step against the limit. */
  step(): void;
  /** Throws the error of a limit. */
  giveUp(): never;
}

/** Values that satisfy a formula. */
export interface Values {
  readonly list: readonly JsonNode[];
  /** Whether these are all. Otherwise there are as many as were asked for, or infinitely many. */
  readonly isAll: boolean;
  /** Whether there is no end to them; then none is listed. */
  readonly isEndless: boolean;
}

const ENDLESS: Values = { list: [], isAll: false, isEndless: true };

/** Names outside the schema are tried one by one up to this many. */
const MAX_NAMES = 1000;
/** Numbers of availabilities made here; those of outputs are smaller. */
const FIRST_AVAILABILITY = 2 ** 25;
const LAST_AVAILABILITY = 2 ** 26;
/** Items of a listed array. */
const MAX_ITEMS = 500;
/** Longer than `maxItems` of any array of which an output can have an item. */
const BEYOND_ALL_LENGTHS = 2 ** 30;
/** Values one inside the other. */
const MAX_DEPTH = 100;

/** A way to go on behind an item or property: what it must be, and what must hold of the rest. */
interface Case {
  readonly value: Formula;
  readonly rest: Formula;
}

export class FiniteValues {
  private readonly search: ValueSearch;
  private readonly availabilities = new Map<string, (KeyAvailability | undefined)[]>();
  private availabilityCount = 0;
  /** Formulas whose values are being listed. */
  private readonly open = new Set<Formula>();

  constructor(search: ValueSearch) {
    this.search = search;
  }

  /** Up to `atMost` different values of a formula. @throws what `step` and `giveUp` throw */
  of(formula: Formula, atMost: number): Values {
    // A value inside a value of the same formula, in a place where it can be: so there are ever larger ones.
    if (formula === TRUE || this.open.has(formula)) return ENDLESS;
    if (this.open.size > MAX_DEPTH) this.search.giveUp();
    this.open.add(formula);
    try {
      return this.list(formula, atMost);
    } finally {
      this.open.delete(formula);
    }
  }

  private list(formula: Formula, atMost: number): Values {
    const { derivatives, store } = this.search;
    const found = new Found(atMost);
    for (const type of JSON_TYPES) {
      const special = derivatives.specialise(formula, type as JsonType);
      if (special === FALSE) continue;
      if (type === JsonType.Array) this.allArrays(special, found);
      else if (type === JsonType.Object) this.objects(special, found);
      else if (type === JsonType.Number) {
        const numbers = derivatives.numberLanguage(special);
        if (hasEndlessNumbers(store.arena, numbers)) return ENDLESS;
        for (const text of numberValues(store.arena, numbers, found.missing))
          found.list.push(new JsonNumber(text));
      } else if (type === JsonType.String) this.strings(special, found);
      else if (special === TRUE) found.list.push(type === JsonType.Null ? null : type === JsonType.True);
      if (found.isEndless) return ENDLESS;
      if (found.isFull) return { list: found.list, isAll: false, isEndless: false };
    }
    return { list: found.list, isAll: true, isEndless: false };
  }

  private strings(formula: Formula, found: Found): void {
    const { derivatives, store, step } = this.search;
    step();
    const language = derivatives.writable(derivatives.stringLanguage(formula));
    if (store.arena.isFinite(language)) found.list.push(...store.arena.someMembers(language, found.missing));
    else found.isEndless = true;
  }

  private allArrays(formula: Formula, found: Found): void {
    const { store, array } = this.search;
    // Without regard to length there is no end to them. (Different items come to an end where there are few values.)
    const repeated = assumeUnique(store, formula, FALSE);
    const isLong = array(store.and([repeated, store.minItems(BEYOND_ALL_LENGTHS)]));
    if (isLong) found.isEndless = true;
    else this.arrays(formula, [], found);
  }

  /** The arrays that begin with some items, `formula` being what must hold of the rest. */
  private arrays(formula: Formula, items: readonly JsonNode[], found: Found): void {
    const { derivatives, store, array, constant, step, giveUp } = this.search;
    step();
    if (items.length > MAX_ITEMS) giveUp();
    if (derivatives.holdsAtEnd(formula)) found.list.push(items);
    if (found.isFull) return;
    const next = derivatives.stepItem(formula);
    const isRepeated = (uniqueSigns(store, formula) & REPEATED) !== 0;
    const steps = isRepeated ? [next, ...repeatedLater(store, next)] : [next];
    for (const { value, rest } of this.cases(steps, (rest) => array(rest))) {
      const values = this.of(value, found.missing);
      const isUnique = derivatives.hasUnique(rest);
      // Of endlessly many values only finitely many can be in the way of others.
      if (values.isEndless) found.isEndless = true;
      for (const item of values.list) {
        if (found.isFull) return;
        const after = isUnique ? derivatives.afterUnique(rest, constant(item)) : rest;
        if (array(after)) this.arrays(after, [...items, item], found);
      }
      if (found.isFull) return;
      // Values that were not listed could lead on.
      if (!values.isAll) giveUp();
    }
  }

  private objects(formula: Formula, found: Found): void {
    const list = this.search.store.listOf(formula);
    if (list !== undefined) {
      const different = new Map<string, JsonObject>();
      for (const object of this.search.listed(list)) {
        if (different.size === found.missing) break;
        different.set(canonicalJson(object), object);
      }
      found.list.push(...different.values());
      return;
    }
    const names = this.namesIn(formula, found);
    if (!found.isEndless) this.properties(formula, new Names(names), 0, [], found);
  }

  /** The objects with some properties, those to come having a name from `index` on; no name is decided upon twice. */
  private properties(
    formula: Formula,
    names: Names,
    index: number,
    members: readonly (readonly [string, JsonNode])[],
    found: Found,
  ): void {
    const { derivatives, object, step, giveUp } = this.search;
    step();
    const name = names.list[index];
    if (name === undefined) {
      if (derivatives.holdsAtEnd(formula)) found.list.push(new JsonObject(members));
      return;
    }
    const later = this.availability(names, index + 1);
    if (object(formula, later)) this.properties(formula, names, index + 1, members, found);
    if (found.isFull) return;
    for (const { value, rest } of this.casesOf(formula, name, later)) {
      const values = this.of(value, found.missing);
      if (values.isEndless) found.isEndless = true;
      for (const child of values.list) {
        if (found.isFull) return;
        this.properties(rest, names, index + 1, [...members, [name, child]], found);
      }
      if (found.isFull) return;
      if (!values.isAll) giveUp();
    }
  }

  /** The names that properties can have; if there are endlessly many of them, so are there objects. */
  private namesIn(formula: Formula, found: Found): string[] {
    const { store, step, giveUp } = this.search;
    const { arena } = store;
    const names = new Set<string>();
    const languages = new Set<Language>();
    store.forEachAtom(formula, (literal) => {
      if (store.kind(literal) !== Kind.Props) return;
      const keys = store.keysOf(store.first(literal));
      if (typeof keys === "string") names.add(keys);
      else languages.add(keys);
    });
    let regions = [arena.difference(arena.any, arena.choice(names))];
    for (const language of languages) {
      step();
      regions = regions
        .flatMap((region) => [arena.intersection([region, language]), arena.difference(region, language)])
        .filter((region) => !arena.isEmpty(region));
    }
    for (const region of regions) {
      const name = arena.shortest(region);
      if (name === undefined) continue;
      if (this.casesOf(formula, name, ALL_KEYS).length === 0) continue;
      if (!arena.isFinite(region)) {
        found.isEndless = true;
        return [];
      }
      for (const member of arena.members(region, MAX_NAMES) ?? giveUp()) names.add(member);
    }
    return [...names].sort();
  }

  /** What the value of a name can be, so that the object can go on with later names. */
  private casesOf(formula: Formula, name: string, later: KeyAvailability): Case[] {
    const { store, derivatives, object } = this.search;
    const isMember = (keys: number) => {
      const set = store.keysOf(keys);
      return typeof set === "string" ? set === name : store.arena.matches(set, name);
    };
    const stepped = derivatives.stepProperty(formula, isMember, new Map());
    return this.cases([stepped], (rest) => object(rest, later));
  }

  /** Which of the formulas that stepped formulas ask about the value can be in, so that one of their rests lives. */
  private cases(stepped: readonly Formula[], lives: (rest: Formula) => boolean): Case[] {
    const cases: Case[] = [];
    for (const { value, rests } of valueCases(this.search.store, stepped, this.search)) {
      if (rests.some(lives)) cases.push({ value, rest: rests[0] as Formula });
    }
    return cases;
  }

  /** All names but those before `index`. No object has others than these and the later ones. */
  private availability({ key, indexOf }: Names, index: number): KeyAvailability {
    let list = this.availabilities.get(key);
    if (list === undefined) this.availabilities.set(key, (list = []));
    let availability = list[index];
    if (availability === undefined) {
      const id = FIRST_AVAILABILITY + this.availabilityCount++;
      if (id >= LAST_AVAILABILITY) this.search.giveUp();
      list[index] = availability = { id, isAvailable: (name) => (indexOf.get(name) ?? index) >= index };
    }
    return availability;
  }
}

/** Names in the order in which they are decided upon. */
class Names {
  readonly key: string;
  readonly indexOf: ReadonlyMap<string, number>;

  constructor(readonly list: readonly string[]) {
    this.key = JSON.stringify(list);
    this.indexOf = new Map(list.map((name, index) => [name, index]));
  }
}

/** What was found so far. */
class Found {
  readonly list: JsonNode[] = [];
  isEndless = false;

  constructor(private readonly atMost: number) {}

  get missing(): number {
    return this.atMost - this.list.length;
  }

  get isFull(): boolean {
    return this.isEndless || this.missing <= 0;
  }
}
