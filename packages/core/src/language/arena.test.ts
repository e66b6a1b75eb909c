import { describe, expect, it } from "vitest";
import { type Language, LanguageArena } from "./arena.js";
import { LanguageLimitError } from "./limits.js";
import { randomExpression, shortTexts } from "./testing.js";

describe("LanguageArena", () => {
  it("agrees with set semantics on random expressions with & and ~", () => {
    const texts = shortTexts("ab", 5);
    for (let seed = 1; seed <= 800; seed++) {
      const arena = new LanguageArena();
      const { language, has } = randomExpression(arena, seed, "ab", 3 + (seed % 3));
      const members = texts.filter((text) => has(text));
      const matched = texts.filter((text) => arena.matches(language, text));
      expect(matched, `seed ${seed}`).toEqual(members);
      if (members.length > 0) {
        expect(arena.isEmpty(language)).toBe(false);
        expect(arena.shortest(language)!.length).toBeLessThanOrEqual(members[0]!.length);
      }
      const shortest = arena.shortest(language);
      expect(shortest === undefined).toBe(arena.isEmpty(language));
      if (shortest !== undefined) {
        expect(arena.matches(language, shortest)).toBe(true);
        expect(has(shortest), `seed ${seed}: ${shortest}`).toBe(true);
        if (shortest.length > 5) expect(members).toEqual([]);
      }
      if (arena.isFinite(language)) {
        const all = arena.members(language, 10_000);
        if (all)
          expect(all.filter((text) => text.length <= 5 && /^[ab]*$/.test(text)).sort()).toEqual(
            members.sort(),
          );
      }
    }
  });

  it("read a list of texts that was met with another language while that could not be read", () => {
    const arena = new LanguageArena();
    const list = arena.choice(["ab", "cd", "xy"]);
    const other = arena.complement(arena.concat(arena.text("a"), arena.any));
    const fixpoint = arena.fixpoint(arena.text("e"), () => {
      arena.intersection([list, other]);
      return arena.text("e");
    });
    arena.prepare(fixpoint);
    const both = arena.intersection([list, other, arena.complement(arena.text("cd"))]);
    expect(arena.members(both, 3)).toEqual(["xy"]);
  });

  it("know without a search that an endless language has members of any length from some on", () => {
    const arena = new LanguageArena({ maxSearch: 0 });
    const pair = arena.text("ab");
    const long = arena.intersection([
      arena.repeat(pair, 1, Number.POSITIVE_INFINITY),
      arena.length(10_001, Number.POSITIVE_INFINITY),
    ]);
    expect(arena.isEmpty(long)).toBe(false);
    const few = arena.intersection([arena.repeat(pair, 1, 5000), arena.length(10_001, 20_000)]);
    expect(arena.isEmpty(few)).toBe(true);
  });

  it("counts without unrolling", () => {
    const arena = new LanguageArena();
    const a = arena.codePoints(arena.sets.single(0x61));
    const ab = arena.text("ab");
    const language = arena.intersection([
      arena.length(5, 100_000),
      arena.repeat(arena.union([a, ab]), 0, 100_000),
    ]);
    expect(arena.isEmpty(language)).toBe(false);
    expect(arena.matches(language, "a".repeat(1000))).toBe(true);
    expect(arena.matches(language, "aaab")).toBe(false);
    const before = arena.nodes.count;
    expect(arena.matches(arena.length(0, 100_000), "x".repeat(50))).toBe(true);
    expect(arena.nodes.count - before).toBeLessThanOrEqual(51);
  });

  it("jumps over long windows instead of exploring them", () => {
    const arena = new LanguageArena();
    const { any } = arena;
    const language = arena.intersection([
      arena.length(100_000, 200_000),
      arena.concat(any, arena.text("abc"), any),
      arena.complement(arena.concat(any, arena.text("xyz"), any)),
    ]);
    const before = arena.nodes.count;
    expect(arena.isEmpty(language)).toBe(false);
    expect(arena.nodes.count - before).toBeLessThan(2000);
    expect(arena.shortest(language)).toHaveLength(100_000);
  });

  it("keeps 100,000 texts as a trie that grows where it is read", () => {
    const arena = new LanguageArena();
    const texts = Array.from({ length: 100_000 }, (_, i) => `value-${(i * 7919) % 1_000_003}`);
    const before = arena.nodes.count;
    const language = arena.choice(texts);
    expect(arena.nodes.count - before).toBe(1);
    expect(arena.matches(language, texts[4711]!)).toBe(true);
    expect(arena.matches(language, "value-1000002x")).toBe(false);
    expect(arena.nodes.count - before).toBeLessThan(200);
    const without = arena.difference(language, arena.choice(texts.slice(1)));
    expect(arena.isEmpty(without)).toBe(false);
    expect(arena.matches(without, texts[0]!)).toBe(true);
    expect(arena.matches(without, texts[1]!)).toBe(false);
  });

  it("filters finite sets and recognises single texts", () => {
    const arena = new LanguageArena();
    const letters = arena.repeat(arena.codePoints(arena.sets.range(0x61, 0x7a)), 1, 3);
    const some = arena.intersection([arena.choice(["a", "", "abc", "abcd", "A"]), letters]);
    expect(arena.members(some, 10)).toEqual(["a", "abc"]);
    expect(arena.asText(some)).toBeUndefined();
    expect(arena.asText(arena.intersection([some, arena.length(2, 9)]))).toBe("abc");
    expect(arena.asText(arena.text("🙂x"))).toBe("🙂x");
    expect(arena.asText(arena.any)).toBeUndefined();
    expect(arena.asText(arena.empty)).toBeUndefined();
    expect(arena.asText(arena.epsilon)).toBe("");
  });

  it("has no surrogates anywhere", () => {
    const arena = new LanguageArena();
    expect(arena.text("\ud800")).toBe(arena.empty);
    expect(arena.matches(arena.any, "\udfff")).toBe(false);
    const bmp = arena.codePoints(arena.sets.ofRanges([0, 0xd7ff, 0xe000, 0x10ffff]));
    expect(bmp).toBe(arena.anyCodePoint);
    const none = arena.intersection([arena.complement(bmp), arena.length(1, 1)]);
    expect(arena.isEmpty(none)).toBe(true);
    expect(arena.matches(arena.complement(arena.text("a")), "\ud800")).toBe(false);
    expect(arena.sets.ranges(arena.sets.all)).toEqual([0, 0xd7ff, 0xe000, 0x10ffff]);
    expect(arena.sets.size(arena.sets.all)).toBe(0x110000 - 0x800);
  });

  it("observes parts side by side", () => {
    const arena = new LanguageArena();
    const { any } = arena;
    const hasA = arena.concat(any, arena.text("a"), any);
    const hasB = arena.concat(any, arena.text("b"), any);
    const observed = arena.observe(arena.length(1, 3), [hasA, hasB, arena.length(2, 2)]);
    const read = (text: string) => {
      const rest = arena.derivativeOfText(observed, text);
      return [arena.nullable(rest), ...arena.parts(rest).map((part) => arena.nullable(part))];
    };
    expect(read("")).toEqual([false, false, false, false]);
    expect(read("xa")).toEqual([true, true, false, true]);
    expect(read("bab")).toEqual([true, true, true, false]);
    expect(arena.derivativeOfText(observed, "abcd")).toBe(arena.empty);
    expect(arena.shortest(observed)).toHaveLength(1);
    expect(arena.observe(arena.empty, [hasA])).toBe(arena.empty);
  });

  it("stops at its limits with a typed error", () => {
    const small = new LanguageArena({ maxLexemeNodes: 50 });
    expect(() => {
      for (let i = 0; i < 100; i++) small.text(`text${i}`);
    }).toThrow(LanguageLimitError);
    const arena = new LanguageArena({ maxSearch: 100 });
    const { any } = arena;
    const a = arena.text("a");
    const late = (n: number) => arena.concat(any, a, arena.length(n, n));
    const hard = arena.intersection([late(20), arena.complement(late(20)), arena.complement(late(19))]);
    expect(hard).toBe(arena.empty);
    const harder = arena.intersection([arena.concat(late(20), a), arena.complement(late(21))]);
    try {
      arena.isEmpty(harder);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(LanguageLimitError);
      expect(error).toMatchObject({ limit: "maxSearch", value: 100, code: "language-limit" });
    }
  });

  it("bounds the work of one operation, and stays usable", () => {
    const arena = new LanguageArena({ maxWork: 5000 });
    const { any } = arena;
    const a = arena.text("a");
    const late = (n: number) => arena.concat(any, a, arena.length(n, n));
    const hard = arena.intersection([arena.concat(late(20), a), arena.complement(late(21))]);
    expect(() => arena.isEmpty(hard)).toThrow("maxWork = 5000");
    expect(() => arena.isEmpty(hard)).toThrow(LanguageLimitError);
    expect(arena.isEmpty(arena.intersection([arena.text("ab"), arena.length(2, 2)]))).toBe(false);
  });

  it("reads long texts and deep expressions without recursion", () => {
    const arena = new LanguageArena();
    const text = "ab".repeat(20_000);
    expect(arena.matches(arena.text(text), text)).toBe(true);
    let optional = arena.epsilon;
    for (let i = 0; i < 10_000; i++) {
      const letter = arena.codePoints(arena.sets.single(0x61 + (i % 26)));
      optional = arena.concat(arena.repeat(letter, 0, 1), optional);
    }
    expect(arena.matches(optional, "zyx")).toBe(true);
  });
});

