import { type Distribution, STATISTICS } from "./distribution.js";
import type { EngineReport, MaskBenchResult } from "./result-file.js";

const statistics = Object.entries(STATISTICS) as [keyof Distribution, string][];

/**
 * The tables of a result: as MaskBench prints them, the engines on the files that they share with the first one, and so many
 * of each engine's slowest files.
 */
export function report(result: MaskBenchResult, slowest = 0): string {
  const engines = Object.entries(result.engines);
  const parts = [table(summaryRows(engines))];
  const compared = engines.filter(([, { common }]) => common !== undefined);
  if (compared.length > 0) {
    const first = engines[0]![0];
    parts.push(
      `on the files that both compile, times as many µs as ${first} (its µs)\n${table(commonRows(compared))}`,
    );
  }
  for (const [name, engine] of engines) {
    if (engine.failures.length > 0) parts.push(`failures of ${name}\n${failureLines(engine)}`);
  }
  for (const [name, engine] of slowest > 0 ? engines : []) {
    parts.push(`slowest tokens of ${name}, one of each file\n${slowestLines(engine, slowest)}`);
  }
  for (const [name, reason] of Object.entries(result.skipped)) parts.push(`skipped ${name}: ${reason}\n`);
  return parts.join("\n");
}

function summaryRows(engines: readonly (readonly [string, EngineReport])[]): string[][] {
  const row = (title: string, value: (engine: EngineReport) => string | number) => [
    title,
    ...engines.map(([, engine]) => {
      const cell = value(engine);
      return typeof cell === "number" ? grouped(cell) : cell;
    }),
  ];
  const percent = (count: number, { files }: EngineReport) =>
    files === 0 ? "-" : `${((100 * count) / files).toFixed(2)} %`;
  const kind = (name: string) => (engine: EngineReport) =>
    engine.failures.filter((failure) => failure.kind === name).length;
  return [
    ["metric", ...engines.map(([name]) => name)],
    ...statistics.map(([key, title]) => row(`TBM ${title} µs`, ({ tbm }) => tbm[key])),
    ...statistics.map(([key, title]) => row(`TTFM ${title} µs`, ({ ttfm }) => ttfm[key])),
    row("tokens", ({ tokens }) => tokens),
    row("files", ({ files }) => files),
    row("passed", ({ passed }) => passed),
    row("passed %", (engine) => percent(engine.passed, engine)),
    row("compile errors", ({ compileErrors }) => compileErrors),
    row("validation errors", ({ validationErrors }) => validationErrors),
    row("invalidation errors", ({ invalidationErrors }) => invalidationErrors),
    row("  of these crashes", kind("crash")),
    row("  of these timeouts", kind("timeout")),
    row("peak memory MiB", ({ peakMemoryMiB }) => peakMemoryMiB),
    row("preparation ms", ({ preparationMs }) => preparationMs),
    row("driver overhead µs", ({ driverOverhead }) => driverOverhead),
  ];
}

function commonRows(engines: readonly (readonly [string, EngineReport])[]): string[][] {
  const cell = (own: number, other: number) =>
    `${other > 0 ? significant(own / other) : "-"} (${grouped(other)})`;
  return [
    ["metric", ...engines.map(([name]) => name)],
    ["files", ...engines.map(([, { common }]) => grouped(common!.files))],
    ...(["tbm", "ttfm"] as const).flatMap((times) =>
      statistics.map(([key, title]) => [
        `${times.toUpperCase()} ${title}`,
        ...engines.map(([, { common }]) => cell(common![times][key], common!.other[times][key])),
      ]),
    ),
  ];
}

/** How many failures of each kind; compile errors by how they begin: this project's with code and keyword. */
function failureLines({ failures }: EngineReport): string {
  const kinds = new Map<string, number>();
  for (const { kind, detail } of failures) {
    const begin = /^[a-z]+-[a-z]+[^:]*(?=: )/.exec(detail)?.[0] ?? detail.replace(/\s+/g, " ").slice(0, 70);
    const what = kind === "compile-error" ? `${kind}, ${begin}` : kind;
    kinds.set(what, (kinds.get(what) ?? 0) + 1);
  }
  const sorted = [...kinds].sort((a, b) => b[1] - a[1]);
  const lines = sorted.slice(0, MOST_KINDS).map(([what, count]) => `${String(count).padStart(7)}  ${what}\n`);
  if (sorted.length > MOST_KINDS) lines.push(`         and ${sorted.length - MOST_KINDS} more kinds\n`);
  return lines.join("");
}

/** The longest times between masks, and where they are. */
function slowestLines({ slowest }: EngineReport, count: number): string {
  const lines = slowest.tbm.slice(0, count).map(({ id, time, test, token, after }) => {
    const cell = `${grouped(time)} µs`.padStart(12);
    return `${cell}  ${id}, test ${test}, token ${token}, after ${JSON.stringify(after)}\n`;
  });
  return lines.join("");
}

const MOST_KINDS = 12;

/** Three significant digits, without an exponent. */
function significant(value: number): string {
  return value >= 100 ? grouped(value) : String(Number(value.toPrecision(3)));
}

/** A table in columns of fixed width; the first row is the header, the first column is left-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
}

/** 1234567.8 as 1,234,568; below a hundred with its decimals. */
export function grouped(value: number): string {
  if (Math.abs(value) < 100) return String(value);
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}
