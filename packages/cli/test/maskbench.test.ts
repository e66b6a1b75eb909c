import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixture, runCli } from "./run-cli.js";

const tokenizer = fileURLToPath(
  new URL("../../../models/smollm2-135m-instruct/tokenizer.json", import.meta.url),
);
const maskbench = ["bench", "maskbench", "--tokenizer", tokenizer, "--data"];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "grammask-maskbench-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("what came of each record", async () => {
  const json = join(folder, "out.json");
  const { code, stdout } = await runCli([...maskbench, fixture("records.jsonl"), "--json", json]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^passed % +20.00 %$/m);
  const { engines, tokenizer: used, machine, date } = JSON.parse(readFileSync(json, "utf8"));
  expect(used).toMatchObject({ name: "tokenizer.json", tokens: 49152, eos: 2 });
  expect(machine.node).toBe(process.versions.node);
  expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  const { tbm, ttfm, failures, ...counts } = engines.grammask;
  expect(counts).toMatchObject({
    files: 5,
    passed: 1,
    compileErrors: 1,
    validationErrors: 2,
    invalidationErrors: 1,
  });
  const distribution = ["avg", "p25", "p50", "p75", "p90", "p95", "p99", "p999", "max"];
  expect([Object.keys(tbm), Object.keys(ttfm)]).toEqual([distribution, distribution]);
  expect(tbm.max).toBeGreaterThan(0);
  expect(failures).toEqual([
    { id: "refused", kind: "compile-error", detail: expect.stringMatching(/^invalid-schema type: /) },
    { id: "wrongly-refused", kind: "validation-error", detail: expect.stringContaining("test 1: token 0") },
    {
      id: "incomplete",
      kind: "validation-error",
      detail: 'test 0: not complete at the end: "[1, 2"',
    },
    {
      id: "wrongly-accepted",
      kind: "invalidation-error",
      detail: expect.stringContaining("test 1: accepted"),
    },
  ]);
});

test("MaskBench's own files, a sample, the order of the schema", async () => {
  const tests = [{ data: { a: 1 }, valid: true }];
  writeFileSync(join(folder, "published.json"), JSON.stringify({ schema: { required: ["a"] }, tests }));
  const published = await runCli([...maskbench, join(folder, "published.json"), "--eos", "0"]);
  expect(published.stdout).toMatch(/^passed % +100.00 %$/m);
  const sample = await runCli([
    ...maskbench,
    fixture("records.jsonl"),
    "--sample",
    "1/2",
    "--order",
    "schema",
  ]);
  expect(sample.stdout).toMatch(/^files +3$/m);
});

test("where the slowest tokens are", async () => {
  const json = join(folder, "slowest.json");
  const args = [...maskbench, fixture("records.jsonl"), "--slowest", "2", "--json", json];
  const { stdout } = await runCli(args);
  const named = /^slowest tokens of grammask, one of each file\n((?: +[\d.,]+ µs {2}.*\n)+)/m.exec(
    stdout,
  )![1]!;
  expect(named.trimEnd().split("\n")).toHaveLength(2);
  const lines = readFileSync(fixture("records.jsonl"), "utf8").split("\n").filter(Boolean);
  const records = lines.map((line) => JSON.parse(line) as { id: string; tests: { text: string }[] });
  const { slowest } = JSON.parse(readFileSync(json, "utf8")).engines.grammask as {
    slowest: { tbm: { id: string; time: number; test: number; token: number; after: string }[] };
  };
  expect(slowest.tbm.map(({ id }) => id).sort()).toEqual(
    records
      .map(({ id }) => id)
      .filter((id) => id !== "refused")
      .sort(),
  );
  for (const { id, test, token, after } of slowest.tbm) {
    const { text } = records.find((record) => record.id === id)!.tests[test]!;
    expect(after === "").toBe(token === 0);
    // A token may end within a character.
    expect(text).toContain(after.replace(/^…/, "").replace(/\ufffd+$/, ""));
  }
  const times = slowest.tbm.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => b - a));
});

test("a record that takes too long", async () => {
  const json = join(folder, "slow.json");
  const args = ["--sample", "1/5", "--file-limit", "0.001", "--json", json];
  const { code } = await runCli([...maskbench, fixture("records.jsonl"), ...args]);
  expect(code).toBe(0);
  const { failures } = JSON.parse(readFileSync(json, "utf8")).engines.grammask;
  expect(failures).toMatchObject([{ id: "passes", kind: "timeout" }]);
});

test("two engines, with what they have in common; plots, drawn again from the result", async () => {
  const json = join(folder, "two.json");
  const engines = ["--engines", "grammask,grammask-copy:1/2"];
  const args = [...engines, "--cold", "--json", json, "--plots", join(folder, "plots")];
  const { code, stdout } = await runCli([...maskbench, fixture("records.jsonl"), ...args]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^files +5 +3$/m);
  const result = JSON.parse(readFileSync(json, "utf8"));
  const { common, histograms, tokens, sample, version } = result.engines["grammask-copy"];
  expect(common).toMatchObject({ files: 3, tokens, other: { name: "grammask" } });
  expect({ sample, version }).toEqual({ sample: "1/2", version: expect.stringMatching(/^@grammask/) });
  const binned = histograms.tbm.counts.reduce((sum: number, count: number) => sum + count, 0);
  expect(binned).toBe(tokens);
  const names = ["maskbench-cold-passed.svg", "maskbench-cold-tbm.svg", "maskbench-cold-ttfm.svg"];
  expect(readdirSync(join(folder, "plots")).sort()).toEqual(names);
  expect((await runCli(["bench", "plot", json, "--plots", join(folder, "again")])).code).toBe(0);
  for (const name of names) {
    const svg = readFileSync(join(folder, "again", name), "utf8");
    expect(svg).toBe(readFileSync(join(folder, "plots", name), "utf8"));
    expect(svg).toContain("grammask-copy");
  }
});

test("an engine that cannot be installed is skipped", async () => {
  const json = join(folder, "skipped.json");
  const env = { GRAMMASK_CACHE: join(folder, "cache"), PATH: "" };
  const args = ["--engines", "llguidance,xgrammar", "--json", json];
  const { code, stderr } = await runCli([...maskbench, fixture("records.jsonl"), ...args], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("skipped llguidance: ") });
  const { engines, skipped } = JSON.parse(readFileSync(json, "utf8"));
  expect({ engines, skipped: Object.keys(skipped) }).toEqual({
    engines: {},
    skipped: ["llguidance", "xgrammar"],
  });
});

test.each([
  [["bench", "maskbench", "--data", "x"], "required option '--tokenizer <file>' not specified"],
  [[...maskbench, "nowhere.jsonl"], "nowhere.jsonl: there is no such file"],
  [[...maskbench, fixture("records.jsonl"), "--sample", "3/2"], "It must be like 1/10."],
  [[...maskbench, fixture("records.jsonl"), "--engines", "grammask,none"], 'There is no engine "none"'],
  [["bench", "plot", fixture("person.json"), "--plots", "x"], "is not a result of grammask bench maskbench"],
  [[...maskbench, fixture("records.jsonl"), "--order", "none"], "Allowed choices are any, schema"],
  [["bench", "maskbench", "--data", "x", "--tokenizer", "nowhere.json"], "Cannot read x"],
])("%j: %s", async (args, message) => {
  const { code, stdout, stderr } = await runCli(args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});
