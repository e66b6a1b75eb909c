/**
 * What a value must satisfy so that the parent can still end.
 *
 * A parent's next formula depends on which of the sub-formulas S1..Sm the open value is in. So the value is read against
 * all of them side by side, under a *constraint*: a formula over variables x1..xm ("the value is in Si") that says
 * which combinations the parent can live with. A state of the value is live if `constraint[xi := rest of Si]` is
 * satisfiable; at its end the truth of each Si is known, and goes to the parent as a *result*.
 *
 * Almost always m is 1 and the constraint is x1: the value must match one formula.
 */
import type { JsonNode } from "../json/index.js";
import { exceeded } from "../json-schema/constant-limits.js";
import type { Derivatives } from "../json-schema/derivative.js";
import { SchemaLimitError } from "../json-schema/errors.js";
import { FALSE, type Formula, type FormulaStore, JsonType, Kind, TRUE } from "../json-schema/formula.js";
import {
  assumeUnique,
  comparedIn,
  mostNeededItems,
  repeatedLater,
  uniqueSigns,
} from "../json-schema/repeated-items.js";
import { type Language, LanguageLimitError } from "../language/index.js";
import { Projection } from "./projection.js";

/** Formulas read side by side and the constraint on them, interned. */
export interface Goal {
  readonly id: number;
  readonly formulas: readonly Formula[];
  readonly constraint: Formula;
}

/** The truth of each formula of a goal, interned; result 0 is "the only formula holds". */
export type Result = number;
export const HOLDS: Result = 0;

/** A value to come: its goal, and what its result means for the parent. */
export interface PendingGoal {
  readonly goal: Goal;
  /** The parent's formulas behind the value, over variables for the sub-formulas that they ask about. */
  readonly rests: readonly Formula[];
  /** The variables' truths, where the constraint leaves no choice; otherwise they are the goal's result. */
  readonly fixed: readonly boolean[] | undefined;
}

/** What goals ask of formulas: `Satisfiability`. */
export interface GoalQuestions {
  /** Whether some value satisfies a formula. */
  value(formula: Formula): boolean;
  /** The answer to a question; undefined where it takes more than a few steps. */
  soon(ask: () => boolean): boolean | undefined;
}

/** What a parent asks of a value to come. */
export interface Projected {
  /** The formulas that it asks about. */
  readonly asked: readonly Formula[];
  /** What must hold of them, as variables. */
  readonly child: Formula;
  /** As of a `PendingGoal`. */
  readonly rests: readonly Formula[];
}

/** So many cases of how the parent can go on, for each alternative. */
const CASES_EACH = 8;

/** The error for a value that would be read against too many formulas side by side. */
export function tooMany(what: string, value: number): SchemaLimitError {
  const reason = `a value would have to be read against more than ${value} ${what} of sub-schemas at once; simplify the schema or raise limits.maxAlternatives`;
  return new SchemaLimitError({ pointer: "", limit: "maxAlternatives", value, reason });
}

export class Goals {
  private readonly store: FormulaStore;
  /** The derivatives that this grammar's goals are stepped with. */
  readonly steps: Derivatives;
  private knownProjection: Projection | undefined;
  private readonly questions: GoalQuestions;
  private readonly goals = new Map<string, Goal>();
  private readonly results: (readonly boolean[])[] = [[true]];
  private readonly resultIds = new Map<string, Result>([["1", HOLDS]]);
  private readonly only: Formula;
  private readonly maxAlternatives: number;

  /**
   * @param limits.maxAlternatives so many sub-formulas at once
   */
  constructor(
    store: FormulaStore,
    derivatives: Derivatives,
    questions: GoalQuestions,
    limits: { readonly maxAlternatives: number },
  ) {
    this.store = store;
    this.maxAlternatives = limits.maxAlternatives;
    this.questions = questions;
    this.steps = derivatives;
    this.only = store.variable(0);
  }

  private get projection(): Projection {
    this.knownProjection ??= new Projection(this.store);
    return this.knownProjection;
  }

