import { expect, test } from "vitest";
import { fixture, runCli } from "./run-cli.js";

/** Everything that is wrong before a model is needed: exit code 2, nothing on stdout, a message that says what. */
const person = fixture("person.json");

test("--help documents the commands and the exit codes", async () => {
  const { code, stdout, stderr } = await runCli(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const part of ["generate", "check", "inspect", "Exit codes:"]) expect(stdout).toContain(part);
  for (const command of ["generate", "check", "inspect"]) {
    const help = await runCli([command, "--help"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("Exit codes:");
  }
});

test("--version", async () => {
  expect(await runCli(["--version"])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
});

test.each([
  { args: [], message: "Usage: grammask" },
  { args: ["nonsense"], message: "unknown command 'nonsense'" },
  { args: ["generate", "--schema", person, "--nonsense"], message: "unknown option '--nonsense'" },
  { args: ["generate", "--prompt", "x"], message: "Give --schema, --regex, --choice or --grammar." },
  { args: ["inspect"], message: "Give --schema, --regex, --choice or --grammar." },
  { args: ["generate", "--schema", person, "--regex", "a"], message: "cannot be used with option" },
  { args: ["inspect", "--regex", "a", "--choice", "a"], message: "cannot be used with option" },
  { args: ["inspect", "--grammar", "x.lark", "--regex", "a"], message: "cannot be used with option" },
  { args: ["inspect", "--regex", "a", "--syntax", "lark"], message: "--syntax needs --grammar." },
  { args: ["inspect", "--grammar", "x.txt"], message: "Its name does not tell: give --syntax" },
  { args: ["inspect", "--grammar", "missing.gbnf"], message: "Cannot read the grammar file missing.gbnf" },
  {
    args: ["inspect", "--grammar", fixture("ada.json"), "--syntax", "gbnf"],
    message: "Line 1, column 1: A rule begins with its name",
  },
  { args: ["inspect", "--regex", "("], message: "The pattern /(/ is not supported (syntax)" },
  { args: ["inspect", "--regex", "a(?!b)b"], message: "No text matches" },
  { args: ["inspect", "--choice", "a", "--order", "any"], message: "--order says how JSON is written" },
  { args: ["check", person, "--order", "random"], message: "Allowed choices are schema, any" },
  {
    args: ["check", person, "--whitespace", "wide"],
    message: "It must be auto, compact, spaced, pretty or flexible",
  },
  { args: ["check", person, "--whitespace", "pretty:x"], message: "The size must be a whole number." },
  { args: ["check", person, "--whitespace", "pretty:0"], message: "whitespace.indent must be an integer" },
  { args: ["check", person, "--item-separator", ";"], message: 'separators.item must be ","' },
  {
    args: ["check", person, "--whitespace-pattern", "x"],
    message: "other characters than JSON's whitespace",
  },
  {
    args: ["check", person, "--whitespace-pattern", " ?", "--whitespace", "compact"],
    message: "cannot be used with option",
  },
  { args: ["generate", "--schema"], message: "argument missing" },
  {
    args: ["generate", "--regex", "a", "--schema-in-prompt", "example", "--prompt", "x"],
    message: "--schema-in-prompt needs --schema.",
  },
  {
    args: ["generate", "--regex", "a", "--lead-in", "text", "--prompt", "x"],
    message: "--lead-in needs --schema.",
  },
  {
    args: ["generate", "--schema", person, "--lead-in-tokens", "9", "--prompt", "x"],
    message: "--lead-in-tokens needs --lead-in",
  },
  {
    args: ["generate", "--schema", person, "--schema-place", "system", "--prompt", "x"],
    message: "--schema-place needs --schema-in-prompt",
  },
  { args: ["generate", "--schema", person, "--max-tokens", "0"], message: "It must be at least 1." },
  { args: ["generate", "--schema", person, "--max-tokens", "many"], message: "It must be a whole number." },
  { args: ["generate", "--schema", person, "--max-tokens", "1.5"], message: "It must be a whole number." },
  { args: ["generate", "--schema", person, "--temperature", "hot"], message: "It must be a number." },
  { args: ["generate", "--schema", person, "--temperature", "-1"], message: "It must be at least 0." },
  { args: ["generate", "--schema", person, "--seed", "-1"], message: "It must be at least 0." },
  { args: ["generate", "--schema", person, "--json", "--stream"], message: "cannot be used with option" },
  { args: ["generate", "--schema", person, "--prompt", " "], message: "The prompt is empty." },
  { args: ["generate", "--schema", person], message: "The prompt is empty." },
  {
    args: ["generate", "--schema", "nowhere.json", "--prompt", "x"],
    message: "nowhere.json: there is no such file",
  },
  { args: ["generate", "--schema", fixture("."), "--prompt", "x"], message: "it is a folder" },
  {
    args: ["generate", "--schema", person, "--file", "nowhere.txt"],
    message: "nowhere.txt: there is no such file",
  },
  { args: ["generate", "--schema", person, "--file", fixture("not-utf8.txt")], message: "is not UTF-8 text" },
  { args: ["check"], message: "missing required argument 'schema'" },
  { args: ["check", "nowhere.json"], message: "nowhere.json: there is no such file" },
  { args: ["inspect", "--schema", person, "--limit", "x"], message: "It must be a whole number." },
])("$args: $message", async ({ args, message }) => {
  const { code, stdout, stderr } = await runCli(args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test.each([
  { file: "malformed.txt", parts: ["not JSON", "line 3, column 24", "[invalid-schema]"] },
  { file: "not-utf8.txt", parts: ["is not UTF-8 text"] },
  { file: "invalid.json", parts: ['keyword "type"', "[invalid-schema]"] },
  { file: "unsatisfiable.json", parts: ["[unsatisfiable-schema]"] },
  {
    file: "unsupported.json",
    parts: ['Schema at /properties/code (keyword "pattern")', "[unsupported-schema]"],
  },
])("the schema $file is refused by every command", async ({ file, parts }) => {
  const schema = fixture(file);
  for (const args of [
    ["generate", "--schema", schema, "--prompt", "x"],
    ["check", schema],
    ["inspect", "--schema", schema],
  ]) {
    const { code, stdout, stderr } = await runCli(args);
    for (const part of parts) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n\s+at .*\.js/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  }
});

test("check accepts what is valid, however it is written, and says where a text leaves the schema", async () => {
  const person = fixture("person.json");
  expect((await runCli(["check", person])).code).toBe(0);
  expect((await runCli(["check", person, fixture("ada.json")])).code).toBe(0);
  const { code, stdout, stderr } = await runCli(["check", person, fixture("too-old.json")]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("too-old.json:1:27");
  expect(stderr).toContain("the value 360 does not match (byte 26, at /age)");
  expect(stderr).toContain(`    { "name": "Ada", "age": 360 }\n    ${" ".repeat(26)}^\n    expected "}"\n`);
});

test("check prints what the compiler made of a schema", async () => {
  const schema = JSON.stringify({
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "t",
    properties: {
      a: { title: "a", description: "d" },
      "b/c": { title: "b" },
      d: { title: "d" },
      e: { title: "e" },
    },
  });
  const { code, stdout, stderr } = await runCli(["check", "-"], { input: schema });
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "ok  standard input: every keyword can be enforced, and some value is valid\n",
  });
  expect(stdout).toMatch(/^dialect +draft-07\n/);
  expect(stdout).toMatch(/\n {2}title +the root, \/properties\/a, \/properties\/b~1c, 2 more\n/);
  expect(stdout).toMatch(/\n {2}description +\/properties\/a\n/);
  const { report } = JSON.parse((await runCli(["check", "-", "--json"], { input: schema })).stdout);
  expect(report).toMatchObject({ dialect: "draft-07" });
  expect(report.annotations).toContainEqual({ pointer: "/properties/a", keyword: "description" });
  const none = await runCli(["check", person]);
  expect(none.stdout).toMatch(/^annotations +none$/m);
});

test("check --lenient lists what is passed over", async () => {
  const { code, stdout, stderr } = await runCli(["check", fixture("unsupported.json"), "--lenient"]);
  expect(code).toBe(0);
  expect(stderr).toContain("what is not passed over can be enforced");
  expect(stdout).toContain("pattern at /properties/code: The pattern");
});

test("check reads the instance from standard input, and writes an object for programs", async () => {
  const valid = await runCli(["check", person, "-"], { input: '\n{ "age": 36, "name": "Ada" }\n' });
  expect(valid).toEqual({ code: 0, stdout: "", stderr: "ok  standard input: valid\n" });
  const args = ["check", person, "-", "--order", "schema", "--json"];
  const invalid = await runCli(args, { input: '\n {\n  "age": 36, "name": "Ada" }\n' });
  expect(invalid).toMatchObject({ code: 1, stderr: "" });
  expect(JSON.parse(invalid.stdout)).toEqual({
    valid: false,
    ...{ byte: 7, line: 3, column: 4, pointer: "" },
    problem: 'the key "age" cannot come here',
    expected: ['a key: "name"'],
    hint: "--order any would allow it",
  });
  const ok = await runCli(args, { input: '{"name":"Ada","age":36}' });
  expect(ok).toEqual({ code: 0, stdout: '{"valid":true}\n', stderr: "" });
  expect(await runCli(["check", "-", "-"])).toMatchObject({ code: 2, stdout: "" });
});

test("errors have no colours where no terminal is", async () => {
  const { stderr } = await runCli(["check", "nowhere.json"]);
  expect(stderr).not.toContain("\x1b");
});
