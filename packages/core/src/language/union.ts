/**
 * Unions, simplified as they are built. Merging counters (r{a,b}t with r{c,d}t) is what keeps the states of counted
 * repetitions few; the rest (common heads, classes, absorption) keeps equal languages from having many forms.
 */
import { type Algebra, flatten, isWindow } from "./algebra.js";
import { Fact, Kind, type Language, UNBOUNDED } from "./nodes.js";
import { mix } from "./pair-memo.js";
import { type ClassRun, classRunOf, liesWithin } from "./runs.js";

/** Common heads are pulled out to this depth; deeper ones are left to the derivatives (a bound on recursion). */
const MAX_FACTOR_DEPTH = 200;
let factorDepth = 0;

/** The union of languages. */
export function unionOf(algebra: Algebra, given: readonly Language[]): Language {
  algebra.nodes.spend(given.length);
  let items = flatten(algebra, given, Kind.Union).filter((item) => item !== algebra.empty);
  if (items.includes(algebra.any)) return algebra.any;
  // Operands of a stored union are simplified already.
  const known = items.length > 1 ? algebra.nodes.findList(Kind.Union, items) : -1;
  if (known >= 0) return known;
  items = mergeClasses(algebra, mergeComplements(algebra, items)).filter((item) => item !== algebra.empty);
  if (items.includes(algebra.any)) return algebra.any;
  if (items.length > 1) {
    items = absorb(algebra, items);
    const merged = mergeCounters(algebra, items) ?? factor(algebra, items);
    // Merged items can merge with others once more; every round has fewer of them.
    if (merged) return unionOf(algebra, merged);
  }
  if (items.length === 0) return algebra.empty;
  if (items.length === 1) return items[0]!;
  return createUnion(algebra, items);
}

function createUnion(algebra: Algebra, items: Language[]): Language {
  const { nodes } = algebra;
  const known = nodes.findList(Kind.Union, items);
  if (known >= 0) return known;
  let facts: number = Fact.Plain;
  let min = UNBOUNDED;
  let max = 0;
  for (const item of items) {
    const own = nodes.facts[item]!;
    facts |= own & (Fact.Nullable | Fact.Live | Fact.Inexact);
    if (!(own & Fact.Plain)) facts &= ~Fact.Plain;
    min = Math.min(min, nodes.minLength[item]!);
    max = Math.max(max, nodes.maxLength[item]!);
  }
  return nodes.describe(nodes.createList(Kind.Union, items), facts, min, max);
}

/** At most one complement: ¬x ∪ ¬y = ¬(x ∩ y); and x ∪ ¬(x ∩ y) is everything. */
function mergeComplements(algebra: Algebra, items: Language[]): Language[] {
  const { nodes } = algebra;
  const negated = items.filter((item) => nodes.kind[item] === Kind.Complement);
  if (negated.length === 0) return items;
  const inner = algebra.intersection(negated.map((item) => nodes.a[item]!));
  const conjuncts = nodes.kind[inner] === Kind.Intersection ? nodes.items(inner) : [inner];
  const rest = items.filter((item) => nodes.kind[item] !== Kind.Complement);
  if (conjuncts.some((conjunct) => rest.includes(conjunct))) return [algebra.any];
  return flatten(algebra, [...rest, algebra.complement(inner)], Kind.Union);
}

function mergeClasses(algebra: Algebra, items: Language[]): Language[] {
  const { nodes, sets } = algebra;
  let set = sets.none;
  let classes = 0;
  for (const item of items) {
    if (nodes.kind[item] !== Kind.Class) continue;
    set = sets.union(set, nodes.a[item]!);
    classes++;
  }
  if (classes < 2) return items;
  const rest = items.filter((item) => nodes.kind[item] !== Kind.Class);
  return flatten(algebra, [...rest, algebra.codePoints(set)], Kind.Union);
}

/** x ∪ (x ∩ y) = x; .{n,m} ∪ x = .{n,m} if the lengths of x are within; so for runs; ε ∪ x = x if x has it. */
function absorb(algebra: Algebra, items: Language[]): Language[] {
  const { nodes } = algebra;
  const windows = items.filter((item) => isWindow(algebra, item));
  const isNullable = items.some((item) => item !== algebra.epsilon && algebra.nullable(item));
  const runs = runsAmong(algebra, items);
  return items.filter((item) => {
    if (item === algebra.epsilon) return !isNullable;
    const own = runs?.get(item);
    if (own !== undefined && isWithinAnother(algebra, own, runs!.values())) return false;
    if (nodes.kind[item] === Kind.Intersection && nodes.items(item).some((part) => items.includes(part)))
      return false;
    const min = nodes.minLength[item]!;
    const max = nodes.maxLength[item]!;
    return !windows.some((window) => window !== item && nodes.b[window]! <= min && max <= nodes.c[window]!);
  });
}

