/**
 * The states of an open object: the formulas that the rest of it must satisfy, and which names can still come.
 * A state is made only if it is live; so a name is offered only if some value can follow it.
 */
import { canonicalJson, type JsonNode } from "../json/index.js";
import {
  FALSE,
  type Formula,
  type FormulaStore,
  JsonType,
  type KeySet,
  Kind,
} from "../json-schema/formula.js";
import type { Satisfiability } from "../json-schema/satisfiability.js";
import { type Language, LazyMap } from "../language/index.js";
import { type AlikeObjects, NextKeys } from "./alike-objects.js";
import type { ExtraProperties } from "./extra-properties.js";
import { FlatObject } from "./flat-object.js";
import { type Goal, type Goals, HOLDS, type PendingGoal, type Result } from "./goals.js";
import { type Listed, ListedObjects } from "./listed-objects.js";
import { ObjectKeys } from "./object-keys.js";
import type { ListedProperty, ObjectEnd, ObjectState, PendingProperty } from "./object-state.js";
import type { NameList, PropertyNames, PropertyOrder, SeenKeys } from "./property-order.js";

/** What long lists of objects are made of. */
export interface ListedConstants {
  /** The objects of a list, by its number. */
  listed(list: number): Listed;
  /** The formula "the value equals one of these". */
  oneOf(values: readonly JsonNode[]): Formula;
}

/** A formula that is no disjunction of flat cases. */
const NO_CASES: readonly FlatObject[] = [];

export class Objects {
  private readonly store: FormulaStore;
  private readonly goals: Goals;
  private readonly satisfiability: Satisfiability;
  private readonly propertyNames: PropertyNames;
  private readonly order: PropertyOrder;
  private readonly namesOf: (goal: Goal) => Set<string>;
  private readonly states: ObjectState[] = [];
  private readonly stateIds = new Map<string, ObjectState>();
  private readonly pendings: PendingProperty[] = [];
  private readonly flatPendingIds = new LazyMap<string, PendingProperty>();
  private readonly pendingIds = new LazyMap<string, PendingProperty>();
  private readonly cases = new Map<Formula, readonly FlatObject[]>();
  private readonly objectKeys: ObjectKeys;
  private knownListedObjects: ListedObjects | undefined;
  private anyListed = false;
  private readonly constants: ListedConstants;

  /**
   * @param extra whether properties come of which no schema says anything
   * @param namesOf the property names that a goal's schemas mention, in order; a new set
   * @param constants what long lists of objects are made of
   */
  constructor(
    store: FormulaStore,
    goals: Goals,
    satisfiability: Satisfiability,
    propertyNames: PropertyNames,
    order: PropertyOrder,
    extra: ExtraProperties,
    namesOf: (goal: Goal) => Set<string>,
    constants: ListedConstants,
  ) {
    this.store = store;
    this.goals = goals;
    this.satisfiability = satisfiability;
    this.propertyNames = propertyNames;
    this.order = order;
    this.namesOf = namesOf;
    this.constants = constants;
    this.objectKeys = new ObjectKeys(store, satisfiability, propertyNames, order, extra);
  }

  /** Whether a property of an object that is to be one of a long list has been pending so far. */
  get hasListed(): boolean {
    return this.anyListed;
  }

  private get listedObjects(): ListedObjects {
    this.knownListedObjects ??= new ListedObjects(this.propertyNames, this.order);
    return this.knownListedObjects;
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
    const list = this.goals.isSingle(goal) ? this.store.listOf(combined) : undefined;
    if (list !== undefined) {
      const listed = this.constants.listed(list);
      return this.add(formulas, goal.constraint, this.listedObjects.names(listed), 0, 0, { listed });
    }
    const names = this.namesOf(goal);
    const seen = new Set<Formula>();
    for (const formula of formulas) {
      this.store.forEachAtom(
        formula,
        (literal) => {
          if (this.store.kind(literal) !== Kind.Props) return;
          const name = this.store.nameOf(this.store.first(literal));
          if (name !== undefined) names.add(name);
        },
        seen,
      );
    }
    const nameList = this.propertyNames.list([...names]);
    const cases = this.casesOf(combined);
    const lives =
      cases === undefined
        ? this.satisfiability.object(combined, this.propertyNames.availability(nameList, 0, 0))
        : cases.some((flat) => flat.canEnd(nameList, 0));
    if (!lives) return undefined;
    return this.intern(formulas, goal.constraint, nameList, 0, 0);
  }

