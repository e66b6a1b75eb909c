import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../../benchmarks/shared/random-schemas.js";
import { accepts, begins } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { isExpected } from "../../test/compile-random.js";
import { json, serialise } from "../../test/json-texts.js";
import type { Json } from "../../test/random-formulas.js";
import { allowedTokens, randomNumbers, randomWalk } from "../../test/walk.js";
import {
  compileJson,
  compileJsonSchema,
  type Layout,
  LayoutError,
  Matcher,
  PatternError,
  type Separators,
} from "../index.js";

const vocabulary = byteVocabulary();

describe("whitespacePattern", () => {
  const run = fc.constantFrom("", "", "", " ", "  ", "\n", "\t", "\r\n", "\n  ", " ".repeat(40));

  it.each(["", " ?", "[ \\n]*", "\\n|\\r\\n|", "(?:\\n {2}| )?"])(
    "/%s/ is matched by the run in each gap, the empty run included",
    (whitespacePattern) => {
      const grammar = compileJson({ whitespacePattern });
      const whole = new RegExp(`^(?:${whitespacePattern})$`);
      const counts = [0, 0];
      fc.assert(
        fc.property(json, fc.infiniteStream(run), (value, runs) => {
          let expected = true;
          const text = serialise(value, () => {
            const next = runs.next().value as string;
            expected &&= whole.test(next);
            return next;
          });
          counts[Number(expected)] = (counts[Number(expected)] as number) + 1;
          expect(accepts(grammar, text), JSON.stringify(text)).toBe(expected);
        }),
        { numRuns: 200 },
      );
      expect(counts[1]).toBeGreaterThan(10);
    },
  );

  it("makes whitespace mandatory where it does not match the empty run", () => {
    const grammar = compileJson({ whitespacePattern: " " });
    expect(accepts(grammar, '{ "a" : [ ] , "b" : [ 1 , 2 ] }')).toBe(true);
    expect(accepts(grammar, '{"a" : [ ] }')).toBe(false);
    expect(accepts(grammar, "{}")).toBe(false);
    expect(accepts(grammar, "{ }")).toBe(true);
  });

  it("lets runs go on for ever only if it says so", () => {
    expect(begins(compileJson({ whitespacePattern: "\\n*" }), `[${"\n".repeat(5000)}`)).toBe(true);
    expect(begins(compileJson({ whitespacePattern: "\\n{0,9}" }), `[${"\n".repeat(10)}`)).toBe(false);
  });

  it.each([
    ["\\s*", LayoutError],
    [" ?x?", LayoutError],
    ["[^a]", LayoutError],
    ["[^\\s\\S]", LayoutError],
    ["(", PatternError],
    ["( )\\1", PatternError],
    [5, LayoutError],
  ])("%s is an error", (pattern, type) => {
    expect(() => compileJson({ whitespacePattern: pattern as string })).toThrow(type);
  });

  it("is not given together with whitespace", () => {
    expect(() => compileJson({ whitespacePattern: " ?", whitespace: "compact" })).toThrow(LayoutError);
  });
});

/** What Python's `json.dumps` writes. */
function dumps(value: Json, item: string, key: string, indent = "", outer = ""): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isArray = Array.isArray(value);
  const [open, close] = isArray ? "[]" : "{}";
  const inner = outer + indent;
  const members = Object.entries(value).map(([name, of]) => {
    const text = dumps(of as Json, item, key, indent, inner);
    return isArray ? text : `${JSON.stringify(name)}${key}${text}`;
  });
  if (members.length === 0) return `${open}${close}`;
  const line = (at: string) => (indent === "" ? "" : `\n${at}`);
  return `${open}${line(inner)}${members.join(item + line(inner))}${line(outer)}${close}`;
}

