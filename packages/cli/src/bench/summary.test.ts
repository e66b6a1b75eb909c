import { expect, test } from "vitest";
import { distributionOf, Summary } from "./summary.js";

test("percentiles are values that occurred", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1000 - i);
  expect(distributionOf(values)).toEqual({
    avg: 500.5,
    p25: 250,
    p50: 500,
    p75: 750,
    p90: 900,
    p95: 950,
    p99: 990,
    p999: 999,
    max: 1000,
  });
  expect(distributionOf(Float64Array.of(7)).p999).toBe(7);
  expect(distributionOf(new Float64Array(0))).toMatchObject({ avg: 0, p50: 0, max: 0 });
});

test("what failed is counted by where it failed", () => {
  const summary = new Summary();
  const tbm = Float64Array.of(1, 3);
  const failure = (kind: "timeout" | "crash" | "invalidation-error" | "compile-error", compiling: boolean) =>
    ({ failure: { kind, detail: "", compiling }, ttfm: undefined, tbm: new Float64Array(0) }) as const;
  summary.add("a", { failure: undefined, ttfm: 10, tbm });
  summary.add("b", failure("timeout", true));
  summary.add("c", failure("crash", false));
  summary.add("d", failure("invalidation-error", false));
  summary.add("e", failure("compile-error", true));
  expect(summary.result()).toMatchObject({
    files: 5,
    passed: 1,
    compileErrors: 2,
    validationErrors: 1,
    invalidationErrors: 1,
    tbm: { avg: 2, max: 3 },
    ttfm: { avg: 10 },
    tokens: 2,
  });
});
