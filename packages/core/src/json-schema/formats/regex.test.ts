import { expect, it } from "vitest";
import { compilePattern, LanguageArena } from "../../language/index.js";
import { Dialect } from "../dialect.js";
import { formatLanguage } from "./index.js";
import { itHasExamples } from "./testing.js";

itHasExamples("regex", {
  valid: [
    "",
    "^(?:[a-zA-Z0-9_.-]+@(\\w+\\.){1,3})$",
    "([abc])+\\s+$",
    "a|",
    "a{2,10}?",
    "a{0}",
    "a{9,}",
    "a{12,12}",
    "[^]",
    "[]",
    "[-a]",
    "[\\w-]",
    "[\\u4e00-\\u9fa5]",
    "[\\x00-\\x7F]",
    "[а-я]",
    "\\p{Lu}\\u{1F600}",
    "(?=a)(?!b)(?<=c)(?<!d)",
    "(?<n>a)b",
    "(?<n>a)\\k<n>",
    "a(?<n>b)+(c|\\k<n>*)d{2}\\k<n>|\\k<n>",
    "((((((a))))))",
    "\\cA",
    "é",
    "[ -~]",
    "\\u{1F600}+",
    "[\u{1f600}]",
  ],
  invalid: [
    "(",
    ")",
    "(a",
    "a)",
    "[a",
    "*",
    "a**",
    "a{2,1}",
    "a{10,9}",
    "{",
    "a{",
    "]",
    "}",
    "[z-a]",
    "[\\x7f-\\x00]",
    "[\\u9fa5-\\u4e00]",
    "[я-а]",
    "[\\w-z]",
    "\\a",
    "\\",
    "(?P<n>x)",
    "(?i)a",
    "(?#c)",
    "(?=a)*",
    "\\u{110000}",
    "\\p{Foo}",
    "(?<1>a)",
    "(?<n>a)(?<n>b)",
    "(?<n>a)\\k<m>",
    "(?<n>a)\\k",
    "(?<n>a)\\k<n",
    "\\k<n>",
    "^*",
    "\\u{1}*",
    "[﷞-\u{b2885}]",
    "[a-\u{10ffff}]",
  ],
});

it.each([
  ["^/.+/$", "/^(?:[a-z]+|\\d{2,3})foo[^\\]a-z]/"],
  ["^/.+/$", "/(a(b(c(d(e(f{3,77}[^\\x44-\\x45/"],
  ["^[^/]+$", "(a{12,13})?"],
  ["^.{10,20}$", "((((((a{99,"],
])("lives on from every prefix under the pattern %s", (pattern, text) => {
  const arena = new LanguageArena({ maxSearch: 2000 });
  const format = formatLanguage(arena, "regex", Dialect.Draft07)!;
  let rest = arena.intersection([format, compilePattern(arena, pattern).language]);
  for (const character of text) {
    rest = arena.derivativeOfText(rest, character);
    expect(arena.isEmpty(rest), character).toBe(false);
  }
});
