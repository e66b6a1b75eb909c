import type { Vocabulary } from "@grammask/core";

/** A cost by size. */
export interface Series {
  readonly name: string;
  readonly unit: "µs" | "ms";
  readonly points: readonly { readonly size: number; readonly value: number }[];
}

/** What costs may grow with. */
export interface Dimension {
  /** What grows: "the size of the schema". */
  readonly title: string;
  /** What a size counts. */
  readonly unit: string;
  /** The costs, all for the same sizes. */
  measure(vocabulary: Vocabulary, encode: (text: string) => readonly number[]): Series[];
}

/** Collects the costs of one size after the other. */
export class SeriesBuilder {
  readonly #series = new Map<string, { unit: Series["unit"]; points: { size: number; value: number }[] }>();

  add(name: string, unit: Series["unit"], size: number, value: number): void {
    let series = this.#series.get(name);
    if (series === undefined) {
      series = { unit, points: [] };
      this.#series.set(name, series);
    }
    series.points.push({ size, value: Number(value.toPrecision(4)) });
  }

  build(): Series[] {
    return [...this.#series].map(([name, series]) => ({ name, ...series }));
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** The median of several runs, in milliseconds. */
export function medianTime(runs: number, run: () => void): number {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return median(times);
}
