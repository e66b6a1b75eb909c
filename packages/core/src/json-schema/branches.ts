import type { Formula, FormulaStore } from "./formula.js";

/** The cases of an exactly-one or of its negation, each as a conjunction. */
export function branchesOfExactlyOne(store: FormulaStore, choice: Formula): Formula[][] {
  const children = store.children(choice);
  if ((choice & 1) === 0) {
    return children.map((chosen) => children.map((child) => (child === chosen ? child : child ^ 1)));
  }
  const head = children[0] as Formula;
  const tail = children.slice(1);
  return [
    [head ^ 1, store.exactlyOne(tail) ^ 1],
    [head, store.or(tail)],
  ];
}
