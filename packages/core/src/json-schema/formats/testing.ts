/** What the tests of this folder share. */
import { expect, it } from "vitest";
import { LanguageArena } from "../../language/index.js";
import { Dialect } from "../dialect.js";
import { formatLanguage } from "./index.js";

/** A test that the format allows the valid strings and none of the invalid ones. */
export function itHasExamples(format: string, examples: { valid: string[]; invalid: string[] }): void {
  it(`has the strings of ${format}`, () => {
    const arena = new LanguageArena();
    const language = formatLanguage(arena, format, Dialect.Draft202012)!;
    expect(examples.valid.filter((text) => !arena.matches(language, text))).toEqual([]);
    expect(examples.invalid.filter((text) => arena.matches(language, text))).toEqual([]);
    expect(arena.isEmpty(language)).toBe(false);
  });
}
