import { describe, expect, it } from "vitest";
import { LanguageArena } from "./arena.js";
import { DEAD } from "./byte-automaton.js";
import { Decimal } from "./decimal.js";
import { LanguageLimitError } from "./limits.js";
import { type NumberRange, numberEqual, numberRange } from "./number.js";
import { jsonNumber, normalisedNumber } from "./number-syntax.js";
import { randomNumbers, shortTexts } from "./testing.js";
import { TextAutomaton } from "./text.js";

/** A number as an integer at a scale of 400 digits: an oracle that is slow and plain. */
function scaled(text: string): bigint {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e") as [string, string?];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string?];
  const magnitude =
    BigInt(whole.replace("-", "") + fraction) * 10n ** BigInt(400 + Number(exponent) - fraction.length);
  return whole.startsWith("-") ? -magnitude : magnitude;
}

const NORMALISED = /^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|[1-9](?:\.\d{1,24})?[eE][+-]?\d{1,3})$/;
const FULL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function isWithin(range: NumberRange, text: string): boolean {
  if (!NORMALISED.test(text)) return false;
  const value = scaled(text);
  if (
    range.min !== undefined &&
    (range.exclusiveMin ? value <= scaled(range.min) : value < scaled(range.min))
  )
    return false;
  if (
    range.max !== undefined &&
    (range.exclusiveMax ? value >= scaled(range.max) : value > scaled(range.max))
  )
    return false;
  if (range.integer && value % 10n ** 400n !== 0n) return false;
  if (range.integer && range.integerForm === "no-fraction" && !/^-?\d+$/.test(text)) return false;
  return range.multipleOf === undefined || value % scaled(range.multipleOf) === 0n;
}

const BOUNDS = [
  "0",
  "-0",
  "1",
  "-1",
  "5",
  "9",
  "10",
  "12",
  "99",
  "100",
  "0.5",
  "-0.25",
  "1.05",
  "12.5",
  "1e2",
  "2.50",
  "1e-2",
  "-100",
  "-7.125",
  "1234",
];
const STEPS = ["1", "2", "3", "7", "10", "12", "0.1", "0.5", "0.25", "0.03", "1.5", "100", "1e-2", "2.4"];

function randomRange(random: () => number): NumberRange {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  let min = random() < 0.7 ? pick(BOUNDS) : undefined;
  let max = random() < 0.7 ? pick(BOUNDS) : undefined;
  if (min !== undefined && max !== undefined && random() < 0.8 && scaled(min) > scaled(max))
    [min, max] = [max, min];
  return {
    min,
    max,
    exclusiveMin: random() < 0.3,
    exclusiveMax: random() < 0.3,
    integer: random() < 0.3,
    multipleOf: random() < 0.4 ? pick(STEPS) : undefined,
    integerForm: random() < 0.2 ? "no-fraction" : "any",
  };
}

function randomText(random: () => number): string {
  const digits = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 10)).join("");
  const sign = random() < 0.3 ? "-" : "";
  if (random() < 0.3) {
    const fraction =
      random() < 0.7 ? `.${digits(1 + Math.floor(random() * 3))}${"0".repeat(Math.floor(random() * 2))}` : "";
    return `${sign}${1 + Math.floor(random() * 9)}${fraction}e${["", "+", "-", "-0", "0"][Math.floor(random() * 5)]}${Math.floor(random() * 5)}`;
  }
  const whole = random() < 0.2 ? "0" : String(1 + Math.floor(random() ** 3 * 2000));
  return `${sign}${whole}${random() < 0.5 ? `.${digits(1 + Math.floor(random() * 3))}` : ""}`;
}

