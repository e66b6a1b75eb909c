import { readFileSync, writeFileSync } from "node:fs";
import { clearCaches, compileJsonSchema, type Grammar, Matcher, Vocabulary } from "@grammask/core";
import { Bench } from "tinybench";
import { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { StatusLine } from "../status-line.js";
import { describeMachine, today } from "./machine.js";
import { grouped, table } from "./report.js";
import { SITUATIONS, type Situation } from "./situations.js";
import type { BenchTokenizer } from "./tokenizer.js";
import { loadTokenizer } from "./tokenizers.js";

export interface MicroOptions {
  readonly tokenizer: string;
  readonly eos?: number;
  /** Milliseconds for each measurement. */
  readonly time: number;
  /** A part of the names of the measurements to make. */
  readonly only?: string;
  readonly json?: string;
}

/** What takes less than a microsecond is called so often between two looks at the clock. */
const CALLS = 100;

/** `grammask bench micro`: the parts of the engine, one by one. */
export async function micro(io: Io, options: MicroOptions): Promise<ExitCode> {
  const tokenizer = await loadTokenizer(options.tokenizer, options.eos, (line) => io.err(`${line}\n`));
  const bench = new Bench({ time: options.time, warmupTime: options.time / 5, iterations: 5 });
  const calls = addAll(bench, tokenizer);
  for (const { name } of bench.tasks) if (!name.includes(options.only ?? "")) bench.remove(name);
  const line = new StatusLine(io);
  bench.addEventListener("cycle", ({ task }) => line.show(`measured ${task?.name}`));
  await bench.run();
  line.clear();

  const results = bench.tasks.map((task) => {
    const { result } = task;
    if (result.state !== "completed") throw new Error(`${task.name} failed`, { cause: result });
    const { p50, p99, samplesCount } = result.latency;
    const microseconds = (ms: number) => Math.round((1e6 * ms) / calls.get(task.name)!) / 1000;
    return { name: task.name, p50: microseconds(p50), p99: microseconds(p99), samples: samplesCount };
  });
  io.out(
    table([
      ["µs", "p50", "p99", "samples"],
      ...results.map(({ name, p50, p99, samples }) => [name, ...[p50, p99, samples].map(grouped)]),
    ]),
  );
  if (options.json !== undefined) {
    const file = {
      command: "grammask bench micro",
      unit: "µs",
      results,
      tokenizer: { name: tokenizer.name, tokens: tokenizer.vocabulary.size },
      machine: describeMachine(),
      date: today(),
    };
    writeFileSync(options.json, `${JSON.stringify(file, null, 2)}\n`);
  }
  return ExitCode.ok;
}

/** Adds all measurements; says of each how many calls are in a sample. */
function addAll(bench: Bench, tokenizer: BenchTokenizer): Map<string, number> {
  const calls = new Map<string, number>();
  const add = (name: string, count: number, run: () => void, beforeEach?: () => void) => {
    calls.set(name, count);
    bench.add(name, run, beforeEach && { beforeEach });
  };
  const { vocabulary } = tokenizer;
  const target = new Uint32Array(Math.ceil(vocabulary.size / 32));
  for (const situation of SITUATIONS) {
    let matcher: Matcher | undefined;
    const mask = () => void matcher!.mask();
    // Nothing is known: not the vocabulary's strings either.
    add(`mask, cold: ${situation.name}`, 1, mask, () => {
      clearCaches();
      matcher = matcherIn(situation, compile(situation), vocabulary);
    });
    // What all grammars share is known.
    add(`mask, new grammar: ${situation.name}`, 1, mask, () => {
      matcher = matcherIn(situation, compile(situation), vocabulary);
    });
    const grammar = lazily(() => compile(situation));
    const warm = lazily(() => matcherIn(situation, grammar(), vocabulary));
    add(`mask, known: ${situation.name}`, CALLS, () => repeat(() => void warm().mask()));
    add(`fillBitmask, known: ${situation.name}`, CALLS, () => repeat(() => warm().fillBitmask(target)));
    const token = lazily(() => firstAllowed(warm()));
    add(`accept and rollback: ${situation.name}`, CALLS, () =>
      repeat(() => {
        warm().accept(token());
        warm().rollback(1);
      }),
    );
  }
  for (const situation of SITUATIONS) add(`compile: ${situation.name}`, 1, () => void compile(situation));
  const json = lazily(() => readFileSync(tokenizer.file, "utf8"));
  add("vocabulary", 1, () => void Vocabulary.fromTokenizerJson(json(), { eosTokenIds: [tokenizer.eos] }));
  return calls;
}

function repeat(run: () => void): void {
  for (let i = 0; i < CALLS; i++) run();
}

function lazily<T>(make: () => T): () => T {
  let value: { readonly made: T } | undefined;
  return () => {
    value ??= { made: make() };
    return value.made;
  };
}

function compile({ schema }: Situation): Grammar {
  return compileJsonSchema(schema);
}

/** A matcher that has read the prefix, as tokens of one byte each would be. */
export function matcherIn({ name, prefix }: Situation, grammar: Grammar, vocabulary: Vocabulary): Matcher {
  const matcher = new Matcher(grammar, vocabulary);
  if (!matcher.acceptBytes(new TextEncoder().encode(prefix)))
    throw new Error(`${name}: ${prefix} is not allowed`);
  return matcher;
}

function firstAllowed(matcher: Matcher): number {
  const mask = matcher.mask();
  for (let id = 0; id < matcher.vocabulary.size; id++)
    if (mask.has(id) && !matcher.vocabulary.isEos(id)) return id;
  throw new Error("the mask is empty");
}
