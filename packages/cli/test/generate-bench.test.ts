import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./run-cli.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "grammask-generate-bench-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const generate = ["bench", "generate", "--half", "choose", "--max-tokens", "40", "--threads", "1"];

test("bench generate; a peer that cannot be installed is skipped", async () => {
  const json = join(folder, "result.json");
  // No peer can be installed in the place of a file.
  const env = { GRAMMASK_CACHE: join(folder, "file") };
  writeFileSync(env.GRAMMASK_CACHE, "");
  const args = ["--tasks", "1", "--peers", "--json", json, "--plots", folder];
  const { code, stdout } = await runCli([...generate, ...args], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^grammask +1\/1 +1\/1 +1\/1 /m);
  const { systems, skipped, outcomes } = JSON.parse(readFileSync(json, "utf8"));
  expect(Object.keys(systems)).toEqual([
    "grammask",
    "free text, parsed strictly",
    "free text, parsed leniently",
  ]);
  expect(Object.keys(skipped)).toHaveLength(2);
  expect(outcomes).toHaveLength(2);
  // The same prompt for both.
  expect(outcomes[0].promptTokens).toBe(outcomes[1].promptTokens);
  expect(systems["free text, parsed strictly"].timesSlower.value).toBeGreaterThan(0);
  expect(readFileSync(join(folder, "generate-fields.svg"), "utf8")).toContain("valid 1/1");
  expect(readFileSync(join(folder, "generate-time.svg"), "utf8")).toContain("times the first one");
});

test("bench generate without the tasks", async () => {
  const { code, stderr } = await runCli([...generate, "--data", folder]);
  expect(code).toBe(2);
  expect(stderr).toContain("--data");
});
