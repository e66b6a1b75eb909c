import { describe, expect, it } from "vitest";
import { LanguageArena } from "./arena.js";
import { compilePattern } from "./pattern.js";
import { randomExpression, shortTexts } from "./testing.js";

describe("horizon", () => {
  it("never promises too much", () => {
    const texts = shortTexts("ab", 5);
    let promises = 0;
    for (let seed = 1; seed <= 1500; seed++) {
      const arena = new LanguageArena();
      const { language } = randomExpression(arena, seed, "ab", 3);
      const horizon = arena.horizon(language);
      if (horizon > 0) promises++;
      for (const text of texts) {
        if (text.length > horizon) break;
        if (arena.isEmpty(arena.derivativeOfText(language, text)))
          expect.fail(`seed ${seed}: ${text}, ${horizon}`);
      }
    }
    expect(promises).toBeGreaterThan(200);
  });

  it("sees what strings in schemas are made of", () => {
    const arena = new LanguageArena();
    const of = (source: string) => compilePattern(arena, source).language;
    const names = arena.choice(["name", "age"]);
    expect(arena.horizon(arena.any)).toBe(Infinity);
    expect(arena.horizon(arena.length(3, 100))).toBe(100);
    expect(arena.horizon(of("a+b"))).toBe(Infinity);
    expect(arena.horizon(arena.complement(names))).toBe(Infinity);
    expect(arena.horizon(arena.intersection([arena.complement(names), arena.length(1, 64)]))).toBe(64);
    expect(arena.horizon(arena.intersection([of("abc"), arena.length(0, 50)]))).toBe(47);
    const several = [of("ab"), of("a+"), of("b$"), arena.length(5, 50)];
    expect(arena.horizon(arena.intersection(several))).toBe(50 - 4);
    expect(arena.horizon(arena.intersection([...several, of("a$")]))).toBeLessThanOrEqual(0);
    expect(arena.horizon(of("^a"))).toBe(0);
    expect(arena.horizon(arena.empty)).toBe(-1);
  });
});

describe("a least number of code points", () => {
  it("comes off where it does not change what begins a text", () => {
    const texts = shortTexts("ab", 5);
    let told = 0;
    for (let seed = 1; seed <= 600; seed++) {
      const arena = new LanguageArena();
      const letters = arena.codePoints(arena.sets.ofRanges(seed % 2 === 0 ? [0x61, 0x61] : [0x61, 0x62]));
      const of = (salt: number) => {
        const { language } = randomExpression(arena, seed * 3 + salt, "ab", 3);
        return arena.concat(
          language,
          arena.repeat(seed % 3 === 0 ? arena.anyCodePoint : letters, salt, Infinity),
        );
      };
      const window = arena.length(1 + (seed % 5), seed % 4 === 0 ? Infinity : 6);
      const language = arena.intersection([of(0), ...(seed % 5 === 0 ? [of(1)] : []), window]);
      const found = arena.atLeast(language);
      if (found === undefined) continue;
      told++;
      for (const text of texts) {
        const isMember = text.length >= found.min && arena.matches(found.language, text);
        if (arena.matches(language, text) !== isMember) expect.fail(`seed ${seed}: ${text} as a member`);
        const begins = (of: number) => !arena.isEmpty(arena.derivativeOfText(of, text));
        if (begins(language) !== begins(found.language)) expect.fail(`seed ${seed}: ${text} as a beginning`);
      }
    }
    expect(told).toBeGreaterThan(150);
  });

  it("stays where a text cannot be made longer at its end", () => {
    const arena = new LanguageArena();
    const of = (source: string) => compilePattern(arena, source).language;
    const least = (...items: number[]) => arena.atLeast(arena.intersection([...items, arena.length(4, 9)]));
    expect(least(of("^b[ab]*$"))).toEqual({
      language: arena.intersection([of("^b[ab]*$"), arena.length(0, 9)]),
      min: 4,
    });
    expect(least(of("^[ab]*c$"))).toBeUndefined();
    expect(least(of("^(ab)*$"))).toBeUndefined();
    expect(least(of("^c?a*$"), of("^c*a*$"))).toBeUndefined();
    expect(least(of("a"), of("b"))).not.toBeUndefined();
    expect(arena.atLeast(arena.length(4, 9))).toBeUndefined();
    expect(arena.atLeast(arena.intersection([of("^b[ab]*$"), arena.length(0, 9)]))).toBeUndefined();
  });
});

