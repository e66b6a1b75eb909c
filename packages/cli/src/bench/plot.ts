import { ExitCode, UsageError } from "../exit.js";
import { readText } from "../input.js";
import type { Io } from "../io.js";
import { writePlots } from "./plots.js";
import type { MaskBenchResult } from "./result-file.js";

/** `grammask bench plot`: the plots of a written result. */
export async function plot(io: Io, file: string, folder: string): Promise<ExitCode> {
  let result: Partial<MaskBenchResult> | null;
  try {
    result = JSON.parse(await readText(io, file, "result"));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${file} is not JSON.`);
    throw error;
  }
  const engines = Object.values(result?.engines ?? {});
  if (engines.length === 0 || engines.some(({ histograms }) => histograms === undefined))
    throw new UsageError(`${file} is not a result of grammask bench maskbench.`);
  writePlots(result as MaskBenchResult, folder, io);
  return ExitCode.ok;
}
