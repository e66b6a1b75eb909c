/** Which names can come next in an open object. */
import { FALSE, type Formula, type FormulaStore, type KeySet, Kind } from "../json-schema/formula.js";
import type { Satisfiability } from "../json-schema/satisfiability.js";
import type { Language } from "../language/index.js";
import type { FlatIndex, FlatObjects } from "./flat-objects.js";
import type { ObjectState } from "./object-state.js";
import type { PropertyNames, PropertyOrder } from "./property-order.js";

/** All other names. */
const ALL = "all";

export class ObjectKeys {
  private readonly store: FormulaStore;
  private readonly satisfiability: Satisfiability;
  private readonly propertyNames: PropertyNames;
  private readonly order: PropertyOrder;
  private readonly flatObjects: FlatObjects;
  /** By name list and languages: see `flatOthers`. */
  private readonly flatOtherNames = new Map<string, Language | typeof ALL>();

  constructor(
    store: FormulaStore,
    satisfiability: Satisfiability,
    propertyNames: PropertyNames,
    order: PropertyOrder,
    flatObjects: FlatObjects,
  ) {
    this.store = store;
    this.satisfiability = satisfiability;
    this.propertyNames = propertyNames;
    this.order = order;
    this.flatObjects = flatObjects;
  }

  of(state: ObjectState): Language {
    const { arena } = this.store;
    const { names, cursor, seen } = state;
    const used = this.propertyNames.seen(seen);
    const flat = this.flatObjects.index(state.combined);
    const named: string[] = [];
    let index = cursor;
    for (; index < names.names.length; index++) {
      const name = names.names[index] as string;
      if (!used.has(name) && this.nameLives(state, flat, name)) named.push(name);
      if (this.order === "schema" && !this.canSkip(state, flat, index)) break;
    }
    if (index < names.names.length) return arena.choice(named);
    if (flat !== undefined) return this.flatKeys(state, flat, named);
    return arena.union([arena.choice(named), ...this.others(state)]);
  }

  /** The names that can come in a flat object: some mentioned ones, and those others whose values can be. */
  private flatKeys(state: ObjectState, flat: FlatIndex, named: readonly string[]): Language {
    const { arena } = this.store;
    const { names } = state;
    const used = this.propertyNames.seen(state.seen);
    const others = this.flatOthers(state, flat);
    if (others === ALL) {
      const live = new Set(named);
      const dead = names.names.filter((name) => !live.has(name));
      return arena.difference(arena.any, arena.choice([...dead, ...used]));
    }
    if (others === arena.empty) return arena.choice(named);
    const usedOthers = [...used].filter((name) => !names.indexOf.has(name));
    return arena.union([arena.choice(named), arena.difference(others, arena.choice(usedOthers))]);
  }

  /** The names that no schema mentions and whose values can be, used ones included; `ALL` where that is every one. */
  private flatOthers(state: ObjectState, flat: FlatIndex): Language | typeof ALL {
    const { store } = this;
    const key = `${state.names.id}:${flat.languages.join()}`;
    let others = this.flatOtherNames.get(key);
    if (others === undefined) {
      const values = flat.languages.map((literal) => store.second(literal));
      if (this.satisfiability.value(store.and(values))) others = ALL;
      else {
        const regions: Language[] = [];
        const unmentioned = store.arena.difference(store.arena.any, store.arena.choice(state.names.names));
        this.liveRegions(state, flat, unmentioned, regions);
        others = store.arena.union(regions);
      }
      this.flatOtherNames.set(key, others);
    }
    return others;
  }

  /** The names that no schema mentions and that can come next, by which key languages of the formula have them. */
  others(state: ObjectState): Language[] {
    const { arena } = this.store;
    const used = this.propertyNames.seen(state.seen);
    const others = arena.difference(arena.any, arena.choice([...state.names.names, ...used]));
    const regions: Language[] = [];
    this.liveRegions(state, this.flatObjects.index(state.combined), others, regions);
    return regions;
  }

  private nameLives(state: ObjectState, flat: FlatIndex | undefined, name: string): boolean {
    const { store } = this;
    if (flat === undefined) {
      const from = state.names.indexOf.get(name) ?? state.names.names.length;
      return this.keysLive(state, store.keySet(name), from);
    }
    return this.satisfiability.value(store.and(this.flatObjects.values(flat, name)));
  }

  /** Whether the object can still end without the name at `index` (and those before it). */
  canSkip(state: ObjectState, flat: FlatIndex | undefined, index: number): boolean {
    const name = state.names.names[index] as string;
    if (flat !== undefined) return !(flat.byName.get(name) ?? []).some((literal) => (literal & 1) === 1);
    const { names, seen } = state;
    const availability = this.propertyNames.availability(names, index + 1, seen);
    return this.satisfiability.object(state.combined, availability);
  }

  /** Splits the other names by the key languages that the formula mentions, and keeps the parts that can come. */
  private liveRegions(
    state: ObjectState,
    flat: FlatIndex | undefined,
    others: Language,
    regions: Language[],
  ): void {
    const { store } = this;
    const sets = new Set<KeySet>();
    const seen = new Set<Formula>();
    for (const formula of state.formulas) {
      store.forEachAtom(
        formula,
        (literal) => {
          if (store.kind(literal) !== Kind.Props) return;
          const keys = store.first(literal);
          if (typeof store.keysOf(keys) !== "string") sets.add(keys);
        },
        seen,
      );
    }
    const list = [...sets];
    const members = new Set<KeySet>();
    const split = (region: Language, at: number): void => {
      if (store.arena.isEmpty(region)) return;
      if (at === list.length) {
        if (this.regionLives(state, flat, region, members)) regions.push(region);
        return;
      }
      const keys = list[at] as KeySet;
      const language = store.keysOf(keys) as Language;
      members.add(keys);
      split(store.arena.intersection([region, language]), at + 1);
      members.delete(keys);
      split(store.arena.difference(region, language), at + 1);
    };
    split(others, 0);
  }

  private regionLives(
    state: ObjectState,
    flat: FlatIndex | undefined,
    region: Language,
    members: ReadonlySet<KeySet>,
  ): boolean {
    const { store } = this;
    if (flat !== undefined) {
      const values = flat.languages.filter((literal) => members.has(store.first(literal)));
      return this.satisfiability.value(store.and(values.map((literal) => store.second(literal))));
    }
    return this.keysLive(state, store.keyLanguage(region), state.names.names.length);
  }

  /**
   * Whether a property with one of these names can come next: some rest of the object has one, and none of the names
   * before `from` in the schema's order. It asks less than the property's goal would.
   */
  private keysLive(state: ObjectState, keys: KeySet, from: number): boolean {
    const { store, propertyNames } = this;
    const cursor = this.order === "schema" ? from : 0;
    const formula = store.and([state.combined, store.props(keys, FALSE) ^ 1]);
    return this.satisfiability.object(formula, propertyNames.availability(state.names, cursor, state.seen));
  }
}