/** More runs are not compared with each other. */
const MAX_RUNS = 32;

/** The runs among the operands of a union; undefined where there is nothing to compare. */
function runsAmong(algebra: Algebra, items: readonly Language[]): Map<Language, ClassRun> | undefined {
  const runs = new Map<Language, ClassRun>();
  for (const item of items) {
    const run = classRunOf(algebra, item);
    if (run !== undefined) runs.set(item, run);
  }
  return runs.size < 2 || runs.size > MAX_RUNS ? undefined : runs;
}

function isWithinAnother(algebra: Algebra, own: ClassRun, runs: Iterable<ClassRun>): boolean {
  for (const run of runs) if (run !== own && liesWithin(algebra, own, run)) return true;
  return false;
}

/** r{a,b}t ∪ r{c,d}t = r{min,max}t where the ranges touch; t ∪ r{1,m}t = r{0,m}t. Undefined where nothing merges. */
function mergeCounters(algebra: Algebra, items: Language[]): Language[] | undefined {
  const groups = new Map<number, Term[]>();
  let changed = false;
  const present = new Set(items);
  const terms: Term[] = [];
  for (const item of items) {
    const term = termOf(algebra, item);
    if (item === algebra.epsilon) continue;
    terms.push(term);
    const key = mix(term.base, term.tail);
    const group = groups.get(key);
    if (group) group.push(term);
    else groups.set(key, [term]);
  }
  const removed = new Set<Language>();
  const added: Language[] = [];
  for (const group of groups.values()) {
    if (group.length > 1) group.sort((x, y) => x.base - y.base || x.tail - y.tail || x.min - y.min);
    for (let i = 0; i < group.length; i++) {
      const term = group[i]!;
      let { min, max } = term;
      const absorbed = [term.item];
      for (; i + 1 < group.length; i++) {
        const next = group[i + 1]!;
        if (next.base !== term.base || next.tail !== term.tail || next.min > max + 1) break;
        max = Math.max(max, next.max);
        absorbed.push(next.item);
      }
      if (min === 1 && present.has(term.tail) && !removed.has(term.tail)) {
        min = 0;
        absorbed.push(term.tail);
      }
      if (absorbed.length === 1) continue;
      changed = true;
      for (const item of absorbed) removed.add(item);
      added.push(algebra.concat(algebra.repeat(term.base, min, max), term.tail));
    }
  }
  return changed ? [...items.filter((item) => !removed.has(item)), ...added] : undefined;
}

/** An item read as base{min,max}·tail. */
interface Term {
  readonly item: Language;
  readonly base: Language;
  readonly min: number;
  readonly max: number;
  readonly tail: Language;
}

function termOf(algebra: Algebra, item: Language): Term {
  const { kind, a, b, c } = algebra.nodes;
  const isConcat = kind[item] === Kind.Concat;
  const head = isConcat ? a[item]! : item;
  const tail = isConcat ? b[item]! : algebra.epsilon;
  if (kind[head] !== Kind.Repeat) return { item, base: head, min: 1, max: 1, tail };
  return { item, base: a[head]!, min: b[head]!, max: c[head]!, tail };
}

/** h·s ∪ h·t = h·(s ∪ t), and c·t ∪ d·t = (c ∪ d)·t for classes c and d. Undefined where nothing merges. */
function factor(algebra: Algebra, items: Language[]): Language[] | undefined {
  if (factorDepth >= MAX_FACTOR_DEPTH) return undefined;
  const { kind, a, b } = algebra.nodes;
  const byHead = new Map<Language, Language[]>();
  const byTail = new Map<Language, Language[]>();
  let changed = false;
  for (const item of items) {
    const isConcat = kind[item] === Kind.Concat;
    const head = isConcat ? a[item]! : item;
    const tail = isConcat ? b[item]! : algebra.epsilon;
    if (push(byHead, head, tail) > 1) changed = true;
    if (kind[head] === Kind.Class && push(byTail, tail, head) > 1) changed = true;
  }
  if (!changed) return undefined;
  factorDepth++;
  try {
    const sharedHead = [...byHead].some(([, tails]) => tails.length > 1);
    if (sharedHead) return [...byHead].map(([head, tails]) => algebra.concat(head, algebra.union(tails)));
    const merged: Language[] = [];
    for (const [head, tails] of byHead) {
      if (kind[head] !== Kind.Class) merged.push(algebra.concat(head, tails[0]!));
    }
    for (const [tail, heads] of byTail) merged.push(algebra.concat(algebra.union(heads), tail));
    return merged;
  } finally {
    factorDepth--;
  }
}

function push(groups: Map<Language, Language[]>, key: Language, value: Language): number {
  const group = groups.get(key);
  if (group) return group.push(value);
  groups.set(key, [value]);
  return 1;
}
