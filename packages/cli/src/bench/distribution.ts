/** Microseconds. */
export interface Distribution {
  readonly avg: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** The names of the statistics, as MaskBench's tables have them. */
export const STATISTICS: Readonly<Record<keyof Distribution, string>> = {
  avg: "avg",
  p25: "p25",
  p50: "p50",
  p75: "p75",
  p90: "p90",
  p95: "p95",
  p99: "p99",
  p999: "p99.9",
  max: "max",
};

/** All zero where there are no values. Not-a-number values sort last and must not be among them. */
export function distributionOf(values: Float32Array): Distribution {
  const sorted = values.slice().sort();
  let sum = 0;
  for (let i = 0; i < sorted.length; i++) sum += sorted[i]!;
  /** The smallest value that at least this share of the values does not exceed. */
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return {
    avg: round(sorted.length === 0 ? 0 : sum / sorted.length),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
  };
}

/** To the hundredth. */
function round(value: number): number {
  return Math.round(100 * value) / 100;
}

/** How many values lie between powers of ten, in bins that are equally wide on a logarithmic axis. */
export interface Histogram {
  /** Bins between a power of ten and the next. */
  readonly perDecade: number;
  /** The first bin begins at 10^(first / perDecade) microseconds. */
  readonly first: number;
  /** By bin; the lowest and the highest are not empty. */
  readonly counts: readonly number[];
}

const BINS_PER_DECADE = 10;
/** A hundredth of a microsecond; what is quicker counts as that. */
const SHORTEST = 0.01;

export function histogramOf(values: Float32Array): Histogram {
  const bins = new Map<number, number>();
  for (const value of values) {
    const bin = Math.floor(BINS_PER_DECADE * Math.log10(Math.max(SHORTEST, value)) + 1e-6);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  if (bins.size === 0) return { perDecade: BINS_PER_DECADE, first: 0, counts: [] };
  const first = Math.min(...bins.keys());
  const last = Math.max(...bins.keys());
  const counts = Array.from({ length: last - first + 1 }, (_, i) => bins.get(first + i) ?? 0);
  return { perDecade: BINS_PER_DECADE, first, counts };
}
