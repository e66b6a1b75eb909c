/** Which code points are the same without regard to case, as ECMA-262's Canonicalize has it. */
import type { CodePointSet, CodePointSets } from "./code-point-set.js";

/** No code point beyond has another case. */
const LAST_CASED = 0x1ffff;

/** By flag u (1) or not (0): code points that are the same, in groups of at least two. */
const groups: (number[][] | undefined)[] = [undefined, undefined];

/** A set with all code points that are the same as one of its own without regard to case. */
export function withAllCases(sets: CodePointSets, set: CodePointSet, unicode: boolean): CodePointSet {
  const added: number[] = [];
  for (const group of groupsOf(unicode)) {
    if (group.some((codePoint) => sets.has(set, codePoint))) {
      for (const codePoint of group) added.push(codePoint, codePoint);
    }
  }
  return sets.union(set, sets.ofRanges(added));
}

function groupsOf(unicode: boolean): number[][] {
  return (groups[unicode ? 1 : 0] ??= findGroups(unicode));
}

/** Asks the platform's own RegExp about every code point and those that its case mappings lead to. */
function findGroups(unicode: boolean): number[][] {
  const byMember = new Map<number, number[]>();
  for (let codePoint = 0; codePoint <= LAST_CASED; codePoint++) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
    const text = String.fromCodePoint(codePoint);
    const lower = text.toLowerCase();
    const upper = text.toUpperCase();
    if (lower === text && upper === text) continue;
    const pattern = new RegExp(
      `^${unicode ? `\\u{${codePoint.toString(16)}}` : escaped(text)}$`,
      unicode ? "iu" : "i",
    );
    for (const other of new Set([lower, upper, lower.toUpperCase(), upper.toLowerCase()])) {
      if (other !== text && pattern.test(other)) join(byMember, codePoint, other.codePointAt(0)!);
    }
  }
  return [...new Set(byMember.values())];
}

/** The halves of a pair, each of its own: without u they have no case. */
function escaped(text: string): string {
  return Array.from(
    { length: text.length },
    (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}

function join(byMember: Map<number, number[]>, a: number, b: number): void {
  const first = byMember.get(a) ?? [a];
  const second = byMember.get(b) ?? [b];
  if (first === second) return;
  const all = [...first, ...second];
  for (const member of all) byMember.set(member, all);
}
