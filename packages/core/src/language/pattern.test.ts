import { describe, expect, it } from "vitest";
import { LanguageArena } from "./arena.js";
import { LanguageLimitError } from "./limits.js";
import { compilePattern } from "./pattern.js";
import { PatternError } from "./pattern-error.js";
import { onlyTextOf } from "./pattern-plain.js";
import { randomNumbers, shortTexts } from "./testing.js";

/** Expects the same answers as V8's RegExp on texts made of the given ones and of pieces of the pattern. */
function expectAgreement(source: string, texts: readonly string[], flags = "u"): void {
  const arena = new LanguageArena();
  const { language, unicode, knownLength } = compilePattern(arena, source);
  const oracle = new RegExp(source, flags);
  if (knownLength !== undefined) {
    const ofLength = arena.intersection([language, arena.length(0, knownLength)]);
    expect(arena.isEmpty(ofLength), `/${source}/ has a text of ${knownLength}`).toBe(false);
  }
  expect(unicode).toBe(flags === "u");
  const wrong = texts.find((text) => arena.matches(language, text) !== oracle.test(text));
  expect(wrong, `/${source}/`).toBeUndefined();
  const shortest = arena.shortest(language);
  if (shortest !== undefined)
    expect(oracle.test(shortest), `/${source}/ on ${JSON.stringify(shortest)}`).toBe(true);
  else expect(texts.some((text) => oracle.test(text))).toBe(false);
}

const SHORT = shortTexts("ab1 ", 4).concat(
  "é",
  "a\n",
  "\n",
  "a\u2028b",
  "🙂",
  "a🙂",
  "abcabc",
  "foobar",
  "barfoo",
);

describe("patterns of one text", () => {
  it.each(["^Abs$", "^a b-c_1/2:$", "^v1\\.0\\/x$", "^$"])("%s", (source) => {
    const text = onlyTextOf(source) as string;
    expect(new RegExp(source, "u").test(text)).toBe(true);
    const arena = new LanguageArena();
    const others = arena.difference(compilePattern(arena, source).language, arena.text(text));
    expect(arena.isEmpty(others)).toBe(true);
  });

  it.each([
    "^a.c$",
    "^ab*$",
    "Abs",
    "^Abs",
    "^a|b$",
    "^\\d$",
    "^a\\-b$",
    "^(a)$",
    "^a$b$",
    "^[a]$",
    "^a{2}$",
    "^é$",
  ])("not told of %s", (source) => {
    expect(onlyTextOf(source)).toBeUndefined();
  });
});

describe("the length of some match", () => {
  it.each([
    ["^[a-c]{2,}(x|yy)?$", 2],
    ["a|bcd", 1],
    ["^$", 0],
    ["(?:ab){3}[^x]", 7],
    ["[]|ab", 2],
  ])("shows in the syntax of %s", (source, length) => {
    expect(compilePattern(new LanguageArena(), source).knownLength).toBe(length);
  });

  it.each(["a^b", "[]", "[^\\s\\S]x", "a$b", "(?=a)b", "\\bb", "[\\ud800]", "(^a)"])(
    "is not looked for in %s, which may match nothing",
    (source) => {
      expect(compilePattern(new LanguageArena(), source).knownLength).toBeUndefined();
    },
  );
});

