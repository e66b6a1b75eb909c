/** Intersections, simplified as they are built. */
import { type Algebra, flatten, isWindow } from "./algebra.js";
import { Fact, Kind, type Language, UNBOUNDED } from "./nodes.js";
import { type ClassRun, classRunOf, intersectionOfRuns, liesWithin } from "./runs.js";

/** A finite set of at most this many texts is filtered when it is intersected; larger ones are filtered as they are read. */
const MAX_FILTERED_TEXTS = 4096;

/** The intersection of languages. */
export function intersectionOf(algebra: Algebra, given: readonly Language[]): Language {
  const { nodes } = algebra;
  nodes.spend(given.length);
  let items = flatten(algebra, given, Kind.Intersection).filter((item) => item !== algebra.any);
  if (items.length === 0) return algebra.any;
  if (items.includes(algebra.empty)) return algebra.empty;
  if (items.length === 1) return items[0]!;
  // Operands of a stored intersection are simplified already.
  const known = nodes.findList(Kind.Intersection, items);
  if (known >= 0) return known;
  const finite = items.find((item) => isFiltered(algebra, item));
  // Only languages that are not plain can have fixpoints in them.
  const canRead = !algebra.isOpen || items.every((item) => nodes.has(item, Fact.Plain));
  if (finite !== undefined && (canRead || finite === algebra.epsilon))
    return filtered(algebra, finite, items);
  items = mergeRuns(algebra, mergeComplements(algebra, items));
  if (items.includes(algebra.empty)) return algebra.empty;
  if (items.includes(algebra.epsilon)) return filtered(algebra, algebra.epsilon, items);

  let min = 0;
  let max = UNBOUNDED;
  for (const item of items) {
    min = Math.max(min, nodes.minLength[item]!);
    max = Math.min(max, nodes.maxLength[item]!);
  }
  if (min > max) return algebra.empty;
  if (max === 0) return items.every((item) => algebra.nullable(item)) ? algebra.epsilon : algebra.empty;
  const pruned = pruneByLength(algebra, items, min, max);
  if (pruned) return intersectionOf(algebra, pruned);
  items = dropWindows(algebra, items);
  // x ∩ (x ∪ y) = x
  items = items.filter((item) => {
    return nodes.kind[item] !== Kind.Union || !nodes.items(item).some((part) => items.includes(part));
  });
  if (items.length === 0) return algebra.any;
  if (items.length === 1) return items[0]!;
  return createIntersection(algebra, items, min, max);
}

function createIntersection(algebra: Algebra, items: Language[], min: number, max: number): Language {
  const { nodes } = algebra;
  const known = nodes.findList(Kind.Intersection, items);
  if (known >= 0) return known;
  const nullable = items.every((item) => algebra.nullable(item));
  // A plain language has a member of its shortest length; if a length window is all the rest, that one is in it.
  const others = items.filter((item) => !isWindow(algebra, item));
  const shortest = others.length === 1 && nodes.has(others[0]!, Fact.Plain) && isExact(algebra, others[0]!);
  // It has members of any length from some on, if it has infinitely many.
  const endless = shortest && max === UNBOUNDED && nodes.maxLength[others[0]!] === UNBOUNDED;
  const live = nullable || endless || (shortest && nodes.minLength[others[0]!]! >= min);
  const facts = (nullable ? Fact.Nullable : 0) | (live ? Fact.Live : 0);
  return nodes.describe(nodes.createList(Kind.Intersection, items), facts, min, max);
}

/** Whether the shortest length of a plain node is exact: leaves only promise a bound. */
function isExact(algebra: Algebra, node: Language): boolean {
  return !algebra.nodes.has(node, Fact.Inexact);
}

/** Whether a language is a list of texts, and not a long one. */
export function isFiltered(
  { nodes, texts, epsilon }: Pick<Algebra, "nodes" | "texts" | "epsilon">,
  item: Language,
): boolean {
  const kind = nodes.kind[item];
  if (item === epsilon || kind === Kind.Literal) return true;
  return kind === Kind.Texts && texts.count(item) <= MAX_FILTERED_TEXTS;
}

function filtered(algebra: Algebra, finite: Language, items: Language[]): Language {
  const others = items.filter((item) => item !== finite);
  if (finite === algebra.epsilon)
    return others.every((item) => algebra.nullable(item)) ? finite : algebra.empty;
  const excluding: Language[] = [];
  const excluded: Language[] = [];
  for (const item of others) {
    const listed = excludedOf(algebra, item);
    if (listed === undefined) continue;
    excluding.push(item);
    excluded.push(listed);
  }
  if (excluding.length === 0) {
    const members = algebra.texts.members(finite);
    const kept = members.filter((text) => others.every((item) => isMember(algebra, item, text)));
    return kept.length === members.length ? finite : algebra.texts.choiceOf(kept);
  }
  if (excluding.length === others.length)
    return withoutGrown(algebra, finite, excluded) ?? algebra.texts.without(finite, excluded);
  // One after the other, since the result without what else is excluded is often known.
  const rest = others.filter((item) => !excluding.includes(item));
  const known = algebra.intersection([finite, ...rest]);
  // It is stored as an intersection where it was asked for while its texts could not be read.
  const kept =
    algebra.nodes.kind[known] === Kind.Intersection ? filtered(algebra, finite, [finite, ...rest]) : known;
  return algebra.intersection([kept, ...excluding]);
}

