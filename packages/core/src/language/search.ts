/**
 * Exact emptiness and shortest members. A plain node is live by construction; any other is searched best-first
 * through its derivatives until a member is found, which shows every node on the way to be live, or until nothing is
 * left, which shows every node seen to be dead. The answers are kept with the nodes.
 */
import { type Algebra, isWindow, plainGoal } from "./algebra.js";
import { CODE_POINT_END } from "./code-point-set.js";
import { LanguageLimitError } from "./limits.js";
import { Fact, Kind, type Language, UNBOUNDED } from "./nodes.js";
import { PriorityQueue } from "./priority-queue.js";

/** How a node was reached: from the parent by this many times the code point. */
interface Visit {
  readonly parent: Language;
  readonly codePoint: number;
  readonly times: number;
  readonly depth: number;
}

/** Windows longer than this are crossed in one jump where the rest of an intersection loops to itself. */
const JUMP_LENGTH = 32;

/**
 * Whether a language has no member.
 * @throws LanguageLimitError when more than `maxSearch` states would have to be explored.
 */
export function isEmptyLanguage(algebra: Algebra, node: Language): boolean {
  const { nodes } = algebra;
  if (nodes.has(node, Fact.Live)) return false;
  if (nodes.has(node, Fact.Dead)) return true;
  if (nodes.kind[node] === Kind.Observe) return isEmptyLanguage(algebra, plainGoal(algebra, node));
  const visits = new Map<Language, Visit>([[node, { parent: -1, codePoint: 0, times: 0, depth: 0 }]]);
  const queue = new PriorityQueue(true);
  queue.push(node, nodes.minLength[node]!);
  let explored = 0;
  for (let next = queue.pop(); next >= 0; next = queue.pop()) {
    if (nodes.has(next, Fact.Live)) {
      for (let live = next; live >= 0; live = visits.get(live)!.parent) nodes.facts[live]! |= Fact.Live;
      return false;
    }
    if (++explored > nodes.limits.maxSearch)
      throw new LanguageLimitError("maxSearch", nodes.limits.maxSearch);
    for (const { target, codePoint, times } of successors(algebra, next)) {
      if (visits.has(target) || nodes.has(target, Fact.Dead)) continue;
      visits.set(target, { parent: next, codePoint, times, depth: 0 });
      queue.push(target, nodes.has(target, Fact.Live) ? -1 : nodes.minLength[target]!);
    }
  }
  for (const dead of visits.keys()) nodes.facts[dead]! |= Fact.Dead;
  return true;
}

/**
 * A shortest member, as code points, or undefined if there is none. Among code points that lead to the same place,
 * letters and digits are preferred.
 * @throws LanguageLimitError when more than `maxSearch` states would have to be explored.
 */
export function shortestMember(algebra: Algebra, node: Language): number[] | undefined {
  const { nodes } = algebra;
  if (isEmptyLanguage(algebra, node)) return undefined;
  node = plainGoal(algebra, node);
  const visits = new Map<Language, Visit>([[node, { parent: -1, codePoint: 0, times: 0, depth: 0 }]]);
  const queue = new PriorityQueue();
  queue.push(node, nodes.minLength[node]!);
  const done = new Set<Language>();
  for (let next = queue.pop(); next >= 0; next = queue.pop()) {
    if (algebra.nullable(next)) return path(visits, next);
    if (done.has(next)) continue;
    done.add(next);
    if (done.size > nodes.limits.maxSearch) throw new LanguageLimitError("maxSearch", nodes.limits.maxSearch);
    const { depth } = visits.get(next)!;
    for (const { target, codePoint, times } of successors(algebra, next)) {
      const known = visits.get(target);
      if (nodes.has(target, Fact.Dead) || (known && known.depth <= depth + times)) continue;
      visits.set(target, { parent: next, codePoint, times, depth: depth + times });
      queue.push(target, depth + times + nodes.minLength[target]!);
    }
  }
  return undefined;
}

