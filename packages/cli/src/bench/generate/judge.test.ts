import { expect, test } from "vitest";
import { judge } from "./judge.js";
import { HALVES, type QualityTask, readQualityTasks } from "./tasks.js";

const task: QualityTask = {
  name: "person",
  kind: "extraction",
  instruction: "",
  text: "",
  schema: {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer" } },
    required: ["name", "age"],
    additionalProperties: false,
  },
  expected: { name: "Maria", age: 34 },
};

test.each([
  ['{"name": "Maria", "age": 34}', true, true, 2, 2],
  ['{"name": "Maria", "age": "34"}', true, false, 2, 2],
  ['Here it is:\n```json\n{"name": "Maria", "age": 34,}\n```\n{"name": "x"}', false, false, 0, 2],
  ['{"name": "Maria", "age"', false, false, 0, 1],
  ["Maria is 34.", false, false, 0, 0],
  [undefined, false, false, 0, 0],
])("%s", (text, isJson, isValid, strict, lenient) => {
  expect(judge(task, text)).toEqual({ isJson, isValid, score: { right: strict, fields: 2 } });
  expect(judge(task, text, "lenient")).toEqual({ isJson, isValid, score: { right: lenient, fields: 2 } });
});

test("the committed tasks are as many in both halves and kinds, and what they expect is valid", () => {
  const [choose, report] = HALVES.map((half) => readQualityTasks(half));
  const tasks = [...choose!, ...report!];
  expect(tasks.length).toBeGreaterThanOrEqual(60);
  expect(new Set(tasks.map(({ name }) => name)).size).toBe(tasks.length);
  expect(kinds(report!)).toEqual(kinds(choose!));
  for (const each of tasks) {
    const { isValid, score } = judge(each, JSON.stringify(each.expected));
    expect(isValid, each.name).toBe(true);
    expect(score.right, each.name).toBe(score.fields);
  }
});

test("some of the tasks are of all kinds", () => {
  const some = readQualityTasks("report", 10);
  expect(some).toHaveLength(10);
  expect(new Set(some.map(({ name }) => name)).size).toBe(10);
  expect(Object.keys(kinds(some))).toHaveLength(5);
});

function kinds(tasks: readonly QualityTask[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of tasks) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