describe("separators", () => {
  const texts: { item: string; key: string }[] = [
    { item: ", ", key: ": " },
    { item: ",", key: ":" },
    { item: " , ", key: "\t:\n" },
    { item: " ,", key: ":" },
    { item: "  \n, ", key: " : " },
  ];

  it("that are Python's make what Python writes", () => {
    const value = { a: [1, { b: [] }, "x, y"], c: {} };
    const python: [Layout, string][] = [
      [{ separators: { item: ", ", key: ": " } }, '{"a": [1, {"b": []}, "x, y"], "c": {}}'],
      [{ separators: { item: ",", key: ":" } }, '{"a":[1,{"b":[]},"x, y"],"c":{}}'],
      [{ separators: { item: " , ", key: " : " } }, '{"a" : [1 , {"b" : []} , "x, y"] , "c" : {}}'],
      [
        { separators: { item: ", ", key: ":" }, whitespace: { style: "pretty", indent: 1 } },
        '{\n "a":[\n  1, \n  {\n   "b":[]\n  }, \n  "x, y"\n ], \n "c":{}\n}',
      ],
    ];
    for (const [layout, text] of python) {
      const grammar = compileJson(layout);
      expect(JSON.parse(text)).toEqual(value);
      for (const [, other] of python) expect(accepts(grammar, other), other).toBe(other === text);
    }
  });

  it.each(texts)("%j stand exactly", (separators) => {
    const { item, key } = separators;
    const grammars: [string, ReturnType<typeof compileJson>][] = [
      ["", compileJson({ separators })],
      ["", compileJson({ separators, whitespace: "compact" })],
      ["  ", compileJson({ separators, whitespace: "pretty" })],
      ["\t", compileJson({ separators, whitespace: { style: "pretty", indent: "\t" } })],
    ];
    fc.assert(
      fc.property(json, fc.constantFrom(...texts), (value, other) => {
        for (const [indent, grammar] of grammars) {
          const text = dumps(value, item, key, indent);
          expect(accepts(grammar, text), text).toBe(true);
          const wrong = dumps(value, other.item, other.key, indent);
          expect(accepts(grammar, wrong), wrong).toBe(wrong === text);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("leave whitespace at brackets to the policy", () => {
    const flexible = compileJson({
      separators: { item: " ,", key: ":" },
      whitespace: { style: "flexible", max: 2 },
    });
    for (const run of ["", " ", "\n\n", " \n"]) {
      expect(accepts(flexible, `[${run}1 ,2${run}]`), run).toBe(true);
      expect(accepts(flexible, `{${run}"a":{${run}}${run}}`), run).toBe(true);
    }
    for (const text of [
      "[1,2]",
      "[1  ,2]",
      "[1\n,2]",
      "[1 , 2]",
      '{"a": 1}',
      '{"a" :1}',
      "[   1]",
      "[1   ]",
    ]) {
      expect(accepts(flexible, text), text).toBe(false);
    }
    const pattern = compileJson({ separators: { item: ", ", key: ": " }, whitespacePattern: "\\n*" });
    expect(accepts(pattern, '{\n\n\n"a": [1, 2\n]}')).toBe(true);
    expect(accepts(pattern, '{"a":\n1}')).toBe(false);
  });

  it("that are missing are the policy's", () => {
    const item = compileJson({ separators: { item: " , " }, whitespace: "spaced" });
    for (const text of ['{"a":1 , "b": 2}', "[1 , 2]"]) expect(accepts(item, text), text).toBe(true);
    for (const text of ['{"a" : 1}', "[1, 2]"]) expect(accepts(item, text), text).toBe(false);
    const key = compileJson({ separators: { key: " :" }, whitespace: "pretty" });
    expect(accepts(key, '{\n  "a" :1,\n  "b" :2\n}')).toBe(true);
    expect(accepts(key, '{\n  "a": 1\n}')).toBe(false);
  });

  it("that are patterns match as a whole, one by one", () => {
    const runs = ["", " ", "  ", "\n", "\n\t"];
    const pairs = runs.flatMap((before) => runs.map((behind) => [before, behind] as const));
    const patterns: ((sign: string) => string)[] = [
      (sign) => ` ?${sign} ?`,
      (sign) => `[ \\n]*${sign}`,
      (sign) => `${sign}(?:\\n\\t*|)`,
      (sign) => `(?:${sign} |${sign}\\n){1}`,
      (sign) => ` {1,2}${sign}(?!\\n)[\\n ]?`,
      (sign) => `${sign}\\x20{0,2}`,
    ];
    for (const whitespace of ["compact", "pretty", "flexible"] as const) {
      for (const make of patterns) {
        const [pattern, keys] = [make(","), make(":")];
        const grammar = compileJson({
          separators: { item: { pattern }, key: { pattern: keys } },
          whitespace,
        });
        const [isItem, isKey] = [new RegExp(`^(?:${pattern})$`, "u"), new RegExp(`^(?:${keys})$`, "u")];
        let matching = 0;
        const lines = whitespace === "pretty" ? ["\n  ", "\n"] : ["", ""];
        for (const [a, b] of pairs) {
          for (const [c, d] of pairs) {
            const text = `{${lines[0]}"a"${a}:${b}1${c},${d}${lines[0]}"b"${a}:${b}2${lines[1]}}`;
            const expected = isKey.test(`${a}:${b}`) && isItem.test(`${c},${d}`);
            if (expected) matching++;
            expect(accepts(grammar, text), JSON.stringify(text)).toBe(expected);
          }
        }
        expect(matching, pattern).toBeGreaterThan(0);
      }
    }
  });

  it("that are texts and patterns are the same where they match the same", () => {
    const byText = compileJson({ separators: { item: " , ", key: " :" }, whitespace: "pretty" });
    const byPattern = compileJson({
      separators: { item: { pattern: "\\u0020, " }, key: { pattern: "(?: :)" } },
      whitespace: "pretty",
    });
    fc.assert(
      fc.property(json, (value) => {
        const text = dumps(value, " , ", " :", "  ");
        expect([accepts(byText, text), accepts(byPattern, text)]).toEqual([true, true]);
        expect([accepts(byText, `${text} `), accepts(byPattern, `${text} `)]).toEqual([false, false]);
      }),
      { numRuns: 50 },
    );
  });

  it.each(["(", "a**", "(,)\\1"])("the pattern %s is a PatternError", (pattern) => {
    expect(() => compileJson({ separators: { item: { pattern } } })).toThrow(PatternError);
  });

  it.each([
    { item: { pattern: ",| , " } },
    { item: { pattern: "\\s*," } },
    { item: { pattern: ",?" } },
    { item: { pattern: ",+" } },
    { item: { pattern: ",(?!)" } },
    { item: { pattern: " {0,5000}," } },
    { key: { pattern: "," } },
    { key: { pattern: 1 } },
    { key: null },
    { item: ";" },
    { item: ",," },
    { item: "" },
    { item: ":" },
    { key: ",", item: "," },
    { key: "\u00a0:" },
    { key: ": x" },
    { key: 1 },
    { item: `${" ".repeat(2000)},` },
  ])("%j is a LayoutError", (separators) => {
    expect(() => compileJson({ separators: separators as Separators })).toThrow(LayoutError);
  });
});

describe("every layout", () => {
  const layouts: Layout[] = [
    { whitespace: "auto" },
    { whitespacePattern: "[ \\n]{1,3}" },
    { whitespacePattern: "(?:\\n {2}| )*" },
    { separators: { item: " , ", key: "\t: " } },
    { separators: { item: " ,", key: ":" }, whitespace: { style: "flexible", max: 3 } },
    { separators: { item: "\n,", key: " : " }, whitespace: "pretty" },
    { separators: { item: " \n,\t" }, whitespacePattern: " \\n ?" },
    {
      separators: { item: { pattern: "\\n? *,[ \\t]{0,2}" }, key: { pattern: " ?:(?: |\\n)" } },
      whitespace: "flexible",
    },
    { separators: { item: { pattern: " *, *" } }, whitespace: "pretty" },
  ];

  it.each(layouts)("%j has no dead ends, and masks that are what trying every token gives", (layout) => {
    let walks = 0;
    fc.assert(
      fc.property(schemas, fc.nat(), (schema, seed) => {
        try {
          const grammar = compileJsonSchema(schema, layout);
          const matcher = new Matcher(grammar, vocabulary);
          const random = randomNumbers(seed);
          for (let step = 0; step < 12 && !matcher.isEnded; step++) {
            const allowed = allowedTokens(matcher);
            const tried: number[] = [];
            for (let id = 0; id < vocabulary.size; id++) {
              if (!matcher.accept(id)) continue;
              tried.push(id);
              matcher.rollback(1);
            }
            // Behind a limit only what ends the output is accepted.
            if (matcher.limitHit !== undefined) return;
            expect(allowed).toEqual(tried);
            matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
          }
          matcher.reset();
          const text = randomWalk(matcher, random);
          walks++;
          JSON.parse(text);
        } catch (error) {
          if (!isExpected(error)) throw error;
        }
      }),
      { numRuns: 25 },
    );
    expect(walks).toBeGreaterThan(3);
  });
});
