import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DisjointNumbers } from "./disjoint-numbers.js";
import { DEFAULT_LANGUAGE_LIMITS } from "./limits.js";
import { choiceSet, type NumberRange, rangeSet } from "./number.js";
import type { NumberSet } from "./number-set.js";

const limits = DEFAULT_LANGUAGE_LIMITS;

/** Whether no two of some sets have a number in common, as far as it is told. */
function areDisjoint(...sets: readonly NumberSet[]): boolean {
  const seen = new DisjointNumbers(limits);
  return sets.every((set) => seen.add(set));
}

const values = (...texts: readonly string[]) => choiceSet(texts, limits);
const range = (one: NumberRange) => rangeSet(one, limits);

describe("disjoint numbers", () => {
  it("are compared by value, whatever the spelling", () => {
    expect(areDisjoint(values("1"), values("1.0"))).toBe(false);
    expect(areDisjoint(values("1e2"), values("100.00"))).toBe(false);
    expect(areDisjoint(values("-0"), values("0"))).toBe(false);
    expect(areDisjoint(values("0.1"), values("0.10000000000000001"))).toBe(true);
    expect(areDisjoint(values("9007199254740992"), values("9007199254740993"))).toBe(true);
  });

  it("are ranges that only touch, or lie closer than doubles do", () => {
    const below = range({ max: "1", exclusiveMax: true });
    expect(areDisjoint(below, range({ min: "1" }))).toBe(true);
    expect(areDisjoint(below, values("1"))).toBe(true);
    expect(areDisjoint(range({ max: "1" }), range({ min: "1" }))).toBe(false);
    expect(areDisjoint(range({ max: "1" }), range({ min: "1.00000000000000000001" }))).toBe(true);
    expect(areDisjoint(range({ max: "1.00000000000000000001" }), range({ min: "1" }))).toBe(false);
    expect(areDisjoint(range({ min: "1e99" }), values("1e100"))).toBe(false);
    expect(areDisjoint(range({ max: "1", integer: true }), range({ min: "1.5" }))).toBe(true);
    expect(areDisjoint(range({ min: "0", max: "1", integer: true }), values("0.5"))).toBe(true);
    expect(areDisjoint(range({ multipleOf: "2" }), values("1", "3"), values("4"))).toBe(false);
  });

  it("are told for many ranges and constants", () => {
    const many = Array.from({ length: 3000 }, (_, i) =>
      i % 2 === 0
        ? values(`${i}`, `${i}.5`)
        : range({ min: `${i}`, max: `${i + 1}`, exclusiveMin: true, exclusiveMax: true }),
    );
    expect(areDisjoint(...many)).toBe(true);
    expect(areDisjoint(...many, values("2000"))).toBe(false);
    expect(areDisjoint(...many, values("1999.5"))).toBe(false);
  });

  it("are those that have no number of a fine grid in common", () => {
    // Bounds are quarters and steps multiples of them, so sets that meet do so on eighths, and not far from their bounds.
    const quarter = fc.integer({ min: -12, max: 12 }).map((n) => n / 4);
    const bounded = fc
      .record({
        min: fc.option(quarter),
        max: fc.option(quarter),
        exclusiveMin: fc.boolean(),
        exclusiveMax: fc.boolean(),
        step: fc.constantFrom(undefined, 0.25, 0.5, 0.75, 1, 2, 3),
      })
      .map(({ min, max, exclusiveMin, exclusiveMax, step }) => ({
        set: range({
          ...(min === null ? {} : { min: `${min}`, exclusiveMin }),
          ...(max === null ? {} : { max: `${max}`, exclusiveMax }),
          multipleOf: step === undefined ? undefined : `${step}`,
        }),
        has: (x: number) =>
          (min === null || (exclusiveMin ? x > min : x >= min)) &&
          (max === null || (exclusiveMax ? x < max : x <= max)) &&
          (step === undefined || x % step === 0),
      }));
    const listed = fc
      .array(quarter, { minLength: 1, maxLength: 3 })
      .map((list) => ({ set: values(...list.map(String)), has: (x: number) => list.includes(x) }));
    const grid = Array.from({ length: 801 }, (_, i) => (i - 400) / 8);
    fc.assert(
      fc.property(fc.array(fc.oneof(bounded, listed), { minLength: 2, maxLength: 5 }), (all) => {
        const seen = new DisjointNumbers(limits);
        const kept: typeof all = [];
        for (const one of all) {
          const meets = grid.some((x) => one.has(x) && kept.some((other) => other.has(x)));
          expect(seen.add(one.set)).toBe(!meets);
          if (!meets) kept.push(one);
        }
      }),
      { numRuns: 500 },
    );
  });
});