  /** The goal "the value satisfies `formula`". */
  single(formula: Formula): Goal {
    return this.intern([formula], this.only);
  }

  intern(formulas: readonly Formula[], constraint: Formula): Goal {
    const key = `${constraint}:${formulas.join()}`;
    let goal = this.goals.get(key);
    if (goal === undefined) {
      goal = { id: this.goals.size, formulas, constraint };
      this.goals.set(key, goal);
    }
    return goal;
  }

  /** Whether the value is read against one formula, which must hold. */
  isSingle(goal: Pick<Goal, "formulas" | "constraint">): boolean {
    return goal.formulas.length === 1 && goal.constraint === this.only;
  }

  result(truths: readonly boolean[]): Result {
    const key = truths.map((truth) => (truth ? "1" : "0")).join("");
    let id = this.resultIds.get(key);
    if (id === undefined) {
      id = this.results.push(truths) - 1;
      this.resultIds.set(key, id);
    }
    return id;
  }

  truths(result: Result): readonly boolean[] {
    return this.results[result] as readonly boolean[];
  }

  /** The formula that says that a state is live: the constraint over the formulas as they are now. */
  combined(formulas: readonly Formula[], constraint: Formula): Formula {
    if (constraint === this.only) return formulas[0] as Formula;
    return this.store.map(
      constraint,
      (variable) => formulas[this.store.first(variable)] as Formula,
      new Map(),
    );
  }

  and(formulas: readonly Formula[]): Formula {
    return this.store.and(formulas);
  }

  /** A goal without arrays and objects. */
  withoutNested(goal: Goal): Goal {
    return this.excluding(goal, [this.store.type(JsonType.Array | JsonType.Object)]);
  }

  /** Its arrays and objects alone. */
  onlyNested(goal: Goal): Goal {
    return this.excluding(goal, [this.store.type(JsonType.Array | JsonType.Object) ^ 1]);
  }

  /** Its objects alone. */
  onlyObjects(goal: Goal): Goal {
    return this.excluding(goal, [this.store.type(JsonType.Object) ^ 1]);
  }

  /** Whether it is known at sight that endlessly many texts satisfy a formula. */
  hasEndlessTexts(formula: Formula): boolean {
    return this.store.arena.isSurelyInfinite(this.writableTexts(formula));
  }

  /** Whether it is known at sight that several texts satisfy a formula. */
  hasSeveralTexts(formula: Formula): boolean {
    return this.store.arena.isSurelySeveral(this.writableTexts(formula));
  }

  private writableTexts(formula: Formula): Language {
    const { steps } = this;
    return steps.writable(steps.stringLanguage(steps.specialise(formula, JsonType.String)));
  }

  /** How many arrays and objects some formulas remember because items to come must differ from them. */
  comparedItems(formulas: readonly Formula[]): number {
    const { store } = this;
    let most = 0;
    for (const formula of formulas) {
      store.forEachAtom(formula, (literal) => {
        if (store.kind(literal) === Kind.Unique)
          most = Math.max(most, comparedIn(store, store.first(literal)));
      });
    }
    return most;
  }

  /** No more items than so many are needed for what some formulas say. */
  mostNeededItems(formulas: readonly Formula[]): number {
    return formulas.reduce((sum, formula) => sum + mostNeededItems(this.store, formula), 0);
  }

  /** The formula of what is left of an array, where that is one item at least. */
  withMore(rest: Formula): Formula {
    return this.store.and([rest, this.store.minItems(1)]);
  }

  /** A goal without the values of some formulas. */
  excluding(goal: Goal, values: readonly Formula[]): Goal {
    const { store } = this;
    const others = store.or(values) ^ 1;
    if (this.isSingle(goal)) return this.single(store.and([goal.formulas[0] as Formula, others]));
    const isOther = store.variable(goal.formulas.length);
    return this.intern([...goal.formulas, others], store.and([goal.constraint, isOther]));
  }

