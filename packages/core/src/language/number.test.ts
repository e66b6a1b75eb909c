import { describe, expect, it } from "vitest";
import { LanguageArena } from "./arena.js";
import { DEAD } from "./byte-automaton.js";
import { Decimal } from "./decimal.js";
import { LanguageLimitError } from "./limits.js";
import type { Language } from "./nodes.js";
import { type NumberRange, numberChoice, numberRange, numberValues } from "./number.js";
import { jsonNumber, normalisedNumber } from "./number-syntax.js";
import { randomNumbers, shortTexts } from "./testing.js";
import { TextAutomaton } from "./text.js";

/** A number as an integer at a scale of 400 digits: an oracle that is slow and plain. */
function scaled(text: string): bigint {
  let value = scaledTexts.get(text);
  if (value === undefined) {
    const [mantissa, exponent = "0"] = text.toLowerCase().split("e") as [string, string?];
    const [whole, fraction = ""] = mantissa.split(".") as [string, string?];
    const digits = BigInt(whole.replace("-", "") + fraction);
    const magnitude = digits * 10n ** BigInt(400 + Number(exponent) - fraction.length);
    value = whole.startsWith("-") ? -magnitude : magnitude;
    scaledTexts.set(text, value);
  }
  return value;
}

const scaledTexts = new Map<string, bigint>();

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

  it("agrees with exact arithmetic on all short mantissas", () => {
    const mantissas: string[] = [];
    for (let digits = 100; digits < 1000; digits++)
      mantissas.push(`${Math.floor(digits / 100)}.${String(digits % 100).padStart(2, "0")}`);
    for (const multipleOf of ["0.25", "0.125", "2.4", "12", "40", "75", "100", "3", "0.03"]) {
      const arena = new LanguageArena();
      const range = { multipleOf };
      const language = numberRange(arena, range);
      const outside = arena.difference(numberRange(arena, { multipleOf: "0.2" }), language);
      for (let exponent = -3; exponent <= 4; exponent++) {
        for (const mantissa of mantissas) {
          const text = `${mantissa}e${exponent}`;
          const expected = isWithin(range, text);
          expect(arena.matches(language, text) === expected, `${multipleOf}: ${text}`).toBe(true);
          const isOutside = !expected && isWithin({ multipleOf: "0.2" }, text);
          expect(arena.matches(outside, text) === isOutside, `not ${multipleOf}: ${text}`).toBe(true);
        }
      }
    }
  });

  it.each(["3", "0.25", "12"])(
    "remembers the remainder by %s of a mantissa, not its digits",
    (multipleOf) => {
      const arena = new LanguageArena();
      const texts = new TextAutomaton(arena);
      let states = [texts.start(numberRange(arena, { multipleOf }))];
      for (const part of ["123456789", ".", "0123456789", "0123456789", "0123456789"]) {
        const next = states.flatMap((state) => [...part].map((c) => texts.step(state, c.charCodeAt(0))));
        states = [...new Set(next)];
      }
      // A few remainders, by the last digit that is not 0 and whether more may follow without an exponent.
      expect(states.length).toBeLessThan(100);
    },
  );

  it("knows all spellings of a value", () => {
    const arena = new LanguageArena();
    const one = numberChoice(arena, ["1.0"]);
    for (const text of ["1", "1.0", "1.000", "1e0", "1E+00", "1.0e0"])
      expect(arena.matches(one, text)).toBe(true);
    for (const text of ["10e-1", "01", "1.", "1.01", "-1", "1e1"])
      expect(arena.matches(one, text)).toBe(false);
    const zero = numberChoice(arena, ["-0.0"]);
    for (const text of ["0", "-0", "0.00", "-0.0"]) expect(arena.matches(zero, text)).toBe(true);
    expect(arena.matches(zero, "1e-300")).toBe(false);
    expect(numberChoice(arena, ["1.0"])).toBe(one);
  });

  it("has the same set for integers however they are written and ordered", () => {
    const arena = new LanguageArena();
    const texts = ["12", "-7", "0", "-0", "999999999999999", "12", "-30", "1"];
    const integers = numberChoice(arena, texts);
    // With one that is not short, all are read as decimals.
    expect(numberChoice(arena, [...texts.toReversed(), "12.0"])).toBe(integers);
    expect(numberChoice(arena, [...texts, "0.0"])).toBe(integers);
    for (const text of texts) expect(arena.matches(integers, text)).toBe(true);
    for (const text of ["7", "30", "-12", "-1", "2", "99999999999999", "-999999999999999"])
      expect(arena.matches(integers, text)).toBe(false);
    const small = new LanguageArena({ maxDigits: 3 });
    expect(() => numberChoice(small, ["1", "1234"])).toThrow(LanguageLimitError);
  });

  it("refuses bounds of too many digits", () => {
    const arena = new LanguageArena();
    expect(() => numberRange(arena, { min: "1e100000" })).toThrow(LanguageLimitError);
    expect(() => numberRange(arena, { multipleOf: "1e-100000" })).toThrow(LanguageLimitError);
    expect(() => numberRange(arena, { multipleOf: "0" })).toThrow(RangeError);
    expect(() => numberRange(arena, { max: "x" })).toThrow(SyntaxError);
  });
});

