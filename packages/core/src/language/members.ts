/** Finiteness and enumeration of the members of a language. */
import { type Algebra, plainGoal } from "./algebra.js";
import { CODE_POINT_END } from "./code-point-set.js";
import { LanguageLimitError } from "./limits.js";
import { listedMembers } from "./listed-members.js";
import { Fact, Kind, type Language, UNBOUNDED } from "./nodes.js";
import { isEmptyLanguage } from "./search.js";
import { stringOf } from "./texts.js";

/** The live derivatives of a node, each once. */
function liveTargets(algebra: Algebra, node: Language): Language[] {
  algebra.prepare(node);
  const { nodes } = algebra;
  const start = nodes.stepStart[node]!;
  const targets = new Set(nodes.stepTargets.subarray(start, start + nodes.stepCount[node]!));
  return [...targets].filter((target) => !isEmptyLanguage(algebra, target));
}

/** Whether there are finitely many members: no live state reaches itself. */
export function isFiniteLanguage(algebra: Algebra, root: Language): boolean {
  const { nodes } = algebra;
  root = plainGoal(algebra, root);
  if (nodes.maxLength[root] !== UNBOUNDED || isEmptyLanguage(algebra, root)) return true;
  if (nodes.has(root, Fact.Plain) && !nodes.has(root, Fact.Inexact)) return false;
  const open = new Set<Language>([root]);
  const closed = new Set<Language>();
  const stack = [{ node: root, targets: liveTargets(algebra, root) }];
  while (stack.length > 0) {
    const { node, targets } = stack.at(-1)!;
    const next = targets.pop();
    if (next === undefined) {
      stack.pop();
      open.delete(node);
      closed.add(node);
    } else if (open.has(next)) return false;
    else if (!closed.has(next) && nodes.maxLength[next] === UNBOUNDED) {
      open.add(next);
      if (open.size + closed.size > nodes.limits.maxSearch) {
        throw new LanguageLimitError("maxSearch", nodes.limits.maxSearch);
      }
      stack.push({ node: next, targets: liveTargets(algebra, next) });
    }
  }
  return true;
}

/** All members in the order of their code points, or undefined if there are more than `atMost`. */
export function membersOf(algebra: Algebra, root: Language, atMost: number): string[] | undefined {
  root = plainGoal(algebra, root);
  const { nodes, texts } = algebra;
  if (nodes.kind[root] === Kind.Texts) {
    return texts.count(root) > atMost ? undefined : texts.members(root).map((text) => stringOf(text));
  }
  if (!isFiniteLanguage(algebra, root)) return undefined;
  const listed = listedMembers(algebra, root, atMost);
  if (listed !== undefined) return listed === "too many" ? undefined : [...listed];
  const members = firstMembers(algebra, root, atMost + 1);
  return members.length > atMost ? undefined : members;
}

/** The first members, in the order of their code points, of a language that has finitely many: up to `atMost`. */
export function firstMembers(algebra: Algebra, root: Language, atMost: number): string[] {
  const members: string[] = [];
  root = plainGoal(algebra, root);
  if (atMost < 1 || isEmptyLanguage(algebra, root)) return members;
  const { nodes } = algebra;
  const prefix: number[] = [];
  const stack: Cursor[] = [{ node: root, segment: -1, codePoint: 0, last: -1 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (top.segment < 0 && algebra.nullable(top.node)) {
      members.push(stringOf(prefix));
      if (members.length >= atMost) return members;
    }
    const target = advance(algebra, top);
    if (target < 0) {
      stack.pop();
      prefix.pop();
    } else {
      prefix.push(top.codePoint);
      stack.push({ node: target, segment: -1, codePoint: 0, last: -1 });
    }
    if (prefix.length > nodes.limits.maxSearch)
      throw new LanguageLimitError("maxSearch", nodes.limits.maxSearch);
  }
  return members;
}

/** A place in the enumeration: the code point last taken from a segment of a node's step function. */
interface Cursor {
  readonly node: Language;
  segment: number;
  codePoint: number;
  last: number;
}

/** Moves to the next code point with a live derivative and returns that; -1 where there is none. */
function advance(algebra: Algebra, cursor: Cursor): Language {
  algebra.prepare(cursor.node);
  const { nodes } = algebra;
  const start = nodes.stepStart[cursor.node]!;
  const count = nodes.stepCount[cursor.node]!;
  cursor.codePoint++;
  if (cursor.codePoint === 0xd800) cursor.codePoint = 0xe000;
  while (
    cursor.segment < 0 ||
    cursor.codePoint > cursor.last ||
    isDead(algebra, nodes.stepTargets[start + cursor.segment]!)
  ) {
    if (++cursor.segment >= count) return -1;
    cursor.codePoint = nodes.stepBounds[start + cursor.segment]!;
    cursor.last =
      (cursor.segment + 1 < count ? nodes.stepBounds[start + cursor.segment + 1]! : CODE_POINT_END) - 1;
  }
  return nodes.stepTargets[start + cursor.segment]!;
}

function isDead(algebra: Algebra, node: Language): boolean {
  return node === algebra.empty || isEmptyLanguage(algebra, node);
}