/** A list without another one that grew by a text: what was left before that, without the text; undefined: that is not known. */
function withoutGrown(
  algebra: Algebra,
  finite: Language,
  excluded: readonly Language[],
): Language | undefined {
  const { nodes, texts } = algebra;
  const grown = excluded.length === 1 ? texts.grownFrom(excluded[0]!) : undefined;
  if (grown === undefined) return undefined;
  const [before, text] = grown;
  const left = algebra.knownIntersection(finite, algebra.complement(before));
  const isList = left !== undefined && (nodes.kind[left] === Kind.Texts || nodes.kind[left] === Kind.Literal);
  return isList ? texts.without(left, [text]) : undefined;
}

/** The texts that a complement leaves out, where they are few and listed. */
function excludedOf({ nodes, texts }: Algebra, item: Language): Language | undefined {
  if (nodes.kind[item] !== Kind.Complement) return undefined;
  const inner = nodes.a[item]!;
  const kind = nodes.kind[inner];
  const isListed = kind === Kind.Literal || (kind === Kind.Texts && texts.count(inner) <= MAX_FILTERED_TEXTS);
  return isListed ? inner : undefined;
}

function isMember(algebra: Algebra, node: Language, text: Int32Array): boolean {
  for (let i = 0; i < text.length; i++) {
    if (node === algebra.empty) return false;
    if (node === algebra.any) return true;
    node = algebra.derivative(node, text[i]!);
  }
  return algebra.nullable(node);
}

/** At most one complement, without what the rest excludes: x ∩ ¬(x ∪ y) = ∅, (x ∪ z) ∩ ¬x = z ∩ ¬x. */
function mergeComplements(algebra: Algebra, items: Language[]): Language[] {
  const { nodes } = algebra;
  const negated = items.filter((item) => nodes.kind[item] === Kind.Complement);
  if (negated.length === 0) return items;
  const inner = algebra.union(negated.map((item) => nodes.a[item]!));
  // The operands too, because their union can have merged them beyond recognition.
  const excluded = new Set(flatten(algebra, [inner, ...negated.map((item) => nodes.a[item]!)], Kind.Union));
  const excludedRuns = [...excluded]
    .map((item) => classRunOf(algebra, item))
    .filter((run) => run !== undefined);
  let changed = negated.length > 1;
  const rest: Language[] = [];
  for (const item of items) {
    if (nodes.kind[item] === Kind.Complement) continue;
    if (excluded.has(item)) return [algebra.empty];
    const own = excludedRuns.length === 0 ? undefined : classRunOf(algebra, item);
    if (own !== undefined && excludedRuns.some((run) => liesWithin(algebra, own, run)))
      return [algebra.empty];
    const parts = nodes.kind[item] === Kind.Union ? nodes.items(item) : [];
    const kept = parts.filter((part) => !excluded.has(part));
    if (kept.length < parts.length) changed = true;
    rest.push(kept.length < parts.length ? algebra.union(kept) : item);
  }
  return changed ? flatten(algebra, [...rest, algebra.complement(inner)], Kind.Intersection) : items;
}

/** One run of code points of a set at most, a single one included. */
function mergeRuns(algebra: Algebra, items: Language[]): Language[] {
  const runs: ClassRun[] = [];
  const rest: Language[] = [];
  for (const item of items) {
    const run = classRunOf(algebra, item);
    if (run === undefined) rest.push(item);
    else runs.push(run);
  }
  if (runs.length < 2) return items;
  return flatten(algebra, [...rest, intersectionOfRuns(algebra, runs)], Kind.Intersection);
}

/**
 * Drops the branches of unions, also of complemented ones, whose lengths lie outside min to max.
 * Undefined where there are none.
 */
function pruneByLength(
  algebra: Algebra,
  items: Language[],
  min: number,
  max: number,
): Language[] | undefined {
  const { nodes } = algebra;
  const isOutside = (node: Language) => nodes.minLength[node]! > max || nodes.maxLength[node]! < min;
  // What a complement excludes must not be dropped because of the bounds that come from just that.
  const positive = items.filter((item) => nodes.kind[item] !== Kind.Complement);
  const least = Math.max(0, ...positive.map((item) => nodes.minLength[item]!));
  const isExcluded = (node: Language) => nodes.minLength[node]! > max || nodes.maxLength[node]! < least;
  let changed = false;
  const pruned = items.map((item) => {
    const negated = nodes.kind[item] === Kind.Complement;
    const inner = negated ? nodes.a[item]! : item;
    if (negated && isExcluded(inner)) {
      changed = true;
      return algebra.any;
    }
    if (nodes.kind[inner] !== Kind.Union) return item;
    const parts = nodes.items(inner);
    const kept = parts.filter((part) => !(negated ? isExcluded(part) : isOutside(part)));
    if (kept.length === parts.length) return item;
    changed = true;
    return negated ? algebra.complement(algebra.union(kept)) : algebra.union(kept);
  });
  return changed ? pruned : undefined;
}

/** One window at most, and none where the lengths of another item are within it. */
function dropWindows(algebra: Algebra, items: Language[]): Language[] {
  const { nodes } = algebra;
  const windows = items.filter((item) => isWindow(algebra, item));
  if (windows.length === 0) return items;
  const others = items.filter((item) => !isWindow(algebra, item));
  let min = 0;
  let max = UNBOUNDED;
  for (const window of windows) {
    min = Math.max(min, nodes.b[window]!);
    max = Math.min(max, nodes.c[window]!);
  }
  if (min > max) return [algebra.empty];
  if (others.some((item) => nodes.minLength[item]! >= min)) min = 0;
  if (others.some((item) => nodes.maxLength[item]! <= max)) max = UNBOUNDED;
  const window = algebra.repeat(algebra.anyCodePoint, min, max);
  return flatten(algebra, [...others, window], Kind.Intersection).filter((item) => item !== algebra.any);
}
