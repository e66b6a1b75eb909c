import { canonicalJson, type JsonNode } from "../json/index.js";
import type { Formula } from "./formula.js";

/** So many different values are as good as any number. */
export const ENOUGH = 256;

/** What the question needs. */
export interface DistinctSearch {
  scalars(formula: Formula, atMost: number): readonly JsonNode[] | undefined;
  step(): void;
}

/**
 * Whether items can be chosen that are all different: a matching of items to values (Kuhn's augmenting paths). Arrays and
 * objects are taken to be as many as needed.
 */
export function canDiffer(
  items: readonly { readonly value: Formula; readonly times: number }[],
  search: DistinctSearch,
): boolean {
  const total = items.reduce((sum, item) => sum + item.times, 0);
  if (total < 2) return true;
  const needed = Math.min(total, ENOUGH);
  const choices: (readonly string[])[] = [];
  for (const { value, times } of items) {
    const scalars = search.scalars(value, needed);
    // As many values as there are items: this one finds its own whatever the others take.
    if (scalars === undefined || scalars.length >= needed) continue;
    if (times > scalars.length) return false;
    const values = scalars.map((scalar) => canonicalJson(scalar));
    for (let i = 0; i < times; i++) choices.push(values);
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
