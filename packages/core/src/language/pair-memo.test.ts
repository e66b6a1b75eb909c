import { describe, expect, it } from "vitest";
import { PairMemo } from "./pair-memo.js";

describe("PairMemo", () => {
  it("has what was stored last for each pair, few or many", () => {
    const memo = new PairMemo();
    const expected = new Map<string, number>();
    const pairs: [number, number][] = [];
    const check = () => {
      for (const [x, y] of pairs) expect(memo.get(x, y)).toBe(expected.get(`${x},${y}`));
    };
    expect(memo.get(0, 0)).toBe(-1);
    for (let i = 0; i < 200; i++) {
      const pair: [number, number] = [(i * 7) % 13, i >> 1];
      pairs.push(pair);
      memo.set(...pair, i);
      expected.set(pair.join(), i);
      // Another value for one of them.
      const [x, y] = pairs[i >> 2]!;
      memo.set(x, y, 1000 + i);
      expected.set(`${x},${y}`, 1000 + i);
      if (i < 40 || i % 50 === 0) check();
      expect(memo.get(14, i)).toBe(-1);
    }
    check();
  });
});
