import { describe, expect, it } from "vitest";
import { headLength, pieceEnd } from "./prompt-head.js";

/** Tokens from 100 on are special. */
const vocabulary = { tokenBytes: (id: number) => (id < 100 ? Uint8Array.of(id) : undefined) };
const text = (count: number) => Array.from({ length: count }, (_, i) => i % 100);

describe("headLength", () => {
  it("is up to the first special token behind the beginning", () => {
    expect(headLength([100, ...text(20), 101, 1, 100], vocabulary)).toBe(21);
    expect(headLength([...text(16), 101], vocabulary)).toBe(16);
    expect(headLength([...text(15), 101, ...text(9), 102], vocabulary)).toBe(25);
    expect(headLength([100, ...text(40)], vocabulary)).toBe(0);
    expect(headLength([], vocabulary)).toBe(0);
  });
});

describe("the pieces of a prompt", () => {
  it.each([0, 16, 21, 32, 64, 75])("end at the head's end (%i)", (head) => {
    const ends = [0];
    while (ends.at(-1)! < 200) {
      ends.push(pieceEnd(ends.at(-1)!, head, 32));
    }
    expect(ends).toContain(head);
    expect(Math.max(...ends.slice(1).map((end, i) => end - ends[i]!))).toBe(32);
  });
});
