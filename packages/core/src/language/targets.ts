/** Structural questions about where code points lead from a language, answered by its segments and not one by one. */
import type { Algebra } from "./algebra.js";
import { CODE_POINT_END, isSurrogate, SURROGATES, SURROGATES_END } from "./code-point-set.js";
import type { Language } from "./nodes.js";

const ASCII_END = 0x80;

/** What code points beyond ASCII lead to, each language once: those in some ranges, and the others. */
export interface FarTargets {
  readonly within: readonly Language[];
  readonly outside: readonly Language[];
}

/** Writes what each ASCII code point leads to, at its number. */
export function writeAsciiTargets(algebra: Algebra, node: Language, targets: Int32Array): void {
  const { nodes } = algebra;
  algebra.prepare(node);
  const start = nodes.stepStart[node]!;
  const end = start + nodes.stepCount[node]!;
  for (let i = start; i < end; i++) {
    const first = nodes.stepBounds[i]!;
    if (first >= ASCII_END) return;
    targets.fill(
      nodes.stepTargets[i]!,
      first,
      i + 1 < end ? Math.min(ASCII_END, nodes.stepBounds[i + 1]!) : ASCII_END,
    );
  }
}

/** @param ranges ascending, none next to another one: first code points and ends by turns, from 0x80 on, no surrogates */
export function farTargets(algebra: Algebra, node: Language, ranges: readonly number[]): FarTargets {
  const { nodes } = algebra;
  algebra.prepare(node);
  const within: Language[] = [];
  const outside: Language[] = [];
  const start = nodes.stepStart[node]!;
  const end = start + nodes.stepCount[node]!;
  // The first range that does not end before a segment: both ascend.
  let range = 0;
  for (let i = start; i < end; i++) {
    const after = i + 1 < end ? nodes.stepBounds[i + 1]! : CODE_POINT_END;
    const first = Math.max(ASCII_END, nodes.stepBounds[i]!);
    if (first >= after || (first >= SURROGATES && after <= SURROGATES_END)) continue;
    const target = nodes.stepTargets[i]!;
    while (range < ranges.length && ranges[range + 1]! <= first) range += 2;
    const from = ranges[range] ?? CODE_POINT_END;
    if (from < after && !within.includes(target)) within.push(target);
    const isWithin = from <= first && after <= ranges[range + 1]!;
    if (!isWithin && !outside.includes(target)) outside.push(target);
  }
  return { within, outside };
}

/** Whether all code points from `from` to `to - 1`, surrogates left out, lead from a language to itself. */
export function loopsWithin(algebra: Algebra, node: Language, from: number, to: number): boolean {
  const { nodes } = algebra;
  algebra.prepare(node);
  const start = nodes.stepStart[node]!;
  const end = start + nodes.stepCount[node]!;
  for (let i = start; i < end; i++) {
    const first = Math.max(from, nodes.stepBounds[i]!);
    const after = Math.min(to, i + 1 < end ? nodes.stepBounds[i + 1]! : CODE_POINT_END);
    const hasAny = first < after && !(first >= SURROGATES && after <= SURROGATES_END);
    if (hasAny && nodes.stepTargets[i] !== node) return false;
  }
  return true;
}

/** The code points that members begin with, ascending; undefined where there may be more than `most`. */
export function firstCodePoints(
  algebra: Algebra & { isEmpty(node: Language): boolean },
  node: Language,
  most: number,
): number[] | undefined {
  const { nodes } = algebra;
  algebra.prepare(node);
  const found: number[] = [];
  const start = nodes.stepStart[node]!;
  const end = start + nodes.stepCount[node]!;
  for (let i = start; i < end; i++) {
    const target = nodes.stepTargets[i]!;
    if (target === algebra.empty) continue;
    const first = nodes.stepBounds[i]!;
    const after = i + 1 < end ? nodes.stepBounds[i + 1]! : CODE_POINT_END;
    if (first >= SURROGATES && after <= SURROGATES_END) continue;
    if (found.length + after - first > most) return undefined;
    if (algebra.isEmpty(target)) continue;
    for (let codePoint = first; codePoint < after; codePoint++) {
      if (!isSurrogate(codePoint)) found.push(codePoint);
    }
  }
  return found;
}
