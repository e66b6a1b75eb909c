/**
 * Structural questions that masks ask: how far a language lives whatever comes, how near its ends are, where only the
 * number of code points is bounded, and which language a state can be taken for when only so many are looked at.
 */
import { type Algebra, isWindow } from "./algebra.js";
import type { CodePointSet } from "./code-point-set.js";
import { addLengths, Fact, Kind, type Language, multiplyLengths, UNBOUNDED } from "./nodes.js";

/**
 * A number h such that every text of at most h code points is the beginning of a member; -1 if there is no member.
 * It is a lower bound: `.{0,m}`, `.*p`, complements of finite languages and their intersections with length windows
 * are seen, other languages give what their beginning guarantees.
 */
export function horizonOf(algebra: Algebra, node: Language): number {
  const { nodes, anyCodePoint } = algebra;
  if (node === algebra.empty) return -1;
  const isLive = nodes.has(node, Fact.Live);
  switch (nodes.kind[node]) {
    case Kind.Class:
      return node === anyCodePoint ? 1 : 0;
    case Kind.Repeat:
      if (nodes.a[node] === anyCodePoint) return nodes.c[node] === UNBOUNDED ? Infinity : nodes.c[node]!;
      return isLive ? 0 : -1;
    case Kind.Concat: {
      // A chain is flat, so this is a loop over it and not a recursion into it.
      let horizon = 0;
      for (let rest = node; ; rest = nodes.b[rest]!) {
        if (!nodes.has(rest, Fact.Live)) return isLive ? horizon : -1;
        const isConcat = nodes.kind[rest] === Kind.Concat;
        const head = isConcat ? nodes.a[rest]! : rest;
        const own = horizonOf(algebra, head);
        if (head !== anyCodePoint && !isWindow(algebra, head)) return horizon + own;
        horizon += own;
        if (!isConcat || own === Infinity) return horizon;
      }
    }
    case Kind.Union: {
      let horizon = -1;
      for (const item of nodes.items(node)) horizon = Math.max(horizon, horizonOf(algebra, item));
      return horizon;
    }
    case Kind.Complement:
      // Whatever was read, something longer than all excluded texts may follow.
      return nodes.maxLength[nodes.a[node]!] !== UNBOUNDED ? Infinity : isLive ? 0 : -1;
    case Kind.Intersection:
      return Math.max(horizonOfIntersection(algebra, node), isLive ? 0 : -1);
    case Kind.Observe:
      return horizonOf(algebra, nodes.lists[nodes.a[node]!]!);
    default:
      return isLive ? 0 : -1;
  }
}

/**
 * An intersection of a length window, complements of finite languages, any number of `.*t.*` and one `.*t`: after anything,
 * this has members of all lengths from some on, so a text is dead only if what it still needs does not fit into the window.
 */
function horizonOfIntersection(algebra: Algebra, node: Language): number {
  const { nodes } = algebra;
  let longest = UNBOUNDED;
  let least = 0;
  let needed = 0;
  let hasEnd = false;
  for (const item of nodes.items(node)) {
    const kind = nodes.kind[item];
    if (isWindow(algebra, item)) {
      longest = nodes.c[item]!;
      least = Math.max(least, nodes.b[item]!);
    } else if (kind === Kind.Complement && nodes.maxLength[nodes.a[item]!] !== UNBOUNDED) {
      least = Math.max(least, nodes.maxLength[nodes.a[item]!]! + 1);
    } else if (kind === Kind.Concat && nodes.a[item] === algebra.any && isExact(algebra, item)) {
      // What can be followed by anything is read first.
      if (!endsWith(algebra, item, (end) => end === algebra.any)) {
        if (hasEnd) return -1;
        hasEnd = true;
      }
      needed = addLengths(needed, nodes.minLength[item]!);
    } else return -1;
  }
  if (longest === UNBOUNDED) return Infinity;
  return least > longest ? -1 : longest - needed;
}

/** Whether the last part of a language is what is asked for. */
function endsWith({ nodes }: Algebra, node: Language, isAsked: (end: Language) => boolean): boolean {
  while (nodes.kind[node] === Kind.Concat) node = nodes.b[node]!;
  return isAsked(node);
}

/** A language, and how many code points its texts must have at least. */
export interface AtLeast {
  readonly language: Language;
  readonly min: number;
}

/**
 * An intersection with "at least `min` code points", apart, where the same texts begin members of both: whatever can
 * follow a beginning of the other language can be made longer at its end. Undefined if it is something else.
 */
export function atLeastOf(algebra: Algebra, node: Language): AtLeast | undefined {
  const { nodes } = algebra;
  if (nodes.kind[node] !== Kind.Intersection) return undefined;
  const items = nodes.items(node);
  const window = items.find((item) => isWindow(algebra, item) && nodes.b[item]! > 0);
  if (window === undefined) return undefined;
  const others = items.filter((item) => item !== window);
  const isLonger = (end: Language) =>
    nodes.kind[end] === Kind.Repeat &&
    nodes.c[end] === UNBOUNDED &&
    // With several of them the same code point must do for all.
    (nodes.a[end] === algebra.anyCodePoint ||
      (others.length === 1 && nodes.kind[nodes.a[end]!] === Kind.Class));
  if (!others.every((item) => endsWith(algebra, item, isLonger))) return undefined;
  const language = algebra.intersection([
    ...others,
    algebra.repeat(algebra.anyCodePoint, 0, nodes.c[window]!),
  ]);
  return { language, min: nodes.b[window]! };
}

