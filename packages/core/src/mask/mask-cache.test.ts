import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../test/walk.js";
import { MaskBudget, MaskCache } from "./mask-cache.js";

/** What an entry takes besides its value, at most. */
const OVERHEAD = 100;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("MaskCache", () => {
  it("has what was set last, or nothing, within the budget of all caches together", () => {
    const random = randomNumbers(1);
    for (const maxBytes of [0, 1000, 10_000, 100_000]) {
      const budget = new MaskBudget(maxBytes);
      const caches = [new MaskCache<string>(budget), new MaskCache<string>(budget)];
      const models = caches.map(() => new Map<string, string>());
      let hits = 0;
      for (let i = 0; i < 5000; i++) {
        const which = Math.floor(random() * 2);
        const x = Math.floor(random() * 20);
        const y = Math.floor(random() * 20);
        if (random() < 0.5) {
          caches[which]!.set(x, y, `${i}`, 100);
          models[which]!.set(`${x},${y}`, `${i}`);
        } else {
          const found = caches[which]!.get(x, y);
          if (found !== undefined) hits++;
          if (found !== undefined) expect(found).toBe(models[which]!.get(`${x},${y}`));
        }
      }
      if (maxBytes >= 10_000) expect(hits).toBeGreaterThan(0);
      // Reading all brings what is old back, so what is left is counted behind it.
      for (const cache of caches) for (let x = 0; x < 20; x++) for (let y = 0; y < 20; y++) cache.get(x, y);
      const kept = caches
        .flatMap((cache) => Array.from({ length: 400 }, (_, i) => cache.get(Math.floor(i / 20), i % 20)))
        .filter((value) => value !== undefined).length;
      expect(kept * 100).toBeLessThanOrEqual(maxBytes + 2 * (100 + OVERHEAD));
    }
  });

  it("keeps what is used, and lets go of what is not", () => {
    const cache = new MaskCache<string>(new MaskBudget(10_000));
    cache.set(0, 1, "used", 100);
    for (let i = 1; i < 1000; i++) {
      cache.set(i, i, "once", 100);
      if (i % 3 === 0) expect(cache.get(0, 1)).toBe("used");
    }
    expect(cache.get(1, 1)).toBeUndefined();
  });

  it("of an unused grammar is emptied by the others", () => {
    const budget = new MaskBudget(10_000);
    const unused = new MaskCache<string>(budget);
    const busy = new MaskCache<string>(budget);
    unused.set(1, 2, "old", 100);
    for (let i = 0; i < 1000; i++) busy.set(i, 0, "new", 100);
    expect(unused.get(1, 2)).toBeUndefined();
  });

  it("goes with its grammar, entries and all", async () => {
    const budget = new MaskBudget(1_000_000);
    const kept = new MaskCache<object>(budget);
    const ofGrammar = () => {
      const cache = new MaskCache<object>(budget);
      const value = {};
      cache.set(1, 2, value, 100);
      kept.set(1, 2, {}, 100);
      return new WeakRef(value);
    };
    const value = ofGrammar();
    // A reference that was made in this turn holds what it refers to.
    await new Promise((resolve) => setTimeout(resolve, 0));
    collectGarbage();
    expect(value.deref()).toBeUndefined();
    expect(kept.get(1, 2)).toBeDefined();
  });

  it("lets go of what an unused grammar does not ask for any more", async () => {
    const budget = new MaskBudget(10_000);
    const unused = new MaskCache<object>(budget);
    const busy = new MaskCache<string>(budget);
    const fill = () => {
      const value = {};
      unused.set(1, 2, value, 100);
      return new WeakRef(value);
    };
    const value = fill();
    for (let i = 0; i < 1000; i++) busy.set(i, 0, "new", 100);
    await new Promise((resolve) => setTimeout(resolve, 0));
    collectGarbage();
    expect(value.deref()).toBeUndefined();
    expect(unused.get(1, 2)).toBeUndefined();
  });

  it("is empty when its budget is cleared", () => {
    const budget = new MaskBudget(10_000);
    const cache = new MaskCache<string>(budget);
    cache.set(1, 2, "x", 10);
    budget.clear();
    expect(cache.get(1, 2)).toBeUndefined();
  });
});
