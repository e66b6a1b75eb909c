/** The states of an open array: the formulas that the rest of it, from the next item on, must satisfy. */
import { canonicalJson, type JsonNode } from "../json/index.js";
import { isLimitError } from "../json-schema/errors.js";
import { FALSE, type Formula, JsonType, TRUE } from "../json-schema/formula.js";
import { DIFFERENT, REPEATED } from "../json-schema/repeated-items.js";
import type { Satisfiability } from "../json-schema/satisfiability.js";
import { LazyMap } from "../language/index.js";
import { type Goal, type Goals, type PendingGoal, type Projected, type Result, tooMany } from "./goals.js";

export interface ArrayState {
  readonly id: number;
  readonly formulas: readonly Formula[];
  readonly constraint: Formula;
  /** The next item, once it was asked for; null: there can be none. */
  item: PendingItem | null | undefined;
  /** Whether it can be one of endlessly many objects, once that was asked for. */
  hasEndlessObjects: boolean | undefined;
  /** See `bare`, once that was asked for; null: there is none. */
  bare: ArrayState | null | undefined;
}

/** An item that comes or is open. */
export interface PendingItem extends PendingGoal {
  goal: Goal;
  readonly id: number;
  /** The array before it. */
  readonly array: ArrayState;
  /** Whether what comes after it depends on what it is: items must differ. */
  readonly isUnique: boolean;
  /**
   * By its result, whether so many values can come behind it that it does not matter which one it was; once it was asked
   * for.
   */
  readonly isPlentiful: Map<Result, boolean>;
  readonly constraint: Formula;
}

/** So many values of an item are listed at most. */
const MOST_LISTED = 4096;

/** So many values are listed to see whether there are endlessly many: the first ones have few properties. */
const FEW_LISTED = 8;

const NESTED = JsonType.Array | JsonType.Object;

export class Arrays {
  private readonly goals: Goals;
  private readonly satisfiability: Satisfiability;
  private readonly constant: (value: JsonNode) => Formula;
  private readonly states: ArrayState[] = [];
  private readonly stateIds = new LazyMap<string, ArrayState>();
  private readonly items: PendingItem[] = [];
  private anyUnique = false;

  /** @param constant the formula "the value equals this one" */
  constructor(goals: Goals, satisfiability: Satisfiability, constant: (value: JsonNode) => Formula) {
    this.goals = goals;
    this.constant = constant;
    this.satisfiability = satisfiability;
  }

  state(id: number): ArrayState {
    return this.states[id] as ArrayState;
  }

  item(id: number): PendingItem {
    return this.items[id] as PendingItem;
  }

  /** Whether an item that must differ from others has been pending so far. */
  get hasUnique(): boolean {
    return this.anyUnique;
  }

  /** The state after `[`; undefined if no array meets the goal. */
  open(goal: Goal): ArrayState | undefined {
    const formulas = goal.formulas.map((f) => this.goals.steps.specialise(f, JsonType.Array));
    const combined = this.goals.combined(formulas, goal.constraint);
    if (combined === FALSE || !this.satisfiability.array(combined)) return undefined;
    return this.intern(formulas, goal.constraint);
  }

  /** The result if the array may end here. */
  end(state: ArrayState): Result | undefined {
    const truths = state.formulas.map((formula) => this.goals.steps.holdsAtEnd(formula));
    return this.goals.allows(state.constraint, truths) ? this.goals.result(truths) : undefined;
  }

  /** The next item; undefined if there can be none. */
  next(state: ArrayState): PendingItem | undefined {
    if (state.item === undefined) state.item = this.computeItem(state) ?? null;
    return state.item ?? undefined;
  }

  /** The array's state after an item whose result is known. */
  afterValue(item: PendingItem, result: Result): ArrayState {
    return this.intern(this.goals.settle(item, result), item.constraint);
  }

