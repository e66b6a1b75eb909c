import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit.js";
import type { Io } from "./io.js";
import { decimalNumber, wholeNumber } from "./numbers.js";

const seconds = decimalNumber({ min: 0.001, max: 1e6 });

function secondsList(text: string): number[] {
  const list = text.split(",").map(seconds);
  if (list.length !== 3)
    throw new InvalidArgumentError("Three numbers of seconds are expected, such as 5,60,30.");
  return list;
}

/** Adds `grammask serve`. */
export function addServe(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command("serve")
    .description("answer OpenAI's, Ollama's and other HTTP APIs with a local model")
    .option(
      "--model <name...>",
      "models: a bundled one, a folder or a hub id; NAME=MODEL gives it the name that requests use. " +
        "The first is loaded at once, others when they are asked for " +
        "(default: smollm2-135m-instruct, with --upstream none)",
    )
    .addOption(
      new Option(
        "--schema-in-prompt <form>",
        "how prompts tell the models the JSON Schemas of their answers, where requests do not say",
      )
        .choices(["auto", "none", "typescript", "example", "json-schema"])
        .default("none"),
    )
    .option("--alias <alias...>", "other names: NAME=MODEL; *=MODEL for all names that are not offered")
    .option(
      "--upstream <url...>",
      "other engines to stand in front of: every character of theirs is checked; all run the same model",
    )
    .addOption(
      new Option("--upstream-kind <kind>", "what they are (default: openai)").choices([
        "openai",
        "vllm",
        "llamacpp",
        "sglang",
      ]),
    )
    .option(
      "--upstream-model <name>",
      "the model to ask them for, by which it is offered here too " +
        '(default: the first that they list, offered as "upstream" and as every name that is not offered)',
    )
    .option(
      "--upstream-key-env <name>",
      "the environment variable with their API key (default: GRAMMASK_UPSTREAM_API_KEY)",
    )
    .option(
      "--upstream-retries <n>",
      "how often an output is continued or asked for again (default: 2)",
      wholeNumber({ min: 0, max: 100 }),
    )
    .option(
      "--upstream-close",
      "end an output that could not be brought to its end by a short valid text, in place of an error",
    )
    .option(
      "--upstream-timeouts <s,s,s>",
      "seconds to connect, to the first text, and between two pieces of text (default: 5,60,30)",
      secondsList,
    )
    .option("--host <address>", "where to listen; 0.0.0.0 lets other machines in", "127.0.0.1")
    .option("--port <n>", "0 takes a free one", wholeNumber({ min: 0, max: 65_535 }), 8080)
    .option("--device <device>", "cpu, cuda, webgpu, dml, coreml or auto", "cpu")
    .option(
      "--threads <n>",
      "threads on the CPU (default: one for each core)",
      wholeNumber({ min: 1, max: 1024 }),
    )
    .option("--api-key <key...>", "KEY or NAME:KEY, as it is or as sha256:HEX; without any, none is needed")
    .option("--api-keys-file <file>", "a file with one API key a line")
    .option("--rate-limit <n>", "requests a minute for each key or address", wholeNumber({ min: 1 }))
    .option("--cors <origin...>", "origins whose pages may call the server; * for all")
    .option("--max-body <mib>", "the largest request, in MiB", decimalNumber({ min: 0.001, max: 1024 }), 1)
    .option(
      "--concurrency <n>",
      "generations of a model at the same time",
      wholeNumber({ min: 1, max: 1024 }),
      8,
    )
    .option("--queue <n>", "generations of a model that may wait", wholeNumber({ min: 0 }), 128)
    .option(
      "--deadline <s>",
      "the longest that a request may take, in seconds",
      decimalNumber({ min: 0.001, max: 1e6 }),
      300,
    )
    .option(
      "--drain <s>",
      "how long requests may go on when the server is stopped",
      decimalNumber({ min: 0, max: 1e6 }),
      30,
    )
    .option(
      "--model-memory <mib>",
      "the most weights in memory, in MiB",
      decimalNumber({ min: 1, max: 1e9 }),
      8192,
    )
    .option(
      "--prefix-cache <mib>",
      "memory of each model for what it made of prompts, which is not read again, in MiB",
      decimalNumber({ min: 0, max: 1e6 }),
      256,
    )
    .option(
      "--compile-ms <ms>",
      "the longest that a schema may take to compile",
      wholeNumber({ min: 1 }),
      2000,
    )
    .option("--mask-ms <ms>", "the longest that one mask may take", wholeNumber({ min: 1 }), 250)
    .option("--compile-memory <mib>", "memory to compile a schema, in MiB", wholeNumber({ min: 16 }), 512)
    .option("--no-playground", "without the page at / to try models and schemas")
    .addOption(
      new Option("--log-level <level>", "what is logged, to standard error")
        .choices(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
        .default("info"),
    )
    .addHelpText("after", "\nThe address goes to standard output when the server listens.")
    .action(async (options) => done(await (await import("./serve.js")).serve(io, options)));
}
