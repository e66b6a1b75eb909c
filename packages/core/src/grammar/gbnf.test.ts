import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { complaintOf } from "../../test/complaint.js";
import { GBNF, TEXTS } from "../../test/grammars.js";
import { randomNumbers, randomWalk } from "../../test/walk.js";
import { compileGbnf, GrammarLimitError, Matcher, Vocabulary } from "../index.js";

const encoder = new TextEncoder();

/** The message of the error that a source gives. */
const complaint = (source: string) => complaintOf(() => compileGbnf(source));

describe("GBNF", () => {
  for (const [name, source] of Object.entries(GBNF)) {
    it(`reads a grammar of ${name}`, () => {
      const grammar = compileGbnf(source);
      for (const text of TEXTS[name]?.yes ?? []) expect(accepts(grammar, text), text).toBe(true);
      for (const text of TEXTS[name]?.no ?? []) expect(accepts(grammar, text), text).toBe(false);
    });

    it(`has outputs of ${name} that can be read again, and no dead ends`, () => {
      const grammar = compileGbnf(source);
      const vocabulary = byteVocabulary();
      for (let seed = 0; seed < 25; seed++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(seed), 40);
        expect(accepts(grammar, text), text).toBe(true);
        if (name === "json") expect(() => JSON.parse(text)).not.toThrow();
      }
    });
  }

  it("reads all that JSON.stringify writes, and nothing that JSON.parse does not", () => {
    const grammar = compileGbnf(GBNF.json as string);
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), fc.nat(), fc.nat(255), (value, at, byte) => {
        const text = JSON.stringify(value);
        expect(accepts(grammar, text), text).toBe(true);
        const bytes = encoder.encode(text);
        bytes[at % bytes.length] = byte;
        const matcher = new Matcher(grammar, byteVocabulary([]));
        if (!matcher.acceptBytes(bytes) || !matcher.isComplete) return;
        expect(() => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))).not.toThrow();
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it("counts repetitions", () => {
    const grammar = compileGbnf('root ::= "a"{2} pair{1,2} "c"{0,1} "d"{1,}\npair ::= "(" pair? ")"');
    for (const text of ["aa()d", "aa(())()ddd", "aa()cd"]) expect(accepts(grammar, text)).toBe(true);
    for (const text of ["a()d", "aad", "aa()()()d", "aa()ccd", "aa()c"])
      expect(accepts(grammar, text)).toBe(false);
  });

  it("says where something is wrong", () => {
    expect(complaint('root ::= "a')).toBe("Line 1, column 10: The text is not closed by a quote.");
    expect(complaint('root ::= "a"\nx ::= (y\n"b"')).toContain(
      "Line 3, column 4: The group from line 2, column 7 on",
    );
    expect(complaint("root ::= a\n\n  b ::= [z-a]")).toBe(
      "Line 3, column 10: The range ends before it begins.",
    );
    expect(complaint("root ::= a")).toBe('Line 1, column 10: There is no rule "a".');
    expect(complaint('a ::= "b"')).toContain('There is no rule "root"');
    expect(complaint('root ::= "a"\nroot ::= "b"')).toBe(
      'Line 2, column 1: The rule "root" is there already.',
    );
    expect(complaint('root ::= "\\q"')).toContain("Line 1, column 11: There is no escape \\q.");
    expect(complaint('root ::= "a"{3,2}')).toContain("Line 1, column 13: ");
    expect(complaint("root ::= $")).toContain("Line 1, column 10: Nothing in a rule begins with");
    expect(complaint('root := "a"')).toContain('Line 1, column 6: "::=" must follow');
  });

  it("refuses what has no text, at once", () => {
    expect(complaint('root ::= "a" root')).toContain("so there is no output");
    expect(complaint('root ::= x\nx ::= "a" y\ny ::= x "b"')).toContain("so there is no output");
    // An alternative without text is none.
    const grammar = compileGbnf('root ::= "a" x | "b"\nx ::= "c" x');
    const matcher = new Matcher(grammar, byteVocabulary([]));
    expect(matcher.allowedBytes()).toEqual([0x62]);
  });

  it("has limits", () => {
    expect(() => compileGbnf(`root ::= ${"(".repeat(600)}"a"${")".repeat(600)}`)).toThrow(GrammarLimitError);
    expect(() => compileGbnf('root ::= x{2000000}\nx ::= "a" x? "b"')).toThrow(GrammarLimitError);
    expect(() => compileGbnf('root ::= "a"', { limits: { maxSource: 5 } })).toThrow(GrammarLimitError);
    const long = Array.from({ length: 20_000 }, (_, i) => `r${i} ::= "(" r${i + 1} ")"`).join("\n");
    const grammar = compileGbnf(`root ::= r0\n${long}\nr20000 ::= "x"`);
    expect(accepts(grammar, `${"(".repeat(20_000)}x${")".repeat(20_000)}`)).toBe(true);
  });

  it("asks for tokens by name and number, where the vocabulary has them", () => {
    const bytes = Array.from({ length: 256 }, (_, byte): Uint8Array | null => Uint8Array.of(byte));
    for (const name of ["<|call|>", "<|end|>", "ab"]) bytes.push(encoder.encode(name));
    const vocabulary = Vocabulary.fromBytes([...bytes, null], {
      eosTokenIds: [259],
      specialTokenIds: [256, 257],
    });
    const grammar = compileGbnf('root ::= <|call|> name <[257]> | "none" <|no|>\nname ::= !<[0-255]>');
    const matcher = new Matcher(grammar, vocabulary);
    expect([...(matcher.mask().ids ?? [])]).toEqual([256]);
    expect(matcher.completionTokens()).toBe(3);
    expect(matcher.accept(256)).toBe(true);
    expect([...(matcher.mask().ids ?? [])]).toEqual([256, 257, 258]);
    expect(matcher.accept(258)).toBe(true);
    expect([...(matcher.maskWithin(2).ids ?? [])]).toEqual([257]);
    expect(matcher.accept(257)).toBe(true);
    expect(new TextDecoder().decode(matcher.bytes)).toBe("<|call|>ab<|end|>");
    expect([...(matcher.mask().ids ?? [])]).toEqual([259]);
    const other = compileGbnf('root ::= "a" <|no|>');
    expect(() => new Matcher(other, vocabulary)).toThrow("The vocabulary lacks the tokens <|no|>");
  });
});