function path(visits: Map<Language, Visit>, last: Language): number[] {
  const codePoints: number[] = [];
  for (let visit = visits.get(last)!; visit.parent >= 0; visit = visits.get(visit.parent)!) {
    for (let i = 0; i < visit.times; i++) codePoints.push(visit.codePoint);
  }
  return codePoints.reverse();
}

export interface Successor {
  readonly target: Language;
  readonly codePoint: number;
  readonly times: number;
}

/** The non-empty derivatives of a node, each once, with the code point that is preferred for it; and its jumps. */
export function successors(algebra: Algebra, node: Language): Iterable<Successor> {
  algebra.prepare(node);
  const { nodes } = algebra;
  const start = nodes.stepStart[node]!;
  const end = start + nodes.stepCount[node]!;
  const byTarget = new Map<Language, Successor>();
  for (let i = start; i < end; i++) {
    const target = nodes.stepTargets[i]!;
    if (target === algebra.empty) continue;
    const last = (i + 1 < end ? nodes.stepBounds[i + 1]! : CODE_POINT_END) - 1;
    const codePoint = preferredCodePoint(nodes.stepBounds[i]!, last);
    const known = byTarget.get(target);
    if (known && cost(known.codePoint) <= cost(codePoint)) continue;
    byTarget.set(target, { target, codePoint, times: 1 });
  }
  const window = longWindow(algebra, node);
  if (window < 0) return byTarget.values();
  const all = [...byTarget.values()];
  for (const { target, codePoint } of byTarget.values()) {
    const jump = jumpOver(algebra, node, window, target);
    if (jump) all.push({ ...jump, codePoint });
  }
  return all;
}

/** The window `.{n,m}` with a large n among the operands of an intersection, or -1. */
function longWindow(algebra: Algebra, node: Language): Language {
  const { nodes } = algebra;
  if (nodes.kind[node] !== Kind.Intersection) return -1;
  for (const item of nodes.items(node))
    if (isWindow(algebra, item) && nodes.b[item]! > JUMP_LENGTH) return item;
  return -1;
}

/**
 * If x ∩ .{n,m} steps to x ∩ .{n-1,m-1} (x loops to itself), then k of the same step lead to x ∩ .{n-k,m-k}: so a
 * search costs the states of x and not the shortest length. A rest of the window is left, for x to end within it.
 */
function jumpOver(
  algebra: Algebra,
  node: Language,
  window: Language,
  target: Language,
): { target: Language; times: number } | undefined {
  const { nodes } = algebra;
  const min = nodes.b[window]!;
  const max = nodes.c[window]!;
  const rest = nodes.items(node).filter((item) => item !== window);
  const left = JUMP_LENGTH + Math.max(...rest.map((item) => nodes.minLength[item]!));
  if (left >= min) return undefined;
  const shorter = (by: number) => {
    const bound = max === UNBOUNDED ? UNBOUNDED : max - by;
    return algebra.intersection([...rest, algebra.repeat(algebra.anyCodePoint, min - by, bound)]);
  };
  return shorter(1) === target ? { target: shorter(min - left), times: min - left } : undefined;
}

/** The code point of a range that reads best and is cheapest to write in JSON. */
function preferredCodePoint(first: number, last: number): number {
  for (let i = 0; i < PREFERRED.length; i++) {
    const [from, to] = PREFERRED[i]!;
    const codePoint = Math.max(first, from);
    if (codePoint <= Math.min(last, to)) return codePoint;
  }
  return first;
}

/** a-z, A-Z, 0-9, space, other ASCII without `"` and `\`, then everything from U+00A0 on. */
const PREFERRED = [
  [0x61, 0x7a],
  [0x41, 0x5a],
  [0x30, 0x39],
  [0x20, 0x20],
  [0x21, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x7e],
  [0xa0, 0x10ffff],
] as const;

function cost(codePoint: number): number {
  const rank = PREFERRED.findIndex(([from, to]) => from <= codePoint && codePoint <= to);
  return rank < 0 ? PREFERRED.length : rank;
}
