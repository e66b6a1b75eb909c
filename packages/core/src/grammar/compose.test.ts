import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomNumbers, randomWalk } from "../../test/walk.js";
import { compileGrammar, GrammarError, type GrammarPart, Matcher } from "../index.js";

const DOCUMENT = "The cat sat on the mat. It purred.";

const CASES: Readonly<Record<string, { part: GrammarPart; yes: string[]; no: string[] }>> = {
  "a union of kinds": {
    part: {
      anyOf: [
        "yes",
        { schema: { type: "integer", minimum: 5 } },
        { regex: "[a-c]{2}" },
        { gbnf: 'root ::= "(" root? ")"' },
      ],
    },
    yes: ["yes", "12", "ab", "(())"],
    no: ["no", "4", "abc", "(()"],
  },
  "a concatenation of kinds": {
    part: {
      sequence: [
        "Answer: ",
        {
          schema: {
            type: "object",
            properties: { a: { const: 1 } },
            required: ["a"],
            additionalProperties: false,
          },
        },
        { repeat: { ebnf: 'root ::= x\nx ::= ";" x?' }, min: 1, max: 1 },
        { lark: "start: A B\nA: /[a-z]+/\nB: /[0-9]+/" },
      ],
    },
    yes: ['Answer: {"a": 1};;ab12'],
    no: ['Answer: {"a": 1}ab12', 'Answer: {"a": 1};12'],
  },
  "quotes of a text": {
    part: { sequence: ['"', { quoteOf: DOCUMENT }, '"'] },
    yes: ['""', '"cat sat on"', '"The cat sat on the mat. It purred."', '"mat."'],
    no: ['"at sat"', '"cat on"', '"dog"'],
  },
  "quotes by characters": {
    part: { quoteOf: "abcab", by: "characters" },
    yes: ["", "cab", "abcab"],
    no: ["ac", "abab"],
  },
  "text and repetitions": {
    part: { repeat: { sequence: [{ textWithout: [";", "x"] }, ";"] }, max: 2 },
    yes: ["", "a b;", ";c;"],
    no: ["a", "x;", ";;;"],
  },
};

describe("joined grammars", () => {
  for (const [name, { part, yes, no }] of Object.entries(CASES)) {
    it(`are read: ${name}`, () => {
      const grammar = compileGrammar(part);
      for (const text of yes) expect(accepts(grammar, text), text).toBe(true);
      for (const text of no) expect(accepts(grammar, text), text).toBe(false);
      for (let seed = 0; seed < 15; seed++) {
        const text = randomWalk(new Matcher(grammar, byteVocabulary()), randomNumbers(seed), 20);
        expect(accepts(grammar, text), text).toBe(true);
      }
    });
  }

  it("are refused where a part is none", () => {
    expect(() => compileGrammar({ nothing: 1 } as never)).toThrow("nothing");
    expect(() => compileGrammar({ repeat: "a", min: 3, max: 2 })).toThrow(GrammarError);
    expect(() => compileGrammar({ lark: 'start: "a"\n%ignore " "' })).toThrow("%ignore");
    expect(() => compileGrammar({ anyOf: [] })).toThrow("no output");
  });
});
