import { describe, expect, it } from "vitest";
import { pieceEnd, promptCuts } from "./prompt-cuts.js";

/** Tokens from 100 on are special. */
const vocabulary = { tokenBytes: (id: number) => (id < 100 ? Uint8Array.of(id) : undefined) };
const text = (count: number) => Array.from({ length: count }, (_, i) => i % 100);
const cuts = (...ids: number[]) => promptCuts(ids, vocabulary, 32);

describe("promptCuts", () => {
  it("has the first special token behind the beginning", () => {
    expect(cuts(100, ...text(20), 101, 1, 100)).toEqual([21]);
    expect(cuts(...text(16), 101)).toEqual([16]);
    expect(cuts(...text(15), 101, ...text(9), 102)).toEqual([25]);
    expect(cuts(100, ...text(40))).toEqual([]);
    expect(cuts()).toEqual([]);
  });

  it("has the last special token where that spares tokens enough", () => {
    const prompt = (count: number) => cuts(100, ...text(20), 101, ...text(count), 100, 7, 8);
    expect(prompt(14)).toEqual([21]);
    expect(prompt(15)).toEqual([21, 37]);
    expect(prompt(30)).toEqual([21, 52]);
    // A full piece ends there, or a little before.
    expect(prompt(31)).toEqual([21]);
    expect(prompt(46)).toEqual([21]);
    expect(prompt(47)).toEqual([21, 69]);
  });
});

describe("the pieces of a prompt", () => {
  it.each([[], [16], [21], [32], [64, 80], [75, 150]])("end at each cut (%j)", (...places) => {
    const ends = [0];
    while (ends.at(-1)! < 200) {
      ends.push(pieceEnd(ends.at(-1)!, places, 32));
    }
    expect(ends).toEqual(expect.arrayContaining(places));
    expect(Math.max(...ends.slice(1).map((end, i) => end - ends[i]!))).toBe(32);
  });
});
