import { table } from "../report.js";
import type { BatchPoint } from "./batch.js";
import type { Estimate } from "./bootstrap.js";
import type { LevelReport, SystemReport } from "./outcomes.js";
import type { GenerationResult } from "./result-file.js";

/** The tables of a result. */
export function generationReport({ systems, levels, batch, skipped, options }: GenerationResult): string {
  const parts = [
    `${options.tasks} tasks of the half "${options.half}", at most ${options.maxTokens} tokens\n`,
  ];
  const rows = Object.entries(systems);
  if (rows.length > 0) parts.push(table(qualityRows(rows, options.tasks)), table(timeRows(rows)));
  if (levels !== undefined && levels.length > 0) parts.push(table(levelRows(levels)));
  if (batch !== undefined) parts.push(table(batchRows(batch)));
  for (const [name, reason] of Object.entries(skipped)) parts.push(`skipped ${name}: ${reason}\n`);
  return parts.join("\n");
}

function qualityRows(systems: readonly (readonly [string, SystemReport])[], tasks: number): string[][] {
  return [
    ["quality", "ended", "JSON", "valid", "fields right", "95 % interval", "more than the first"],
    ...systems.map(([name, { ended, json, schemaValid, fields, fieldsMore }]) => [
      name,
      ...[ended, json, schemaValid].map((count) => `${count}/${tasks}`),
      fields.value.toFixed(3),
      interval(fields, 3),
      fieldsMore === undefined ? "" : withInterval(fieldsMore, 3),
    ]),
  ];
}

function timeRows(systems: readonly (readonly [string, SystemReport])[]): string[][] {
  const times = (estimate: Estimate | undefined) => (estimate === undefined ? "" : withInterval(estimate, 2));
  return [
    ["time", "tokens", "s a request", "times the first", "ms a token", "times the first"],
    ...systems.map(([name, { tokens, seconds, timesSlower, tokenMs, tokenTimesSlower }]) => [
      name,
      tokens.toFixed(1),
      seconds.toFixed(2),
      times(timesSlower),
      tokenMs.toFixed(1),
      times(tokenTimesSlower),
    ]),
  ];
}

function levelRows(levels: readonly LevelReport[]): string[][] {
  return [
    ["on average", "fields right", "95 % interval", "more than the first"],
    ...levels.map(({ factor, level, fields, fieldsMore }) => [
      `${factor}: ${level}`,
      fields.value.toFixed(3),
      interval(fields, 3),
      fieldsMore === undefined ? "" : withInterval(fieldsMore, 3),
    ]),
  ];
}

function batchRows(points: readonly BatchPoint[]): string[][] {
  const first = points[0]!.sequencesPerSecond;
  return [
    ["outputs at once", "outputs a second", "times the first", "tokens a second"],
    ...points.map(({ concurrency, tokenByToken, sequencesPerSecond, tokensPerSecond }) => [
      `${concurrency}${tokenByToken ? ", token by token" : ""}`,
      sequencesPerSecond.toFixed(2),
      (sequencesPerSecond / first).toFixed(2),
      tokensPerSecond.toFixed(1),
    ]),
  ];
}

function withInterval(estimate: Estimate, digits: number): string {
  return `${estimate.value.toFixed(digits)} ${interval(estimate, digits)}`;
}

function interval({ low, high }: Estimate, digits: number): string {
  return `[${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}
