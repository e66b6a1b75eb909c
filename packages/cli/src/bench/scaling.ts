import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExitCode, UsageError } from "../exit.js";
import type { Io } from "../io.js";
import { lineChart } from "./charts/line-chart.js";
import { describeMachine, today } from "./machine.js";
import { writeChart } from "./plots.js";
import { grouped, table } from "./report.js";
import { nesting } from "./scaling/nesting.js";
import { schemaSize } from "./scaling/schema-size.js";
import { sequences } from "./scaling/sequences.js";
import type { Dimension, Series } from "./scaling/series.js";
import { vocabularySize } from "./scaling/vocabulary-size.js";
import { loadTokenizer } from "./tokenizers.js";

export interface ScalingOptions {
  readonly tokenizer: string;
  readonly eos?: number;
  /** Names of dimensions; all of them where none is given. */
  readonly only?: readonly string[];
  readonly json?: string;
  readonly plots?: string;
}

export const DIMENSIONS: Readonly<Record<string, Dimension>> = {
  schema: schemaSize,
  vocabulary: vocabularySize,
  nesting,
  sequences,
};

/** `grammask bench scaling`: how costs grow with the schema, the vocabulary, the nesting and the sequences. */
export async function scaling(io: Io, options: ScalingOptions): Promise<ExitCode> {
  const names = options.only ?? Object.keys(DIMENSIONS);
  for (const name of names) {
    if (!Object.hasOwn(DIMENSIONS, name))
      throw new UsageError(`There is no dimension ${name}; there are ${Object.keys(DIMENSIONS).join(", ")}.`);
  }
  const tokenizer = await loadTokenizer(options.tokenizer, options.eos, (line) => io.err(`${line}\n`));
  const dimensions: Record<string, object> = {};
  for (const name of names) {
    const { title, unit, measure } = DIMENSIONS[name]!;
    io.err(`${title}\n`);
    const series = measure(tokenizer.vocabulary, (text) => tokenizer.encode(text));
    const growth = Object.fromEntries(series.map((each) => [each.name, growthPerDecade(each)]));
    dimensions[name] = { title, unit, series, growth };
    io.out(`${title}\n${growthTable(unit, series, growth)}\n`);
    if (options.plots !== undefined) {
      const chart = lineChart(`Cost against ${title}`, unit, series);
      writeChart(join(options.plots, `scaling-${name}.svg`), chart, io);
    }
  }
  if (options.json !== undefined) {
    const file = {
      command: "grammask bench scaling",
      dimensions,
      tokenizer: { name: tokenizer.name, tokens: tokenizer.vocabulary.size },
      machine: describeMachine(),
      date: today(),
    };
    writeFileSync(options.json, `${JSON.stringify(file, null, 2)}\n`);
  }
  return ExitCode.ok;
}

function growthTable(
  unit: string,
  series: readonly Series[],
  growth: Readonly<Record<string, number>>,
): string {
  const sizes = series[0]!.points.map(({ size }) => size);
  return table([
    [unit, ...series.map(({ name, unit }) => `${name}, ${unit}`)],
    ...sizes.map((size, i) => [
      size.toLocaleString("en"),
      ...series.map(({ points }) => grouped(points[i]!.value)),
    ]),
    ["times per decade", ...series.map(({ name }) => grouped(growth[name]!))],
  ]);
}

/** By what factor a value grows where the size grows tenfold: a line through the logarithms, by least squares. */
function growthPerDecade({ points }: Series): number {
  const usable = points.filter(({ size, value }) => size > 0 && value > 0);
  const xs = usable.map(({ size }) => Math.log10(size));
  const ys = usable.map(({ value }) => Math.log10(value));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const covariance = xs.reduce((sum, x, i) => sum + (x - mx) * (ys[i]! - my), 0);
  const variance = xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
  return Math.round(100 * 10 ** (variance === 0 ? 0 : covariance / variance)) / 100;
}
