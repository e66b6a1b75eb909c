/** The states of an open array: the formulas that the rest of it, from the next item on, must satisfy. */
import { FALSE, type Formula, JsonType } from "../json-schema/formula.js";
import type { Satisfiability } from "../json-schema/satisfiability.js";
import type { Goal, Goals, PendingGoal, Result } from "./goals.js";

export interface ArrayState {
  readonly id: number;
  readonly formulas: readonly Formula[];
  readonly constraint: Formula;
  /** The next item, once it was asked for; null: there can be none. */
  item: PendingItem | null | undefined;
}

/** An item that comes or is open. */
export interface PendingItem extends PendingGoal {
  readonly id: number;
  readonly constraint: Formula;
}

export class Arrays {
  private readonly goals: Goals;
  private readonly satisfiability: Satisfiability;
  private readonly states: ArrayState[] = [];
  private readonly stateIds = new Map<string, ArrayState>();
  private readonly items: PendingItem[] = [];

  constructor(goals: Goals, satisfiability: Satisfiability) {
    this.goals = goals;
    this.satisfiability = satisfiability;
  }

  state(id: number): ArrayState {
    return this.states[id] as ArrayState;
  }

  item(id: number): PendingItem {
    return this.items[id] as PendingItem;
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

  private intern(formulas: readonly Formula[], constraint: Formula): ArrayState {
    const key = `${formulas.join()}:${constraint}`;
    let state = this.stateIds.get(key);
    if (state === undefined) {
      state = { id: this.states.length, formulas, constraint, item: undefined };
      this.states.push(state);
      this.stateIds.set(key, state);
    }
    return state;
  }

  private computeItem(state: ArrayState): PendingItem | undefined {
    const stepped = state.formulas.map((formula) => this.goals.steps.stepItem(formula));
    const pending = this.goals.pending(stepped, state.constraint, (f) => this.satisfiability.array(f));
    if (pending === undefined) return undefined;
    const { goal } = pending;
    if (!this.satisfiability.value(this.goals.combined(goal.formulas, goal.constraint))) return undefined;
    const item = { ...pending, id: this.items.length, constraint: state.constraint };
    this.items.push(item);
    return item;
  }
}
