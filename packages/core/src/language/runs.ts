/** Runs: a bounded or unbounded number of code points of one set, as `[a-z]{2,}`. Which of them lie in others is told at sight. */
import type { Algebra } from "./algebra.js";
import type { CodePointSet } from "./code-point-set.js";
import { Kind, type Language } from "./nodes.js";

export interface ClassRun {
  readonly set: CodePointSet;
  readonly min: number;
  readonly max: number;
}

export function classRunOf({ nodes }: Pick<Algebra, "nodes">, node: Language): ClassRun | undefined {
  const { kind, a, b, c } = nodes;
  if (kind[node] === Kind.Class) return { set: a[node]!, min: 1, max: 1 };
  if (kind[node] !== Kind.Repeat || kind[a[node]!] !== Kind.Class) return undefined;
  return { set: a[a[node]!]!, min: b[node]!, max: c[node]! };
}

/** Whether all texts of a run are texts of another one. */
export function liesWithin({ sets }: Pick<Algebra, "sets">, inner: ClassRun, outer: ClassRun): boolean {
  if (inner.min < outer.min || inner.max > outer.max) return false;
  return inner.set === outer.set || sets.intersection(inner.set, outer.set) === inner.set;
}

/** The texts that all runs have. Exact: a text is in a run by its length and by each of its code points. */
export function intersectionOfRuns(algebra: Algebra, runs: readonly ClassRun[]): Language {
  const { sets, empty, epsilon } = algebra;
  const set = runs.reduce((common, run) => sets.intersection(common, run.set), sets.all);
  const min = Math.max(...runs.map((run) => run.min));
  const max = Math.min(...runs.map((run) => run.max));
  if (min > max) return empty;
  if (set === sets.none) return min === 0 ? epsilon : empty;
  return algebra.repeat(algebra.codePoints(set), min, max);
}