/** Whether `saturated` lowers a counter's minimum. */
export function lowersMinimum(algebra: Algebra, node: Language, texts: TextBounds, behind = 0): boolean {
  const { nodes } = algebra;
  if (!nodes.has(node, Fact.Plain)) return false;
  switch (nodes.kind[node]) {
    case Kind.Repeat:
      return nodes.b[node]! > neededBeyond(algebra, node, texts);
    case Kind.Concat:
      return (
        lowersMinimum(algebra, nodes.a[node]!, texts, behind) ||
        (behind > 0 && lowersMinimum(algebra, nodes.b[node]!, texts, behind - 1))
      );
    case Kind.Union:
      return nodes.items(node).some((item) => lowersMinimum(algebra, item, texts, behind));
    default:
      return false;
  }
}

/** Whether the shortest length of a node is exact. */
function isExact(algebra: Algebra, node: Language): boolean {
  return algebra.nodes.has(node, Fact.Plain) && !algebra.nodes.has(node, Fact.Inexact);
}

/**
 * So many code points are enough to end a text from here, and from wherever one code point leads; Infinity where that is
 * not known.
 */
export function enoughToEnd(algebra: Algebra, node: Language): number {
  const { nodes, empty } = algebra;
  if (!isExact(algebra, node)) return Infinity;
  algebra.prepare(node);
  let enough = nodes.minLength[node]!;
  const start = nodes.stepStart[node]!;
  for (let i = start; i < start + nodes.stepCount[node]!; i++) {
    const target = nodes.stepTargets[i]!;
    if (target === empty) continue;
    enough = Math.max(enough, isExact(algebra, target) ? nodes.minLength[target]! : Infinity);
  }
  return enough;
}

/** A language within a length: both must be met. */
export interface Limited {
  readonly language: Language;
  /** The most code points. */
  readonly max: number;
}

/** An intersection with "at most `max` code points", apart; undefined if it is something else. */
export function limitedOf(algebra: Algebra, node: Language): Limited | undefined {
  const { nodes } = algebra;
  if (nodes.kind[node] !== Kind.Intersection) return undefined;
  const items = nodes.items(node);
  const window = items.find((item) => isWindow(algebra, item) && nodes.b[item] === 0);
  if (window === undefined) return undefined;
  return { language: algebra.intersection(items.filter((item) => item !== window)), max: nodes.c[window]! };
}

/** An intersection without the complements of finite languages in it; undefined if it has none, or nothing else. */
export function withoutExceptions(algebra: Algebra, node: Language): Language | undefined {
  const { nodes } = algebra;
  if (nodes.kind[node] !== Kind.Intersection) return undefined;
  const items = nodes.items(node);
  const isException = (item: Language) =>
    nodes.kind[item] === Kind.Complement && nodes.maxLength[nodes.a[item]!] !== UNBOUNDED;
  const rest = items.filter((item) => !isException(item));
  return rest.length === 0 || rest.length === items.length ? undefined : algebra.intersection(rest);
}

/**
 * What follows an optional part at the beginning, of one alternative where there are several: a language that is contained
 * in the given one; undefined: there is none.
 */
export function behindOption({ nodes }: Algebra, node: Language): Language | undefined {
  for (const item of nodes.kind[node] === Kind.Union ? nodes.items(node) : [node]) {
    if (nodes.kind[item] !== Kind.Concat) continue;
    const head = nodes.a[item]!;
    const isOption = nodes.kind[head] === Kind.Repeat && nodes.b[head] === 0 && nodes.c[head] === 1;
    if (isOption) return nodes.b[item]!;
  }
  return undefined;
}

/** Code points of one set, one after the other. */
export interface Run {
  /** Any number of them. */
  readonly free: Language;
  readonly min: number;
  /** `UNBOUNDED`: no bound. */
  readonly max: number;
}

/** The language as a bounded run; undefined if it is something else, or not bounded at all. */
export function boundedRunOf(algebra: Algebra, node: Language): Run | undefined {
  const { nodes } = algebra;
  const isRepeat = nodes.kind[node] === Kind.Repeat;
  const child = isRepeat ? nodes.a[node]! : node;
  if (nodes.kind[child] !== Kind.Class) return undefined;
  const free = algebra.repeat(child, 0, UNBOUNDED);
  if (free === node) return undefined;
  return { free, min: isRepeat ? nodes.b[node]! : 1, max: isRepeat ? nodes.c[node]! : 1 };
}

