import { describe, expect, it } from "vitest";
import { accepts, begins } from "../../test/accepts.js";
import { automatonOf } from "../../test/automaton-of.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { allowedTokens, randomNumbers, randomWalk } from "../../test/walk.js";
import {
  compileChoice,
  compileRegex,
  type Grammar,
  GrammarError,
  LanguageLimitError,
  Matcher,
  PatternError,
  Vocabulary,
} from "../index.js";

const encoder = new TextEncoder();
const vocabulary = byteVocabulary();

/** Patterns of every construct, and of characters of one to four bytes. */
const patterns = [
  "",
  "a",
  "abc|abd|x",
  "a*",
  "(?:ab|c)*d?",
  "[a-c]{2,4}",
  "\\d{4}-\\d\\d-\\d\\d",
  "(?:é|ü|ß)+",
  "\\u{1F600}{1,3}|\\u{1F601}x",
  "[\\u{1F600}-\\u{1F64F}]{0,2}[あ-ん]?",
  "^a$",
  "a(?=b)[a-z]{2}",
  "(?!ab)[ab]{0,3}",
  "\\bfoo\\b.?\\bbar\\b",
  "(?:(?<=b)a|b){1,4}",
  "(?:(?<!ab)[abc])*",
  "[^a-z]{1,2}",
  "\\p{Lu}\\p{Ll}*",
  "true|false|null",
  "a+?b*?",
  "(?<year>\\d\\d)|x",
  '"[^"]*"',
  "(?:a|aa|aaa)*b",
  ".{0,300}",
  "[\\s\\S]{0,3}end",
  "(?:.{0,40}\\n)*",
  "[^<]{3,9}</b>",
  "(?!.*aaa)[a-zé]{0,20}",
];

/** The same condition on a whole text, by the platform. */
const oracle = (pattern: string) => new RegExp(`^(?:${pattern})$`, "u");

/** Walks that stay short, for patterns whose outputs may be long. */
function walk(grammar: Grammar, seed: number): string {
  return randomWalk(new Matcher(grammar, vocabulary), randomNumbers(seed), 10);
}

describe("compileRegex", () => {
  it.each(patterns)("/%s/: random outputs match as a whole", (pattern) => {
    const grammar = compileRegex(pattern);
    for (let seed = 1; seed <= 40; seed++) expect(walk(grammar, seed)).toMatch(oracle(pattern));
  });

  it("accepts exactly the texts that RegExp matches as a whole", () => {
    const texts = [
      "",
      "a",
      "b",
      "aa",
      "ab",
      "abc",
      "abd",
      "x",
      "aab",
      "foo bar",
      "foobar",
      "true",
      "é",
      "ßé",
    ];
    texts.push(
      "2024-02-31",
      "2024-02-3",
      "\u{1F600}",
      "\u{1F600}x",
      "\u{1F601}x",
      "あ",
      "Ab",
      '"a"',
      "the end",
      "end\n",
    );
    for (const pattern of patterns) {
      const grammar = compileRegex(pattern);
      for (const text of texts)
        expect(accepts(grammar, text), `/${pattern}/ ${text}`).toBe(oracle(pattern).test(text));
    }
  });

  it("has masks that are what trying every token gives, along random outputs", () => {
    for (const [index, pattern] of patterns.entries()) {
      const matcher = new Matcher(compileRegex(pattern), vocabulary);
      const random = randomNumbers(index + 1);
      for (let step = 0; step < 8 && !matcher.isEnded; step++) {
        const allowed = allowedTokens(matcher);
        const tried: number[] = [];
        for (let id = 0; id < vocabulary.size; id++) {
          if (!matcher.accept(id)) continue;
          tried.push(id);
          matcher.rollback(1);
        }
        expect(allowed, `/${pattern}/ after ${new TextDecoder().decode(matcher.bytes)}`).toEqual(tried);
        expect(allowed.length).toBeGreaterThan(0);
        matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
      }
    }
  });

  it("shares masks between states that no token tells apart", () => {
    const matcher = new Matcher(compileRegex("[^!]{0,5000}!"), vocabulary);
    const masks = new Set<object>();
    for (let step = 0; step < 100; step++) {
      masks.add(matcher.mask());
      matcher.acceptBytes(encoder.encode("a"));
    }
    expect(masks.size).toBe(1);
  });

  it("follows characters that are split over tokens, and takes them back", () => {
    const matcher = new Matcher(compileRegex("[é\\u{1F600}]{2}"), vocabulary);
    const bytes = encoder.encode("é\u{1F600}");
    for (const byte of bytes) {
      expect(matcher.isComplete).toBe(false);
      expect(matcher.accept(byte)).toBe(true);
    }
    expect(matcher.isComplete).toBe(true);
    expect(matcher.accept(0x61)).toBe(false);
    matcher.rollback(2);
    expect(matcher.allowedBytes()).toEqual([0x98]);
    expect([...matcher.forcedBytes()]).toEqual([0x98, 0x80]);
  });

  it("forces what only one text begins with", () => {
    const encode = (text: string) => [...encoder.encode(text)];
    const tokens = [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), null];
    const bytes = Vocabulary.fromBytes(tokens, { eosTokenIds: [256], encode });
    const matcher = new Matcher(compileRegex("(?:https://|http://)example\\.org/\\d+"), bytes);
    expect(new TextDecoder().decode(matcher.forcedBytes())).toBe("http");
    expect(matcher.forcedTokens()).toEqual([...encoder.encode("http")]);
    matcher.acceptBytes(encoder.encode("http:"));
    expect(new TextDecoder().decode(matcher.forcedBytes())).toBe("//example.org/");
  });

  it("may be complete at the start, and go on", () => {
    const matcher = new Matcher(compileRegex("(?:ab)*"), vocabulary);
    expect(matcher.isComplete).toBe(true);
    expect(matcher.mask().has(vocabulary.eosTokenIds[0] as number)).toBe(true);
    expect(matcher.acceptBytes(encoder.encode("ababa"))).toBe(true);
    expect(matcher.isComplete).toBe(false);
  });

  it("reads what is invalid under the u flag as Annex B does", () => {
    const grammar = compileRegex("a\\-b{,2}");
    expect(accepts(grammar, "a-b{,2}")).toBe(true);
    expect(accepts(grammar, "a-b")).toBe(false);
  });

  it("throws typed errors", () => {
    expect(() => compileRegex("(")).toThrow(PatternError);
    expect(() => compileRegex("(a)\\1")).toThrow(PatternError);
    expect(() => compileRegex("[^\\s\\S]")).toThrow(GrammarError);
    expect(() => compileRegex("a(?!b)b")).toThrow(GrammarError);
    expect(() => compileRegex("a".repeat(200_000))).toThrow(LanguageLimitError);
  });

  it("is not unrolled by large counts", () => {
    const grammar = compileRegex("(?:ab){100000}");
    expect(begins(grammar, "ab".repeat(500))).toBe(true);
    expect(begins(grammar, `${"ab".repeat(500)}b`)).toBe(false);
    expect(automatonOf(grammar).configs.size).toBeLessThan(5000);
  });
});

