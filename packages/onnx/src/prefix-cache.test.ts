import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny } from "../test/tiny.js";
import type { KvRows } from "./kv-rows.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";
import { PrefixCache } from "./prefix-cache.js";

const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
/** Ten bytes for each token: its row, and which prompt it was copied from. */
const copyOf =
  (prompt: number) =>
  (from: number, count: number): KvRows => ({
    rows: count,
    data: Uint16Array.from({ length: count * 5 }, (_, i) => prompt * 1000 + from + Math.floor(i / 5)),
  });
const known = (cache: PrefixCache, prompt: readonly number[]) =>
  cache.find(prompt).flatMap(({ data }) => [...data].filter((_, i) => i % 5 === 0));

describe("PrefixCache", () => {
  it("finds the longest beginning in whole pieces, and leaves the last token to be read", () => {
    const cache = new PrefixCache(10_000, 8);
    cache.add(ids(0, 20), copyOf(0));
    cache.add([...ids(0, 34), 99, 98], copyOf(1));
    // The first two pieces are those of the first prompt, the others of the second.
    const rows = [...ids(0, 16), ...ids(1016, 16)];
    expect(known(cache, [...ids(0, 34), 77, 76, 75])).toEqual(rows);
    expect(known(cache, [...ids(0, 34), 99, 98])).toEqual(rows);
    expect(known(cache, ids(0, 25))).toEqual(rows.slice(0, 24));
    expect(known(cache, ids(0, 24))).toEqual(rows.slice(0, 16));
    expect(known(cache, ids(0, 9))).toEqual(rows.slice(0, 8));
    expect(known(cache, ids(0, 8))).toEqual([]);
    expect(known(cache, ids(1, 40))).toEqual([]);
    // The same tokens behind others are something else.
    expect(known(cache, [...ids(8, 8), ...ids(8, 9)])).toEqual([]);
  });

  it("ends pieces at cuts, too", () => {
    const cache = new PrefixCache(10_000, 8);
    cache.add(ids(0, 34), copyOf(0), [5, 31]);
    const find = (same: number, cuts: readonly number[]) =>
      cache.find([...ids(0, same), ...ids(500, 20)], cuts).reduce((sum, { rows }) => sum + rows, 0);
    expect(find(34, [5, 31])).toBe(31);
    // Behind the first cut, another prompt is read in full pieces.
    expect(find(34, [5])).toBe(29);
    expect(find(13, [5])).toBe(13);
    expect(find(12, [5])).toBe(5);
    expect(find(4, [5])).toBe(0);
    // Read in other pieces, the rows are others.
    expect(find(34, [])).toBe(0);
    expect(known(cache, [...ids(0, 34), 1])).toEqual([]);
    expect(cache.find(ids(0, 13), [5]).map(({ rows }) => rows)).toEqual([5]);
  });

  it("keeps once what prompts have in common", () => {
    const cache = new PrefixCache(10_000, 8);
    for (let i = 0; i < 5; i++) {
      cache.add([...ids(0, 40), ...ids(100 * (i + 1), 8)], copyOf(i));
    }
    expect(cache.bytes).toBe((40 + 5 * 8) * 10);
    cache.add(ids(0, 47), () => {
      throw new Error("is known");
    });
    expect(cache.bytes).toBe((40 + 5 * 8) * 10);
  });

  it("drops the ends that were used longest ago, and keeps what others begin with", () => {
    const cache = new PrefixCache(56 * 10, 8);
    const prompt = (i: number) => [...ids(0, 16), ...ids(100 * i, 8), 1];
    for (const i of [1, 2, 3, 4]) {
      cache.add(prompt(i), copyOf(i));
    }
    known(cache, prompt(1));
    for (const i of [5, 6]) {
      cache.add(prompt(i), copyOf(i));
    }
    expect(cache.bytes).toBe(56 * 10);
    expect([1, 2, 3, 4, 5, 6].map((i) => known(cache, prompt(i)).length)).toEqual([24, 16, 24, 24, 24, 24]);
    cache.add(ids(500, 24), copyOf(7));
    expect(cache.bytes).toBe(56 * 10);
    expect(known(cache, [...ids(500, 24), 1])).toHaveLength(24);
    cache.clear();
    expect(cache.bytes).toBe(0);
    expect(known(cache, prompt(1))).toEqual([]);
  });

  it("keeps as much of the beginning of a long prompt as there is memory for", () => {
    const cache = new PrefixCache(305, 8);
    cache.add(ids(500, 24), copyOf(0));
    cache.add(ids(0, 80), copyOf(1));
    expect(known(cache, ids(0, 80))).toEqual(ids(1000, 24));
    expect(cache.bytes).toBe(240);
    const off = new PrefixCache(0, 8);
    off.add(ids(0, 20), copyOf(0));
    expect(off.find(ids(0, 20))).toEqual([]);
  });
});

describe("known prompts", () => {
  let [cached, fresh]: Model[] = [];
  beforeAll(async () => {
    cached = await loadModel(tiny("tiny-rows"), { threads: 1 });
    fresh = await loadModel(tiny("tiny-rows"), { threads: 1, prefixCacheBytes: 0 });
  });
  afterAll(() => Promise.all([cached!.dispose(), fresh!.dispose()]));

  it("give the same output as when they are read", async () => {
    const system = "the user asks the assistant for the name and the age of the person in the text ".repeat(
      2,
    );
    const known: number[] = [];
    for (const [i, question] of ["Anna", "the name", "Anna", "Rome, none", "Anna and the age"].entries()) {
      const request = { prompt: system + question, temperature: 1, seed: i, maxTokens: 20 };
      const [a, b] = [await cached!.generate(request), await fresh!.generate(request)];
      expect(a.tokens).toEqual(b.tokens);
      expect(b.usage.cachedPromptTokens).toBe(0);
      known.push(a.usage.cachedPromptTokens);
      expect(a.usage.promptTokens).toBe(b.usage.promptTokens);
    }
    const shared = cached!.encode(system).length;
    expect(known[0]).toBe(0);
    expect(Math.min(...known.slice(1))).toBe(shared - (shared % 32));
  });

  it("are read once for several samples at the same time", async () => {
    const prompt = `the text is short, and the answer is no. ${"the person ".repeat(20)}`;
    const samples = await cached!.generateSamples({ prompt, temperature: 1, seed: 7, maxTokens: 10 }, 4);
    const length = cached!.encode(prompt).length;
    const whole = length - (length % 32);
    expect(whole).toBeGreaterThan(64);
    expect(samples.map(({ usage }) => usage.cachedPromptTokens)).toEqual([0, whole, whole, whole]);
    expect(samples.map(({ seed }) => seed)).toEqual([7, 8, 9, 10]);
    for (const { seed, tokens } of samples) {
      const alone = await fresh!.generate({ prompt, temperature: 1, seed, maxTokens: 10 });
      expect(tokens).toEqual(alone.tokens);
    }
  });
});
