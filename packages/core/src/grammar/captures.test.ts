import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomTree } from "../../test/random-trees.js";
import { recognises } from "../../test/tree-recogniser.js";
import { randomNumbers, randomWalk } from "../../test/walk.js";
import { compileLark, type Grammar, GrammarError, Matcher, Vocabulary } from "../index.js";
import { compileTree } from "./context-free.js";
import type { GrammarNode, GrammarTree } from "./tree.js";

const encoder = new TextEncoder();
const vocabulary = byteVocabulary();

/** What is captured of a text that is accepted byte by byte. */
function captured(grammar: Grammar, text: string): string[] | undefined {
  const bytes = encoder.encode(text);
  const matcher = new Matcher(grammar, vocabulary);
  for (const byte of bytes) if (!matcher.accept(byte)) throw new Error(`not accepted: ${text}`);
  return matcher.captures()?.map(({ name, start, end, text: part }) => {
    expect(part).toBe(new TextDecoder().decode(bytes.subarray(start, end)));
    return `${name}: ${part}`;
  });
}

/** Those of llguidance's documentation (docs/syntax.md of guidance-ai/llguidance) among them. */
const CASES: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    "text up to a stop, which what follows reads",
    'start: outer /.*/\nouter[capture]: inner "<end>"\ninner[capture, stop="<end>"]: /.*/',
    "foo<end>bar<end>",
    ["outer: foo<end>", "inner: foo"],
  ],
  [
    "text without its suffix",
    'start: outer /.*/\nouter[capture]: inner\ninner[capture, suffix="<end>", stop_capture="s"]: /.*/',
    "foo<end>bar<end>",
    ["outer: foo<end>", "inner: foo", "s: <end>"],
  ],
  [
    "a suffix alone",
    'start: inner /.*/\ninner[suffix=/[0-9]/, stop_capture="digit"]: /.*/',
    "ab1c2",
    ["digit: 1"],
  ],
  [
    "a lazy lexeme",
    "start: inner /.*/\ninner[capture, lazy]: /.*<end>/",
    "foo<end>bar<end>",
    ["inner: foo<end>"],
  ],
  [
    "names of their own, each time, without what is ignored around them",
    'start: pair ("," pair)*\npair[capture="p"]: NAME "=" value\nvalue[capture]: /[0-9]+/\nNAME: /[a-z]+/\n%ignore / +/',
    "a = 1, bc=22 ,d  = 3",
    ["p: a = 1", "value: 1", "p: bc=22", "value: 22", "p: d  = 3", "value: 3"],
  ],
  [
    "recursion on the left",
    'start: sum\nsum[capture]: sum "+" term | term\nterm[capture]: /[0-9]/ | "(" sum ")"',
    "1+(2)+3",
    ["sum: 1+(2)+3", "sum: 1+(2)", "sum: 1", "term: 1", "term: (2)", "sum: 2", "term: 2", "term: 3"],
  ],
  [
    "JSON, and nothing where a rule is empty",
    'start: call mark\ncall[capture]: %json { "type": "array", "items": { "type": "integer" } }\nmark[capture]: "!"?',
    "[1, 23]",
    ["call: [1, 23]", "mark: "],
  ],
  [
    "texts of more than one byte a character",
    'start: a b\na[capture]: /[é🙂]+/\nb[capture]: "→"',
    "é🙂→",
    ["a: é🙂", "b: →"],
  ],
  [
    "alternatives that stand first",
    'start: (long | short short)\nlong[capture]: "a" "a"\nshort[capture]: "a"',
    "aa",
    ["long: aa"],
  ],
  [
    "templates",
    'start: two{word}\ntwo{x}[capture]: x "," x\nword[capture]: /[a-z]+/',
    "a,b",
    ["two: a,b", "word: a", "word: b"],
  ],
];

describe("captures", () => {
  it.each(CASES)("are parts of a whole output: %s", (_, source, text, expected) => {
    expect(captured(compileLark(source), text)).toEqual(expected);
  });

  it("are undefined before an output is complete, and follow roll-back", () => {
    const matcher = new Matcher(compileLark('start: a ";"\na[capture]: /[a-z]+/'), vocabulary);
    matcher.acceptBytes(encoder.encode("ab"));
    expect(matcher.captures()).toBeUndefined();
    matcher.acceptBytes(encoder.encode(";"));
    expect(matcher.captures()).toEqual([{ name: "a", start: 0, end: 2, text: "ab" }]);
    matcher.rollback(1);
    expect(matcher.captures()).toBeUndefined();
    expect(matcher.clone().acceptBytes(encoder.encode(";"))).toBe(true);
  });

  it("are found beside tokens that a grammar asks for as such, and limits of tokens", () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    const vocabulary = Vocabulary.fromBytes([...bytes, encoder.encode("ab"), null], { eosTokenIds: [257] });
    const grammar = compileLark(
      'start: word mark word\nword[capture, max_tokens=2]: /[a-z]+/\nmark[capture]: <[256]> | ";"',
    );
    const matcher = new Matcher(grammar, vocabulary);
    for (const id of [120, 121, 256, 122, 257]) expect(matcher.accept(id)).toBe(true);
    expect(matcher.captures()?.map(({ name, text }) => [name, text])).toEqual([
      ["word", "xy"],
      ["mark", "ab"],
      ["word", "z"],
    ]);
  });

  it("take no stack for long outputs", () => {
    const grammar = compileLark('start: list\nlist: "x" list | last\nlast[capture]: "y"');
    expect(captured(grammar, `${"x".repeat(20_000)}y`)).toEqual(["last: y"]);
  });

  it("are what a plain recogniser finds of each rule, one within the other", () => {
    let count = 0;
    for (const tree of fc.sample(randomTree, { seed: 31, numRuns: 120 })) {
      let grammar: Grammar;
      try {
        grammar = compileTree("test", capturing(tree));
      } catch (error) {
        if (error instanceof GrammarError) continue;
        throw error;
      }
      for (let i = 0; i < 3; i++) {
        const matcher = new Matcher(grammar, byteVocabulary(["aa", "ab", "ba"]));
        const text = randomWalk(matcher, randomNumbers(100 * count + i), 8);
        if (text.length > 20) continue;
        const captures = matcher.captures() ?? [];
        const shown = JSON.stringify([...tree.rules, text, captures]);
        expect(captures[0], shown).toEqual({ name: tree.start, start: 0, end: text.length, text });
        const open: { end: number }[] = [];
        for (const { name, start, end } of captures) {
          expect(recognises({ ...tree, start: name }, text.slice(start, end)), shown).toBe(true);
          while (open.length > 0 && (open.at(-1)?.end as number) <= start && end > start) open.pop();
          if (open.length > 0 && end > start)
            expect(end, shown).toBeLessThanOrEqual(open.at(-1)?.end as number);
          if (end > start) open.push({ end });
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(300);
  });

  it("of a stop alone are refused, with their place", () => {
    const source = 'start: a "b"\na[stop="b", stop_capture="c"]: /.*/';
    expect(() => compileLark(source)).toThrow("beside suffix only");
  });
});

/** A grammar that captures each of its rules. */
function capturing(tree: GrammarTree): GrammarTree {
  const rules = [...tree.rules].map(([name, item]): [string, GrammarNode] => [
    name,
    { kind: "capture", item, name },
  ]);
  return { ...tree, rules: new Map(rules) };
}