describe("compilePattern", () => {
  it.each([
    "",
    "a",
    "^a$",
    "^$",
    "a|b",
    "^a|b$",
    "^(a|b)*$",
    "a{2,3}",
    "^(?:a{1,2}b?){2}$",
    "^a+?b*?$",
    "[^a]",
    "^[^]$",
    "^.$",
    "^.{2}$",
    "^\\w+\\s\\d$",
    "^[\\w\\s]*$",
    "\\D",
    "^\\W\\S",
    "\\bab\\b",
    "a\\b",
    "\\Ba",
    "^\\b",
    "\\b$",
    "(?:a\\b| )+$",
    "^(?:\\ba)*$",
    "^(?=a)(?=.*b).{2}$",
    "^(?!ab)",
    "^(?!.*a).*$",
    "^((?!ab).)*$",
    "^(?:(?!a).)+b?$",
    "^(a($|b))*$",
    "^([ab]+($|1))*$",
    "^(a|$)+$",
    "^(?:(?=ab$)a|b)*$",
    "^(?:(?=ab1?$)a|b|1)*$",
    "(?<=a)b",
    "(?<!a)b",
    "^(?<=a)b",
    "(?<!^)a",
    "a(?<=^a)b",
    "(?<=a|b)1(?<!b1)",
    "^(?:(?<=b)a|b)+$",
    "(?:(?<!a)b)+1",
    "^(?:(?<!ab)[ab1])*$",
    "^(?:(?<=^|a)b|a)*$",
    "(?:(?<=ab)|1)(?:a|b)",
    "a(?=b)(?<=a)",
    "a(?=b)(?<=1a)b",
    "(?=(?<=a)b)b1",
    "(?:(?<=\\bab?)b)+",
    "^(?:(?<=(?<!b)a)b|a|b)*$",
    "(?:(?<!(?:a|b1)+)1)$",
    "(?:a(?<=^.)|b(?<!..)|1)*$",
    "(?:^|b)a",
    "a(?:$|b)",
    "a$b",
    "a^b",
    "(?:a|^)*b$",
    "(?:(?=a)a|b)+$",
    "^(?:a(?!b)|b(?=1)){1,3}$",
    "^(?:|a)+$",
    "(?!)",
    "^(?:a?\\b)*1",
    "\\p{Lu}|\\p{Script=Greek}|\\P{ASCII}",
    "^\\u{1F642}$",
    "[\\u{1F600}-\\u{1F64F}]",
  ])("agrees with RegExp: /%s/", (source) => {
    expectAgreement(source, SHORT);
  });

  describe("modifiers", () => {
    const letters = [..."kKsSſKiIıİåÅÅσςΣßẞẟﬀ_1-.aZéÉ\u{10400}\u{10428}\n\u2028"];
    const texts = [
      ...letters,
      ...letters.map((letter) => `a${letter}b`),
      "foo",
      "FOO bar",
      "xFoo",
      "ſfoo",
      "foſ foo",
      "",
    ];

    /** V8 knows modifiers from version 12.5 on: a group around the whole pattern is a flag. */
    function expectFlags(modifiers: string, source: string, unicode: boolean): void {
      const arena = new LanguageArena();
      const { language } = compilePattern(arena, `(?${modifiers}:${source})`);
      const oracle = new RegExp(source, unicode ? `${modifiers}u` : modifiers);
      // Without u, V8 reads the halves of a pair one by one; here they are one code point.
      const wrong = texts
        .filter((text) => unicode || text.length === [...text].length)
        .find((text) => arena.matches(language, text) !== oracle.test(text));
      expect(wrong === undefined ? undefined : JSON.stringify(wrong), source).toBeUndefined();
    }

    it.each([
      "k",
      "^[^k]$",
      "^ſ$",
      "^[a-z]$",
      "^[^a-z]$",
      "^\\w$",
      "^\\W$",
      "^[^\\W]$",
      "^\\p{Lu}$",
      "^\\P{Lu}$",
      "^[^\\P{Lu}]$",
      "foo|bar|baz",
      "\\bfoo\\b",
      "^σ$",
      "^ß$",
      "^\\u{10400}$",
      "^.$",
      "^(?=f)(?!.*bar)",
    ])("without regard to case, as the flag i: %s", (source) => {
      expectFlags("i", source, true);
    });

    it.each(["^[a-z]$", "^[^k]$", "^\\w$", "foo\\-|bar\\-", "^ß$", "[^\\-ſ]"])(
      "by the rules without u, where it is invalid under u: %s",
      (source) => {
        expectFlags("i", `(?:${source})|\\-`, false);
      },
    );

    it.each(["^.$", "^a.b$", "^[.]$"])("a dot that is any character, as the flag s: %s", (source) => {
      expectFlags("s", source, true);
    });

    it("inside of their group only, and taken back inside of it", () => {
      const arena = new LanguageArena();
      const { language } = compilePattern(arena, "^a(?i:b(?-i:c)d)e$");
      const matched = ["abcde", "aBcDe", "aBCde", "AbcDe", "abcdE"].filter((text) =>
        arena.matches(language, text),
      );
      expect(matched).toEqual(["abcde", "aBcDe"]);
    });

    const lines = [
      "",
      "\n",
      "a",
      "a\nb",
      "b\na",
      "b\na\nb",
      "a\r\nb",
      "\nb",
      "a\n",
      "ab\u2028a",
      "a\n\n",
      "ba",
      "\n\n",
    ];
    it.each([
      "^a",
      "a$",
      "^a$",
      "^$",
      "^b?$\\n^a",
      "(?:^a\\n?)+$",
      "(?:$\\s)+^b",
      "a(?!$)",
      "(?<=^a)$",
      "(?:(?<=^)a|b)+$",
      "^(?=a$)",
    ])("lines, as the flag m: %s", (source) => {
      const arena = new LanguageArena();
      const { language } = compilePattern(arena, `(?m:${source})`);
      const oracle = new RegExp(source, "mu");
      const wrong = lines.find((text) => arena.matches(language, text) !== oracle.test(text));
      expect(wrong === undefined ? undefined : JSON.stringify(wrong)).toBeUndefined();
    });

    it("lines in their group only", () => {
      const arena = new LanguageArena();
      const { language } = compilePattern(arena, "^(?m:^b|(?-m:^a$))$");
      const matched = ["b", "a", "a\nb", "b\na"].filter((text) => arena.matches(language, text));
      expect(matched).toEqual(["b", "a"]);
    });

    it("word boundaries with and without regard to case", () => {
      const arena = new LanguageArena();
      // The long s is a word character without regard to case alone.
      const { language } = compilePattern(arena, "\\ba(?i:\\b)");
      const matched = ["a", "ſa", "aſ", "a ", "ba", "ab", "ſaſ"].filter((text) =>
        arena.matches(language, text),
      );
      expect(matched).toEqual(["a", "ſa", "a "]);
    });
  });

  it.each(["^\\-a", "\\a", "[\\w-a]", "a{,2}", "^]$", "}", "\\_", "^\\/a$"])(
    "reads without u what is invalid with it: /%s/",
    (source) => {
      const texts = SHORT.concat("-a", "_", "]", "}", "a{,2}", "/a");
      expectAgreement(source, texts, source === "^\\/a$" ? "u" : "");
    },
  );

  it("agrees with RegExp on random patterns", () => {
    const random = randomNumbers(42);
    const below = (n: number) => Math.floor(random() * n);
    const pick = (list: readonly string[]) => list[below(list.length)]!;
    const sequence = (depth: number): string =>
      Array.from({ length: 1 + below(3) }, () => term(depth)).join("");
    const term = (depth: number): string => {
      const kind = depth === 0 ? below(3) : below(11);
      const inner = () =>
        random() < 0.4 ? `${sequence(depth - 1)}|${sequence(depth - 1)}` : sequence(depth - 1);
      if (kind < 2) return pick(["a", "b", "1", " ", ".", "\\w", "[^a]", "[ab]", "\\s"]);
      if (kind === 2) return pick(["^", "$", "\\b", "\\B", "a", "b"]);
      if (kind < 5) return `(${inner()})`;
      if (kind < 8) return `(?:${inner()})${pick(["*", "+", "?", "{2}", "{1,2}", "*?", "{0,3}"])}`;
      if (kind < 10) return `(?${pick(["=", "!"])}${inner()})`;
      return `(?<${pick(["=", "!"])}${pick(["a", "^a", "b|1", "a.", "\\ba+", "^b*", "(?<!a)b"])})`;
    };
    const texts = shortTexts("ab1 ", 4);
    for (let i = 0; i < 120; i++) {
      let source = sequence(3);
      if (random() < 0.2)
        source = `${pick(["a", ".b", "\\s*", ""])}(?<${pick(["=", "!"])}${pick(["a", "^a", "b|1", "a."])})${source}`;
      const arena = new LanguageArena();
      const { language } = compilePattern(arena, source);
      const oracle = new RegExp(source, "u");
      const wrong = texts.find((text) => arena.matches(language, text) !== oracle.test(text));
      expect(wrong, `/${source}/`).toBeUndefined();
      expect(arena.shortest(language) === undefined, `/${source}/`).toBe(arena.isEmpty(language));
    }
  });

  it("matches whole texts on request", () => {
    const arena = new LanguageArena();
    const whole = compilePattern(arena, "a|b\\b|(?<=^)c", { whole: true }).language;
    for (const text of ["a", "b", "c"]) expect(arena.matches(whole, text)).toBe(true);
    for (const text of ["", "ab", "xa", "bb"]) expect(arena.matches(whole, text)).toBe(false);
  });

  it("keeps counters and large alternations small", () => {
    const arena = new LanguageArena();
    compilePattern(arena, "^[a-z]{1,100000}$");
    expect(arena.nodes.count).toBeLessThan(20);
    const words = Array.from({ length: 2000 }, (_, i) => `WORD_${i}`);
    const { language } = compilePattern(arena, `^(${words.join("|")})$`);
    expect(arena.nodes.count).toBeLessThan(50);
    expect(arena.matches(language, "WORD_1234")).toBe(true);
    expect(arena.matches(language, "WORD_2000")).toBe(false);
    expect(compilePattern(arena, "^[a-z]{1,100000}$").language).toBe(
      compilePattern(arena, "^[a-z]{1,100000}$").language,
    );
  });

  it("says why a pattern cannot be used", () => {
    const arena = new LanguageArena();
    const reasonOf = (source: string) => {
      try {
        compilePattern(arena, source);
        return "none";
      } catch (error) {
        expect(error).toBeInstanceOf(PatternError);
        return (error as PatternError).reason;
      }
    };
    expect(reasonOf("(a)\\1")).toBe("back-reference");
    expect(reasonOf("(?<x>a)\\k<x>")).toBe("back-reference");
    expect(reasonOf("(")).toBe("syntax");
    expect(reasonOf("(?:(?<=a(?=b))b)+")).toBe("look-behind");
    expect(reasonOf("(?<=a\\b)b")).toBe("look-behind");
    // Whether an a stands 12 characters before: 2^12 cases.
    expect(reasonOf("(?:(?<=a.{12})b)+")).toBe("look-behind");
    expect(reasonOf("(?<=a.{12})b")).toBe("none");
  });

  it("stops at its limits", () => {
    const arena = new LanguageArena({ maxPatternLength: 1000 });
    expect(() => compilePattern(arena, "a".repeat(1001))).toThrow(LanguageLimitError);
    expect(() => compilePattern(arena, `${"(".repeat(400)}a${")".repeat(400)}`)).toThrow(LanguageLimitError);
    expect(() => compilePattern(arena, "(?:\\ba){1,5000}")).toThrow(LanguageLimitError);
    // Two nested counted loops around an assertion: bounded, whatever the product is.
    expect(() => compilePattern(arena, "(?:(?:\\ba){1,900} ){1,900}")).toThrow(LanguageLimitError);
  });
});
