import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { decimalNumber, wholeNumber } from "../numbers.js";
import type { Sample } from "./records.js";

/** Adds `grammask bench` with its benchmarks. */
export function addBench(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const bench = program.command("bench").description("measure the engine on public data sets");
  bench
    .command("maskbench")
    .description("MaskBench: real schemas with labelled instances, token by token")
    .requiredOption("--data <files...>", ".jsonl or .jsonl.gz files, or folders of MaskBench's files")
    .requiredOption("--tokenizer <file>", "a tokenizer.json")
    .option("--eos <id>", "the token that ends a text (default: by its name)", wholeNumber({ min: 0 }))
    .addOption(
      new Option("--order <order>", "the order of properties").choices(["any", "schema"]).default("any"),
    )
    .option("--sample <n/m>", "the first n of every m records", readSample, { take: 1, of: 1 })
    .option("--file-limit <seconds>", "the most time for one record", decimalNumber({ min: 0.001 }), 30)
    .option("--memory <mib>", "the most memory for the engine's heap", wholeNumber({ min: 64 }), 4096)
    .option("--json <file>", "write the result with all failures")
    .action(async (options) => done(await (await import("./maskbench.js")).maskBench(io, options)));
}

function readSample(text: string): Sample {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [take, of] = [Number(match?.[1]), Number(match?.[2])];
  if (!(take >= 1 && take <= of)) throw new InvalidArgumentError("It must be like 1/10.");
  return { take, of };
}