  /**
   * The same, where what comes after depends on what the item was.
   *
   * @throws LanguageLimitError for a value that may have to come again but is too long to be told from others
   */
  afterUnique(item: PendingItem, result: Result, value: JsonNode): ArrayState {
    const equal = this.constant(value);
    const formulas = this.goals.settle(item, result);
    const rest = this.goals.combined(formulas, item.constraint);
    if ((this.goals.uniqueSigns(rest) & REPEATED) !== 0) this.goals.checkExact(value);
    return this.intern(
      formulas.map((formula) => this.goals.steps.afterUnique(formula, equal)),
      item.constraint,
    );
  }

  /**
   * The goal of an item without the values that items to come cannot do without: in [1 or 2, 1] with all different, the
   * first must be 2.
   */
  private withoutFatal(item: PendingItem): Goal {
    const { goals, satisfiability } = this;
    const { goal } = item;
    if (!this.needsMore(item)) return goal;
    const scarce = new Map<string, JsonNode>();
    for (const truths of goals.possibleTruths(goal)) {
      const rest = goals.combined(goals.settle(item, goals.result(truths)), item.constraint);
      for (const value of this.scarce(rest) ?? []) scarce.set(canonicalJson(value), value);
    }
    const fatal = [...scarce.values()].filter((value) => {
      const equal = this.constant(value);
      const truths = goal.formulas.map((f) => satisfiability.value(goals.and([f, equal])));
      if (!goals.allows(goal.constraint, truths)) return false;
      const after = goals.settle(item, goals.result(truths));
      const formulas = after.map((formula) => goals.steps.afterUnique(formula, equal));
      return !satisfiability.array(goals.combined(formulas, item.constraint));
    });
    return fatal.length === 0
      ? goal
      : goals.excluding(
          goal,
          fatal.map((value) => this.constant(value)),
        );
  }

  /**
   * The array's state after an item that must differ from others, whichever it was: it tells whether the array can end and
   * whether an item can follow, not which. Undefined where that depends on the item.
   */
  afterAnyUnique(item: PendingItem, result: Result): ArrayState | undefined {
    const { goals } = this;
    const after = this.afterValue(item, result);
    const bare = this.bare(after);
    if (bare !== undefined) return bare;
    let isPlentiful = item.isPlentiful.get(result);
    if (isPlentiful === undefined) {
      const rest = goals.combined(after.formulas, after.constraint);
      // Where no item can follow at all, that is so whichever it was.
      const another = () => this.scarce(goals.withMore(rest)) ?? [];
      isPlentiful =
        (goals.uniqueSigns(rest) & REPEATED) === 0 &&
        // One more could leave no room among the arrays and objects that are told apart.
        !this.isNearlyFull([rest], 2) &&
        (this.hasSurelyOthers(item) || another().length === 0);
      item.isPlentiful.set(result, isPlentiful);
    }
    return isPlentiful ? after : undefined;
  }

  /** Whether the array cannot end behind an item, or that depends on the item. */
  needsMore(item: PendingItem): boolean {
    return !this.goals.canEnd(item);
  }

  /**
   * Whether the next item can be one of endlessly many objects, so that one is left whichever items it must differ from. It
   * may say no where that is hard to tell.
   */
  hasEndlessObjects(state: ArrayState): boolean {
    if (state.hasEndlessObjects !== undefined) return state.hasEndlessObjects;
    const { goals } = this;
    const item = this.next(state);
    let answer = false;
    // Where the array can end behind the item, nothing but the item's own formula is asked of it.
    if (item !== undefined && goals.isSingle(item.goal) && !this.needsMore(item)) {
      // Finitely many items came before: without them the answer is the same, and known for all places of the array.
      const any = this.intern(
        state.formulas.map((formula) => goals.steps.beforeUnique(formula)),
        state.constraint,
      );
      answer = any === state ? this.areEndless(item.goal) : this.hasEndlessObjects(any);
    }
    state.hasEndlessObjects = answer;
    return answer;
  }

  private areEndless(goal: Goal): boolean {
    const { goals, satisfiability } = this;
    const { formulas, constraint } = goals.onlyObjects(goal);
    return unlessLimited(
      () => satisfiability.valuesOf(goals.combined(formulas, constraint), FEW_LISTED).isEndless,
    );
  }

