import { expect, test } from "vitest";
import { estimateBars } from "../charts/estimate-bars.js";
import { compareLevels, type Outcome, summarise } from "./outcomes.js";
import type { EngineResult } from "./protocol.js";
import { generationReport } from "./report.js";
import type { QualityTask } from "./tasks.js";

const schema = {
  type: "object",
  properties: { n: { type: "integer" } },
  required: ["n"],
  additionalProperties: false,
};

function outcome(expected: number, text: string | undefined, total: number, tokens = 10): Outcome {
  const task: QualityTask = {
    name: `task ${expected}`,
    kind: "extraction",
    instruction: "",
    text: "",
    schema,
    expected: { n: expected },
  };
  const result: EngineResult | undefined =
    text === undefined ? undefined : { text, promptTokens: 5, tokens, total, first: 100, ended: true };
  return { task, result, failure: text === undefined ? "refused" : undefined };
}

const first = {
  version: "a 1",
  reading: "strict",
  outcomes: [outcome(1, '{"n":1}', 200), outcome(2, '{"n":3}', 300), outcome(3, '{"n":3}', 400)],
} as const;
const other = {
  version: "b 2",
  reading: "strict",
  outcomes: [outcome(1, '{"n":"1"}', 500), outcome(2, undefined, 0), outcome(3, "[", 900, 20)],
} as const;

test("shares are of all tasks, times of those that both have an output for", () => {
  const own = summarise(first, undefined);
  expect(own).toMatchObject({ failures: 0, json: 3, schemaValid: 3, tokens: 10, seconds: 0.3, tokenMs: 20 });
  expect(own.fields.value).toBeCloseTo(2 / 3);
  expect(own.timesSlower).toBeUndefined();
  const report = summarise(other, first);
  expect(report).toMatchObject({ failures: 1, ended: 2, json: 1, schemaValid: 0, tokens: 15, seconds: 0.7 });
  // A number that is written as a text is right, though not valid.
  expect(report.fields.value).toBeCloseTo(1 / 3);
  expect(report.fieldsMore!.value).toBeCloseTo(-1 / 3);
  expect(report.timesSlower!.value).toBeCloseTo(1400 / 600);
  expect(report.tokenTimesSlower!.value).toBeCloseTo(1200 / 30 / (400 / 20));
});

test("levels of a factor are compared over all systems that have them", () => {
  const levels = compareLevels([
    { factors: { prompt: "a", whitespace: "x" }, read: first },
    { factors: { prompt: "a", whitespace: "y" }, read: other },
    { factors: { prompt: "b", whitespace: "x" }, read: other },
    { factors: { prompt: "b", whitespace: "y" }, read: other },
  ]);
  expect(levels.map(({ factor, level }) => `${factor} ${level}`)).toEqual([
    "prompt a",
    "prompt b",
    "whitespace x",
    "whitespace y",
  ]);
  expect(levels.map(({ fields }) => fields.value.toFixed(3))).toEqual(["0.500", "0.333", "0.500", "0.333"]);
  expect(levels[0]!.fieldsMore).toBeUndefined();
  expect(levels[1]!.fieldsMore!.value).toBeCloseTo(-1 / 6);
});

test("a result is told in tables and bars", () => {
  const text = generationReport({
    command: "grammask bench generate",
    systems: { a: summarise(first, undefined), b: summarise(other, first) },
    batch: [
      { concurrency: 1, tokenByToken: false, sequencesPerSecond: 2, tokensPerSecond: 40 },
      { concurrency: 8, tokenByToken: true, sequencesPerSecond: 5, tokensPerSecond: 100 },
    ],
    skipped: { c: "it is not there" },
    options: { half: "report", tasks: 3, maxTokens: 20, threads: 2, modes: false },
    outcomes: [],
    machine: {},
    date: "",
  });
  expect(text).toMatch(/^b +2\/3 +1\/3 +0\/3 +0\.333 +\[0\.000, 1\.000\] +-0\.333/m);
  expect(text).toMatch(/^8, token by token +5\.00 +2\.50 +100\.0$/m);
  expect(text).toContain("skipped c: it is not there");
  const svg = estimateBars("Fields", [{ name: "a", label: "50 %", value: 0.5, low: 0.4, high: 0.6 }], 1);
  expect(svg).toContain('width="190"');
});
