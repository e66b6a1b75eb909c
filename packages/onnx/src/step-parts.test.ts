import { describe, expect, it } from "vitest";
import { type Portion, stepParts } from "./step-parts.js";

/** What steps cost, from the definition. */
function costOf(parts: readonly (readonly number[])[], portions: readonly Portion[], rows: number): number {
  return parts.reduce((sum, part) => {
    const own = part.map((i) => portions[i]!);
    const slots = own.map(({ slot }) => slot);
    const places =
      Math.max(...own.map(({ tokens }) => tokens)) * (Math.max(...slots) - Math.min(...slots) + 1);
    return sum + 14_000 + (places - own.reduce((tokens, each) => tokens + each.tokens, 0)) * rows;
  }, 0);
}

/** All ways to part some numbers. */
function* partings(numbers: readonly number[]): Generator<number[][], void, void> {
  const [first, ...rest] = numbers;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const parts of partings(rest)) {
    yield [[first], ...parts];
    for (const i of parts.keys()) {
      yield parts.map((part, j) => (i === j ? [first, ...part] : part));
    }
  }
}

describe("stepParts", () => {
  it("costs least of all partings where slots go by length, and never more than all together or each alone", () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % below;
    };
    const counts = new Set<number>();
    for (let round = 0; round < 150; round++) {
      const all = Array.from({ length: 1 + random(6) }, () => 1 + random(random(2) === 0 ? 4 : 40));
      const rows = 32 + random(1200);
      for (const tokens of [all, [...all].sort((a, b) => b - a)]) {
        const portions = tokens.map((count, slot) => ({ slot, tokens: count }));
        const parts = stepParts(portions, rows);
        expect(parts.flat().sort()).toEqual([...portions.keys()]);
        const cost = costOf(parts, portions, rows);
        const indices = [...portions.keys()];
        expect(cost).toBeLessThanOrEqual(costOf([indices], portions, rows));
        expect(cost).toBeLessThanOrEqual(portions.length * 14_000);
        if (tokens !== all) {
          expect(cost).toBe(
            Math.min(...Array.from(partings(indices), (each) => costOf(each, portions, rows))),
          );
        }
        counts.add(parts.length);
      }
    }
    expect(counts.size).toBeGreaterThan(2);
  });

  it("has no steps of nothing", () => {
    expect(stepParts([], 100)).toEqual([]);
  });
});
