/**
 * Whether some items satisfy a conjunction of literals about arrays. Obligations ("some item of this range is in S", at
 * least n items) are met by items at chosen indices; the indices up to the last one, and up to the least length, must
 * have items as well. Counts that must not be exceeded are budgets that items spend.
 */
import { canDiffer } from "./distinct-values.js";
import type { Values } from "./finite-values.js";
import { FALSE, type Formula, type FormulaStore, JsonType, Kind, UNBOUNDED } from "./formula.js";
import { comparedIn, equalPairs } from "./repeated-items.js";
import { valueCases } from "./value-cases.js";

/** What the search asks. */
export interface ArraySearch {
  readonly store: FormulaStore;
  /** Whether some value satisfies a formula. */
  value(formula: Formula): boolean;
  /** Whether some rest of an array satisfies a formula. */
  array(formula: Formula): boolean;
  /** Up to `atMost` different values that satisfy a formula. */
  values(formula: Formula, atMost: number): Values;
  /** Counts a step against the limit. */
  step(): void;
  /** Throws the error of a limit: there is more to do than is reasonable. */
  giveUp(): never;
  /** So many arrays and objects that must all differ can surely be told apart in an output. */
  readonly maxCompared: number;
  /** How many of these come before the rest of the array besides those that its formula knows of. */
  readonly uncounted: number;
  /** Is told where there is a solution but for `maxCompared`. */
  leaveOut(): void;
  /** Is told of items that satisfy the literals, if they must all differ; of none if they need not. */
  found?(items: readonly DifferentItem[]): void;
}

/** So many items in a formula, each of them another one than all the others. */
export interface DifferentItem {
  readonly value: Formula;
  readonly times: number;
}

/** "Some item with an index in [from, to) is in `value`"; those of a group need different items. */
interface Obligation {
  readonly from: number;
  readonly to: number;
  readonly value: Formula;
  readonly group: number;
}

/** At most `most` items are in `value`. */
interface Budget {
  readonly value: Formula;
  readonly most: number;
}

interface Problem extends ArraySearch {
  readonly universal: readonly Formula[];
  readonly obligations: readonly Obligation[];
  readonly budgets: readonly Budget[];
  /** Indices where what the universal literals say changes, ascending, 0 first. */
  readonly starts: readonly number[];
  readonly length: number;
  /** Whether all items must differ. */
  readonly unique: boolean;
  /** How many arrays and objects were before these. */
  readonly compared: number;
}

interface Chosen {
  value: Formula;
  readonly groups: Set<number>;
}

const MAX_OBLIGATIONS = 1000;

export function arrayLiteralsHold(literals: readonly Formula[], search: ArraySearch): boolean {
  const { store } = search;
  const universal: Formula[] = [];
  const obligations: Obligation[] = [];
  const budgets: Budget[] = [];
  let length = 0;
  let unique = false;
  let compared = search.uncounted;
  const repeated: Formula[] = [];
  for (const literal of literals) {
    const negated = (literal & 1) === 1;
    if (store.kind(literal) === Kind.Unique) {
      const earlier = store.first(literal);
      if (negated) repeated.push(earlier);
      else {
        unique = true;
        compared = search.uncounted + comparedIn(store, earlier);
        universal.push(store.items(0, UNBOUNDED, earlier ^ 1));
      }
    } else if (store.kind(literal) === Kind.ItemCount) {
      const count = store.first(literal);
      const value = store.second(literal);
      if (negated) budgets.push({ value, most: count - 1 });
      else {
        if (count > MAX_OBLIGATIONS) search.giveUp();
        for (let i = 0; i < count; i++) obligations.push({ from: 0, to: UNBOUNDED, value, group: literal });
      }
    } else if (!negated) universal.push(literal);
    else if (store.third(literal) === FALSE && store.second(literal) === UNBOUNDED) {
      length = Math.max(length, store.first(literal) + 1);
    } else {
      const value = store.third(literal) ^ 1;
      obligations.push({ from: store.first(literal), to: store.second(literal), value, group: literal });
    }
  }
  const starts = new Set([0]);
  for (const literal of universal) {
    starts.add(store.first(literal));
    starts.add(store.second(literal));
  }
  for (const obligation of obligations) starts.add(obligation.from);
  const sorted = [...starts].sort((a, b) => a - b);
  const problem = { ...search, universal, obligations, budgets, starts: sorted, length, unique, compared };
  return repeated.length === 0 ? meet(0, new Map(), problem) : repeats(literals, repeated, problem, search);
}

/** "Not all different": an item equals one of before, or two are equal. */
function repeats(
  literals: readonly Formula[],
  repeated: readonly Formula[],
  problem: Problem,
  search: ArraySearch,
): boolean {
  const obligations = repeated.map((value, i) => ({ from: 0, to: UNBOUNDED, value, group: -1 - i }));
  const isAgain = repeated.every((earlier) => earlier !== FALSE);
  if (isAgain && meet(0, new Map(), { ...problem, obligations: [...problem.obligations, ...obligations] }))
    return true;
  // All of an array's atoms know of the same items before: so they are repeated together, or not.
  if (problem.unique) return false;
  for (const others of equalPairs(search.store, search.store.and(literals))) {
    for (const { rests } of valueCases(search.store, [others], search)) {
      if (rests.some((rest) => search.array(rest))) return true;
    }
  }
  return false;
}

