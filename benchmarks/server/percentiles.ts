import { round } from "../shared/results.js";

/** The value that a share of all is not above, to a tenth; 0 where there are none. */
export function percentile(all: readonly number[], share: number): number {
  const sorted = [...all].sort((a, b) => a - b);
  return round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0, 1);
}

/** The median and the 99th percentile. */
export function percentiles(all: readonly number[]): { readonly p50: number; readonly p99: number } {
  return { p50: percentile(all, 0.5), p99: percentile(all, 0.99) };
}
