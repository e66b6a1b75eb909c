import { compileLark, type Grammar, Matcher, Vocabulary } from "@grammask/core";
import { describe, expect, it } from "vitest";
import { GRAMMAR_CASES } from "./grammar-cases.js";

const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const vocabulary = Vocabulary.fromBytes([...bytes, null], { eosTokenIds: [256] });

describe("the grammars that are measured", () => {
  it.each(GRAMMAR_CASES)("have their text: $name", ({ lark, text, compile }) => {
    const reads = (grammar: Grammar) => {
      const matcher = new Matcher(grammar, vocabulary);
      for (const byte of new TextEncoder().encode(text)) expect(matcher.accept(byte)).toBe(true);
      expect(matcher.isComplete).toBe(true);
      expect(matcher.accept(256)).toBe(true);
    };
    reads(compile());
    reads(compileLark(lark));
  });
});
