import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExitCode, UsageError } from "../../exit.js";
import type { Io } from "../../io.js";
import { describeMachine, today } from "../machine.js";
import { MissingPeerError } from "../peers.js";
import { Progress } from "../progress.js";
import { loadTokenizer } from "../tokenizers.js";
import { Side, writeSideFiles } from "./sides.js";
import { readTracks } from "./tracks.js";

export interface BatchBenchOptions {
  readonly data: readonly string[];
  readonly tokenizer: string;
  readonly eos?: number;
  readonly sequences: number;
  readonly threads: number;
  readonly steps: number;
  readonly rounds: number;
  readonly json?: string;
}

/** A round of steps. */
interface Round {
  readonly masksPerSecond: number;
  /** Of a step, in milliseconds. */
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** `grammask bench batch`: the masks of a batch of sequences, in worker threads, beside llguidance's batch functions. */
export async function batchBench(io: Io, options: BatchBenchOptions): Promise<ExitCode> {
  const say = (line: string) => io.err(`${line}\n`);
  const tokenizer = await loadTokenizer(options.tokenizer, options.eos, say);
  const { sequences, threads, steps, rounds } = options;
  // The other engine may not read all of them.
  const candidates = await readTracks(options.data, tokenizer, Math.ceil(sequences * 1.5));
  const folder = await mkdtemp(join(tmpdir(), "grammask-batch-"));
  const sides: Side[] = [];
  try {
    const files = await writeSideFiles(tokenizer, candidates, threads, folder);
    let numbers = candidates.map((_, i) => i);
    try {
      const { side, read } = await Side.llguidance(files, say);
      sides.push(side);
      numbers = numbers.filter((i) => read[i]);
    } catch (error) {
      if (!(error instanceof MissingPeerError)) throw error;
      say(`llguidance: skipped: ${error.message}`);
    }
    numbers = numbers.slice(0, sequences);
    if (numbers.length < sequences) {
      throw new UsageError(
        `Only ${numbers.length} of the records can be used; give more data or fewer --sequences.`,
      );
    }
    sides.unshift(Side.own(files));
    for (const side of sides) await side.keep(numbers);
    const results = Object.fromEntries(sides.map(({ name }) => [name, [] as Round[]]));
    const progress = new Progress(io, [rounds * sides.length]);
    for (let round = 0; round < rounds; round++) {
      // They take turns, and the first one is another in each round.
      for (let i = 0; i < sides.length; i++) {
        const side = sides[(round + i) % sides.length] as Side;
        results[side.name]!.push(summary(await side.run(steps), sequences));
        progress.step(0, side.name);
      }
    }
    progress.end();
    const peakMiB = Object.fromEntries(sides.map((side) => [side.name, side.peakMiB]));
    report(io, results, peakMiB);
    if (options.json !== undefined) {
      const settings = {
        sequences,
        threads,
        steps,
        tokenizer: tokenizer.name,
        tokens: tokenizer.vocabulary.size,
      };
      const whole = { date: today(), machine: describeMachine(), settings, peakMiB, results };
      await writeFile(options.json, `${JSON.stringify(whole, null, 1)}\n`);
    }
    return ExitCode.ok;
  } finally {
    for (const side of sides) side.end();
    await rm(folder, { recursive: true, force: true });
  }
}

function summary(times: readonly number[], sequences: number): Round {
  const sorted = times.toSorted((a, b) => a - b);
  const sum = sorted.reduce((total, time) => total + time, 0);
  const at = (share: number) => rounded(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return {
    masksPerSecond: Math.round((1000 * sequences * times.length) / sum),
    mean: rounded(sum / times.length),
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

function report(
  io: Io,
  results: Readonly<Record<string, readonly Round[]>>,
  peakMiB: Readonly<Record<string, number>>,
): void {
  const header = ["", "round", "masks/s", "step ms", "p50", "p99", "max"];
  const rows = Object.entries(results).flatMap(([name, rounds]) =>
    rounds.map(({ masksPerSecond, mean, p50, p99, max }, i) =>
      [i === 0 ? name : "", i + 1, masksPerSecond, mean, p50, p99, max].map(String),
    ),
  );
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]!.length)));
  for (const row of [header, ...rows]) {
    io.out(
      `${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ")}\n`,
    );
  }
  for (const [name, peak] of Object.entries(peakMiB)) io.out(`${name}: at most ${peak} MiB in its process\n`);
}