/** A boolean combination of ranges and finite sets. */
type Expression =
  | { kind: "range"; range: NumberRange }
  | { kind: "choice"; texts: string[] }
  | { kind: "not" | "and" | "or" | "one"; parts: Expression[] };

function randomExpression(random: () => number, depth: number): Expression {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  if (depth === 0 || random() < 0.15) {
    if (random() < 0.75) return { kind: "range", range: randomRange(random) };
    return { kind: "choice", texts: Array.from({ length: Math.floor(random() * 5) }, () => pick(BOUNDS)) };
  }
  const kind = pick(["not", "not", "and", "or", "one"] as const);
  const count = kind === "not" ? 1 : 2 + Math.floor(random() * 2);
  return { kind, parts: Array.from({ length: count }, () => randomExpression(random, depth - 1)) };
}

function languageOf(arena: LanguageArena, expression: Expression): Language {
  if (expression.kind === "range") return numberRange(arena, expression.range);
  if (expression.kind === "choice") return numberChoice(arena, expression.texts);
  const parts = expression.parts.map((part) => languageOf(arena, part));
  switch (expression.kind) {
    case "not":
      return arena.difference(normalisedNumber(arena), parts[0]!);
    case "and":
      return arena.intersection(parts);
    case "or":
      return arena.union(parts);
    case "one":
      return arena.union(
        parts.map((part, i) => arena.difference(part, arena.union(parts.filter((_, j) => j !== i)))),
      );
  }
}

function holds(expression: Expression, text: string): boolean {
  if (expression.kind === "range") return isWithin(expression.range, text);
  if (expression.kind === "choice") return expression.texts.some((one) => scaled(one) === scaled(text));
  const truths = expression.parts.map((part) => holds(part, text));
  switch (expression.kind) {
    case "not":
      return !truths[0];
    case "and":
      return truths.every(Boolean);
    case "or":
      return truths.some(Boolean);
    case "one":
      return truths.filter(Boolean).length === 1;
  }
}

