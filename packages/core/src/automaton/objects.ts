/**
 * The states of an open object: the formulas that the rest of it must satisfy, and which names can still come.
 * A state is made only if it is live; so a name is offered only if some value can follow it.
 */
import {
  FALSE,
  type Formula,
  type FormulaStore,
  JsonType,
  type KeySet,
  Kind,
  TRUE,
} from "../json-schema/formula.js";
import type { Satisfiability } from "../json-schema/satisfiability.js";
import type { Language } from "../language/index.js";
import type { Goal, Goals, PendingGoal, Result } from "./goals.js";
import type { NameList, PropertyNames, PropertyOrder, SeenKeys } from "./property-order.js";

export interface ObjectState {
  readonly id: number;
  readonly formulas: readonly Formula[];
  readonly constraint: Formula;
  /** What must hold of the rest: the constraint over the formulas. */
  readonly combined: Formula;
  readonly names: NameList;
  /** Index of the first name that can still come; 0 when the order is free. */
  readonly cursor: number;
  readonly seen: SeenKeys;
  keys: Language | undefined;
  readonly properties: Map<string, PendingProperty | null>;
}

/** A property whose key has been read and whose value comes. */
export interface PendingProperty extends PendingGoal {
  readonly id: number;
  readonly constraint: Formula;
  readonly names: NameList;
  readonly cursor: number;
  readonly seen: SeenKeys;
}

/** A conjunction of statements about properties, by name: each name's literals are independent of the others. */
interface FlatIndex {
  readonly byName: ReadonlyMap<string, readonly Formula[]>;
  readonly languages: readonly Formula[];
}

export class Objects {
  private readonly store: FormulaStore;
  private readonly goals: Goals;
  private readonly satisfiability: Satisfiability;
  private readonly propertyNames: PropertyNames;
  private readonly order: PropertyOrder;
  private readonly namesOf: (goal: Goal) => readonly string[];
  private readonly states: ObjectState[] = [];
  private readonly stateIds = new Map<string, ObjectState>();
  private readonly pendings: PendingProperty[] = [];
  private readonly pendingIds = new Map<string, PendingProperty>();
  private readonly flatIndexes = new Map<Formula, FlatIndex | null>();

  /** @param namesOf the property names that a goal's schemas mention, in order. */
  constructor(
    store: FormulaStore,
    goals: Goals,
    satisfiability: Satisfiability,
    propertyNames: PropertyNames,
    order: PropertyOrder,
    namesOf: (goal: Goal) => readonly string[],
  ) {
    this.store = store;
    this.goals = goals;
    this.satisfiability = satisfiability;
    this.propertyNames = propertyNames;
    this.order = order;
    this.namesOf = namesOf;
  }

  /** Whether properties must come in the order of the schema. */
  get isOrdered(): boolean {
    return this.order === "schema";
  }

  state(id: number): ObjectState {
    return this.states[id] as ObjectState;
  }

  property(id: number): PendingProperty {
    return this.pendings[id] as PendingProperty;
  }

  /** The state after `{`; undefined if no object meets the goal. */
  open(goal: Goal): ObjectState | undefined {
    const formulas = goal.formulas.map((f) => this.goals.steps.specialise(f, JsonType.Object));
    const combined = this.goals.combined(formulas, goal.constraint);
    if (combined === FALSE) return undefined;
    const names = new Set(this.namesOf(goal));
    const seen = new Set<Formula>();
    for (const formula of formulas) {
      this.store.forEachAtom(
        formula,
        (literal) => {
          if (this.store.kind(literal) !== Kind.Props) return;
          const name = this.store.keysOf(this.store.first(literal));
          if (typeof name === "string") names.add(name);
        },
        seen,
      );
    }
    const list = this.propertyNames.list([...names]);
    if (!this.satisfiability.object(combined, this.propertyNames.availability(list, 0, 0))) return undefined;
    return this.intern(formulas, goal.constraint, list, 0, 0);
  }

  /** The result if the object may end here. */
  end(state: ObjectState): Result | undefined {
    const truths = state.formulas.map((formula) => this.goals.steps.holdsAtEnd(formula));
    return this.goals.allows(state.constraint, truths) ? this.goals.result(truths) : undefined;
  }

  /** The names that can come next. */
  keys(state: ObjectState): Language {
    state.keys ??= this.computeKeys(state);
    return state.keys;
  }

  /** What comes after a name that `keys` has; undefined for other names. */
  afterKey(state: ObjectState, name: string): PendingProperty | undefined {
    let pending = state.properties.get(name);
    if (pending === undefined) {
      pending = this.computeProperty(state, name) ?? null;
      state.properties.set(name, pending);
    }
    return pending ?? undefined;
  }

  /** The goal of the value behind a name that `keys` has. It asks less than `afterKey`, and is shared by many names. */
  goalAfterKey(state: ObjectState, name: string): Goal | undefined {
    const flat = this.flatIndex(state.combined);
    if (flat === undefined) return this.afterKey(state, name)?.goal;
    return this.goals.single(this.store.and(this.flatValues(flat, name)));
  }

  /** The object's state after a value whose result is known. */
  afterValue(pending: PendingProperty, result: Result): ObjectState {
    const formulas = this.goals.settle(pending, result);
    return this.intern(formulas, pending.constraint, pending.names, pending.cursor, pending.seen);
  }

  private intern(
    formulas: readonly Formula[],
    constraint: Formula,
    names: NameList,
    cursor: number,
    seen: SeenKeys,
  ): ObjectState {
    const key = `${formulas.join()}:${constraint}:${names.id}:${cursor}:${seen}`;
    let state = this.stateIds.get(key);
    if (state === undefined) {
      state = {
        id: this.states.length,
        formulas,
        constraint,
        combined: this.goals.combined(formulas, constraint),
        names,
        cursor,
        seen,
        keys: undefined,
        properties: new Map(),
      };
      this.states.push(state);
      this.stateIds.set(key, state);
    }
    return state;
  }