describe("numberRange", () => {
  it("agrees with exact arithmetic on all short texts", () => {
    const texts = shortTexts("019.-e", 4).concat(shortTexts("025.", 5));
    const random = randomNumbers(3);
    for (let i = 0; i < 60; i++) {
      const arena = new LanguageArena();
      const range = randomRange(random);
      const language = numberRange(arena, range);
      for (const text of texts) {
        if (arena.matches(language, text) !== isWithin(range, text)) {
          expect.fail(`${JSON.stringify(range)}: ${text} should be ${isWithin(range, text)}`);
        }
      }
    }
  });

  it("agrees with exact arithmetic on random texts, also in the complement", () => {
    const random = randomNumbers(5);
    const texts = Array.from({ length: 300 }, () => randomText(random)).concat(BOUNDS, STEPS);
    for (let i = 0; i < 120; i++) {
      const arena = new LanguageArena();
      const range = randomRange(random);
      const language = numberRange(arena, range);
      const outside = arena.difference(normalisedNumber(arena), language);
      for (const text of texts) {
        const expected = isWithin(range, text);
        if (
          arena.matches(language, text) !== expected ||
          arena.matches(outside, text) !== (!expected && NORMALISED.test(text))
        ) {
          expect.fail(`${JSON.stringify(range)}: ${text} should be ${expected}`);
        }
      }
      const shortest = arena.shortest(language);
      if (shortest === undefined) expect(texts.some((text) => isWithin(range, text))).toBe(false);
      else expect(isWithin(range, shortest), `${JSON.stringify(range)}: ${shortest}`).toBe(true);
    }
  });

  it("has no dead state: every prefix offered leads to a member", () => {
    const random = randomNumbers(9);
    for (let i = 0; i < 100; i++) {
      const arena = new LanguageArena();
      const range = randomRange(random);
      const texts = new TextAutomaton(arena);
      let state = texts.start(numberRange(arena, range));
      if (state === DEAD) continue;
      for (let length = 0; length < 12 && texts.hasNext(state); length++) {
        const bytes = [..."0123456789.-+eE"]
          .map((c) => c.charCodeAt(0))
          .filter((byte) => texts.step(state, byte) !== DEAD);
        expect(bytes.length, JSON.stringify(range)).toBeGreaterThan(0);
        state = texts.step(state, bytes[Math.floor(random() * bytes.length)]!);
        const rest = arena.shortest(texts.language(state));
        expect(rest).toBeDefined();
      }
    }
  });

  it("decides empty ranges without a search", () => {
    const arena = new LanguageArena({ maxSearch: 2 });
    const empty: NumberRange[] = [
      { min: "1", max: "0" },
      { min: "1", max: "1", exclusiveMin: true },
      { min: "0.2", max: "0.8", integer: true },
      { min: "1", max: "999999", multipleOf: "1000000" },
      { min: "1e300", max: "1.0000001e300", multipleOf: "3e299" },
      { min: "0", exclusiveMin: true, max: "0.01", multipleOf: "0.03" },
    ];
    for (const range of empty)
      expect(arena.isEmpty(numberRange(arena, range)), JSON.stringify(range)).toBe(true);
    const odd = numberRange(arena, { min: "5", multipleOf: "9999991" });
    expect(arena.isEmpty(odd)).toBe(false);
  });

  it("finds a multiple of a large step without exploring the remainders", () => {
    const arena = new LanguageArena();
    const shortest = arena.shortest(numberRange(arena, { min: "1", multipleOf: "1000003" }))!;
    expect(shortest).toHaveLength(7);
    expect(Number(shortest) % 1000003).toBe(0);
    expect(arena.nodes.count).toBeLessThan(2000);
  });

  it("makes one range of ranges that meet", () => {
    const arena = new LanguageArena({ maxSearch: 2 });
    const parts: NumberRange[] = [
      { min: "1" },
      { max: "999999" },
      { multipleOf: "500000" },
      { multipleOf: "64" },
    ];
    const languages = parts.map((part) => numberRange(arena, part));
    expect(arena.intersection(languages)).toBe(arena.empty);
    const folded = languages.slice(0, 3).reduce((x, y) => arena.intersection([x, y]), jsonNumber(arena));
    expect(folded).toBe(numberRange(arena, { min: "1.0", max: "999999", multipleOf: "5e5" }));
  });

  it("needs few states", () => {
    const arena = new LanguageArena();
    const texts = new TextAutomaton(arena);
    const seen = [texts.start(numberRange(arena, { min: "-123456.789", max: "9007199254740991" }))];
    for (let i = 0; i < seen.length; i++) {
      for (const c of "0123456789.-+eE") {
        const next = texts.step(seen[i]!, c.charCodeAt(0));
        if (next !== DEAD && !seen.includes(next)) seen.push(next);
      }
    }
    expect(seen.length).toBeLessThan(800);
  });

  it("knows all spellings of a value", () => {
    const arena = new LanguageArena();
    const one = numberEqual(arena, "1.0");
    for (const text of ["1", "1.0", "1.000", "1e0", "1E+00", "1.0e0"])
      expect(arena.matches(one, text)).toBe(true);
    for (const text of ["10e-1", "01", "1.", "1.01", "-1", "1e1"])
      expect(arena.matches(one, text)).toBe(false);
    const zero = numberEqual(arena, "-0.0");
    for (const text of ["0", "-0", "0.00", "-0.0"]) expect(arena.matches(zero, text)).toBe(true);
    expect(arena.matches(zero, "1e-300")).toBe(false);
    expect(numberEqual(arena, "1.0")).toBe(one);
  });

  it("refuses bounds of too many digits", () => {
    const arena = new LanguageArena();
    expect(() => numberRange(arena, { min: "1e100000" })).toThrow(LanguageLimitError);
    expect(() => numberRange(arena, { multipleOf: "1e-100000" })).toThrow(LanguageLimitError);
    expect(() => numberRange(arena, { multipleOf: "0" })).toThrow(RangeError);
    expect(() => numberRange(arena, { max: "x" })).toThrow(SyntaxError);
  });
});

describe("number syntax", () => {
  it("agrees with regular expressions", () => {
    const arena = new LanguageArena();
    const random = randomNumbers(1);
    const alphabet = "0123456789.eE+--";
    for (let i = 0; i < 30_000; i++) {
      const text = Array.from(
        { length: Math.floor(random() * 8) },
        () => alphabet[Math.floor(random() * alphabet.length)],
      ).join("");
      const full = arena.matches(jsonNumber(arena), text) === FULL.test(text);
      const normalised = arena.matches(normalisedNumber(arena), text) === NORMALISED.test(text);
      if (!full || !normalised) expect.fail(text);
    }
  });
});

describe("Decimal", () => {
  it("compares exactly at any magnitude", () => {
    const texts = [
      "-1e1000000000000",
      "-12.5",
      "-1.25e1",
      "-0",
      "0",
      "0.0e5",
      "1e-999999999999",
      "0.1",
      "1e-1",
      "100",
      "1e2",
      "1.00e+02",
      "1e1000000000000",
    ];
    const ranks = [0, 1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 5, 6];
    texts.forEach((x, i) => {
      texts.forEach((y, j) => {
        expect(Math.sign(Decimal.parse(x).compare(Decimal.parse(y))) + 0).toBe(
          Math.sign(ranks[i]! - ranks[j]!),
        );
      });
    });
    expect(Decimal.parse("1200e-2").isInteger).toBe(true);
    expect(Decimal.parse("1.5").isInteger).toBe(false);
  });
});