describe("combinations of number languages", () => {
  const texts = shortTexts("0129.-e", 4).filter((text) => NORMALISED.test(text));

  it("agree with exact arithmetic, and are decided without a search", () => {
    const random = randomNumbers(17);
    const candidates = texts.concat(BOUNDS, STEPS).filter((text) => NORMALISED.test(text));
    for (let i = 0; i < 150; i++) candidates.push(randomText(random));
    const seen = { empty: 0, some: 0 };
    for (let i = 0; i < 120; i++) {
      const expression = randomExpression(random, 3);
      const unsearched = new LanguageArena({ maxSearch: 1 });
      const isEmpty = unsearched.isEmpty(languageOf(unsearched, expression));
      seen[isEmpty ? "empty" : "some"]++;
      const arena = new LanguageArena();
      const language = languageOf(arena, expression);
      for (const text of candidates) {
        const expected = NORMALISED.test(text) && holds(expression, text);
        if (arena.matches(language, text) !== expected) {
          expect.fail(`${JSON.stringify(expression)}: ${text} should be ${expected}`);
        }
        if (expected) expect(isEmpty, JSON.stringify(expression)).toBe(false);
      }
      const shortest = arena.shortest(language);
      expect(shortest === undefined, JSON.stringify(expression)).toBe(isEmpty);
      if (shortest !== undefined) expect(holds(expression, shortest), shortest).toBe(true);
    }
    expect(seen.empty).toBeGreaterThan(8);
    expect(seen.some).toBeGreaterThan(60);
  });

  it("have the values that they list", () => {
    const random = randomNumbers(29);
    for (let i = 0; i < 120; i++) {
      const arena = new LanguageArena();
      const expression = randomExpression(random, 3);
      const language = languageOf(arena, expression);
      const values = numberValues(arena, language, 20);
      expect(new Set(values.map(scaled)).size).toBe(values.length);
      for (const value of values) {
        const isIn = holds(expression, value) || holds(expression, `${value}.0`);
        expect(isIn, `${JSON.stringify(expression)}: ${value}`).toBe(true);
      }
      // Fewer than asked for are all.
      if (values.length < 20) {
        const rest = arena.difference(language, numberChoice(arena, values));
        expect(arena.isEmpty(rest), JSON.stringify(expression)).toBe(true);
      }
    }
  });

  it("have no dead state", () => {
    const random = randomNumbers(23);
    for (let i = 0; i < 120; i++) {
      const arena = new LanguageArena();
      const expression = randomExpression(random, 3);
      const automaton = new TextAutomaton(arena);
      let state = automaton.start(languageOf(arena, expression));
      if (state === DEAD) continue;
      let text = "";
      while (text.length < 14 && automaton.hasNext(state)) {
        const next = [..."0123456789.-+eE"].filter((c) => automaton.step(state, c.charCodeAt(0)) !== DEAD);
        expect(next.length, JSON.stringify(expression)).toBeGreaterThan(0);
        text += next[Math.floor(random() * next.length)]!;
        state = automaton.step(state, text.charCodeAt(text.length - 1));
        const rest = arena.shortest(automaton.language(state));
        const whole = `${text}${rest}`;
        // Beyond the oracle's scale.
        if (/e-[3-9]\d\d/i.test(whole)) continue;
        expect(
          NORMALISED.test(whole) && holds(expression, whole),
          `${JSON.stringify(expression)}: ${whole}`,
        ).toBe(true);
      }
    }
  });

  it("are one language for one set", () => {
    const arena = new LanguageArena();
    const all = normalisedNumber(arena);
    const sixes = numberRange(arena, { multipleOf: "6" });
    const twos = numberRange(arena, { multipleOf: "2" });
    const threes = numberRange(arena, { multipleOf: "3" });
    expect(arena.intersection([twos, threes])).toBe(sixes);
    // not (not 2 or not 3) = 6
    const outside = (language: Language) => arena.difference(all, language);
    expect(outside(arena.union([outside(twos), outside(threes)]))).toBe(sixes);
    const low = numberRange(arena, { max: "3.5" });
    const high = numberRange(arena, { min: "3.5", exclusiveMin: true });
    expect(arena.union([low, high])).toBe(all);
    expect(arena.intersection([low, high])).toBe(arena.empty);
    // Nothing but 4 is a multiple of 4 between 3.5 and 7.
    const four = arena.intersection([high, numberRange(arena, { max: "7", multipleOf: "4" })]);
    expect(arena.difference(four, numberChoice(arena, ["4"]))).toBe(arena.empty);
  });

  it("choose among many values", () => {
    const arena = new LanguageArena({ maxSearch: 1 });
    const even = numberChoice(
      arena,
      Array.from({ length: 100_000 }, (_, i) => String(2 * i)),
    );
    const quarters = numberChoice(
      arena,
      Array.from({ length: 100_000 }, (_, i) => String(i / 4)),
    );
    const both = arena.intersection([even, quarters]);
    for (const text of ["0", "24998", "24998.00", "2.4998e4"]) expect(arena.matches(both, text)).toBe(true);
    for (const text of ["25000", "24999", "24997.5", "-2", "199998"])
      expect(arena.matches(both, text)).toBe(false);
    expect(arena.matches(arena.difference(even, quarters), "199998")).toBe(true);
    expect(arena.nodes.count).toBeLessThan(3000);
  });

  it("are limited by the common multiples that they need", () => {
    const primes = ["2", "3", "5", "7", "11", "13", "17", "19", "23", "29", "31"];
    const arena = new LanguageArena({ maxDivisors: 100 });
    const none = () =>
      primes.map((prime) =>
        arena.difference(normalisedNumber(arena), numberRange(arena, { multipleOf: prime })),
      );
    expect(() => arena.intersection(none())).toThrow(LanguageLimitError);
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
