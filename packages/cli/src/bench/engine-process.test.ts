import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { EngineProcess } from "./engine-process.js";
import type { DriverSetup, Task } from "./protocol.js";

/** A driver that does what the schema's text says. */
const driver = `
import { createInterface } from "node:readline";
const say = (message) => process.stdout.write(JSON.stringify(message) + "\\n");
say({ type: "ready", version: "test 1", preparationMs: 1, overhead: 0.5, peakRssMiB: 7 });
for await (const line of createInterface({ input: process.stdin })) {
  const { schema } = JSON.parse(line);
  if (schema === "hang at compile") while (true);
  say({ type: "compiled", ttfm: 3 });
  say({ type: "test", test: 1 });
  if (schema === "hang") while (true);
  if (schema === "exit") { console.error("first\\nlast words"); process.exit(1); }
  if (schema === "grow") { const kept = []; for (;;) { kept.push(Buffer.alloc(1 << 24, 1)); await new Promise((next) => setTimeout(next, 5)); } }
  const failures = schema === "crash" ? [{ kind: "crash", test: 0, detail: "trap" }] : [];
  say({ type: "done", failures, tbm: [1, process.pid], read: [2], peakRssMiB: 9 });
}
`;

const setup: DriverSetup = {
  engine: "test",
  tokenizer: "",
  eos: 0,
  tokens: "",
  order: "any",
  peer: "",
  limitMs: 1500,
  cold: false,
};
const task = (schema: string): Task => ({ schema, tests: [] });

let folder = "";
let engine: EngineProcess | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "grammask-engine-"));
  writeFileSync(join(folder, "driver.mjs"), driver);
});
afterEach(() => engine?.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = () => {
  engine = new EngineProcess([process.execPath, join(folder, "driver.mjs")], setup, 300);
  return engine;
};

test("one process reads file after file", async () => {
  const process = start();
  const first = await process.judge(task("fine"));
  expect(first).toMatchObject({ failures: [], ttfm: 3 });
  expect((await process.judge(task("fine"))).tbm[1]).toBe(first.tbm[1]);
  expect(process.ready).toMatchObject({ version: "test 1", overhead: 0.5 });
  expect(process.peakRssMiB).toBeGreaterThanOrEqual(9);
});

test.each([
  ["hang at compile", { kind: "timeout" }, undefined],
  ["hang", { kind: "timeout", test: 1 }, 3],
  ["exit", { kind: "crash", test: 1, detail: "the process ended: last words" }, 3],
  ["grow", { kind: "crash", test: 1, detail: "more than 300 MiB of memory" }, 3],
  ["crash", { kind: "crash", test: 0, detail: "trap" }, 3],
])("after a file that makes it %s, another process goes on", async (schema, failure, ttfm) => {
  const process = start();
  const before = (await process.judge(task("fine"))).tbm[1];
  const { failures, ttfm: time } = await process.judge(task(schema));
  expect(failures).toEqual([expect.objectContaining(failure)]);
  expect(time).toBe(ttfm);
  const after = await process.judge(task("fine"));
  expect(after.failures).toEqual([]);
  expect(after.tbm[1]).not.toBe(before);
});

test("a driver that does not start", async () => {
  engine = new EngineProcess([process.execPath, join(folder, "nowhere.mjs")], setup, 300);
  await expect(engine.start()).rejects.toThrow(/^test does not start: the process ended: /);
});
