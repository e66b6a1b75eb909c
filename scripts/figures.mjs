// Prints the figures of the committed benchmark runs, with their date and machine: what the README shows.
import { existsSync, readFileSync } from "node:fs";

/** @param {string} name */
const fileOf = (name) => new URL(`../benchmarks/results/${name}.json`, import.meta.url);

/** @param {string} name */
const read = (name) => JSON.parse(readFileSync(fileOf(name), "utf8"));

/** @param {{ date?: string, machine: Record<string, string | number> }} result */
const machineOf = ({ date, machine }) =>
  [
    date ?? machine.date,
    `${machine.cores} cores of ${machine.cpu}`,
    `Node ${machine.node}`,
    ...(machine.onnxruntime === undefined ? [] : [`onnxruntime ${machine.onnxruntime}`]),
  ].join(", ");

for (const name of ["maskbench", "maskbench-cold", "maskbench-peers"])
  if (existsSync(fileOf(name))) printMaskBench(read(name));
printValidity(read("validity"));
printSpeed(read("speed"));
if (existsSync(fileOf("generate"))) printGenerate(read("generate"));

/**
 * @typedef {Record<"avg" | "p50" | "p99" | "p999" | "max", number>} Distribution
 * @typedef {object} EngineReport
 * @property {string} version
 * @property {number} files
 * @property {number} passed
 * @property {number} invalidationErrors
 * @property {Distribution} tbm
 * @property {Distribution} ttfm
 * @property {number} peakMemoryMiB
 * @property {{ files: number, tbm: Distribution, ttfm: Distribution, other: { name: string, tbm: Distribution, ttfm: Distribution } }} [common]
 */

/** @param {{ engines: Record<string, EngineReport>, options: { cold: boolean }, date: string, machine: Record<string, string | number> }} result */
function printMaskBench(result) {
  const engines = Object.entries(result.engines);
  console.log(
    `MaskBench${result.options.cold ? ", all caches cleared before each file" : ""} (${machineOf(result)})`,
  );
  const header = ["", "passed", "accepts invalid", "TBM µs: avg", "p50", "p99", "p99.9", "max"];
  printTable([
    [...header, "TTFM µs: avg", "p50", "p99", "memory"],
    ...engines.map(([name, { files, passed, invalidationErrors, tbm, ttfm, peakMemoryMiB }]) => [
      name,
      `${((100 * passed) / files).toFixed(1)} % of ${grouped(files)}`,
      grouped(invalidationErrors),
      ...[tbm.avg, tbm.p50, tbm.p99, tbm.p999, tbm.max, ttfm.avg, ttfm.p50, ttfm.p99].map(grouped),
      `${grouped(peakMemoryMiB)} MiB`,
    ]),
  ]);
  for (const [name, { common }] of engines) {
    if (common === undefined) continue;
    const { files, tbm, ttfm, other } = common;
    /** @param {Distribution} own @param {Distribution} others @param {(keyof Distribution)[]} keys */
    const ratios = (own, others, keys) =>
      keys.map((key) => `${key} ${times(own[key] / others[key])}`).join(", ");
    console.log(
      `  ${other.name} against ${name} on ${grouped(files)} files that both compile, times as fast: ` +
        `TBM ${ratios(tbm, other.tbm, ["avg", "p50", "p99", "p999", "max"])}; TTFM ${ratios(ttfm, other.ttfm, ["avg", "p50", "p99"])}`,
    );
  }
}

/** @param {any} validity */
function printValidity(validity) {
  const { constrained, unconstrained, peakMemoryMiB } = validity.summary;
  console.log(`validity (${machineOf(validity)})`);
  console.log(
    `  with the schema     ${constrained.ended} of ${constrained.generations} ended by themselves, ${constrained.valid} of these valid`,
  );
  console.log(
    `  without             ${unconstrained.ended} of ${unconstrained.generations} ended, ${unconstrained.validWithoutFence} valid (a code fence taken off)`,
  );
  console.log(`  mask + accept       ${constrained.maskAndAcceptMicroseconds} µs a token on average`);
  console.log(`  peak memory         ${peakMemoryMiB} MiB`);
}

/** @param {any} speed */
function printSpeed(speed) {
  console.log(`speed (${machineOf(speed)})`);
  for (const { engine, tokensPerSecond } of speed.engines) {
    console.log(`  ${engine.padEnd(27)} ${tokensPerSecond} tokens/s`);
  }
  const { constrainedToFree, constrainedToTransformers } = speed.ratios;
  console.log(
    `  with the schema: ${constrainedToFree} x without, ${constrainedToTransformers} x @huggingface/transformers`,
  );
}

/** @param {any} generation */
function printGenerate(generation) {
  const { options, systems } = generation;
  console.log(
    `generate: ${options.tasks} tasks of the half "${options.half}", ${options.threads} threads (${machineOf(generation)})`,
  );
  /** @param {any} estimate @param {number} digits */
  const estimated = (estimate, digits) =>
    estimate === undefined
      ? ""
      : `${estimate.value.toFixed(digits)} [${estimate.low.toFixed(digits)}, ${estimate.high.toFixed(digits)}]`;
  printTable([
    ["", "ended", "valid", "fields right", "more than the first", "tokens", "s a request", "times as long"],
    ...Object.entries(systems).map(([name, each]) => [
      name,
      `${each.ended}/${options.tasks}`,
      `${each.schemaValid}/${options.tasks}`,
      each.fields.value.toFixed(3),
      estimated(each.fieldsMore, 3),
      each.tokens.toFixed(1),
      each.seconds.toFixed(2),
      estimated(each.timesSlower, 2),
    ]),
  ]);
}

/** The first column is left-aligned, the first row is the header. @param {string[][]} rows */
function printTable(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  for (const row of rows) {
    const cells = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    console.log(`  ${cells.join("  ")}`.trimEnd());
  }
}

/** 1234567.8 as 1,234,568; below a hundred with its decimals. @param {number} value */
function grouped(value) {
  if (value < 100) return String(value);
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** @param {number} ratio */
function times(ratio) {
  return `${ratio >= 10 ? Math.round(ratio) : Number(ratio.toPrecision(2))} x`;
}
