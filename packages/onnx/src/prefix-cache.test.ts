import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny } from "../test/tiny.js";
import type { KvRows } from "./kv-rows.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";
import { PrefixCache } from "./prefix-cache.js";

const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
/** Ten bytes for each token. */
const rows = (count: number): KvRows => ({ rows: count, data: new Uint16Array(count * 5) });

describe("PrefixCache", () => {
  it("finds the longest beginning in whole pieces, and leaves the last token to be read", () => {
    const cache = new PrefixCache(10_000, 8);
    cache.add(ids(0, 20), () => rows(20));
    cache.add([...ids(0, 34), 99, 98], () => rows(36));
    expect(cache.find([...ids(0, 34), 77, 76, 75])?.count).toBe(32);
    expect(cache.find([...ids(0, 34), 99, 98])).toMatchObject({ count: 32, rows: { rows: 36 } });
    expect(cache.find(ids(0, 25))?.count).toBe(24);
    expect(cache.find(ids(0, 24))?.count).toBe(16);
    expect(cache.find(ids(0, 9))?.count).toBe(8);
    expect(cache.find(ids(0, 8))).toBeUndefined();
    expect(cache.find(ids(1, 40))).toBeUndefined();
  });

  it("keeps one entry for prompts that go on from each other", () => {
    const cache = new PrefixCache(10_000, 8);
    cache.add(ids(0, 20), () => rows(20));
    cache.add(ids(0, 40), () => rows(40));
    expect(cache.bytes).toBe(400);
    cache.add(ids(0, 30), () => {
      throw new Error("is known");
    });
    expect(cache.bytes).toBe(400);
  });

  it("drops what was used longest ago, and takes nothing larger than all", () => {
    const cache = new PrefixCache(700, 8);
    for (const from of [0, 100, 200]) {
      cache.add(ids(from, 20), () => rows(20));
    }
    cache.find(ids(0, 20));
    cache.add(ids(300, 20), () => rows(20));
    expect([0, 100, 200, 300].map((from) => cache.find(ids(from, 20)) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(cache.bytes).toBe(600);
    cache.add(ids(400, 80), () => rows(80));
    expect(cache.bytes).toBe(600);
    cache.clear();
    expect(cache.bytes).toBe(0);
    const off = new PrefixCache(0, 8);
    off.add(ids(0, 20), () => rows(20));
    expect(off.find(ids(0, 20))).toBeUndefined();
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
