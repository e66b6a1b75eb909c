import { compileGbnf } from "@grammask/core";
import { expect, test } from "vitest";
import { fixture, runCli } from "./run-cli.js";

const person = fixture("person.json");
const unique = '{"properties": {"a": {"type": "array", "uniqueItems": true}}}';

test("export writes a grammar of another engine", async () => {
  const { code, stdout, stderr } = await runCli(["export", person, "--to", "gbnf"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^root ::= /);
  compileGbnf(stdout);
  const lark = await runCli(["export", "-", "--to", "lark", "--json"], { input: '{"const": 1}' });
  expect(JSON.parse(lark.stdout)).toEqual({ text: "start: root\nroot: T0\nT0: /1/\n", losses: [] });
});

test("export names what the target cannot say, or leaves it out", async () => {
  const refused = await runCli(["export", "-", "--to", "xgrammar"], { input: unique });
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toContain("/a: items may be equal (/properties/a/uniqueItems)");
  const json = await runCli(["export", "-", "--to", "xgrammar", "--json"], { input: unique });
  expect(JSON.parse(json.stdout)).toMatchObject({ losses: [{ path: "/a" }] });
  const lossy = await runCli(["export", "-", "--to", "xgrammar", "--lossy"], { input: unique });
  expect(lossy).toMatchObject({ code: 0, stdout: expect.stringMatching(/^root ::= /) });
  expect(lossy.stderr).toContain("left out  /a: items may be equal");
  const unknown = await runCli(["export", person, "--to", "yacc"]);
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Allowed choices are gbnf, lark"),
  });
});