describe("saturate", () => {
  it.each([0, 1, 3])("cannot be told from the language by short texts, %i parts behind others", (behind) => {
    const texts = shortTexts("ab", 4);
    let further = 0;
    for (let seed = 1; seed <= 800; seed++) {
      const arena = new LanguageArena();
      const { language } = randomExpression(arena, seed, "ab", 3);
      const like = arena.saturate(language, { length: 1 }, behind);
      const told = arena.toldWithin(language, { length: 1 }, behind);
      expect(told).toBeGreaterThanOrEqual(1);
      if (like !== language && told > 1) further++;
      for (const text of texts) {
        if (text.length > told) continue;
        const [x, y] = [language, like].map((each) => arena.derivativeOfText(each, text)) as [number, number];
        if (arena.nullable(x) !== arena.nullable(y) || arena.isEmpty(x) !== arena.isEmpty(y)) {
          expect.fail(`seed ${seed}: ${text}`);
        }
      }
    }
    expect(further).toBeGreaterThan(20);
  });

  it("cannot be told from the language by texts that enter each set once", () => {
    const timesIn = (text: string, letter: string) =>
      text.match(new RegExp(`(?<=[^${letter}])${letter}`, "g"))?.length ?? 0;
    const texts = shortTexts("ab", 7).filter((text) => timesIn(text, "a") <= 1 && timesIn(text, "b") <= 1);
    let changed = 0;
    for (let seed = 1; seed <= 1500; seed++) {
      const arena = new LanguageArena();
      const part = (salt: number) => randomExpression(arena, seed * 5 + salt, "ab", 2).language;
      const letter = (salt: number) => arena.codePoints(arena.sets.single(0x61 + ((seed >> salt) & 1)));
      const run = (salt: number) => arena.repeat(letter(salt), 1, seed % 3 === 0 ? 2 : Infinity);
      const body = arena.concat(run(1), ...(seed % 5 === 0 ? [part(1)] : []), run(2));
      const counter = arena.repeat(body, seed % 3, 2 + (seed % 5));
      const language = arena.union([arena.concat(part(2), counter, part(3)), counter, part(4)]);
      const like = arena.saturate(language, { length: 12, entries: () => 1 }, 2);
      if (like !== arena.saturate(language, { length: 12 }, 2)) changed++;
      for (const text of texts) {
        const [x, y] = [language, like].map((each) => arena.derivativeOfText(each, text)) as [number, number];
        if (arena.nullable(x) !== arena.nullable(y) || arena.isEmpty(x) !== arena.isEmpty(y)) {
          expect.fail(`seed ${seed}: ${text}`);
        }
      }
    }
    expect(changed).toBeGreaterThan(200);
  });

  it("brings counters together that texts do not have enough words for", () => {
    const arena = new LanguageArena();
    const of = (source: string) =>
      arena.saturate(compilePattern(arena, source).language, { length: 128, entries: () => 2 });
    expect(of("^(\\S+\\s+){0,9}\\S+$")).toBe(of("^(\\S+\\s+){0,3}\\S+$"));
    expect(of("^(\\S+\\s+){0,2}\\S+$")).not.toBe(of("^(\\S+\\s+){0,3}\\S+$"));
    expect(of("^([a-z][a-z0-9]*(,\\s*)){5,9}$")).toBe(of("^([a-z][a-z0-9]*(,\\s*)){3,}$"));
    // Any text of these begins with another iteration.
    expect(of("^([a-z]+[a-z0-9]+){0,9}-$")).not.toBe(of("^([a-z]+[a-z0-9]+){0,8}-$"));
  });

  it("brings large counters together", () => {
    const arena = new LanguageArena();
    const of = (source: string) => arena.saturate(compilePattern(arena, source).language, { length: 128 });
    expect(of("^[a-z]{0,500}$")).toBe(of("^[a-z]{0,499}$"));
    expect(of("^[a-z]{300,500}x?$")).toBe(of("^[a-z]{200,}x?$"));
    expect(of("^[a-z]{3,100}$")).not.toBe(of("^[a-z]{3,99}$"));
    // Each word takes two characters.
    expect(of("^(\\S+\\s+){0,99}\\S+$")).toBe(of("^(\\S+\\s+){0,65}\\S+$"));
    expect(of("^(\\S+\\s+){0,64}\\S+$")).not.toBe(of("^(\\S+\\s+){0,65}\\S+$"));
  });

  it("brings counters behind other parts together", () => {
    const arena = new LanguageArena();
    const of = (source: string, behind: number) =>
      arena.saturate(compilePattern(arena, source).language, { length: 128 }, behind);
    expect(of("^\\S*\\s+(\\S+\\s+){0,99}\\S+$", 2)).toBe(of("^\\S*\\s+(\\S+\\s+){0,65}\\S+$", 2));
    expect(of("^\\S*\\s+(\\S+\\s+){0,99}\\S+$", 1)).not.toBe(of("^\\S*\\s+(\\S+\\s+){0,65}\\S+$", 1));
  });

  it("knows up to which length the languages are the same", () => {
    const arena = new LanguageArena();
    const told = (source: string) => arena.toldWithin(compilePattern(arena, source).language, { length: 16 });
    expect(told("^[a-z]{0,100}x$")).toBe(99);
    expect(told("^(?:(?:[a-z]{2}){0,100}x|[a-z]{0,50}y)$")).toBe(49);
    expect(told("^[a-z]{30,100}x$")).toBe(16);
    expect(told("^[a-z]{0,9}x$")).toBe(Infinity);
  });
});

