/** Which names can come next in an open object. */
import { FALSE, type Formula, type FormulaStore, type KeySet, Kind } from "../json-schema/formula.js";
import type { Satisfiability } from "../json-schema/satisfiability.js";
import { type Candidates, type Language, LazyMap, type TextSet } from "../language/index.js";
import { NextKeys } from "./alike-objects.js";
import type { ExtraProperties } from "./extra-properties.js";
import type { FlatObject } from "./flat-object.js";
import { KeyRegions, type Region } from "./key-regions.js";
import type { ObjectState } from "./object-state.js";
import { PropertyAdditions } from "./property-additions.js";
import type { NameList, PropertyNames, PropertyOrder, SeenKeys } from "./property-order.js";

const SURROGATE = /[\ud800-\udfff]/;

const NONE_SEEN: SeenKeys = 0;
/** All other names. */
const ALL = "all";

export class ObjectKeys {
  private readonly store: FormulaStore;
  private readonly satisfiability: Satisfiability;
  private readonly propertyNames: PropertyNames;
  private readonly order: PropertyOrder;
  private readonly extra: ExtraProperties;
  /** By name list and languages: see `flatOthers`. */
  private readonly flatOtherNames = new LazyMap<string, Language | typeof ALL>();
  private readonly regions: KeyRegions;
  private readonly usedNames = new LazyMap<string, TextSet>();
  private readonly additions = new LazyMap<Formula, PropertyAdditions>();
  /** What `usedMentioned` was asked for last. */
  private marked: { readonly names: NameList; seen: SeenKeys; readonly used: Uint8Array } | undefined;

  constructor(
    store: FormulaStore,
    satisfiability: Satisfiability,
    propertyNames: PropertyNames,
    order: PropertyOrder,
    extra: ExtraProperties,
  ) {
    this.store = store;
    this.satisfiability = satisfiability;
    this.propertyNames = propertyNames;
    this.order = order;
    this.extra = extra;
    this.regions = new KeyRegions(store);
  }

  /** Whether `of` has any name: often told by one of them. */
  hasAny(state: ObjectState): boolean {
    const { names, cursor, flat } = state;
    const count = names.names.length;
    const used = this.usedMentioned(state);
    for (let index = cursor; index < count; index++) {
      const name = names.names[index] as string;
      // A name with half a character cannot be written.
      if (used?.[index] !== 1 && !SURROGATE.test(name) && this.nameLives(state, index)) return true;
      if (this.order === "schema" && !this.canSkip(state, index)) return false;
    }
    if (flat !== undefined && this.flatOthers(state, flat) === ALL) return true;
    const { arena } = this.store;
    return this.offeredRegions(state).some(
      (region) => this.regionLives(state, region) && !arena.isEmpty(this.unused(region.language, state)),
    );
  }

  of(state: ObjectState): Language {
    const { arena } = this.store;
    const { names, cursor } = state;
    const count = names.names.length;
    const live = new Uint8Array(count);
    let index = cursor;
    for (; index < count; index++) {
      live[index] = 1;
      if (this.order === "schema" && !this.canSkip(state, index)) break;
    }
    const used = this.usedMentioned(state);
    const found: PropertyAdditions[] = [];
    for (let i = cursor; i < count; i++) {
      if (live[i] === 1 && (used?.[i] === 1 || !this.nameLives(state, i, found))) live[i] = 0;
    }
    if (index === count && state.flat !== undefined) return this.flatKeys(state, state.flat, live);
    const named = arena.choiceAmong(this.candidates(names), live);
    return index < count ? named : arena.union([named, ...this.others(state)]);
  }

  /**
   * A 1 for each mentioned name that has been used; undefined in schema order, where the cursor tells. The next call may
   * change it: a long object's names are used one after the other, and each is marked once.
   */
  private usedMentioned({ names, seen }: ObjectState): Uint8Array | undefined {
    if (this.order === "schema") return undefined;
    const { marked, propertyNames } = this;
    if (marked?.names === names) {
      if (marked.seen === seen) return marked.used;
      const grown = propertyNames.grownFrom(seen);
      if (grown !== undefined && grown.before === marked.seen) {
        markUsed(marked.used, names, grown.name);
        marked.seen = seen;
        return marked.used;
      }
    }
    const used = new Uint8Array(names.names.length);
    for (const name of propertyNames.seen(seen)) markUsed(used, names, name);
    this.marked = { names, seen, used };
    return used;
  }

  private candidates(names: NameList): Candidates {
    names.candidates ??= this.store.arena.candidates(names.names);
    return names.candidates;
  }

