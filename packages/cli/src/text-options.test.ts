import { Command, CommanderError } from "commander";
import { expect, test } from "vitest";
import {
  addTextOptions,
  CHECK_TEXT,
  GENERATION_TEXT,
  givenTextOption,
  jsonOptions,
  parseWhitespace,
  spelled,
  type TextOptions,
} from "./text-options.js";

function parse(...args: string[]): TextOptions {
  const command = addTextOptions(new Command("test"), GENERATION_TEXT).exitOverride();
  return command
    .configureOutput({ writeErr: () => {} })
    .parse(args, { from: "user" })
    .opts();
}

test("what is not given is the command's default", () => {
  expect(parse()).toEqual({});
  expect(jsonOptions({}, GENERATION_TEXT)).toEqual(GENERATION_TEXT);
  expect(jsonOptions({}, CHECK_TEXT)).toEqual(CHECK_TEXT);
  expect(givenTextOption({})).toBeUndefined();
});

test.each<[string[], object]>([
  [["--order", "any"], { order: "any" }],
  [["--formats", "annotate"], { formats: "annotate" }],
  [["--escapes", "any"], { escapes: "any" }],
  [["--numbers", "any"], { numbers: "any" }],
  [["--whitespace", "pretty:tab"], { whitespace: { style: "pretty", indent: "\t" } }],
  [["--whitespace", "auto"], { whitespace: "auto" }],
  [["--lenient"], { lenient: true }],
  [["--item-separator", ", "], { separators: { item: ", " } }],
  [["--item-separator", ",", "--key-separator", ": "], { separators: { item: ",", key: ": " } }],
])("%j is passed on", (args, expected) => {
  const options = parse(...args);
  const { whitespace, ...others } = GENERATION_TEXT;
  const defaults = "separators" in expected ? others : { whitespace, ...others };
  expect(jsonOptions(options, GENERATION_TEXT)).toEqual({ ...defaults, ...expected });
  expect(givenTextOption(options)).toBe(args[0]);
});

test("a pattern takes the place of the default whitespace", () => {
  const options = parse("--whitespace-pattern", "[ \\n]?");
  expect(jsonOptions(options, CHECK_TEXT)).toEqual({ order: "any", whitespacePattern: "[ \\n]?" });
});

test.each(["compact", "spaced", "pretty", "flexible", "pretty:4", "pretty:tab", "flexible:100"])(
  "%s",
  (text) => {
    expect(spelled(parseWhitespace(text))).toBe(text);
  },
);

test.each([
  ["--whitespace", "compact:1"],
  ["--whitespace", "pretty:"],
  ["--whitespace", "flexible:-1"],
  ["--order", "document"],
])("%s %s is refused", (...args) => {
  expect(() => parse(...args)).toThrow(CommanderError);
});