  // --- keys --------------------------------------------------------------------------------------------------------

  private computeKeys(state: ObjectState): Language {
    const { arena } = this.store;
    const { names, cursor, seen } = state;
    const used = this.propertyNames.seen(seen);
    const flat = this.flatIndex(state.combined);
    const named: string[] = [];
    let index = cursor;
    for (; index < names.names.length; index++) {
      const name = names.names[index] as string;
      if (!used.has(name) && this.nameLives(state, flat, name)) named.push(name);
      if (this.order === "schema" && !this.canSkip(state, flat, index)) break;
    }
    const regions = [arena.choice(named)];
    if (index === names.names.length) regions.push(...this.otherNames(state));
    return arena.union(regions);
  }

  /** The names that no schema mentions and that can come next, by which key languages of the formula have them. */
  otherNames(state: ObjectState): Language[] {
    const { arena } = this.store;
    const used = this.propertyNames.seen(state.seen);
    const others = arena.difference(arena.any, arena.choice([...state.names.names, ...used]));
    const regions: Language[] = [];
    this.liveRegions(state, this.flatIndex(state.combined), others, regions);
    return regions;
  }

  /** The mentioned names that have not been used or passed over, in order. */
  openNames({ names, cursor, seen }: ObjectState): string[] {
    const used = this.propertyNames.seen(seen);
    return names.names.filter((name, index) => index >= cursor && !used.has(name));
  }

  private nameLives(state: ObjectState, flat: FlatIndex | undefined, name: string): boolean {
    const { store } = this;
    if (flat === undefined) {
      const from = state.names.indexOf.get(name) ?? state.names.names.length;
      return this.keysLive(state, store.keySet(name), from);
    }
    return this.satisfiability.value(store.and(this.flatValues(flat, name)));
  }

  /** What a flat object says of the value behind a name. */
  private flatValues(flat: FlatIndex, name: string): Formula[] {
    const { store } = this;
    const values: Formula[] = [];
    for (const literal of flat.byName.get(name) ?? []) values.push(store.second(literal) ^ (literal & 1));
    for (const literal of flat.languages) {
      if (store.arena.matches(store.keysOf(store.first(literal)) as Language, name)) {
        values.push(store.second(literal));
      }
    }
    return values;
  }

  /** Whether the object can still end without the name at `index` (and those before it). */
  private canSkip(state: ObjectState, flat: FlatIndex | undefined, index: number): boolean {
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

  private flatIndex(formula: Formula): FlatIndex | undefined {
    let index = this.flatIndexes.get(formula);
    if (index === undefined) {
      index = this.buildFlatIndex(formula);
      this.flatIndexes.set(formula, index);
    }
    return index ?? undefined;
  }

  private buildFlatIndex(formula: Formula): FlatIndex | null {
    const { store } = this;
    const isAnd = store.kind(formula) === Kind.And && (formula & 1) === 0;
    const literals = formula === TRUE ? [] : isAnd ? store.children(formula) : [formula];
    const byName = new Map<string, Formula[]>();
    const languages: Formula[] = [];
    for (const literal of literals) {
      if (store.kind(literal) !== Kind.Props) return null;
      const name = store.keysOf(store.first(literal));
      if (typeof name !== "string") {
        if ((literal & 1) === 1) return null;
        languages.push(literal);
      } else {
        const list = byName.get(name);
        if (list === undefined) byName.set(name, [literal]);
        else list.push(literal);
      }
    }
    return { byName, languages };
  }

  // --- steps -------------------------------------------------------------------------------------------------------

  private computeProperty(state: ObjectState, name: string): PendingProperty | undefined {
    const { store } = this;
    const index = state.names.indexOf.get(name);
    const used = this.propertyNames.seen(state.seen);
    if (used.has(name) || (index !== undefined && index < state.cursor)) return undefined;
    const isMember = (keys: KeySet): boolean => {
      const set = store.keysOf(keys);
      return typeof set === "string" ? set === name : store.arena.matches(set, name);
    };
    const ordered = this.order === "schema";
    const cursor = ordered ? (index === undefined ? state.names.names.length : index + 1) : 0;
    // In schema order the cursor keeps a mentioned name from coming twice.
    const seen = ordered && index !== undefined ? state.seen : this.propertyNames.withSeen(state.seen, name);
    return this.step(state, isMember, cursor, seen);
  }

  private step(
    state: ObjectState,
    isMember: (keys: KeySet) => boolean,
    cursor: number,
    seen: SeenKeys,
  ): PendingProperty | undefined {
    const memo = new Map<number, Formula>();
    const stepped = state.formulas.map((f) => this.goals.steps.stepProperty(f, isMember, memo));
    const key = `${stepped.join()}:${state.constraint}:${state.names.id}:${cursor}:${seen}`;
    const known = this.pendingIds.get(key);
    if (known !== undefined) return known;
    const availability = this.propertyNames.availability(state.names, cursor, seen);
    const pending = this.goals.pending(stepped, state.constraint, (formula) =>
      this.satisfiability.object(formula, availability),
    );
    if (pending === undefined || !this.goalLives(pending.goal)) return undefined;
    const property: PendingProperty = {
      ...pending,
      id: this.pendings.length,
      constraint: state.constraint,
      names: state.names,
      cursor,
      seen,
    };
    this.pendings.push(property);
    this.pendingIds.set(key, property);
    return property;
  }

  private goalLives(goal: Goal): boolean {
    return this.satisfiability.value(this.goals.combined(goal.formulas, goal.constraint));
  }
}
