import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PropertyOrder, Vocabulary } from "@grammask/core";
import { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { EngineProcess, nodeDriver, v8Threads } from "./engine-process.js";
import { ENGINES, type EngineName } from "./engines/index.js";
import { describeMachine, today } from "./machine.js";
import { installPeer, MissingPeerError, pythonDriver, pythonOf } from "./peers.js";
import { writePlots } from "./plots.js";
import { Progress } from "./progress.js";
import type { DriverFailure, DriverSetup } from "./protocol.js";
import { type BenchRecord, countRecords, isInSample, readRecords, type Sample } from "./records.js";
import { report } from "./report.js";
import type { EngineReport, MaskBenchResult } from "./result-file.js";
import { Summary } from "./summary.js";
import { loadTokenizer } from "./tokenizers.js";

/** An engine, and the part of the sample that it gets: some take hours for what others do in minutes. */
export interface EngineChoice {
  readonly name: EngineName;
  readonly sample: Sample;
}

export interface MaskBenchOptions {
  readonly engines: readonly EngineChoice[];
  readonly data: readonly string[];
  readonly tokenizer: string;
  readonly eos?: number;
  readonly order: PropertyOrder;
  readonly sample: Sample;
  /** Seconds. */
  readonly fileLimit: number;
  /** MiB. */
  readonly memory: number;
  readonly cold: boolean;
  /** Of V8, beside the thread that is measured; default: one for each other core, at most 4. */
  readonly v8Threads?: number;
  /** How many of each engine's slowest files the report names. */
  readonly slowest: number;
  readonly json?: string;
  readonly plots?: string;
}

/** So many files are read by one engine before it is the next one's turn: what else the machine does falls on all. */
const TURN = 100;
/** Characters of an engine's message that a result keeps. */
const MAX_DETAIL = 300;

interface Entrant {
  readonly choice: EngineChoice;
  readonly process: EngineProcess;
  readonly summary: Summary;
}

/** A file as the engines get it. */
interface Case {
  readonly record: BenchRecord;
  /** The instances' tokens. */
  readonly ids: readonly number[][];
  /** Its number in the sample. */
  readonly index: number;
}

/** `grammask bench maskbench`: real schemas with labelled instances, token by token. */
export async function maskBench(io: Io, options: MaskBenchOptions): Promise<ExitCode> {
  const { data, sample, v8Threads: threads = v8Threads() } = options;
  const total = await countRecords(data, sample);
  const tokenizer = await loadTokenizer(options.tokenizer, options.eos, (line) => io.err(`${line}\n`));
  const { eos, vocabulary } = tokenizer;
  const scratch = mkdtempSync(join(tmpdir(), "grammask-bench-"));
  const skipped: Record<string, string> = {};
  const entrants: Entrant[] = [];
  let interrupted = false;
  const stopListening = io.onInterrupt(() => {
    stopListening();
    interrupted = true;
  });
  let done = 0;
  try {
    const tokens = writeTokens(vocabulary, join(scratch, "tokens"));
    const setup = {
      tokenizer: tokenizer.file,
      eos,
      tokens,
      order: options.order,
      limitMs: 1000 * options.fileLimit,
      cold: options.cold,
    };
    for (const choice of options.engines) {
      const entrant = await startEngine(io, choice, setup, options.memory, threads);
      if (typeof entrant === "string") skipped[choice.name] = entrant;
      else entrants.push(entrant);
    }
    const progress = new Progress(
      io,
      entrants.map(({ choice }) => partOf(total, choice.sample)),
    );
    const turn: Case[] = [];
    const takeTurns = async () => {
      for (const [e, { choice, process, summary }] of entrants.entries()) {
        for (const { record, ids, index } of turn) {
          if (interrupted || !isInSample(index, choice.sample)) continue;
          const { schema, tests } = record;
          const task = { schema, tests: tests.map(({ valid }, i) => ({ ids: ids[i]!, valid })) };
          const outcome = await process.judge(task);
          // The interrupt reaches the processes as well.
          if (interrupted) break;
          summary.add(record.id, outcome, {
            tell: (failure) => tell(failure, ids, vocabulary),
            before: (test, token) => textBefore(ids[test]!, token, vocabulary),
          });
          progress.step(e, `${choice.name}, ${summary.failed} failed: ${record.id}`);
        }
      }
      done += turn.length;
      turn.length = 0;
    };
    for await (const record of readRecords(data, sample)) {
      if (interrupted) break;
      const ids = record.tests.map(({ text }) => tokenizer.encode(text));
      turn.push({ record, ids, index: done + turn.length });
      if (turn.length === TURN) await takeTurns();
    }
    await takeTurns();
    progress.end();
  } finally {
    stopListening();
    for (const { process } of entrants) await process.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  const result: MaskBenchResult = {
    command: "grammask bench maskbench",
    engines: Object.fromEntries(
      entrants.map((entrant, i) => [
        entrant.choice.name,
        engineReport(entrant, i > 0 ? entrants[0] : undefined),
      ]),
    ),
    skipped,
    tokenizer: { name: tokenizer.name, tokens: vocabulary.size, eos },
    options: {
      order: options.order,
      sample: sampleText(sample),
      fileLimit: options.fileLimit,
      memoryMiB: options.memory,
      cold: options.cold,
      v8Threads: threads,
    },
    machine: describeMachine(),
    date: today(),
  };
  io.out(report(result, options.slowest));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (options.plots !== undefined) writePlots(result, options.plots, io);
  if (interrupted) io.err(`interrupted after ${done} of ${total} records\n`);
  return interrupted ? ExitCode.failed : ExitCode.ok;
}

type Setup = Omit<DriverSetup, "engine" | "peer">;

/** The engine, ready to go, or why it cannot be measured. */
async function startEngine(
  io: Io,
  choice: EngineChoice,
  setup: Setup,
  memoryMiB: number,
  threads: number,
): Promise<Entrant | string> {
  const { name } = choice;
  const kind = ENGINES[name];
  try {
    const peer = kind === "own" ? "" : await installPeer(name, (line) => io.err(`${line}\n`));
    const command = kind === "python" ? [pythonOf(peer), pythonDriver] : nodeDriver(memoryMiB, threads);
    const process = new EngineProcess(command, { ...setup, engine: name, peer }, memoryMiB);
    await process.start();
    return { choice, process, summary: new Summary() };
  } catch (error) {
    if (!(error instanceof MissingPeerError)) throw error;
    io.err(`${io.colors.red("skipped")} ${name}: ${error.message}\n`);
    return error.message;
  }
}

function engineReport({ choice, process, summary }: Entrant, first: Entrant | undefined): EngineReport {
  const { version, preparationMs, overhead } = process.ready!;
  return {
    version,
    sample: sampleText(choice.sample),
    ...summary.result(),
    preparationMs,
    driverOverhead: overhead,
    peakMemoryMiB: Math.round(process.peakRssMiB),
    ...(first && { common: summary.compare(first.choice.name, first.summary) }),
  };
}

/** What went wrong, with the text around it. */
function tell(
  { kind, test, token, detail }: DriverFailure,
  ids: readonly number[][],
  vocabulary: Vocabulary,
): string {
  const where = test === undefined ? "" : `test ${test}: `;
  if (detail !== undefined) return where + detail.slice(0, MAX_DETAIL);
  if (kind === "invalidation-error") return `${where}accepted, although invalid`;
  const tokens = ids[test!]!;
  const end = token!;
  const around = JSON.stringify(textBefore(tokens, end, vocabulary));
  if (end === tokens.length) return `${where}not complete at the end: ${around}`;
  const text = JSON.stringify(vocabulary.tokenText(tokens[end]!));
  return `${where}token ${end} (${text}) is not allowed after ${around}`;
}

/** The text before a token, or its last part. */
function textBefore(tokens: readonly number[], end: number, vocabulary: Vocabulary): string {
  const first = Math.max(0, end - 12);
  const before = tokens.slice(first, end).map((id) => vocabulary.tokenText(id));
  return `${first > 0 ? "…" : ""}${before.join("")}`;
}

/** For drivers that have no other way to the bytes of the tokens: a line of base64 for each id. */
function writeTokens(vocabulary: Vocabulary, file: string): string {
  let text = "";
  for (let id = 0; id < vocabulary.size; id++)
    text += `${Buffer.from(vocabulary.tokenBytes(id) ?? []).toString("base64")}\n`;
  writeFileSync(file, text);
  return file;
}

function sampleText({ take, of }: Sample): string {
  return `${take}/${of}`;
}

/** How many of the first `total` numbers are in the sample. */
function partOf(total: number, { take, of }: Sample): number {
  return Math.floor(total / of) * take + Math.min(total % of, take);
}
