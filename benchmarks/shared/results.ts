import { mkdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

const folder = new URL("../../results/", import.meta.url);

/** Writes one file of `benchmarks/results`. */
export function writeResult(name: string, content: object | string): void {
  mkdirSync(folder, { recursive: true });
  const text = typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`;
  writeFileSync(new URL(name, folder), text);
  process.stderr.write(`wrote benchmarks/results/${basename(name)}\n`);
}

/** A table in fixed-width columns; the first row is the header, the first column is left-aligned. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map(String));
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
