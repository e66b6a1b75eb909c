import { expect, it } from "vitest";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { clearCaches } from "./caches.js";
import { sharedLexemes } from "./grammar/lexemes.js";
import { compileJsonSchema, Matcher } from "./index.js";

it("clearCaches gives later grammars other lexemes, and leaves those in use alone", () => {
  const vocabulary = byteVocabulary();
  const schema = { type: "string", pattern: "^a+$" };
  const matcher = new Matcher(compileJsonSchema(schema), vocabulary);
  matcher.acceptBytes(new TextEncoder().encode('"a'));
  const words = matcher.mask().words.slice();
  const before = sharedLexemes();
  clearCaches();
  expect(sharedLexemes()).not.toBe(before);
  const later = new Matcher(compileJsonSchema(schema), vocabulary);
  later.acceptBytes(new TextEncoder().encode('"a'));
  expect(later.mask().words).toEqual(words);
  expect(matcher.acceptBytes(new TextEncoder().encode('a"'))).toBe(true);
  expect(matcher.isComplete).toBe(true);
});