  /**
   * The state as if no item had come, where only whole texts tell the two apart: the items to come must differ, can be
   * endlessly many texts, are no arrays and objects, and nothing else is said of any of them alone.
   */
  bare(state: ArrayState): ArrayState | undefined {
    if (state.bare === undefined) {
      const [formula] = state.formulas;
      if (formula === undefined || !this.goals.isSingle(state)) state.bare = null;
      else {
        const bare = this.intern([this.goals.steps.beforeUnique(formula)], state.constraint);
        if (bare !== state) state.bare = this.bare(bare) ?? null;
        else state.bare = unlessLimited(() => this.hasEndlessTexts(state, formula)) ? state : null;
      }
    }
    return state.bare ?? undefined;
  }

  /**
   * Whether it is known at sight that the item behind an item can be one of several values, if there can be one: the array
   * asks no more of it than of this one, but that the two differ.
   */
  private hasSurelyOthers(item: PendingItem): boolean {
    const { goals } = this;
    const { array, goal } = item;
    const [formula] = array.formulas;
    if (formula === undefined || !goals.isSingle(array) || !this.isAlikeForAll(formula)) return false;
    return (
      goals.isSingle(goal) && !this.needsMore(item) && goals.hasSeveralTexts(goal.formulas[0] as Formula)
    );
  }

  /** Whether a formula says that all items to come differ, and the same of each of them. */
  private isAlikeForAll(formula: Formula): boolean {
    const { goals } = this;
    if (!goals.steps.isUniform(formula) || (goals.uniqueSigns(formula) & REPEATED) !== 0) return false;
    return goals.assumeUnique(formula, FALSE) === FALSE;
  }

  private hasEndlessTexts(state: ArrayState, formula: Formula): boolean {
    const { goals, satisfiability } = this;
    if (!this.isAlikeForAll(formula)) return false;
    const item = this.next(state);
    if (item === undefined) return true;
    const { goal } = item;
    if (!goals.isSingle(goal) || !goals.hasEndlessTexts(goal.formulas[0] as Formula)) return false;
    const nested = goals.onlyNested(goal);
    return !satisfiability.value(goals.combined(nested.formulas, nested.constraint));
  }

  /** An item as if none had come before it, where only whole texts tell the two apart; undefined otherwise. */
  asFirst(item: PendingItem): PendingItem | undefined {
    const bare = item.isUnique ? this.bare(item.array) : undefined;
    return bare === undefined ? undefined : this.next(bare);
  }

  /**
   * The values of items with which an array can go on, where there are not enough of them for whatever an item before was:
   * with any other value, it can go on as well. Undefined: it cannot go on.
   */
  private scarce(rest: Formula): JsonNode[] | undefined {
    const { satisfiability } = this;
    const items = satisfiability.differentItems(rest);
    if (items === undefined) return undefined;
    const enough = items.reduce((sum, { times }) => sum + times, 1);
    const atMost = Math.min(enough, MOST_LISTED);
    const values: JsonNode[] = [];
    for (const { value } of items) {
      const { list, isAll, isEndless } = satisfiability.valuesOf(value, atMost);
      if (isAll) values.push(...list);
      else if (!isEndless && atMost < enough) satisfiability.giveUp();
    }
    return values;
  }

  private intern(formulas: readonly Formula[], constraint: Formula): ArrayState {
    const key = `${formulas.join()}:${constraint}`;
    let state = this.stateIds.get(key);
    if (state === undefined) {
      state = {
        id: this.states.length,
        formulas,
        constraint,
        item: undefined,
        hasEndlessObjects: undefined,
        bare: undefined,
      };
      this.states.push(state);
      this.stateIds.set(key, state);
    }
    return state;
  }

  /** How "all items differ" occurs in what must hold behind an item. */
  private signs({ rests, constraint }: { rests: readonly Formula[]; constraint: Formula }): number {
    return this.goals.uniqueSigns(this.goals.combined(rests, constraint));
  }

