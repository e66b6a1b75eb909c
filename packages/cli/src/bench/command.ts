import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { decimalNumber, wholeNumber } from "../numbers.js";
import { ENGINES, isEngineName } from "./engines/index.js";
import { HALVES } from "./generate/tasks.js";
import type { EngineChoice } from "./maskbench.js";
import type { Sample } from "./records.js";
import { TOKENIZER_NAMES } from "./tokenizers.js";

const ALL: Sample = { take: 1, of: 1 };

/** Adds `grammask bench` with its benchmarks. */
export function addBench(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const bench = program.command("bench").description("measure the engine, alone and beside others");
  addMaskBench(bench, io, done);
  addGenerateBench(bench, io, done);
  addMicro(bench, io, done);
  addScaling(bench, io, done);
  addSoak(bench, io, done);
  addVocabulary(bench, io, done);
  addGrammars(bench, io, done);
  addExports(bench, io, done);
  addBatch(bench, io, done);
  bench
    .command("plot")
    .description("draw the plots of a result of `bench maskbench` again")
    .argument("<json>", "the file that --json wrote")
    .requiredOption("--plots <folder>", "where the SVG files go")
    .action(async (file, { plots }) => done(await (await import("./plot.js")).plot(io, file, plots)));
}

function tokenizerOption(): Option {
  const names = TOKENIZER_NAMES.join(", ");
  return new Option("--tokenizer <file>", `a tokenizer.json, or ${names}`).default("llama3_1");
}

function eosOption(): Option {
  return new Option("--eos <id>", "the token that ends a text (default: by its name)").argParser(
    wholeNumber({ min: 0 }),
  );
}

function addMicro(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  bench
    .command("micro")
    .description("the parts of the engine, one by one: masks, accept, rollback, compile, vocabulary")
    .addOption(tokenizerOption())
    .addOption(eosOption())
    .option("--time <ms>", "for each measurement", wholeNumber({ min: 1 }), 500)
    .option("--only <text>", "measurements with this in their names")
    .option("--json <file>", "write the result")
    .action(async (options) => done(await (await import("./micro.js")).micro(io, options)));
}

function addScaling(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  bench
    .command("scaling")
    .description("how costs grow with the schema, the vocabulary, the nesting and the sequences")
    .addOption(tokenizerOption())
    .addOption(eosOption())
    .option("--only <names...>", "some of: schema, vocabulary, nesting, sequences")
    .option("--json <file>", "write the result")
    .option("--plots <folder>", "draw each as an SVG file")
    .action(async (options) => done(await (await import("./scaling.js")).scaling(io, options)));
}

function addSoak(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  const count = wholeNumber({ min: 1 });
  bench
    .command("soak")
    .description("masks over random schemas, for long: ends with 1 where memory grows")
    .addOption(tokenizerOption())
    .addOption(eosOption())
    .option("--masks <n>", "how many", count, 1_000_000)
    .option("--every <n>", "note the memory after so many", count, 50_000)
    .option("--from <n>", "growth counts from here on", count, 200_000)
    .option("--heap <MiB>", "what V8 may take for objects", count, 64)
    .option("--growth <percent>", "the most that memory may grow", decimalNumber({ min: 0 }), 5)
    .option("--seed <n>", "the same seed gives the same schemas", wholeNumber({ min: 0 }), 1)
    .option("--json <file>", "write the result")
    .action(async (options) => done(await (await import("./soak.js")).soak(io, options)));
}

function addGrammars(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  bench
    .command("grammars")
    .description(
      "masks of context-free grammars along texts, beside llguidance's; ends with 1 where they differ",
    )
    .addOption(tokenizerOption())
    .addOption(eosOption())
    .option("--rounds <n>", "how often each text is read", wholeNumber({ min: 1 }), 3)
    .option("--json <file>", "write the result")
    .action(async (options) => done(await (await import("./grammars.js")).grammars(io, options)));
}

function addBatch(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  const count = wholeNumber({ min: 1 });
  bench
    .command("batch")
    .description("the masks of a batch of sequences in worker threads, beside llguidance's batch functions")
    .requiredOption("--data <files...>", ".jsonl or .jsonl.gz files, or folders of MaskBench's files")
    .addOption(tokenizerOption())
    .addOption(eosOption())
    .option("--sequences <n>", "each with a schema of its own", count, 256)
    .option("--threads <n>", "of each engine", count, 2)
    .option("--steps <n>", "in each round", count, 200)
    .option("--rounds <n>", "the engines take turns; in the first one nothing is known yet", count, 3)
    .option("--json <file>", "write the result")
    .action(async (options) => done(await (await import("./batch/batch.js")).batchBench(io, options)));
}