/** What no text that is asked about has more of. */
export interface TextBounds {
  /** Code points. */
  readonly length: number;
  /** How often a code point of a set follows one that is not in it. */
  readonly entries?: (set: CodePointSet) => number;
}

/** Fewer iterations are not told by sets: most texts have as many. */
const MANY = 3;

/** No text that is asked about has so many iterations of a counter. */
function neededBeyond(algebra: Algebra, repeat: Language, texts: TextBounds): number {
  const { nodes } = algebra;
  const needed = neededByLength(algebra, repeat, texts.length);
  const most = nodes.c[repeat] === UNBOUNDED ? nodes.b[repeat]! : nodes.c[repeat]!;
  if (texts.entries === undefined || most < MANY || most >= needed) return needed;
  return Math.min(needed, mostEntries(algebra, repeat, texts.entries) + 1);
}

/** So many iterations of a counter need more than `length` code points. */
function neededByLength({ nodes }: Algebra, repeat: Language, length: number): number {
  const each = nodes.minLength[nodes.a[repeat]!]!;
  // Each iteration must read something for the counter to say anything about lengths.
  return each === 0 ? UNBOUNDED : Math.floor(length / each) + 1;
}

/**
 * How many iterations of a counter the texts have at most, told by a set that each iteration enters, such as white space in
 * `(?:\S+\s+){0,9}`; Infinity: there is none.
 */
function mostEntries(
  { nodes, sets }: Algebra,
  repeat: Language,
  entries: (set: CodePointSet) => number,
): number {
  /** The code points of a part of which each text has one. */
  const setOf = (part: Language): CodePointSet | undefined => {
    const one = nodes.kind[part] === Kind.Repeat && nodes.b[part]! > 0 ? nodes.a[part]! : part;
    return nodes.kind[one] === Kind.Class ? nodes.a[one]! : undefined;
  };
  const body = nodes.a[repeat]!;
  if (nodes.kind[body] !== Kind.Concat) return Infinity;
  const first = setOf(nodes.a[body]!);
  if (first === undefined) return Infinity;
  for (let rest = nodes.b[body]!; ; rest = nodes.b[rest]!) {
    const isConcat = nodes.kind[rest] === Kind.Concat;
    const set = setOf(isConcat ? nodes.a[rest]! : rest);
    if (set !== undefined && sets.intersection(first, set) === sets.none) return entries(set);
    if (!isConcat) return Infinity;
  }
}

/**
 * A language that begins like the given one as far as the texts that are asked about tell (the same ones are members, the
 * same ones are beginnings of members), with counters beyond that replaced by no bound: so states that differ
 * only in large counters get one number. Only languages without intersections and complements change.
 * @param behind so many parts that follow another one may change too
 */
export function saturated(algebra: Algebra, node: Language, texts: TextBounds, behind = 0): Language {
  const { nodes } = algebra;
  if (!nodes.has(node, Fact.Plain)) return node;
  switch (nodes.kind[node]) {
    case Kind.Repeat: {
      const needed = neededBeyond(algebra, node, texts);
      const min = Math.min(nodes.b[node]!, needed);
      return algebra.repeat(nodes.a[node]!, min, nodes.c[node]! >= needed ? UNBOUNDED : nodes.c[node]!);
    }
    case Kind.Concat: {
      const head = saturated(algebra, nodes.a[node]!, texts, behind);
      const tail = nodes.b[node]!;
      const rest = behind > 0 ? saturated(algebra, tail, texts, behind - 1) : tail;
      return head === nodes.a[node] && rest === tail ? node : algebra.concat(head, rest);
    }
    case Kind.Union:
      return algebra.union(nodes.items(node).map((item) => saturated(algebra, item, texts, behind)));
    default:
      return node;
  }
}

/**
 * Texts of so many code points cannot tell the result of `saturated` from the language either, as long as they enter no set
 * more often than is said: `texts.length` or more.
 */
export function toldWithin(algebra: Algebra, node: Language, texts: TextBounds, behind = 0): number {
  const { nodes } = algebra;
  if (!nodes.has(node, Fact.Plain)) return Infinity;
  switch (nodes.kind[node]) {
    case Kind.Repeat: {
      const byLength = neededByLength(algebra, node, texts.length);
      const needed = neededBeyond(algebra, node, texts);
      const max = nodes.c[node]!;
      if (nodes.b[node]! <= needed && (max === UNBOUNDED || max < needed)) return Infinity;
      if (needed < byLength) return Infinity;
      if (nodes.b[node]! > needed) return texts.length;
      return multiplyLengths(max, nodes.minLength[nodes.a[node]!]!) - 1;
    }
    case Kind.Concat:
      return Math.min(
        toldWithin(algebra, nodes.a[node]!, texts, behind),
        behind > 0 ? toldWithin(algebra, nodes.b[node]!, texts, behind - 1) : Infinity,
      );
    case Kind.Union:
      return nodes
        .items(node)
        .reduce((least, item) => Math.min(least, toldWithin(algebra, item, texts, behind)), Infinity);
    default:
      return Infinity;
  }
}