  /** The result if the object may end here. */
  end(state: ObjectState): Result | undefined {
    state.end ??= this.computeEnd(state);
    return state.end === 0 ? undefined : state.end - 1;
  }

  private computeEnd({ formulas, constraint, listed, seen }: ObjectState): ObjectEnd {
    if (listed !== undefined) return this.listedObjects.hasEnd(listed, seen) ? HOLDS + 1 : 0;
    const truths = formulas.map((formula) => this.goals.steps.holdsAtEnd(formula));
    return this.goals.allows(constraint, truths) ? this.goals.result(truths) + 1 : 0;
  }

  /** The names that can come next. */
  keys(state: ObjectState): Language {
    state.keys ??=
      state.listed === undefined
        ? this.objectKeys.of(state)
        : this.store.arena.choice(this.nextListed(state, state.listed));
    return state.keys;
  }

  /** Whether any name can come next: it asks less than `keys`. */
  hasKeys(state: ObjectState): boolean {
    // The state is live: where the object may not end, a property can come.
    state.hasKeys ??=
      this.end(state) === undefined ||
      (state.keys === undefined && state.listed === undefined
        ? this.objectKeys.hasAny(state)
        : !this.store.arena.isEmpty(this.keys(state)));
    return state.hasKeys;
  }

  /** The object that stands for all that tokens behind a value cannot tell from this one. */
  standIn(state: ObjectState, alike: AlikeObjects): ObjectState {
    const keys = this.nextKeys(state, alike);
    if (keys === undefined) return state;
    return this.state(alike.standIn(state.id, state.end as ObjectEnd, keys));
  }

  /** The property that stands for all that tokens cannot tell from this one, up to the next key. */
  standInProperty(property: PendingProperty, alike: AlikeObjects): PendingProperty {
    // Where its result tells, or the value itself, the object behind it is not known yet.
    if (property.fixed === undefined || property.listed !== undefined) return property;
    const after = this.standIn(this.afterValue(property, HOLDS), alike);
    return this.property(alike.standInProperty(property.id, property.goal.id, after.id));
  }

  /** Which keys can come as far as such tokens can tell; undefined: it depends on more. */
  private nextKeys(state: ObjectState, alike: AlikeObjects): NextKeys | undefined {
    if (!this.hasKeys(state)) return NextKeys.None;
    const { flat, listed, names } = state;
    if ((flat === undefined && listed === undefined) || !alike.arePlain(names)) return undefined;
    if (flat === undefined) return NextKeys.Plain;
    // In the order of the schema other names come behind those that are required.
    if (this.order === "schema" && state.end === 0) return NextKeys.Plain;
    return this.objectKeys.nextOthers(state, flat, alike.starts.ended);
  }

  /** The names that no schema mentions and that can come next, by which key languages of the formula have them. */
  otherNames(state: ObjectState): Language[] {
    return state.listed === undefined ? this.objectKeys.others(state) : [];
  }

  /** The mentioned names that have not been used or passed over, in order. */
  openNames(state: ObjectState): string[] {
    if (state.listed !== undefined) return this.nextListed(state, state.listed);
    const { names, cursor, seen } = state;
    const used = this.propertyNames.seen(seen);
    return names.names.filter((name, index) => index >= cursor && !used.has(name));
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
    const { flat } = state;
    if (flat === undefined || state.formulas.length > 1) return this.afterKey(state, name)?.goal;
    if (this.mentions(state, name) || flat.literals(name).length > 0)
      return this.goals.single(flat.value(name));
    state.otherGoal ??= this.computeOtherGoal(state, flat) ?? null;
    return state.otherGoal ?? this.goals.single(flat.value(name));
  }

  /** The goal of the value behind each name that no schema mentions, if that is the same. */
  private computeOtherGoal(state: ObjectState, flat: FlatObject): Goal | undefined {
    const { store } = this;
    if (!this.objectKeys.hasAllOthers(state, flat)) return undefined;
    return this.goals.single(store.and(flat.languages.map((literal) => store.second(literal))));
  }

