import { describe, expect, it } from "vitest";
import { KeyMemo } from "./key-memo.js";

const encoder = new TextEncoder();

describe("keys with where they lead", () => {
  it("are told by their bytes and the state that waits for them", () => {
    const memo = new KeyMemo();
    const text = encoder.encode('{"name":1,"nama":2}');
    expect(memo.get(7, text, 2, 6)).toBe(0);
    memo.set(7, text, 2, 6, 11);
    memo.set(8, text, 2, 6, 12);
    memo.set(7, text, 2, 5, 13);
    memo.set(7, text, 2, 2, 14);
    expect(memo.get(7, text, 2, 6)).toBe(11);
    expect(memo.get(8, text, 2, 6)).toBe(12);
    expect(memo.get(7, text, 2, 5)).toBe(13);
    expect(memo.get(7, text, 4, 4)).toBe(14);
    expect(memo.get(7, text, 11, 15)).toBe(0);
    expect(memo.get(9, text, 2, 6)).toBe(0);
    expect(memo.get(7, encoder.encode("a name"), 2, 6)).toBe(11);
  });

  it("are right whichever are kept: many of them, and long ones", () => {
    const memo = new KeyMemo();
    let known = 0;
    for (let i = 1; i <= 3000; i++) {
      const key = encoder.encode(`${"k".repeat(i % 90)}${i}`);
      memo.set(i % 5, key, 0, key.length, i);
      for (const j of [i, i - 1, i - 400]) {
        if (j < 1) continue;
        const other = encoder.encode(`${"k".repeat(j % 90)}${j}`);
        const found = memo.get(j % 5, other, 0, other.length);
        expect([0, j]).toContain(found);
        if (found === j) known++;
      }
    }
    // Two thirds have at most 64 bytes.
    expect(known).toBeGreaterThan(4000);
  });
});
