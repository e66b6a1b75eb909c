import { expect, test } from "vitest";
import { distributionOf, histogramOf } from "./distribution.js";

test("percentiles are values that occurred", () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => 1000 - i);
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
  expect(distributionOf(Float32Array.of(7)).p999).toBe(7);
  expect(distributionOf(new Float32Array(0))).toMatchObject({ avg: 0, p50: 0, max: 0 });
});

test("bins are equally wide on a logarithmic axis", () => {
  // A bin ends where the next begins: 10 is in the first bin above 10.
  const histogram = histogramOf(Float32Array.of(1, 1.2, 1.3, 10, 0, 0.001));
  expect(histogram.first).toBe(-20);
  const counts = Object.fromEntries(histogram.counts.map((count, i) => [histogram.first + i, count]));
  expect(Object.entries(counts).filter(([, count]) => count > 0)).toEqual([
    ["0", 2],
    ["1", 1],
    ["10", 1],
    ["-20", 2],
  ]);
  expect(histogramOf(new Float32Array(0)).counts).toEqual([]);
});