  /** Whether a schema mentions a name. */
  mentions({ names }: ObjectState, name: string): boolean {
    return names.indexOf.has(name);
  }

  /**
   * How the object can end behind a property whose name no schema mentions, whichever it is; another one can follow.
   * Undefined where it depends on more.
   */
  afterOther(state: ObjectState, name: string): ObjectEnd | undefined {
    const { flat } = state;
    if (flat === undefined || state.formulas.length > 1 || state.combined !== state.formulas[0])
      return undefined;
    if (this.mentions(state, name) || flat.literals(name).length > 0) return undefined;
    state.afterOther ??= this.computeAfterOther(state, flat) ?? null;
    return state.afterOther ?? undefined;
  }

  private computeAfterOther(state: ObjectState, flat: FlatObject): ObjectEnd | undefined {
    if (!this.objectKeys.hasManyOthers(state, flat)) return undefined;
    const { formulas, constraint, names, seen } = state;
    const after =
      this.order === "any" ? state : this.intern(formulas, constraint, names, names.names.length, seen, flat);
    after.end ??= this.computeEnd(after);
    return after.end;
  }

  /** The object's state after a value whose result is known. */
  afterValue(pending: PendingProperty, result: Result): ObjectState {
    const formulas = this.goals.settle(pending, result);
    const { constraint, names, cursor, seen, flat } = pending;
    return this.intern(formulas, constraint, names, cursor, seen, flat);
  }

  /** The state behind a property of an object that is to be one of a long list. */
  afterListed(
    pending: PendingProperty,
    { name, objects, states }: ListedProperty,
    value: JsonNode,
  ): ObjectState {
    const key = canonicalJson(value);
    let state = states.get(key);
    if (state === undefined) {
      const listed = this.listedObjects.withValue(objects, name, value);
      const { rests, constraint, names, cursor, seen } = pending;
      state = this.add(rests, constraint, names, cursor, seen, { listed });
      states.set(key, state);
    }
    return state;
  }

  private nextListed({ names, seen }: ObjectState, listed: Listed): string[] {
    return this.listedObjects.nextNames(listed, names, seen);
  }

  private listedProperty(state: ObjectState, listed: Listed, name: string): PendingProperty | undefined {
    const { formulas, names, seen } = state;
    const objects = this.listedObjects.withNext(listed, names, seen, name);
    if (objects.length === 0) return undefined;
    const values = this.constants.oneOf(objects.map((object) => object.get(name) as JsonNode));
    const pending = { goal: this.goals.single(values), rests: formulas, fixed: [] };
    if (!this.goalLives(pending.goal)) return undefined;
    const later = this.propertyNames.withSeen(seen, name);
    return this.addPending(pending, state, 0, later, { listed: { name, objects, states: new Map() } });
  }

  private intern(
    formulas: readonly Formula[],
    constraint: Formula,
    names: NameList,
    cursor: number,
    seen: SeenKeys,
    flat?: FlatObject,
  ): ObjectState {
    const key = `${formulas.join()}:${constraint}:${names.id}:${cursor}:${seen}`;
    let state = this.stateIds.get(key);
    if (state === undefined) {
      const left = flat === undefined ? this.onlyCase(formulas, constraint) : undefined;
      state =
        left === undefined
          ? this.add(formulas, constraint, names, cursor, seen, { flat })
          : this.intern([left], constraint, names, cursor, seen);
      this.stateIds.set(key, state);
    }
    return state;
  }

  /**
   * The only case of a disjunction that is left, as a formula without the others: steps of flat objects take statements
   * out of their formula. Undefined: the formula is that already, or has more cases.
   */
  private onlyCase(formulas: readonly Formula[], constraint: Formula): Formula | undefined {
    const combined = this.goals.combined(formulas, constraint);
    if (formulas.length !== 1 || combined !== formulas[0]) return undefined;
    const cases = this.casesOf(combined);
    const formula = cases?.length === 1 ? (cases[0] as FlatObject).formula : combined;
    return formula === combined ? undefined : formula;
  }