  /** The combinations of truths that some value of a goal has. */
  *possibleTruths({ formulas, constraint }: Goal): Generator<readonly boolean[]> {
    const { store } = this;
    const maxCases = CASES_EACH * this.maxAlternatives;
    let cases = 0;
    const pending: { truths: readonly boolean[]; value: Formula }[] = [{ truths: [], value: TRUE }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (++cases > maxCases) throw tooMany("cases", maxCases);
      const { truths, value } = next;
      if (truths.length === formulas.length) {
        yield truths;
        continue;
      }
      const asked = formulas[truths.length] as Formula;
      for (const truth of [false, true]) {
        const known = [...truths, truth];
        const narrowed = store.and([value, truth ? asked : asked ^ 1]);
        // What is not decided yet stands for itself.
        const now = formulas.map((formula, i) => (i < known.length ? (known[i] ? TRUE : FALSE) : formula));
        if (this.questions.value(store.and([narrowed, this.combined(now, constraint)])))
          pending.push({ truths: known, value: narrowed });
      }
    }
  }

  /** The goal of values with other results; undefined if no value has one. */
  others(goal: Goal, result: Result): Goal | undefined {
    const { store } = this;
    const same = store.and(this.truths(result).map((truth, i) => store.variable(i) ^ (truth ? 0 : 1)));
    const constraint = store.and([goal.constraint, same ^ 1]);
    if (constraint === FALSE) return undefined;
    const others = this.intern(goal.formulas, constraint);
    return this.questions.value(this.combined(others.formulas, constraint)) ? others : undefined;
  }

  /** How a formula's `Unique` atoms occur. */
  uniqueSigns(formula: Formula): number {
    return uniqueSigns(this.store, formula);
  }

  /** The formula where "all items are different" has this truth. */
  assumeUnique(formula: Formula, truth: Formula): Formula {
    return assumeUnique(this.store, formula, truth);
  }

  /** See `repeated-items.ts`. */
  repeatedLater(stepped: readonly Formula[], constraint: Formula): Formula[] {
    return repeatedLater(this.store, this.combined(stepped, constraint));
  }

  /**
   * For a value that another must equal: its formula must be exact.
   *
   * @throws LanguageLimitError where it is not, see `Constants`
   */
  checkExact(value: JsonNode): void {
    const { limits } = this.store.arena.nodes;
    const limit = exceeded(value, limits);
    if (limit !== undefined) throw new LanguageLimitError(limit, limits[limit]);
  }

  /** Whether the parent can end behind the value whatever that is. */
  canEnd(pending: PendingGoal): boolean {
    const { store } = this;
    let isTold = pending.fixed !== undefined;
    if (!isTold) {
      isTold = true;
      for (const rest of pending.rests) {
        store.forEachAtom(rest, (literal) => {
          if (store.kind(literal) === Kind.Variable) isTold = false;
        });
      }
    }
    return isTold && this.settle(pending, HOLDS).every((rest) => this.steps.holdsAtEnd(rest));
  }

  /** Whether the constraint allows a combination of truths. */
  allows(constraint: Formula, truths: readonly boolean[]): boolean {
    return (
      this.combined(
        truths.map((truth) => (truth ? TRUE : FALSE)),
        constraint,
      ) === TRUE
    );
  }

  /**
   * The goal of the value that is open in a parent whose formulas (with `ValueIn` atoms) are `stepped`: see `project`.
   * @returns undefined if no combination lets the parent end
   */
  pending(
    stepped: readonly Formula[],
    constraint: Formula,
    lives: (formula: Formula) => boolean,
  ): PendingGoal | undefined {
    const projected = this.project(stepped, constraint, lives);
    return projected === undefined ? undefined : this.pendingOf(projected);
  }

  /** The goal of a value that satisfies what was found for it. */
  pendingOf({ asked, child, rests }: Projected): PendingGoal | undefined {
    const { store } = this;
    const fixed = this.fixedTruths(child, asked.length);
    if (fixed === undefined) return { goal: this.intern(asked, child), rests, fixed };
    const conjunction = store.and(asked.map((formula, i) => (fixed[i] ? formula : formula ^ 1)));
    return conjunction === FALSE ? undefined : { goal: this.single(conjunction), rests, fixed };
  }

