/**
 * Whether some items satisfy a conjunction of literals about arrays. Obligations ("some item of this range is in S", at
 * least n items) are met by items at chosen indices; the indices up to the last one, and up to the least length, must
 * have items as well. Counts that must not be exceeded are budgets that items spend.
 */
import { canDiffer } from "./distinct-values.js";
import type { Values } from "./finite-values.js";
import { FALSE, type Formula, type FormulaStore, Kind, UNBOUNDED } from "./formula.js";

/** What the search asks. */
export interface ArraySearch {
  readonly store: FormulaStore;
  /** Whether some value satisfies a formula. */
  value(formula: Formula): boolean;
  /** Up to `atMost` different values that satisfy a formula. */
  values(formula: Formula, atMost: number): Values;
  /** Counts a step against the limit. */
  step(): void;
  /** Throws the error of a limit: there is more to do than is reasonable. */
  giveUp(): never;
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
  const repeated: Formula[] = [];
  for (const literal of literals) {
    const negated = (literal & 1) === 1;
    if (store.kind(literal) === Kind.Unique) {
      const earlier = store.first(literal);
      if (negated) repeated.push(earlier);
      else {
        unique = true;
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
  const problem = { ...search, universal, obligations, budgets, starts: sorted, length, unique };
  return repeat(0, repeated, problem);
}

/** "Not all different": an item equals one of before, or the next two are equal. */
function repeat(index: number, repeated: readonly Formula[], problem: Problem): boolean {
  const earlier = repeated[index];
  if (earlier === undefined) return meet(0, new Map(), problem);
  const { store } = problem;
  const again = { from: 0, to: UNBOUNDED, value: earlier, group: -1 - index };
  const obligations = [...problem.obligations, again];
  if (earlier !== FALSE && repeat(index + 1, repeated, { ...problem, obligations })) return true;
  const both = store.and([universalAt(0, problem), universalAt(1, problem)]);
  if (problem.unique || !problem.value(both)) return false;
  const universal = [...problem.universal, store.items(0, 2, both)];
  return repeat(index + 1, repeated, { ...problem, universal, length: Math.max(2, problem.length) });
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
  return spend(
    0,
    items,
    problem.budgets.map((budget) => budget.most),
    problem,
  );
}

/** For each item, whether it is in the formula of each budget: outside where it can be, inside where that is paid for. */
function spend(
  index: number,
  items: readonly { readonly value: Formula; readonly times: number }[],
  left: readonly number[],
  problem: Problem,
): boolean {
  const item = items[index];
  if (item === undefined) return !problem.unique || canDiffer(items, problem);
  const choose = (value: Formula, budget: number, rest: readonly number[]): boolean => {
    problem.step();
    const next = problem.budgets[budget];
    if (next === undefined) {
      const settled = items.map((other, i) => (i === index ? { value, times: item.times } : other));
      return problem.value(value) && spend(index + 1, settled, rest, problem);
    }
    if (choose(problem.store.and([value, next.value ^ 1]), budget + 1, rest)) return true;
    const remaining = (rest[budget] as number) - item.times;
    const paid = rest.map((amount, i) => (i === budget ? remaining : amount));
    return remaining >= 0 && choose(problem.store.and([value, next.value]), budget + 1, paid);
  };
  return choose(item.value, 0, left);
}

function universalAt(index: number, problem: Problem): Formula {
  const { store } = problem;
  const values: Formula[] = [];
  for (const literal of problem.universal) {
    if (store.first(literal) <= index && index < store.second(literal)) values.push(store.third(literal));
  }
  return store.and(values);
}
