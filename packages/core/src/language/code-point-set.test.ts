import { describe, expect, it } from "vitest";
import { CodePointSets } from "./code-point-set.js";
import { randomNumbers } from "./testing.js";

describe("CodePointSets", () => {
  it("agrees with sets of numbers, without surrogates", () => {
    const random = randomNumbers(2);
    const points = [
      0, 1, 2, 0x60, 0x61, 0x62, 0xd7fe, 0xd7ff, 0xd800, 0xdbff, 0xdfff, 0xe000, 0xe001, 0xffff, 0x10000,
      0x10fffe, 0x10ffff,
    ];
    const valid = points.filter((point) => point < 0xd800 || point > 0xdfff);
    const sets = new CodePointSets();
    const some = Array.from({ length: 40 }, () => {
      const ranges: number[] = [];
      for (let i = Math.floor(random() * 4); i > 0; i--) {
        const [x, y] = [0, 0].map(() => points[Math.floor(random() * points.length)]!) as [number, number];
        ranges.push(Math.min(x, y), Math.max(x, y));
      }
      const has = (point: number) =>
        ranges.some((from, i) => i % 2 === 0 && from <= point && point <= ranges[i + 1]!);
      return { set: sets.ofRanges(ranges), has: (point: number) => valid.includes(point) && has(point) };
    });
    const membersOf = (set: number) => points.filter((point) => sets.has(set, point));
    for (const x of some) {
      expect(membersOf(x.set)).toEqual(points.filter(x.has));
      expect(membersOf(sets.complement(x.set))).toEqual(valid.filter((point) => !x.has(point)));
      expect(sets.complement(sets.complement(x.set))).toBe(x.set);
      expect(sets.ofRanges(sets.ranges(x.set))).toBe(x.set);
      const characters = sets.characters(x.set, 10);
      expect(characters === undefined).toBe(sets.size(x.set) > 10);
      for (const character of characters ?? []) expect(sets.has(x.set, character.codePointAt(0)!)).toBe(true);
      if (characters !== undefined) expect(new Set(characters).size).toBe(sets.size(x.set));
      expect(sets.size(x.set) + sets.size(sets.complement(x.set))).toBe(0x110000 - 0x800);
      for (const y of some) {
        expect(membersOf(sets.union(x.set, y.set))).toEqual(
          points.filter((point) => x.has(point) || y.has(point)),
        );
        expect(membersOf(sets.intersection(x.set, y.set))).toEqual(
          points.filter((point) => x.has(point) && y.has(point)),
        );
        expect(membersOf(sets.difference(x.set, y.set))).toEqual(
          points.filter((point) => x.has(point) && !y.has(point)),
        );
      }
    }
    expect(sets.ofRanges([0xd800, 0xdfff])).toBe(sets.none);
    expect(sets.ofRanges([0, 0xd7ff, 0xe000, 0x10ffff])).toBe(sets.all);
  });
});