  /** The goal of a value that satisfies one thing if it is of some types, and another if not; both of the same formulas. */
  pendingByType(types: number, inTypes: Projected, otherwise: Projected): PendingGoal {
    const { store } = this;
    const { asked, rests } = otherwise;
    const isInTypes = store.variable(asked.length);
    const child = store.or([
      store.and([isInTypes, inTypes.child]),
      store.and([isInTypes ^ 1, otherwise.child]),
    ]);
    return { goal: this.intern([...asked, store.type(types)], child), rests, fixed: undefined };
  }

  /**
   * What the value must satisfy that is open in a parent whose formulas (with `ValueIn` atoms) are `stepped`.
   * @param lives whether the parent can end, given its formula when the value's truths are filled in.
   * @param others formulas (with `ValueIn` atoms), one of which may hold instead
   * @returns undefined if no combination lets it.
   */
  project(
    stepped: readonly Formula[],
    constraint: Formula,
    lives: (formula: Formula) => boolean,
    others: readonly Formula[] = [],
  ): Projected | undefined {
    const { store } = this;
    const found = new Set<Formula>();
    const seen = new Set<Formula>();
    for (const formula of [...stepped, ...others]) {
      store.forEachAtom(
        formula,
        (literal) => {
          if (store.kind(literal) === Kind.ValueIn) found.add(store.first(literal));
        },
        seen,
      );
    }
    const asked = [...found].sort((a, b) => a - b);
    if (asked.length > this.maxAlternatives) throw tooMany("alternatives", this.maxAlternatives);
    const indexOf = new Map(asked.map((formula, index) => [formula, index]));
    // Variables from here on: `ValueIn` atoms merge with each other, and would be lost sight of.
    const memo = new Map<number, Formula>();
    const replace = (atom: Formula) =>
      store.kind(atom) === Kind.ValueIn ? store.variable(indexOf.get(store.first(atom)) as number) : atom;
    const rests = stepped.map((formula) => store.map(formula, replace, memo));
    const alternatives = others.map((formula) => store.map(formula, replace, memo));
    const maxCases = CASES_EACH * this.maxAlternatives;
    let cases = 0;
    const step = () => {
      if (++cases > maxCases) throw tooMany("cases", maxCases);
    };
    const possible = (formula: Formula) => this.questions.value(this.combined(asked, formula));
    const combined = store.or([this.combined(rests, constraint), ...alternatives]);
    const child = this.projection.project(combined, asked.length, {
      lives,
      livesSoon: (formula) => this.questions.soon(() => lives(formula)),
      possible,
      step,
    });
    return child === FALSE ? undefined : { asked, child, rests };
  }

  /** A parent's formulas once the value's result is known. */
  settle(pending: PendingGoal, result: Result): readonly Formula[] {
    const { store } = this;
    if (pending.fixed?.length === 0) return pending.rests;
    const truths = pending.fixed ?? this.truths(result);
    const memo = new Map<number, Formula>();
    const fill = (variable: Formula) => (truths[store.first(variable)] ? TRUE : FALSE);
    return pending.rests.map((rest) =>
      store.map(rest, (atom) => (store.kind(atom) === Kind.Variable ? fill(atom) : atom), memo),
    );
  }

  /** The truths, if the constraint is a conjunction of literals over all variables. */
  private fixedTruths(constraint: Formula, count: number): readonly boolean[] | undefined {
    const { store } = this;
    if (constraint === TRUE) return count === 0 ? [] : undefined;
    const isAnd = store.kind(constraint) === Kind.And && (constraint & 1) === 0;
    const literals = isAnd ? store.children(constraint) : [constraint];
    if (literals.length !== count) return undefined;
    const truths: boolean[] = [];
    for (const literal of literals) {
      if (store.kind(literal) !== Kind.Variable) return undefined;
      truths[store.first(literal)] = (literal & 1) === 0;
    }
    return truths;
  }
}
