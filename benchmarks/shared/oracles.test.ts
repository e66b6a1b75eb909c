import { expect, test } from "vitest";
import { readTasks } from "../validity/tasks.js";
import { isValid, makeJudge, stripFence } from "./oracles.js";

test("both validators must agree", async () => {
  const judge = await makeJudge({
    type: "object",
    properties: { a: { type: "integer", minimum: 1 } },
    required: ["a"],
  });
  expect(judge('{"a": 1}')).toEqual({ ajv: true, hyperjump: true, reason: undefined });
  expect(judge('{"a": 0}')).toEqual({ ajv: false, hyperjump: false, reason: "/a must be >= 1" });
  expect(judge("{").reason).toMatch(/^not JSON/);
  expect(isValid(judge("[]"))).toBe(false);
});

test("a validator that fails is left out", async () => {
  const endless = { $defs: { d: { $ref: "#/$defs/d" } }, properties: { a: { $ref: "#/$defs/d" } } };
  const judge = await makeJudge(endless);
  const verdict = judge("{}");
  expect(verdict).toMatchObject({ ajv: undefined, hyperjump: true });
  expect(isValid(verdict)).toBe(true);
  expect(judge('{"a": 1}')).toEqual({
    ajv: undefined,
    hyperjump: undefined,
    reason: "no validator can tell",
  });
  expect(isValid(judge('{"a": 1}'))).toBe(false);
});

test.each([
  ["[1]", "[1]"],
  [" [1]\n", "[1]"],
  ["```json\n[1]\n```", "[1]"],
  ["Here it is:\n```\n[1]\n```\nBye", "[1]"],
  ["```json\n[1", "[1"],
])("a code fence around %j", (text, expected) => {
  expect(stripFence(text)).toBe(expected);
});

test("there are 20 tasks, each with a schema that both validators can read", async () => {
  const tasks = readTasks();
  expect(tasks).toHaveLength(20);
  expect(new Set(tasks.map(({ name }) => name)).size).toBe(20);
  for (const { schema } of tasks) {
    const judge = await makeJudge(schema);
    expect(judge("false").ajv).toBe(judge("false").hyperjump);
  }
});