  /** The names that can come in a flat object: some mentioned ones, and those others whose values can be. */
  private flatKeys(state: ObjectState, flat: FlatObject, live: Uint8Array): Language {
    const { arena } = this.store;
    const others = this.flatOthers(state, flat);
    if (others === ALL) {
      if (state.seen === NONE_SEEN && live.every((flag) => flag === 1)) return arena.any;
      const candidates = this.candidates(state.names);
      const dead = arena.choiceAmong(
        candidates,
        live.map((flag) => 1 - flag),
      );
      return arena.difference(arena.any, arena.union([dead, this.usedOthers(state)]));
    }
    const named = arena.choiceAmong(this.candidates(state.names), live);
    return arena.isEmpty(others) ? named : arena.union([named, this.unused(others, state)]);
  }

  /** The names that no schema mentions and whose values can be, used ones included; `ALL` where that is every one. */
  private flatOthers(state: ObjectState, flat: FlatObject): Language | typeof ALL {
    const { store } = this;
    const key = `${state.names.id}:${flat.languages.join()}`;
    let others = this.flatOtherNames.get(key);
    if (others === undefined) {
      const values = flat.languages.map((literal) => store.second(literal));
      if (!this.mayPassOver(state) && this.satisfiability.value(store.and(values))) others = ALL;
      else others = store.arena.union(this.liveRegions(state).map(({ language }) => language));
      this.flatOtherNames.set(key, others);
    }
    return others;
  }

  /** The names that no schema mentions and that can come next, by which key languages of the formula have them. */
  others(state: ObjectState): Language[] {
    return this.liveRegions(state)
      .map(({ language }) => this.unused(language, state))
      .filter((language) => !this.store.arena.isEmpty(language));
  }

  /**
   * Which keys can come in a flat object whose mentioned names are plain, and which has keys, as far as tokens that begin
   * one can tell; undefined: it depends on more.
   */
  nextOthers(state: ObjectState, flat: FlatObject, ended: readonly string[]): NextKeys | undefined {
    const others = this.flatOthers(state, flat);
    if (others !== ALL) return this.store.arena.isEmpty(others) ? NextKeys.Plain : undefined;
    const used = this.propertyNames.seen(state.seen);
    return ended.some((name) => used.has(name)) ? undefined : NextKeys.Open;
  }

  /** Whether there are more names that no schema mentions and that can come in a flat object than could ever be used. */
  hasManyOthers(state: ObjectState, flat: FlatObject): boolean {
    const others = this.flatOthers(state, flat);
    return others === ALL || !this.store.arena.isFinite(others);
  }

  /** @param found what objects that were found in the same state can have; grows */
  private nameLives(state: ObjectState, index: number, found: PropertyAdditions[] = []): boolean {
    const { flat, names, cases } = state;
    if (flat !== undefined) return flat.isLive(names, index);
    if (cases !== undefined) {
      const from = this.order === "schema" ? index : 0;
      return cases.some((one) => one.isLive(names, index) && one.canEnd(names, from));
    }
    const name = state.names.names[index] as string;
    const additions = this.additionsOf(state);
    if (additions.excludes(name)) return false;
    if (additions.has(name) || found.some((object) => object.has(name))) return true;
    return this.keysLive(state, this.store.keySet(name), index, found);
  }

  /** What can be added to what the state's object can become: each name that is asked for can be skipped, or comes next. */
  private additionsOf({ combined }: ObjectState): PropertyAdditions {
    let additions = this.additions.get(combined);
    if (additions === undefined) {
      additions = new PropertyAdditions(combined, this.store, (value) => this.satisfiability.value(value));
      this.additions.set(combined, additions);
    }
    return additions;
  }

  /** Whether the object can still end without the name at `index` (and those before it). */
  private canSkip({ combined, flat, cases, names, seen }: ObjectState, index: number): boolean {
    if (flat !== undefined) return !flat.isRequired(names.names[index] as string);
    if (cases !== undefined) return cases.some((one) => one.canEnd(names, index + 1));
    return this.satisfiability.object(combined, this.propertyNames.availability(names, index + 1, seen));
  }

  private liveRegions(state: ObjectState): Region[] {
    return this.offeredRegions(state).filter((region) => this.regionLives(state, region));
  }

  /**
   * The regions without those that are passed over: names of which the schema says nothing, where it mentions others and
   * the object can end without them. It can end from the state that is left, too, so nothing is lost but such names.
   */
  private offeredRegions(state: ObjectState): readonly Region[] {
    const regions = this.regionsOf(state);
    if (!this.mayPassOver(state)) return regions;
    const others = regions.filter((region) => !isSilent(region));
    return this.canEndWithout(state, regions.filter(isSilent)) ? others : regions;
  }