/** What may follow each code point with which texts begin, as members. */
function firstLetters(
  arena: LanguageArena,
  list: Language | readonly string[],
): Map<number, string[] | undefined> {
  const language = typeof list === "number" ? list : arena.choice(list);
  const letters = new Map<number, string[] | undefined>();
  for (const codePoint of arena.firstCodePoints(language, 100) ?? []) {
    for (const near of [codePoint - 1, codePoint, codePoint + 1])
      letters.set(near, arena.members(arena.derivative(language, near), 1000));
  }
  return letters;
}

describe("choices that change by a text at a time", () => {
  const words = ["b", "", "abc", "ab", "é", "\u{1F600}", "\uffff", "\ud800", "x".repeat(20)];

  it("are the choices of what is left or added", () => {
    const arena = new LanguageArena();
    const candidates = arena.candidates(words);
    for (let bits = 0; bits < 1 << words.length; bits++) {
      const kept = Uint8Array.from(words, (_, i) => (bits >> i) & 1);
      const expected = arena.choice(words.filter((_, i) => kept[i] === 1));
      expect(arena.choiceAmong(candidates, kept)).toBe(expected);
    }
    let set = arena.textSet(words.slice(0, 2));
    words.slice(2).forEach((word, i) => {
      set = arena.grown(set, word);
      expect(set.language).toBe(arena.choice(words.slice(0, i + 3)));
    });
  });

  it("are lists again where two are joined, and where one is taken out of another", () => {
    const arena = new LanguageArena();
    const all = ["", "a", "b", "ab", "abc", "b\u{1F600}"];
    const choices = Array.from({ length: 1 << all.length }, (_, bits) =>
      arena.choice(all.filter((_, i) => (bits >> i) & 1)),
    );
    for (let x = 1; x < choices.length; x++) {
      for (let y = 1; y < choices.length; y++) {
        expect(arena.joinedLists(choices[x] as Language, choices[y] as Language)).toBe(choices[x | y]);
        const left = arena.difference(choices[x] as Language, choices[y] as Language);
        expect(arena.members(left, all.length)).toEqual(
          arena.members(choices[x & ~y] as Language, all.length),
        );
      }
    }
  });

  it("are what is left of a list when another one has grown, and know the one before", () => {
    const arena = new LanguageArena();
    const all = Array.from({ length: 200 }, (_, i) => `${"aéb/c".slice(i % 5)}${(i * 7) % 200}`);
    const texts = [...new Set([...all, "", "a", "aé", "x~", "y~", "z~"])];
    const list = arena.choice(texts);
    let used = arena.choice(texts.slice(0, 1));
    let left = arena.difference(list, used);
    let known = 0;
    for (let i = 1; i < texts.length; i++) {
      const text = texts[(i * 3) % texts.length] as string;
      used = arena.joinedLists(used, arena.text(text));
      const before = left;
      left = arena.difference(list, used);
      const gone = new Set([
        texts[0],
        ...texts.slice(1, i + 1).map((_, k) => texts[((k + 1) * 3) % texts.length]),
      ]);
      const rest = texts.filter((one) => !gone.has(one));
      expect(left).toBe(arena.choice(rest));
      // Most of them: steps are made from those before, or by themselves.
      if (i % 8 < 7) expect(firstLetters(arena, left)).toEqual(firstLetters(new LanguageArena(), rest));
      if (left === before || rest.length < 2) continue;
      const more = arena.oneMore(left);
      if (more === undefined) continue;
      known++;
      expect(more.language).toBe(before);
      expect(String.fromCodePoint(...more.text)).toBe(text);
      const begins = (length: number) => rest.some((one) => one.startsWith(text.slice(0, length)));
      expect([begins(more.shared), more.shared < text.length && begins(more.shared + 1)]).toEqual([
        true,
        false,
      ]);
    }
    expect(known).toBeGreaterThan(100);
  });

  it("share the states that the text is not in", () => {
    const arena = new LanguageArena();
    const names = Array.from({ length: 1000 }, (_, i) => `name${i}`);
    let set = arena.textSet([]);
    for (const name of names) {
      set = arena.grown(set, name);
      expect(arena.matches(set.language, name)).toBe(true);
    }
    expect(arena.nodes.count).toBeLessThan(20_000);
  });
});
