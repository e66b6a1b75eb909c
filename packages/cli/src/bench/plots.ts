import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Io } from "../io.js";
import { outcomeBars } from "./charts/outcome-bars.js";
import { timeRidges } from "./charts/time-ridges.js";
import type { MaskBenchResult } from "./result-file.js";

/** Writes the plots of a result into a folder: times, and what came of the files. */
export function writePlots(result: MaskBenchResult, folder: string, io: Io): void {
  const cold = result.options.cold ? "-cold" : "";
  const engines = Object.entries(result.engines).map(([name, engine]) => ({ name, ...engine }));
  const plots = {
    tbm: timeRidges(
      "Time between masks (TBM): mask and accept of one token",
      engines.map(({ name, tbm, histograms }) => ({ name, distribution: tbm, histogram: histograms.tbm })),
    ),
    ttfm: timeRidges(
      "Time to first mask (TTFM): from the schema",
      engines.map(({ name, ttfm, histograms }) => ({ name, distribution: ttfm, histogram: histograms.ttfm })),
    ),
    passed: outcomeBars(engines),
  };
  for (const [name, svg] of Object.entries(plots))
    writeChart(join(folder, `maskbench${cold}-${name}.svg`), svg, io);
}

/** Writes a drawing, with the folder where it is missing. */
export function writeChart(file: string, svg: string, io: Io): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, svg);
  io.err(`wrote ${file}\n`);
}
