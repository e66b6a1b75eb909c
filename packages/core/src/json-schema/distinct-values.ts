import { canonicalJson } from "../json/index.js";
import type { Values } from "./finite-values.js";
import type { Formula } from "./formula.js";

/** So many values are listed without much ado, and up to the second number where it cannot be told otherwise. */
const FEW = 256;
const MANY = 4096;

/** What the question needs. */
export interface DistinctSearch {
  /** Up to `atMost` different values of a formula. */
  values(formula: Formula, atMost: number): Values;
  step(): void;
  /** Throws the error of a limit: there is more to do than is reasonable. */
  giveUp(): never;
}

/** Whether items can be chosen that are all different: a matching of items to values (Kuhn's augmenting paths). */
export function canDiffer(
  items: readonly { readonly value: Formula; readonly times: number }[],
  search: DistinctSearch,
): boolean {
  const total = items.reduce((sum, item) => sum + item.times, 0);
  if (total < 2) return true;
  const choices: (readonly string[])[] = [];
  for (const { value, times } of items) {
    let values = search.values(value, Math.min(total, FEW));
    if (total > FEW && !values.isAll && !values.isEndless) {
      values = search.values(value, Math.min(total, MANY));
      if (total > MANY && !values.isAll) search.giveUp();
    }
    // As many values as there are items: this one finds its own whatever the others take.
    if (!values.isAll || values.list.length >= total) continue;
    if (times > values.list.length) return false;
    const texts = values.list.map((one) => canonicalJson(one));
    for (let i = 0; i < times; i++) choices.push(texts);
  }
  const takenBy = new Map<string, number>();
  const assign = (item: number, tried: Set<string>): boolean => {
    search.step();
    for (const value of choices[item] as readonly string[]) {
      if (tried.has(value)) continue;
      tried.add(value);
      const holder = takenBy.get(value);
      if (holder === undefined || assign(holder, tried)) {
        takenBy.set(value, item);
        return true;
      }
    }
    return false;
  };
  return choices.every((_, item) => assign(item, new Set()));
}
