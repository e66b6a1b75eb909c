import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LanguageArena } from "./arena.js";
import { type Language, UNBOUNDED } from "./nodes.js";
import { classRunOf } from "./runs.js";
import { shortTexts } from "./testing.js";

const run = fc.record({
  letters: fc.subarray([..."abc"], { minLength: 1 }),
  min: fc.integer({ min: 0, max: 3 }),
  more: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY),
});
type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

const has = ({ letters, min, more }: Run, text: string) =>
  text.length >= min && text.length <= min + more && [...text].every((letter) => letters.includes(letter));

describe("runs of code points", () => {
  it("meet, unite and differ as sets of texts do", () => {
    const texts = shortTexts("abc", 5);
    fc.assert(
      fc.property(run, run, run, (x, y, z) => {
        const arena = new LanguageArena();
        const languageOf = ({ letters, min, more }: Run) =>
          arena.repeat(
            arena.codePoints(
              arena.sets.ofRanges(letters.flatMap((c) => [c.codePointAt(0)!, c.codePointAt(0)!])),
            ),
            min,
            min + more,
          );
        const [a, b, c] = [x, y, z].map(languageOf) as [Language, Language, Language];
        const check = (language: Language, expected: (text: string) => boolean) =>
          expect(texts.filter((text) => arena.matches(language, text))).toEqual(texts.filter(expected));
        check(arena.intersection([a, b, c]), (text) => has(x, text) && has(y, text) && has(z, text));
        check(arena.union([a, b, c]), (text) => has(x, text) || has(y, text) || has(z, text));
        check(arena.difference(a, b), (text) => has(x, text) && !has(y, text));
        const rest = arena.difference(arena.union([a, b]), c);
        check(rest, (text) => (has(x, text) || has(y, text)) && !has(z, text));
        expect(arena.isEmpty(arena.difference(a, arena.union([a, b])))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("are one run where they meet, and none where one lies within what is excluded", () => {
    const arena = new LanguageArena();
    const letters = (last: string) => arena.codePoints(arena.sets.range(0x61, last.codePointAt(0)!));
    const short = arena.repeat(letters("f"), 0, 20);
    const long = arena.repeat(letters("z"), 3, UNBOUNDED);
    const both = arena.intersection([short, long]);
    expect(classRunOf(arena, both)).toMatchObject({ min: 3, max: 20 });
    expect(arena.union([short, arena.repeat(letters("z"), 0, UNBOUNDED)])).toBe(
      arena.repeat(letters("z"), 0, UNBOUNDED),
    );
    expect(arena.difference(both, long)).toBe(arena.empty);
  });
});