function addExports(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  bench
    .command("exports")
    .description(
      "exported grammars in llguidance and llama.cpp, on labelled instances: ends with 1 where one is wrong",
    )
    .requiredOption("--data <files...>", ".jsonl or .jsonl.gz files, or folders of MaskBench's files")
    .addOption(tokenizerOption())
    .option("--sample <n/m>", "the first n of every m records", readSample, ALL)
    .option(
      "--limit <seconds>",
      "the most time for the instances of one schema",
      decimalNumber({ min: 1 }),
      30,
    )
    .option("--json <file>", "write the result")
    .action(async (options) =>
      done(await (await import("./exports/exports-check.js")).exportsCheck(io, options)),
    );
}

function addVocabulary(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  bench
    .command("vocabulary")
    .description("what it takes to prepare tokenizers, and whether their tokens have the right bytes")
    .addOption(
      new Option("--tokenizer <files...>", "tokenizer.json files, or names").default([...TOKENIZER_NAMES]),
    )
    .option("--json <file>", "write the result")
    .action(async (options) => done(await (await import("./vocabularies.js")).vocabularies(io, options)));
}

function addMaskBench(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  bench
    .command("maskbench")
    .description("MaskBench: real schemas with labelled instances, token by token")
    .requiredOption("--data <files...>", ".jsonl or .jsonl.gz files, or folders of MaskBench's files")
    .requiredOption("--tokenizer <file>", `a tokenizer.json, or ${TOKENIZER_NAMES.join(", ")}`)
    .addOption(eosOption())
    .addOption(
      new Option(
        "--engines <names>",
        `which ones take turns, as NAME or NAME:N/M for a part of the records: ${Object.keys(ENGINES).join(", ")}`,
      )
        .argParser(readEngines)
        .default([{ name: "grammask", sample: ALL }] satisfies EngineChoice[], "grammask"),
    )
    .addOption(
      new Option("--order <order>", "the order of properties").choices(["any", "schema"]).default("any"),
    )
    .option("--sample <n/m>", "the first n of every m records", readSample, ALL)
    .option("--file-limit <seconds>", "the most time for one record", decimalNumber({ min: 0.001 }), 30)
    .option("--memory <mib>", "the most memory for an engine's process", wholeNumber({ min: 64 }), 4096)
    .option("--cold", "clear all caches before each record", false)
    .option(
      "--v8-threads <n>",
      "helper threads of engines in Node (default: one for each other core, at most 4)",
      wholeNumber({ min: 0 }),
    )
    .option(
      "--slowest <n>",
      "name the slowest token of so many files of each engine, at most 20",
      wholeNumber({ min: 0, max: 20 }),
      0,
    )
    .option("--json <file>", "write the result with all failures")
    .option("--plots <folder>", "draw the distributions of the times, and what passed, as SVG files")
    .addHelpText(
      "after",
      "\nOther engines and tokenizers are installed the first time, with exact versions, into the user's cache" +
        "\n(GRAMMASK_CACHE sets another folder). What cannot be installed is skipped.",
    )
    .action(async (options) => done(await (await import("./maskbench.js")).maskBench(io, options)));
}

function addGenerateBench(bench: Command, io: Io, done: (code: ExitCode) => void): void {
  const count = wholeNumber({ min: 1 });
  bench
    .command("generate")
    .description("from texts to values: how right, and how fast")
    .addOption(
      new Option("--half <name>", "the half of the tasks that defaults are chosen on, or the other one")
        .choices(HALVES)
        .default("report"),
    )
    .option("--tasks <n>", "so many of them", count)
    .option("--data <folder>", "the tasks (default: those of the checkout)")
    .option("--peers", "beside transformers.js with structured-output, and node-llama-cpp", false)
    .addOption(
      new Option("--modes", "the ways in which this project can be asked, instead")
        .default(false)
        .conflicts("peers"),
    )
    .option("--only <texts...>", "modes with one of these in their names")
    .option("--batch", "outputs a second at 1 to 16 at once, too", false)
    .option("--max-tokens <n>", "the most tokens of an output", count, 192)
    .option("--threads <n>", "threads on the CPU (default: one for each core, at most 4)", count)
    .option("--json <file>", "write the result with all outputs")
    .option("--plots <folder>", "draw it as SVG files")
    .addHelpText(
      "after",
      "\nPeers are installed the first time into the user's cache, as for bench maskbench.",
    )
    .action(async (options) =>
      done(await (await import("./generate/generate-bench.js")).generateBench(io, options)),
    );
}

function readSample(text: string): Sample {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [take, of] = [Number(match?.[1]), Number(match?.[2])];
  if (!(take >= 1 && take <= of)) throw new InvalidArgumentError("It must be like 1/10.");
  return { take, of };
}

function readEngines(text: string): EngineChoice[] {
  const choices = text.split(",").map((part) => {
    const [name = "", sample] = part.split(":");
    if (!isEngineName(name))
      throw new InvalidArgumentError(
        `There is no engine ${JSON.stringify(name)}; there are ${Object.keys(ENGINES).join(", ")}.`,
      );
    return { name, sample: sample === undefined ? ALL : readSample(sample) };
  });
  if (new Set(choices.map(({ name }) => name)).size < choices.length)
    throw new InvalidArgumentError("An engine is named twice.");
  return choices;
}
