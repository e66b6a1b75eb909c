import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, totalmem } from "node:os";
import { basename } from "node:path";
import type { JsonSchemaOptions, PropertyOrder } from "@grammask/core";
import { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { StatusLine } from "../status-line.js";
import { countRecords, readRecords, type Sample } from "./records.js";
import { type Distribution, type EngineResult, Summary } from "./summary.js";
import { Supervisor } from "./supervisor.js";
import { BenchTokenizer } from "./tokenizer.js";

export interface MaskBenchOptions {
  readonly data: readonly string[];
  readonly tokenizer: string;
  readonly eos?: number;
  readonly order: PropertyOrder;
  readonly sample: Sample;
  /** Seconds. */
  readonly fileLimit: number;
  /** MiB. */
  readonly memory: number;
  readonly json?: string;
}

/** `grammask bench maskbench`: real schemas with labelled instances, token by token. */
export async function maskBench(io: Io, options: MaskBenchOptions): Promise<ExitCode> {
  const { data, sample } = options;
  const total = await countRecords(data, sample);
  const { eos, vocabulary } = new BenchTokenizer(options.tokenizer, options.eos);
  const schemaOptions: JsonSchemaOptions = { order: options.order };
  const supervisor = new Supervisor(
    { tokenizer: options.tokenizer, eos, options: schemaOptions, limitMs: 1000 * options.fileLimit },
    options.memory,
  );
  const summary = new Summary();
  const line = new StatusLine(io);
  const started = performance.now();
  let done = 0;
  let interrupted = false;
  const stopListening = io.onInterrupt(() => {
    stopListening();
    interrupted = true;
  });
  try {
    for await (const record of readRecords(data, sample)) {
      if (interrupted) break;
      summary.add(record.id, await supervisor.judge(record));
      done++;
      const left = ((performance.now() - started) / done) * (total - done);
      line.show(`${done}/${total}, ${summary.failed} failed, ${duration(left)} left: ${record.id}`);
    }
  } finally {
    stopListening();
    line.clear();
    await supervisor.close();
  }
  const peakMemoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const result = { ...summary.result(), peakMemoryMiB };
  io.out(report(result));
  if (options.json !== undefined) {
    const file = {
      engines: { grammask: result },
      tokenizer: { file: basename(options.tokenizer), tokens: vocabulary.size, eos },
      options: { order: options.order, sample: `${sample.take}/${sample.of}`, fileLimit: options.fileLimit },
      machine: describeMachine(),
      date: new Date().toISOString().slice(0, 10),
    };
    writeFileSync(options.json, `${JSON.stringify(file, null, 2)}\n`);
  }
  if (interrupted) io.err(`interrupted after ${done} of ${total} records\n`);
  return interrupted ? ExitCode.failed : ExitCode.ok;
}

function report(result: EngineResult & { peakMemoryMiB: number }): string {
  const { files, passed, compileErrors, validationErrors, invalidationErrors, tokens } = result;
  const percent = (count: number) => (files === 0 ? "-" : `${((100 * count) / files).toFixed(2)} %`);
  const rows: [string, string][] = [
    ["files", String(files)],
    ["passed", `${passed}  ${percent(passed)}`],
    ["compile errors", `${compileErrors}  ${percent(compileErrors)}`],
    ["validation errors", `${validationErrors}  ${percent(validationErrors)}`],
    ["invalidation errors", `${invalidationErrors}  ${percent(invalidationErrors)}`],
    ["tokens", String(tokens)],
    ["peak memory", `${result.peakMemoryMiB} MiB`],
    ["TBM µs", times(result.tbm)],
    ["TTFM µs", times(result.ttfm)],
  ];
  const kinds = new Map<string, number>();
  for (const { kind, detail } of result.failures) {
    // Compile errors by code and keyword.
    const what = kind === "compile-error" ? `${kind}, ${detail.split(":")[0]}` : kind;
    kinds.set(what, (kinds.get(what) ?? 0) + 1);
  }
  for (const [what, count] of [...kinds].sort((a, b) => b[1] - a[1])) rows.push([`  ${count}`, what]);
  return rows.map(([name, value]) => `${name.padEnd(21)}${value}\n`).join("");
}

function times(distribution: Distribution): string {
  return Object.entries(distribution)
    .map(([name, value]) => `${name} ${value}`)
    .join("  ");
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** With what it was measured; nothing that names the machine itself. */
function describeMachine(): object {
  const core = createRequire(import.meta.url).resolve("@grammask/core/package.json");
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${arch()}`,
    node: process.versions.node,
    grammask: (JSON.parse(readFileSync(core, "utf8")) as { version: string }).version,
  };
}
