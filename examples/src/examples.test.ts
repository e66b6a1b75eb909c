import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { readTask, taskNames } from "./task.js";

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Runs a built example as a user would. */
async function run(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [file(`dist/${name}.js`)]);
  return stdout;
}

test("the README's example is examples/src/readme.ts, and it runs", async () => {
  const program = readFileSync(file("src/readme.ts"), "utf8");
  expect(readFileSync(file("../README.md"), "utf8")).toContain(program);
  expect(await run("readme")).toMatch(/name: .*role: '(designer|engineer|manager)'.*years: \d+/s);
});

test("invoice", async () => {
  expect(await run("invoice")).toMatch(/currency: '(EUR|USD|GBP)'[\s\S]*The items add up/);
});

test("job posting", async () => {
  const value: unknown = JSON.parse(await run("job-posting"));
  const valid = new Ajv2020().compile(JSON.parse(readTask("job-posting").schema) as object);
  expect(valid(value)).toBe(true);
});

test("support ticket", async () => {
  expect(await run("support-ticket")).toMatch(/-> (refund|reply|to the team)/);
});

test("AI SDK: an object and a call", async () => {
  const out = await run("ai-sdk");
  expect(out).toMatch(/name: .* age: \d+, hobbies: \[[\s\S]*in \d+ steps/);
  expect(out).toMatch(/{ amount: -?\d+, from: '(EUR|USD)', to: '(EUR|USD)' } -> -?[\d.]+/);
});

test("masks for another inference loop", async () => {
  const out = await run("foreign-loop");
  expect(out).toMatch(/{ city: '(Oslo|Rome|Lima)', days: \d+ }/);
  expect(out).toContain("8 of 8 outputs are valid; 1 draft token taken back");
});

test("the demo shows every example and a summary, without colours where no terminal is", async () => {
  const out = await run("demo");
  for (const name of taskNames) expect(out).toContain(`\n${name}\n`);
  expect(out).toMatch(/with the schema +without/);
  expect(out.match(/tokens\/s/g)?.length).toBeGreaterThanOrEqual(9);
  expect(out).not.toContain("\x1b");
}, 180_000);