  /** Whether there are names that are passed over where the object can end without them. */
  private mayPassOver(state: ObjectState): boolean {
    if (this.extra === "any" || state.names.names.length === 0) return false;
    return this.regionsOf(state).some(isSilent);
  }

  private canEndWithout(state: ObjectState, regions: readonly Region[]): boolean {
    // What a flat object asks for it asks for by name.
    if (state.flat !== undefined || state.cases !== undefined) return true;
    const { store, propertyNames } = this;
    const without = regions.map(({ language }) => store.props(store.keyLanguage(language), FALSE));
    const rest = store.and([state.combined, ...without]);
    return this.satisfiability.object(
      rest,
      propertyNames.availability(state.names, state.cursor, state.seen),
    );
  }

  private regionsOf(state: ObjectState): readonly Region[] {
    return this.regions.of([...this.keyLanguages(state)], state.names);
  }

  /** Whether what a flat object says of names in languages it says of all names that no schema mentions. */
  hasAllOthers({ names }: ObjectState, flat: FlatObject): boolean {
    return flat.languages.every((literal) => this.regions.hasAll(this.store.first(literal), names));
  }

  private keyLanguages({ flat, formulas }: ObjectState): Set<KeySet> {
    const { store } = this;
    if (flat !== undefined) return new Set(flat.languages.map((literal) => store.first(literal)));
    const sets = new Set<KeySet>();
    const seen = new Set<Formula>();
    for (const formula of formulas) {
      store.forEachAtom(
        formula,
        (literal) => {
          if (store.kind(literal) !== Kind.Props) return;
          const keys = store.first(literal);
          if (store.nameOf(keys) === undefined) sets.add(keys);
        },
        seen,
      );
    }
    return sets;
  }

  private regionLives(state: ObjectState, { language, members }: Region): boolean {
    const { store } = this;
    const { flat, cases, names } = state;
    if (flat !== undefined) return flat.allowsOther(members);
    if (cases !== undefined) {
      const from = this.order === "schema" ? names.names.length : 0;
      return cases.some((one) => one.allowsOther(members) && one.canEnd(names, from));
    }
    // Of infinitely many names one is left, whatever the object has.
    const additions = this.additionsOf(state);
    if (additions.excludesOther(members)) return false;
    if (store.arena.isSurelyInfinite(language) && additions.hasOther(members)) return true;
    return this.keysLive(state, store.keyLanguage(language), state.names.names.length);
  }

  /** Names that no schema mentions, without those that have been used. */
  private unused(names: Language, state: ObjectState): Language {
    return this.store.arena.difference(names, this.usedOthers(state));
  }

  /** The names that have been used and that no schema mentions. A long object's sets grow by a name each. */
  private usedOthers({ names, seen }: ObjectState): Language {
    const { arena } = this.store;
    const added: string[] = [];
    let at = seen;
    let used = this.usedNames.get(`${names.id}:${at}`);
    while (used === undefined) {
      const grown = this.propertyNames.grownFrom(at);
      if (grown === undefined) {
        used = arena.textSet([...this.propertyNames.seen(at)].filter((name) => !names.indexOf.has(name)));
      } else {
        if (!names.indexOf.has(grown.name)) added.push(grown.name);
        at = grown.before;
        used = this.usedNames.get(`${names.id}:${at}`);
      }
    }
    for (let i = added.length - 1; i >= 0; i--) used = arena.grown(used, added[i] as string);
    this.usedNames.set(`${names.id}:${seen}`, used);
    return used.language;
  }

  /**
   * Whether a property with one of these names can come next: some rest of the object has one, and none of the names
   * before `from` in the schema's order. It asks less than the property's goal would. Where names come in any order, the
   * object that is found tells of other names, too: it is added to `found`.
   */
  private keysLive(state: ObjectState, keys: KeySet, from: number, found: PropertyAdditions[] = []): boolean {
    const { store, propertyNames, satisfiability } = this;
    const cursor = this.order === "schema" ? from : 0;
    const formula = store.and([state.combined, store.props(keys, FALSE) ^ 1]);
    const availability = propertyNames.availability(state.names, cursor, state.seen);
    const literals = satisfiability.objectCase(formula, availability);
    if (literals === undefined) return false;
    if (this.order === "any" && literals.length > 0)
      found.push(new PropertyAdditions(store.and(literals), store, (value) => satisfiability.value(value)));
    return true;
  }
}

/** Whether the schema says nothing of these names. */
function isSilent({ members }: Region): boolean {
  return members.size === 0;
}

function markUsed(used: Uint8Array, { indexOf }: NameList, name: string): void {
  const index = indexOf.get(name);
  if (index !== undefined) used[index] = 1;
}
