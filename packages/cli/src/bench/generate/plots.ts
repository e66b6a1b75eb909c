import { join } from "node:path";
import type { Io } from "../../io.js";
import { type EstimateBar, estimateBars } from "../charts/estimate-bars.js";
import { writeChart } from "../plots.js";
import type { GenerationResult } from "./result-file.js";

/** Writes the plots of a result into a folder: fields that are right, times, and outputs a second by how many at once. */
export function writeGenerationPlots(
  { systems, batch, options }: GenerationResult,
  folder: string,
  io: Io,
): void {
  const rows = Object.entries(systems);
  const write = (name: string, title: string, bars: readonly EstimateBar[], most: number) =>
    writeChart(join(folder, `generate-${name}.svg`), estimateBars(title, bars, most), io);
  const fields = rows.map(([name, { fields: estimate, schemaValid }]) => ({
    name,
    ...estimate,
    label: `${(100 * estimate.value).toFixed(0)} %, valid ${schemaValid}/${options.tasks}`,
  }));
  write(options.modes ? "modes" : "fields", "Fields that are right, and their 95 % interval", fields, 1);
  if (!options.modes) {
    const times = rows
      .filter(([, { reading }]) => reading === "strict")
      .map(([name, { seconds, timesSlower }]) => ({
        name,
        ...(timesSlower ?? { value: 1, low: 1, high: 1 }),
        label: `${timesSlower === undefined ? "" : `${timesSlower.value.toFixed(2)} x, `}${seconds.toFixed(2)} s`,
      }));
    const most = Math.max(...times.map(({ high }) => high));
    write("time", "Time from the request to the finished output, in times the first one's", times, most);
  }
  if (batch !== undefined) {
    const points = batch.map(({ concurrency, tokenByToken, sequencesPerSecond: value }) => ({
      name: `${concurrency} at once${tokenByToken ? ", token by token" : ""}`,
      value,
      low: value,
      high: value,
      label: value.toFixed(2),
    }));
    write("batch", "Outputs a second", points, Math.max(...points.map(({ value }) => value)));
  }
}
