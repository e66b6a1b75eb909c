import { Command, CommanderError, Option } from "commander";
import { addBench } from "./bench/command.js";
import { ExitCode } from "./exit.js";
import { explain } from "./explain.js";
import { GRAMMAR_SYNTAXES } from "./grammar-syntaxes.js";
import type { Io } from "./io.js";
import { decimalNumber, wholeNumber } from "./numbers.js";
import { addServe } from "./serve-command.js";
import { addTextOptions, CHECK_TEXT, GENERATION_TEXT } from "./text-options.js";

/** The model that comes with the project. */
const defaultModel = "smollm2-135m-instruct";

const exitCodes = `
Exit codes:
  0  ok
  1  the generation failed or was cut off; for check and inspect: the text does not match;
     for bench: it was interrupted, or what it checks does not hold
  2  the command line, a file, the schema or the model name is wrong`;

/** Runs one command line and gives its exit code. `args` are the arguments after the program's name. */
export async function runProgram(io: Io, version: string, args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const program = new Command("grammask")
    .description("JSON from a local language model that matches a JSON Schema by construction.")
    .version(version)
    .addHelpText("after", exitCodes)
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .exitOverride();
  const done = (result: ExitCode) => {
    code = result;
  };
  addGenerate(program, io, done);
  addCheck(program, io, done);
  addInspect(program, io, done);
  addServe(program, io, done);
  addExport(program, io, done);
  addBench(program, io, done);
  for (const command of program.commands.flatMap((each) => [each, ...each.commands]))
    command.copyInheritedSettings(program).addHelpText("after", exitCodes);
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // commander has already written its message; help and version are not failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    const { message, exitCode } = explain(error);
    io.err(`${io.colors.red("error:")} ${message}\n`);
    return exitCode;
  }
}

/** What the output must match: one of four. */
function addConstraint(command: Command): Command {
  return command
    .addOption(
      new Option("--schema <file>", "the JSON Schema that the output must match").conflicts([
        "regex",
        "choice",
        "grammar",
      ]),
    )
    .addOption(
      new Option("--regex <pattern>", "the pattern that the whole output must match").conflicts([
        "choice",
        "grammar",
      ]),
    )
    .addOption(
      new Option("--choice <text...>", "the texts of which the output must be one").conflicts("grammar"),
    )
    .option("--grammar <file>", "the grammar of the output; with --json also what it captures")
    .addOption(
      new Option(
        "--syntax <syntax>",
        "llama.cpp's GBNF, XGrammar's EBNF or structural tags, llguidance's Lark (default: what the file's name ends in)",
      ).choices(GRAMMAR_SYNTAXES),
    );
}

function modelOption(): Option {
  return new Option(
    "--model <name>",
    "a bundled model, a folder, or a model id of the Hugging Face hub",
  ).default(defaultModel);
}

function addGenerate(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command("generate")
    .description(
      "generate JSON that matches a schema, or text that matches a pattern or grammar or is one of a list",
    );
  addConstraint(command)
    .option("--prompt <text>", "the prompt")
    .option(
      "--file <file>",
      "a file with the prompt, or with the text that follows --prompt; - is standard input",
    )
    .option("--system <text>", "the system message")
    .addOption(
      new Option(
        "--schema-in-prompt <form>",
        "how the prompt tells the model what the schema asks for (at the end of the prompt, or of the system message)",
      ).choices(["auto", "none", "typescript", "example", "json-schema"]),
    )
    .addOption(
      new Option(
        "--lead-in <format>",
        "what the model may write before the JSON, which is shown on standard error",
      ).choices(["none", "fence", "optional-fence", "think", "text"]),
    )
    .option("--lead-in-tokens <n>", "the most tokens of that", wholeNumber({ min: 1 }))
    .addOption(new Option("--schema-place <place>", "where it does so").choices(["user", "system"]))
    .addOption(modelOption())
    .option("--device <device>", "cpu, cuda, webgpu, dml, coreml or auto", "cpu")
    .option(
      "--threads <n>",
      "threads on the CPU (default: one for each core)",
      wholeNumber({ min: 1, max: 1024 }),
    )
    .option("--max-tokens <n>", "the most tokens to generate", wholeNumber({ min: 1 }), 1024)
    .addOption(
      new Option("--on-length <what>", "whether an output that gets too long is closed in time, or cut off")
        .choices(["close", "cut"])
        .default("close"),
    )
    .addOption(
      new Option("--on-repetition <what>", "whether a value that repeats itself word for word is ended")
        .choices(["close", "ignore"])
        .default("ignore"),
    )
    .option("--temperature <t>", "0 always takes the likeliest token", decimalNumber({ min: 0, max: 100 }), 0)
    .option(
      "--top-p <p>",
      "sample from the likeliest tokens of this total probability",
      decimalNumber({ min: 0, max: 1 }),
    )
    .option("--seed <n>", "the same seed gives the same output", wholeNumber({ min: 0, max: 2 ** 32 - 1 }))
    .addOption(new Option("--stream", "write the output as it grows").conflicts("json"))
    .option("--json", "write one object with the value, the finish reason, usage and timings")
    .option("--stats", "write usage, timings and doubtful values to standard error")
    .option("--html <file>", "write a page that shows what the grammar did to the model's choices")
    .addHelpText("after", "\nThe output alone goes to standard output, everything else to standard error.")
    .addHelpText("after", "Standard input is the prompt where neither --prompt nor --file is given.")
    .action(async (options) => done(await (await import("./generate.js")).generate(io, options)));
  addTextOptions(command, GENERATION_TEXT);
}

function addCheck(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command("check")
    .description("check that a schema can be enforced, and that an instance is valid")
    .argument("<schema>", "the file with the JSON Schema; - is standard input")
    .argument("[instance]", "a file with a JSON text; - is standard input")
    .option("--json", "write one object instead of text")
    .action(async (schema, instance, options) =>
      done(await (await import("./check/check.js")).check(io, schema, instance, options)),
    );
  addTextOptions(command, CHECK_TEXT);
}

function addInspect(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command("inspect")
    .description("show which tokens may follow a text, how many, and why");
  addConstraint(command)
    .option("--text <prefix>", "the output so far", "")
    .addOption(modelOption())
    .option("--limit <n>", "how many groups of tokens to show", wholeNumber({ min: 0 }), 12)
    .option("--json", "write one object with all the tokens")
    .action(async (options) => done(await (await import("./inspect.js")).inspect(io, options)));
  addTextOptions(command, GENERATION_TEXT);
}

function addExport(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command("export")
    .description("write a schema as a grammar of another engine")
    .argument("<schema>", "the file with the JSON Schema; - is standard input")
    .addOption(
      new Option(
        "--to <target>",
        "llama.cpp's GBNF, llguidance's Lark, a regular expression, XGrammar's EBNF",
      )
        .choices(["gbnf", "lark", "regex", "xgrammar"])
        .makeOptionMandatory(),
    )
    .option("--lossy", "leave out what the target cannot say, and list it, instead of failing")
    .addOption(
      new Option("--whitespace <policy>", "no spaces, or one allowed behind , and :")
        .choices(["compact", "spaced"])
        .default("spaced"),
    )
    .addOption(
      new Option("--numbers <spelling>", "without exponents where the schema allows it, or any")
        .choices(["plain", "any"])
        .default("plain"),
    )
    .option("--json", "write one object with the text and what was left out")
    .action(async (schema, options) =>
      done(await (await import("./export.js")).exportSchema(io, schema, options)),
    );
}