describe("compileChoice", () => {
  it("has the listed texts as outputs, and no others", () => {
    const texts = ["", "yes", "no", "no way", "né", "\u{1F600}", "yes", '"quoted"', "line\nbreak"];
    const grammar = compileChoice(texts);
    for (const text of texts) expect(accepts(grammar, text), text).toBe(true);
    for (const text of ["y", "yes ", "now", "No", "\u{1F601}", "line"])
      expect(accepts(grammar, text), text).toBe(false);
    const seen = new Set<string | undefined>();
    for (let seed = 1; seed <= 200; seed++) seen.add(walk(grammar, seed));
    expect([...seen].sort()).toEqual([...new Set(texts)].sort());
  });

  it("reads 100,000 texts as a trie that grows only where it is read", () => {
    const texts = Array.from({ length: 100_000 }, (_, i) => `option ${i * 7919} of ${i % 13}`);
    const grammar = compileChoice(texts);
    for (const index of [0, 1, 77_777, 99_999]) expect(accepts(grammar, texts[index] as string)).toBe(true);
    expect(accepts(grammar, "option 7919 of 2")).toBe(false);
    // Four texts and a few steps off them, not 100,000 texts of twenty characters.
    expect(automatonOf(grammar).configs.size).toBeLessThan(500);
  });

  it("of one text is forced to its end", () => {
    const matcher = new Matcher(compileChoice(["only é"]), vocabulary);
    expect(new TextDecoder().decode(matcher.forcedBytes())).toBe("only é");
  });

  it.each([
    ["no list", "abc"],
    ["an empty list", []],
    ["something else than a text", ["a", 1]],
    ["a missing text", [undefined]],
    ["half a surrogate pair", ["a", "\ud83d"]],
  ])("refuses %s", (_, texts) => {
    expect(() => compileChoice(texts as string[])).toThrow(GrammarError);
  });
});

describe("the report of a regex", () => {
  it("says that it was read as Annex B has it", () => {
    const places = [{ pointer: "", keyword: "regex", pattern: "a\\-b" }];
    expect(compileRegex("a\\-b").report).toMatchObject({ dialect: "regex", annexB: places });
    expect(compileRegex("a-b").report).toMatchObject({ dialect: "regex", annexB: [] });
  });
});
