import type { Matcher } from "@grammask/core";
import { median } from "./series.js";

/** Mask and accept of each token, their mean in microseconds. @throws Error where a token is not allowed */
export function meanTime(matcher: Matcher, ids: readonly number[]): number {
  let milliseconds = 0;
  for (const id of ids) {
    const start = performance.now();
    const allowed = matcher.mask().has(id) && matcher.accept(id);
    milliseconds += performance.now() - start;
    if (!allowed) throw new Error(`token ${matcher.vocabulary.tokenText(id)} is not allowed`);
  }
  return (1000 * milliseconds) / ids.length;
}

/** The median over several runs, each with a matcher of its own: what else the machine does falls on some of them. */
export function medianOfMeans(runs: number, ids: readonly number[], make: () => Matcher): number {
  const means: number[] = [];
  for (let run = 0; run < runs; run++) means.push(meanTime(make(), ids));
  return median(means);
}