describe("what walks ask of states", () => {
  it("knows how near an end is, and which code points change nothing", () => {
    const texts = shortTexts("ab", 4);
    let near = 0;
    let loops = 0;
    for (let seed = 1; seed <= 800; seed++) {
      const arena = new LanguageArena();
      const { language } = randomExpression(arena, seed, "ab", 3);
      if (arena.isEmpty(language)) continue;
      const enough = arena.enoughToEnd(language);
      for (const begun of ["", "a", "b"]) {
        const rest = arena.derivativeOfText(language, begun);
        if (enough > 4 || arena.isEmpty(rest)) continue;
        near++;
        if (!texts.some((text) => text.length <= enough && arena.matches(rest, text))) {
          expect.fail(`seed ${seed}: ${begun}, ${enough}`);
        }
      }
      const stays = [0x61, 0x62].every((codePoint) => arena.derivative(language, codePoint) === language);
      expect(arena.loopsWithin(language, 0x61, 0x63)).toBe(stays);
      if (stays) loops++;
    }
    expect(near).toBeGreaterThan(200);
    expect(loops).toBeGreaterThan(5);
  });

  it("takes exceptions away, and knows where code points lead", () => {
    const arena = new LanguageArena();
    const words = compilePattern(arena, "^[a-zé]+$").language;
    const exceptions = arena.complement(arena.choice(["name", "age"]));
    expect(arena.withoutExceptions(arena.intersection([words, exceptions]))).toBe(words);
    expect(arena.withoutExceptions(exceptions)).toBeUndefined();
    expect(arena.withoutExceptions(words)).toBeUndefined();
    const other = arena.complement(compilePattern(arena, "x").language);
    expect(arena.withoutExceptions(arena.intersection([words, other]))).toBeUndefined();
    const rest = arena.derivative(words, 0x61);
    const { empty } = arena;
    // "é" in a range, out of them, and as a range of its own.
    expect(arena.farTargets(words, [0xe0, 0xf0])).toEqual({ within: [empty, rest], outside: [empty] });
    expect(arena.farTargets(words, [0xea, 0xf0])).toEqual({ within: [empty], outside: [empty, rest] });
    expect(arena.farTargets(words, [0xe9, 0xea])).toEqual({ within: [rest], outside: [empty] });
    expect(arena.farTargets(words, [])).toEqual({ within: [], outside: [empty, rest] });
  });

  it("knows where all code points lead that it is asked for", () => {
    const ranges = [0xa0, 0xa1, 0x2000, 0x200b, 0x2028, 0x202a, 0x3000, 0x3001];
    const isWithin = (codePoint: number) =>
      ranges.some((from, i) => i % 2 === 0 && from <= codePoint && codePoint < ranges[i + 1]!);
    for (const source of [
      "^\\S",
      "^\\s",
      "^.",
      "^\\w",
      "^[^\\u2003]x",
      "^[\\u2029-\\u3000]",
      "^[\\ud7ff-\\ue000]",
    ]) {
      const arena = new LanguageArena();
      const { language } = compilePattern(arena, source);
      const targets = new Int32Array(0x80).fill(-1);
      arena.writeAsciiTargets(language, targets);
      const far = arena.farTargets(language, ranges);
      const within = new Set<number>();
      const outside = new Set<number>();
      for (let codePoint = 0; codePoint < 0x11000; codePoint++) {
        const target = arena.derivative(language, codePoint);
        if (codePoint < 0x80) expect(targets[codePoint]).toBe(target);
        else if (codePoint < 0xd800 || codePoint >= 0xe000)
          (isWithin(codePoint) ? within : outside).add(target);
      }
      expect(new Set(far.within)).toEqual(within);
      expect(new Set(far.outside)).toEqual(outside);
    }
  });

  it("takes bounded runs and limits of length apart", () => {
    const arena = new LanguageArena();
    const of = (source: string) => compilePattern(arena, source).language;
    expect(arena.boundedRun(of("^[ab]{2,5}$"))).toEqual({ free: of("^[ab]*$"), min: 2, max: 5 });
    expect(arena.boundedRun(arena.length(0, 7))).toEqual({ free: arena.any, min: 0, max: 7 });
    expect(arena.boundedRun(arena.any)).toBeUndefined();
    expect(arena.boundedRun(of("^(ab){2,5}$"))).toBeUndefined();
    const within = arena.intersection([of("^(ab)*$"), arena.length(0, 9)]);
    expect(arena.limited(within)).toEqual({ language: of("^(ab)*$"), max: 9 });
    expect(arena.limited(of("^(ab)*$"))).toBeUndefined();
    expect(arena.lowersMinimum(of("^a{9}b$"), { length: 3 })).toBe(true);
    expect(arena.lowersMinimum(of("^a{0,9}b$"), { length: 3 })).toBe(false);
  });
});