  private computeItem(state: ArrayState): PendingItem | undefined {
    const { goals, satisfiability } = this;
    const pending = this.pending(state);
    if (pending === undefined) return undefined;
    const isPossible = ({ formulas, constraint }: Goal) =>
      satisfiability.value(goals.combined(formulas, constraint));
    if (!isPossible(pending.goal)) return undefined;
    const isFull = goals.comparedItems(pending.rests) >= satisfiability.maxCompared;
    const goal = isFull ? goals.withoutNested(pending.goal) : pending.goal;
    if (isFull && !isPossible(goal)) {
      if (this.end(state) === undefined) throw tooMany("items", satisfiability.maxCompared);
      return undefined;
    }
    const isUnique = pending.rests.some((rest) => goals.steps.hasUnique(rest));
    const item = {
      ...pending,
      goal,
      id: this.items.length,
      array: state,
      isUnique,
      isPlentiful: new Map<Result, boolean>(),
      constraint: state.constraint,
    };
    const signs = this.signs(item);
    const isUniform =
      (signs & REPEATED) === 0 && state.formulas.every((formula) => goals.steps.isUniform(formula));
    if ((signs & DIFFERENT) !== 0 && !isUniform) {
      item.goal = this.withoutFatal(item);
      if (item.goal !== goal && !isPossible(item.goal)) return undefined;
    }
    this.items.push(item);
    if (isUnique) this.anyUnique = true;
    return item;
  }

  /** The next item, without regard to values that items to come cannot do without. */
  private pending(state: ArrayState): PendingGoal | undefined {
    const { goals, satisfiability } = this;
    const all = this.projected(state, 0);
    if (all === undefined) return undefined;
    const pending = goals.pendingOf(all);
    if (pending === undefined) return undefined;
    const isUnique = pending.rests.some((rest) => goals.steps.hasUnique(rest));
    if (!isUnique || !this.isNearlyFull(pending.rests, 1)) return pending;
    const { formulas, constraint } = goals.onlyNested(pending.goal);
    if (!satisfiability.value(goals.combined(formulas, constraint))) return pending;
    // An array or object must leave room for those that are needed behind it; other values take none.
    const nested = this.projected(state, 1);
    if (nested === undefined) return { ...pending, goal: goals.withoutNested(pending.goal) };
    if (nested.child === all.child) return pending;
    const isSame =
      nested.asked.length === all.asked.length && nested.asked.every((f, i) => f === all.asked[i]);
    return isSame ? goals.pendingByType(NESTED, nested, all) : goals.pendingOf(nested);
  }

  /** Whether so many arrays and objects more might leave no room for those that are needed. */
  private isNearlyFull(rests: readonly Formula[], more: number): boolean {
    const { goals } = this;
    const most = this.satisfiability.maxCompared - more;
    // Most arrays have few.
    const compared = goals.comparedItems(rests);
    return compared > most || compared + goals.mostNeededItems(rests) > most;
  }

  /** @param uncounted whether the next item counts as an array or object */
  private projected({ formulas, constraint }: ArrayState, uncounted: 0 | 1): Projected | undefined {
    const { goals, satisfiability } = this;
    const stepped = formulas.map((formula) => goals.steps.stepItem(formula));
    const lives = (formula: Formula) => satisfiability.array(formula, uncounted);
    const pending = goals.project(stepped, constraint, lives);
    if ((goals.uniqueSigns(goals.combined(stepped, constraint)) & REPEATED) === 0) return pending;
    // What repeats may be this item. That is asked only where the items behind it alone leave out too much.
    const most = goals.project(
      stepped,
      constraint,
      (formula) => lives(goals.assumeUnique(formula, TRUE)) || lives(goals.assumeUnique(formula, FALSE)),
    );
    // Both ask about the same formulas.
    if (most === undefined || most.child === pending?.child) return pending;
    return goals.project(stepped, constraint, lives, goals.repeatedLater(stepped, constraint));
  }
}

/** The answer to a question; no where that is beyond a limit. */
function unlessLimited(ask: () => boolean): boolean {
  try {
    return ask();
  } catch (error) {
    if (isLimitError(error)) return false;
    throw error;
  }
}
