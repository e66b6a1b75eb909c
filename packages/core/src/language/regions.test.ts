import { describe, expect, it } from "vitest";
import { LanguageArena } from "./arena.js";
import { randomExpression, shortTexts } from "./testing.js";

describe("regions of languages", () => {
  it("are the combinations that texts have, each with a shortest one", () => {
    const texts = shortTexts("ab", 6);
    let split = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const arena = new LanguageArena();
      const some = Array.from({ length: 5 }, (_, i) =>
        randomExpression(arena, seed * 10 + i, "ab", 2 + (i % 2)),
      );
      const [within, ...others] = some as [(typeof some)[0], ...typeof some];
      const regions = arena.regions(
        within.language,
        others.map(({ language }) => language),
      );
      if (regions === undefined) continue;
      split++;
      const combination = (text: string) => others.map(({ has }) => has(text)).join();
      const lengths = new Map<string, number>();
      for (const text of texts.filter((one) => within.has(one))) {
        const key = combination(text);
        lengths.set(key, Math.min(lengths.get(key) ?? Number.POSITIVE_INFINITY, text.length));
      }
      const found = new Map(regions.map((region) => [region.members.join(), region]));
      expect(found.size).toBe(regions.length);
      // Texts of other letters may be shorter.
      for (const [key, length] of lengths)
        expect(found.get(key)?.shortest.length, `seed ${seed}`).toBeLessThanOrEqual(length);
      for (const [key, { language, shortest }] of found) {
        expect(within.has(shortest) && combination(shortest) === key, `seed ${seed}: ${shortest}`).toBe(true);
        if (/^[ab]*$/.test(shortest) && shortest.length <= 6) expect(shortest.length).toBe(lengths.get(key));
        if (!lengths.has(key)) expect(shortest.length > 6 || !/^[ab]*$/.test(shortest)).toBe(true);
        const members = texts.filter((text) => within.has(text) && combination(text) === key);
        expect(texts.filter((text) => arena.matches(language, text))).toEqual(members);
      }
    }
    expect(split).toBeGreaterThan(100);
  });

  it("are left to other questions where there are few languages, or too many states", () => {
    const arena = new LanguageArena();
    const { any } = arena;
    const withLetter = (letter: string) => arena.concat(any, arena.text(letter), any);
    expect(arena.regions(any, [withLetter("a"), withLetter("b")])).toBeUndefined();
    expect(arena.regions(any, ["a", "b", "c"].map(withLetter))).toHaveLength(8);
    const long = arena.length(1000, 2000);
    expect(arena.regions(any, [withLetter("a"), withLetter("b"), long])).toBeUndefined();
  });
});