  private add(
    formulas: readonly Formula[],
    constraint: Formula,
    names: NameList,
    cursor: number,
    seen: SeenKeys,
    { flat, listed }: { readonly flat?: FlatObject | undefined; readonly listed?: Listed },
  ): ObjectState {
    const combined = this.goals.combined(formulas, constraint);
    const cases = flat === undefined && listed === undefined ? this.casesOf(combined) : undefined;
    const state: ObjectState = {
      id: this.states.length,
      formulas,
      constraint,
      combined,
      names,
      cursor,
      seen,
      cases,
      flat: flat ?? (cases?.length === 1 ? cases[0] : undefined),
      keys: undefined,
      hasKeys: undefined,
      end: undefined,
      afterOther: undefined,
      otherGoal: undefined,
      properties: new LazyMap(),
      listed,
    };
    this.states.push(state);
    return state;
  }

  private casesOf(formula: Formula): readonly FlatObject[] | undefined {
    let cases = this.cases.get(formula);
    if (cases === undefined) {
      cases =
        FlatObject.casesOf(formula, this.store, (value) => this.satisfiability.value(value)) ?? NO_CASES;
      this.cases.set(formula, cases);
    }
    return cases === NO_CASES ? undefined : cases;
  }

  // --- steps -------------------------------------------------------------------------------------------------------

  private computeProperty(state: ObjectState, name: string): PendingProperty | undefined {
    const { store } = this;
    if (state.listed !== undefined) return this.listedProperty(state, state.listed, name);
    const index = state.names.indexOf.get(name);
    const used = this.propertyNames.seen(state.seen);
    if (used.has(name) || (index !== undefined && index < state.cursor)) return undefined;
    const isMember = (keys: KeySet): boolean => store.hasKey(keys, name);
    const ordered = this.order === "schema";
    const cursor = ordered ? (index === undefined ? state.names.names.length : index + 1) : 0;
    // In schema order the cursor keeps a mentioned name from coming twice.
    const seen = ordered && index !== undefined ? state.seen : this.propertyNames.withSeen(state.seen, name);
    // Other formulas' truths are asked for at the end, and have to be stepped as well.
    const flat = state.formulas.length === 1 ? state.flat : undefined;
    if (flat !== undefined && state.combined === state.formulas[0])
      return this.flatStep(state, flat, name, cursor, seen);
    return this.step(state, isMember, cursor, seen);
  }

  /** A property of a flat object: what is said of other names stays, and the value must be all that is said of this one. */
  private flatStep(
    state: ObjectState,
    flat: FlatObject,
    name: string,
    cursor: number,
    seen: SeenKeys,
  ): PendingProperty | undefined {
    for (let index = state.cursor; index < cursor; index++) {
      const passed = state.names.names[index] as string;
      if (passed !== name && flat.isRequired(passed)) return undefined;
    }
    const rest = this.store.without(state.combined, flat.literals(name));
    const goal = this.goals.single(flat.value(name));
    const key = `${rest}:${goal.id}:${state.names.id}:${cursor}:${seen}`;
    const known = this.flatPendingIds.get(key);
    if (known !== undefined) return known;
    if (!this.goalLives(goal)) return undefined;
    const property = this.addPending({ goal, rests: [rest], fixed: [] }, state, cursor, seen, { flat });
    this.flatPendingIds.set(key, property);
    return property;
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
    const property = this.addPending(pending, state, cursor, seen, {});
    this.pendingIds.set(key, property);
    return property;
  }

  private addPending(
    { goal, rests, fixed }: PendingGoal,
    { constraint, names }: ObjectState,
    cursor: number,
    seen: SeenKeys,
    { flat, listed }: { readonly flat?: FlatObject; readonly listed?: ListedProperty },
  ): PendingProperty {
    const id = this.pendings.length;
    const property = { goal, rests, fixed, id, constraint, names, cursor, seen, flat, listed };
    this.pendings.push(property);
    if (listed !== undefined) this.anyListed = true;
    return property;
  }

  private goalLives(goal: Goal): boolean {
    return this.satisfiability.value(this.goals.combined(goal.formulas, goal.constraint));
  }
}
