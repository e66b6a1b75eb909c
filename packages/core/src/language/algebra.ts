/** What the parts of the arena (unions, intersections, step functions, searches) use of each other. */
import type { CodePointSet, CodePointSets } from "./code-point-set.js";
import { Fact, Kind, type Language, type NodeTable } from "./nodes.js";
import type { StepBuilder } from "./step-builder.js";
import type { Texts } from "./texts.js";

export interface Algebra {
  readonly nodes: NodeTable;
  readonly sets: CodePointSets;
  readonly texts: Texts;
  readonly empty: Language;
  readonly epsilon: Language;
  readonly any: Language;
  readonly anyCodePoint: Language;
  codePoints(set: CodePointSet): Language;
  concat(...parts: Language[]): Language;
  repeat(child: Language, min: number, max: number): Language;
  union(items: readonly Language[]): Language;
  intersection(items: readonly Language[]): Language;
  knownIntersection(x: Language, y: Language): Language | undefined;
  complement(child: Language): Language;
  observe(goal: Language, parts: readonly Language[]): Language;
  nullable(node: Language): boolean;
  derivative(node: Language, codePoint: number): Language;
  /** Whether the step function of a fixpoint is being computed: then languages with fixpoints must not be read. */
  readonly isOpen: boolean;
  /** Makes sure that the node's step function is stored. */
  prepare(node: Language): void;
}

/** States of a theory of its own inside the arena, such as arithmetic on digits. Every state given out is live. */
export interface LeafTheory {
  nullable(state: number): boolean;
  /** A lower bound of the lengths of what the state accepts. */
  minLength(state: number): number;
  /** Writes the step function; targets are languages, of this theory or not. */
  step(state: number, out: StepBuilder): void;
  /** Any texts with which members begin, as far as they are known without a step. */
  run?(state: number): LeafRun | undefined;
}

/** Every text of at most so many code points of a set. */
export interface LeafRun {
  readonly set: CodePointSet;
  readonly length: number;
}

/** The language itself, or the goal of an observed one, or `empty` where it is known to have no member. */
export function plainGoal(algebra: Algebra, node: Language): Language {
  const { nodes } = algebra;
  if (nodes.has(node, Fact.Dead)) return algebra.empty;
  return nodes.kind[node] === Kind.Observe ? nodes.lists[nodes.a[node]!]! : node;
}

/** Longer lists are sorted by the engine, which copies them, and calls a function for each comparison. */
const MAX_INSERTED = 32;

/** Sorts numbers in place, ascending. Most lists are short. */
export function sortNumbers(numbers: number[]): void {
  if (numbers.length > MAX_INSERTED) {
    numbers.sort((x, y) => x - y);
    return;
  }
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i]!;
    let at = i;
    for (; at > 0 && numbers[at - 1]! > number; at--) numbers[at] = numbers[at - 1]!;
    numbers[at] = number;
  }
}

/** Replaces nodes of an associative kind by their operands, and returns all operands ascending, each once. */
export function flatten(algebra: Algebra, items: readonly Language[], kind: Kind): Language[] {
  const { nodes } = algebra;
  const flat: Language[] = [];
  for (const item of items) {
    const goal = plainGoal(algebra, item);
    if (nodes.kind[goal] === kind) nodes.pushItems(goal, flat);
    else flat.push(goal);
  }
  return sortedDistinct(flat);
}

export function sortedDistinct(items: Language[]): Language[] {
  sortNumbers(items);
  let kept = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    if (kept === 0 || items[kept - 1] !== item) items[kept++] = item;
  }
  if (kept < items.length) items.length = kept;
  return items;
}

/** Whether the node is `.{n,m}`: every text of certain lengths. */
export function isWindow(algebra: Algebra, node: Language): boolean {
  const { nodes } = algebra;
  return nodes.kind[node] === Kind.Repeat && nodes.a[node] === algebra.anyCodePoint;
}
