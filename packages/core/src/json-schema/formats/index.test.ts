import { describe, expect, it } from "vitest";
import { LanguageArena } from "../../language/index.js";
import { Dialect } from "../dialect.js";
import { formatLanguage, isKnownFormat } from "./index.js";
import { itHasExamples } from "./testing.js";

itHasExamples("uuid", {
  valid: ["2eb8aa08-AA98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000"],
  invalid: [
    "",
    "2eb8aa08aa9811eab4aa73b441d16380",
    "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}",
    "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
    "2eb8aa08-aa98-11ea-b4aa-73b441d163800",
    "geb8aa08-aa98-11ea-b4aa-73b441d16380",
  ],
});

itHasExamples("json-pointer", {
  valid: ["", "/", "/foo//bar", "/a~0b~1c", "/😎\u0000", "/a b"],
  invalid: ["a", "#", "#/a", "/~", "/~2", "/a~"],
});

itHasExamples("relative-json-pointer", {
  valid: ["0", "10", "0#", "1/a", "2/0/~1", "0//"],
  invalid: ["", "/a", "01", "-1", "0##", "1#/a", "0/~", "a", "1a"],
});

describe("formatLanguage", () => {
  it("keeps languages with their arena", () => {
    const arena = new LanguageArena();
    const first = formatLanguage(arena, "time", Dialect.Draft07);
    const count = arena.nodes.count;
    expect(formatLanguage(arena, "time", Dialect.Draft202012)).toBe(first);
    expect(arena.nodes.count).toBe(count);
  });
});

describe("isKnownFormat", () => {
  it("asks the dialect only if it is strict", () => {
    expect(isKnownFormat("uuid", Dialect.Draft04)).toBe(true);
    expect(isKnownFormat("uuid", Dialect.Draft07, { strict: true })).toBe(false);
    expect(isKnownFormat("uuid", Dialect.Draft201909, { strict: true })).toBe(true);
    expect(isKnownFormat("date", Dialect.Draft06, { strict: true })).toBe(false);
    expect(isKnownFormat("uri", Dialect.Draft04, { strict: true })).toBe(true);
    expect(isKnownFormat("color", Dialect.Draft202012)).toBe(false);
    expect(formatLanguage(new LanguageArena(), "date", Dialect.Draft04, { strict: true })).toBeUndefined();
  });
});
