import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { C_LARK, C_PROGRAM, GBNF } from "../../test/grammars.js";
import { randomNumbers } from "../../test/walk.js";
import { compileGbnf, compileLark, compileTools, type Grammar, Matcher, Vocabulary } from "../index.js";

/** The tokenizer.json of a real model; that of the bundled model by default. */
const file =
  process.env.GRAMMASK_TOKENIZER ??
  fileURLToPath(new URL("../../../../models/smollm2-135m-instruct/tokenizer.json", import.meta.url));

const schema = { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } };
const TOOLS = compileTools([{ name: "weather", parameters: schema }], { format: "hermes" }).grammar;

/** Grammars, and how outputs of them begin. */
const CASES: readonly (readonly [string, Grammar, readonly string[]])[] = [
  [
    "C without a lexer",
    compileGbnf(GBNF.c as string),
    ["int main(int a) { foo = ", "int f() { x", 'int f() { x("a'],
  ],
  [
    "C with a lexer",
    compileLark(C_LARK),
    [
      "int ma",
      "int main() { ",
      "int main() { while (i",
      'int main() { x = f("ab',
      "int main() { if (x) { return 1; } // a",
    ],
  ],
  [
    "terminals that end at the shortest beside others",
    compileLark('start: (call | other)*\ncall: head "=x>"\nhead[lazy]: /(.|\\n)*e/\nother: /[^;]{4,}/ ";"'),
    ["ab", "abc", "abcdf", "ae=x>b"],
  ],
  ["JSON as a grammar", compileGbnf(GBNF.json as string), ['{"a', '{"a": [1, ', '{"a": [1, "b"]']],
  [
    "calls of tools",
    TOOLS,
    [
      "Hello",
      "Hello <tool",
      '<tool_call>\n{"name": "weather", "arguments": {',
      '<tool_call>\n{"name": "weather", "arguments": {"city": "O',
      '<tool_call>\n{"name": "weather", "arguments": {"days": 3}',
    ],
  ],
];

it("tokens leave a terminal behind bytes that leave its state as it is", () => {
  const tokens = ["__;", "ab;", "aaa(", "a1 ", "x_y = "];
  const vocabulary = byteVocabulary(tokens);
  const matcher = new Matcher(compileGbnf(GBNF.c as string), vocabulary);
  expect(matcher.acceptBytes(new TextEncoder().encode("int f() { int x"))).toBe(true);
  const allowed = tokens.filter((_, i) => matcher.mask().has(256 + i));
  expect(allowed).toEqual(["__;", "ab;", "a1 ", "x_y = "]);
});

describe("masks of context-free grammars for a real vocabulary", () => {
  const vocabulary = Vocabulary.fromTokenizerJson(readFileSync(file, "utf8"), { eosTokenIds: [0] });
  const encoder = new TextEncoder();

  it.each(CASES)("are what trying tokens says: %s", (_, grammar, texts) => {
    const random = randomNumbers(5);
    for (const text of texts) {
      const matcher = new Matcher(grammar, vocabulary);
      expect(matcher.acceptBytes(encoder.encode(text)), text).toBe(true);
      for (let step = 0; step < 3 && !matcher.isEnded; step++) {
        const mask = matcher.mask();
        const drawn = Array.from({ length: 1500 }, () => Math.floor(random() * vocabulary.size));
        // Tokens with signs are where masks are hard.
        for (let id = step; id < vocabulary.size; id += 3) {
          if (/["[\]{}:,(<>;=/*+\n-]/.test(vocabulary.tokenText(id))) drawn.push(id);
        }
        for (const id of drawn) {
          const accepted = matcher.accept(id);
          if (accepted) matcher.rollback(1);
          expect(mask.has(id), `${id} after ${Buffer.from(matcher.bytes).toString()}`).toBe(accepted);
        }
        const allowed = drawn.filter((id) => mask.has(id));
        if (allowed.length > 0) matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
      }
    }
  });

  it("are remembered where an output comes to the same place again", () => {
    const grammar = compileLark(C_LARK);
    const bytes = encoder.encode(C_PROGRAM);
    const matcher = new Matcher(grammar, vocabulary);
    for (const byte of bytes) expect(matcher.acceptBytes(Uint8Array.of(byte))).toBe(true);
    expect(matcher.isComplete).toBe(true);
    const { sets } = grammar.automaton as unknown as { sets: { size: number } };
    const before = sets.size;
    const again = new Matcher(grammar, vocabulary);
    for (const byte of bytes) again.acceptBytes(Uint8Array.of(byte));
    expect(sets.size).toBe(before);
  });
});
