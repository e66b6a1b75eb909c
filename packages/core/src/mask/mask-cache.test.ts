import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../test/walk.js";
import { MaskCache } from "./mask-cache.js";

describe("MaskCache", () => {
  it("has what was set last, or nothing, and never more than about its limit", () => {
    const random = randomNumbers(1);
    for (const maxEntries of [0, 1, 4, 10, 100]) {
      const cache = new MaskCache<number, string>(maxEntries);
      const model = new Map<number, string>();
      let hits = 0;
      for (let i = 0; i < 3000; i++) {
        const key = Math.floor(random() * 300);
        if (random() < 0.5) {
          cache.set(key, `${i}`);
          model.set(key, `${i}`);
        } else {
          const found = cache.get(key);
          if (found !== undefined) {
            hits++;
            expect(found).toBe(model.get(key));
          }
        }
      }
      if (maxEntries >= 10) expect(hits).toBeGreaterThan(0);
      let kept = 0;
      for (let key = 0; key < 300; key++) if (cache.get(key) !== undefined) kept++;
      expect(kept).toBeLessThanOrEqual(Math.max(4, maxEntries));
    }
  });

  it("keeps what is used", () => {
    const cache = new MaskCache<number, string>(10);
    cache.set(-1, "used");
    for (let key = 0; key < 1000; key++) {
      cache.set(key, "once");
      if (key % 3 === 0) expect(cache.get(-1)).toBe("used");
    }
    expect(cache.get(0)).toBeUndefined();
  });

  it("takes a new value for a known key", () => {
    const cache = new MaskCache<string, string>(4);
    cache.set("a", "1");
    for (const key of ["b", "c", "d"]) cache.set(key, "x");
    cache.set("a", "2");
    expect(cache.get("a")).toBe("2");
  });
});
