import { describe, expect, it } from "vitest";
import { LanguageArena } from "./arena.js";
import { listedMembers } from "./listed-members.js";
import { firstMembers } from "./members.js";
import { randomExpression } from "./testing.js";

describe("members of texts and classes that are put together", () => {
  it("are those that derivatives find, in their order", () => {
    let listed = 0;
    let tooMany = 0;
    let unknown = 0;
    for (let seed = 1; seed <= 3000; seed++) {
      const arena = new LanguageArena();
      const { language } = randomExpression(arena, seed, "ab", 1 + (seed % 5));
      if (!arena.isFinite(language)) continue;
      const atMost = seed % 7;
      const found = listedMembers(arena, language, atMost);
      const members = firstMembers(arena, language, atMost + 1);
      if (found === undefined) unknown++;
      else if (found === "too many") {
        tooMany++;
        expect(members, `seed ${seed}`).toHaveLength(atMost + 1);
      } else {
        listed++;
        expect(found, `seed ${seed}`).toEqual(members);
      }
    }
    expect(listed).toBeGreaterThan(500);
    expect(tooMany).toBeGreaterThan(100);
    expect(unknown).toBeGreaterThan(10);
  });

  it("are those of patterns, repetitions and texts that come in several ways", () => {
    const arena = new LanguageArena();
    const digit = arena.codePoints(arena.sets.range(0x30, 0x33));
    const of = (language: number, atMost: number) => listedMembers(arena, language, atMost);
    expect(of(arena.concat(arena.text("b"), digit, arena.choice(["x", "yz"])), 8)).toEqual(
      ["0", "1", "2", "3"].flatMap((d) => [`b${d}x`, `b${d}yz`]),
    );
    expect(of(arena.concat(arena.text("b"), digit, arena.choice(["x", "yz"])), 7)).toBe("too many");
    expect(of(arena.repeat(arena.text("ab"), 1, 3), 3)).toEqual(["ab", "abab", "ababab"]);
    const twice = arena.concat(arena.repeat(arena.text("a"), 0, 2), arena.repeat(arena.text("a"), 0, 2));
    expect(of(twice, 5)).toEqual(["", "a", "aa", "aaa", "aaaa"]);
    expect(of(twice, 4)).toBe("too many");
    // In UTF-16 the second one would come first.
    const ends = arena.choice(["\uffff", "\u{1f600}"]);
    expect(of(arena.concat(digit, ends), 8)?.slice(0, 2)).toEqual(["0\uffff", "0\u{1f600}"]);
    expect(of(arena.repeat(arena.text("a"), 5000, 5000), 1)).toBeUndefined();
  });
});