/** Meets the obligations from `index` on, and then fills the gaps. */
function meet(index: number, chosen: Map<number, Chosen>, problem: Problem): boolean {
  problem.step();
  const { store } = problem;
  const obligation = problem.obligations[index];
  if (obligation === undefined) return fill(chosen, problem);
  const { from, to, group } = obligation;
  for (const [at, item] of chosen) {
    if (at < from || at >= to || item.groups.has(group)) continue;
    const before = item.value;
    item.value = store.and([before, obligation.value]);
    item.groups.add(group);
    if (problem.value(item.value) && meet(index + 1, chosen, problem)) return true;
    item.value = before;
    item.groups.delete(group);
  }
  // The first free index of each stretch in which the universal literals say the same.
  for (let i = 0; i < problem.starts.length; i++) {
    const start = Math.max(problem.starts[i] as number, from);
    const end = Math.min(problem.starts[i + 1] ?? UNBOUNDED, to);
    let at = start;
    while (chosen.has(at)) at++;
    if (at >= end) continue;
    const value = store.and([obligation.value, universalAt(at, problem)]);
    if (!problem.value(value)) continue;
    chosen.set(at, { value, groups: new Set([group]) });
    if (meet(index + 1, chosen, problem)) return true;
    chosen.delete(at);
  }
  return false;
}

/** Whether all indices up to the last needed one can have items, within the budgets. */
function fill(chosen: ReadonlyMap<number, Chosen>, problem: Problem): boolean {
  let length = problem.length;
  for (const at of chosen.keys()) length = Math.max(length, at + 1);
  const items: { value: Formula; readonly times: number }[] = [];
  for (const { value } of chosen.values()) items.push({ value, times: 1 });
  for (let i = 0; i < problem.starts.length; i++) {
    const start = problem.starts[i] as number;
    const end = Math.min(problem.starts[i + 1] ?? UNBOUNDED, length);
    if (start >= end) continue;
    let times = end - start;
    for (const at of chosen.keys()) if (at >= start && at < end) times--;
    if (times === 0) continue;
    const value = universalAt(start, problem);
    if (problem.budgets.length === 0 && !problem.value(value)) return false;
    items.push({ value, times });
  }
  const shares = items.map((item) => ({ ...item, budget: 0 }));
  return spend(
    shares,
    [],
    problem.budgets.map((budget) => budget.most),
    problem,
  );
}

/** Items of the same formula, decided upon for the budgets before `budget`. */
interface Share {
  readonly value: Formula;
  readonly times: number;
  readonly budget: number;
}

/**
 * For each item, whether it is in the formula of each budget: as many outside as can be, those inside are paid for.
 * Of equal ones, some can be outside, others inside.
 */
function spend(
  pending: readonly Share[],
  settled: readonly Share[],
  left: readonly number[],
  problem: Problem,
): boolean {
  const [share, ...others] = pending;
  if (share === undefined) {
    if (problem.unique && !canDiffer(settled, problem)) return false;
    if (problem.unique && !areComparable(settled, problem)) return false;
    problem.found?.(problem.unique ? settled : []);
    return true;
  }
  problem.step();
  const { value, times, budget } = share;
  const next = problem.budgets[budget];
  if (next === undefined) return problem.value(value) && spend(others, [...settled, share], left, problem);
  const outside = problem.store.and([value, next.value ^ 1]);
  const inside = problem.store.and([value, next.value]);
  const least = problem.value(outside) ? 0 : times;
  const most = problem.value(inside) ? Math.min(times, left[budget] as number) : 0;
  for (let paid = least; paid <= most; paid++) {
    const parts = [
      { value: outside, times: times - paid, budget: budget + 1 },
      { value: inside, times: paid, budget: budget + 1 },
    ].filter((part) => part.times > 0);
    const remaining = left.map((amount, i) => (i === budget ? amount - paid : amount));
    if (spend([...parts, ...others], settled, remaining, problem)) return true;
  }
  return false;
}

/**
 * Whether the items that can only be arrays or objects are not too many together with those before: an open one is read
 * against all of them. So no output begins what it cannot end, nor goes on with items that leave no room for needed ones.
 */
function areComparable(items: readonly DifferentItem[], problem: Problem): boolean {
  const count = (some: readonly DifferentItem[]) =>
    some.reduce((sum, { times }) => sum + times, problem.compared);
  if (count(items) <= problem.maxCompared) return true;
  const { store } = problem;
  const scalar = store.type(JsonType.Array | JsonType.Object) ^ 1;
  const nested = items.filter(({ value }) => !problem.value(store.and([value, scalar])));
  if (count(nested) <= problem.maxCompared) return true;
  problem.leaveOut();
  return false;
}

function universalAt(index: number, problem: Problem): Formula {
  const { store } = problem;
  const values: Formula[] = [];
  for (const literal of problem.universal) {
    if (store.first(literal) <= index && index < store.second(literal)) values.push(store.third(literal));
  }
  return store.and(values);
}
