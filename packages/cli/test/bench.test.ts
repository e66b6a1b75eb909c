import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./run-cli.js";

const tokenizer = fileURLToPath(
  new URL("../../../models/smollm2-135m-instruct/tokenizer.json", import.meta.url),
);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "grammask-bench-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `grammask bench NAME` and gives what it wrote as JSON. */
async function bench(name: string, ...args: string[]) {
  const json = join(folder, `${name}.json`);
  const { code, stdout, stderr } = await runCli([
    "bench",
    name,
    "--tokenizer",
    tokenizer,
    "--json",
    json,
    ...args,
  ]);
  return { code, stdout, stderr, result: JSON.parse(readFileSync(json, "utf8")) };
}

test("bench micro", async () => {
  const { code, stdout, result } = await bench("micro", "--time", "1", "--only", ": number");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mask, known: number +[\d.,]+ +[\d.,]+ +[\d,]+$/m);
  expect(result.results).toHaveLength(6);
  for (const { p50, p99, samples } of result.results) {
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
    expect(samples).toBeGreaterThanOrEqual(5);
  }
});

test("bench scaling", async () => {
  const { code, stdout, result } = await bench("scaling", "--only", "sequences", "--plots", folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^times per decade +[\d.,]+ +[\d.,]+$/m);
  const [each, batch] = result.dimensions.sequences.series;
  expect(each.points.at(-1).size).toBe(512);
  expect(batch.points.at(-1).value).toBeCloseTo(512 * each.points.at(-1).value, -2);
  expect(readFileSync(join(folder, "scaling-sequences.svg"), "utf8")).toContain("TBM of a sequence");
});

test("bench scaling with a dimension that there is not", async () => {
  const { code, stderr } = await runCli(["bench", "scaling", "--tokenizer", tokenizer, "--only", "x"]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("There is no dimension x") });
});

test("bench soak", async () => {
  const counts = ["--masks", "300", "--every", "100", "--from", "200"];
  const { code, stdout, result } = await bench("soak", ...counts, "--growth", "1000");
  expect(code).toBe(0);
  expect(stdout).toContain("300 masks over");
  expect(result.samples.map(({ masks }: { masks: number }) => masks)).toEqual([100, 200, 300]);
  expect(result.growthPercent).toBeGreaterThanOrEqual(0);
});

test("bench soak: a heap that does not suffice ends it with 1, after what could be computed", async () => {
  const counts = ["--masks", "1000000", "--every", "100", "--from", "100"];
  const { code, stdout, stderr } = await bench("soak", ...counts, "--heap", "8");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^[\d,]+ masks over [\d,]+ random schemas/m);
  expect(stderr).toContain("a heap of 8 MiB did not suffice");
});

test("bench vocabulary: the tokens' bytes are what the tokenizer decodes", async () => {
  const { code, result } = await bench("vocabulary");
  expect(code).toBe(0);
  expect(result.results).toMatchObject([{ name: "tokenizer.json", tokens: 49152, different: [] }]);
  expect(result.results[0].checked).toBeGreaterThan(48_000);
});
