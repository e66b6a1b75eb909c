import { type FileHandle, open } from "node:fs/promises";
import type { LeadInFormat, SchemaTextForm } from "@grammask/core";
import type { ChatMessage, Device, GenerateRequest, GenerateResult } from "@grammask/onnx";
import { type ConstraintOptions, readConstraint } from "./constraint.js";
import { ExitCode, UsageError } from "./exit.js";
import { readStdin, readText } from "./input.js";
import type { Io } from "./io.js";
import { openModel } from "./model.js";
import { reportPage } from "./report-page.js";
import { report, statistics } from "./statistics.js";

export interface GenerateOptions extends ConstraintOptions {
  readonly prompt?: string;
  readonly file?: string;
  readonly system?: string;
  readonly model: string;
  readonly device: Device | "auto";
  readonly threads?: number;
  readonly maxTokens: number;
  readonly onLength: "close" | "cut";
  readonly onRepetition: "close" | "ignore";
  readonly temperature: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly json?: boolean;
  readonly stream?: boolean;
  readonly stats?: boolean;
  readonly html?: string;
  readonly schemaInPrompt?: "auto" | "none" | SchemaTextForm;
  readonly leadIn?: "none" | LeadInFormat;
  readonly leadInTokens?: number;
  readonly schemaPlace?: "user" | "system";
}

/** `grammask generate`: one output of the model that matches the schema, pattern or choice. */
export async function generate(io: Io, options: GenerateOptions): Promise<ExitCode> {
  // All that can be wrong with the command line comes out before a model is loaded.
  const { grammar, request } = await readConstraint(io, options);
  for (const { pointer, keyword, reason } of grammar.report.warnings) {
    io.err(`${io.colors.yellow("warning:")} ${pointer}/${keyword} is not enforced: ${reason}\n`);
  }
  const shape = { ...schemaInPrompt(options), ...leadIn(options) };
  const messages = await readMessages(io, options);
  await using page = options.html === undefined ? undefined : await openPage(options.html);

  const abort = new AbortController();
  // The first Ctrl-C ends the generation after the step at hand; a second one ends the program at once.
  const stopListening = io.onInterrupt(() => {
    stopListening();
    abort.abort();
  });
  try {
    const { device, threads, temperature, topP, seed, maxTokens, onLength, onRepetition } = options;
    await using model = await openModel(io, options.model, {
      device,
      signal: abort.signal,
      ...(threads === undefined ? {} : { threads }),
    });
    const result = await model.generate({
      messages,
      ...request,
      ...shape,
      maxTokens,
      onLength,
      onRepetition,
      temperature,
      ...(topP === undefined ? {} : { topP }),
      ...(seed === undefined ? {} : { seed }),
      report: options.stats === true || page !== undefined,
      signal: abort.signal,
      onToken: ({ text }) => {
        if (options.stream) io.out(text);
      },
    });
    const tokenText = (id: number) => model.vocabulary.tokenText(id);
    await page?.writeFile(reportPage({ result, model: options.model, tokenText }));
    return write(io, options, result);
  } finally {
    stopListening();
  }
}

function write(io: Io, options: GenerateOptions, result: GenerateResult): ExitCode {
  const complete = result.finishReason === "complete";
  if (options.json) io.out(`${JSON.stringify(report(result))}\n`);
  else if (options.stream) io.out("\n");
  else if (complete) io.out(`${result.text}\n`);
  if (!options.json && result.leadIn) io.err(`${io.colors.dim(result.leadIn.trim())}\n`);
  if (options.stats) io.err(statistics(result));
  if (result.limit !== undefined) {
    const { error, length } = result.limit;
    io.err(
      `The schema's limit ${error.limit} = ${error.value} was hit after ${length} bytes: the output was ended there.\n`,
    );
  }
  if (result.closedEarly !== undefined) {
    const { values, filled } = result.closedEarly;
    const told = (pointer: string) =>
      (pointer || "the whole") + (filled.includes(pointer) ? " (filled in)" : "");
    const places = values.map(told).join(", ");
    io.err(`The output was closed early to fit --max-tokens${places === "" ? "" : `: ${places}`}.\n`);
  }
  for (const { pointer } of result.repetitions) {
    io.err(`${pointer || "The whole"} repeated itself, and was ended.\n`);
  }
  if (complete) return ExitCode.ok;
  const why =
    result.finishReason === "abort" ? "aborted" : `cut off after ${options.maxTokens} tokens (--max-tokens)`;
  io.err(`The output was ${why}: it is not complete.\n`);
  if (!options.json && !options.stream && result.text !== "") io.err(`${io.colors.dim(result.text)}\n`);
  return ExitCode.failed;
}

/** What the options say of the schema in the prompt. */
function schemaInPrompt({
  schema,
  schemaInPrompt: form,
  schemaPlace: place,
}: GenerateOptions): Pick<GenerateRequest, "schemaInPrompt"> {
  if (form !== undefined && form !== "auto" && form !== "none" && schema === undefined) {
    throw new UsageError("--schema-in-prompt needs --schema.");
  }
  if (place === undefined) return form === undefined ? {} : { schemaInPrompt: form };
  if (form === undefined || form === "none") {
    throw new UsageError("--schema-place needs --schema-in-prompt with a form.");
  }
  return { schemaInPrompt: { form, place } };
}

/** What the options say of the text before the JSON. */
function leadIn({
  schema,
  leadIn: format,
  leadInTokens: maxTokens,
}: GenerateOptions): Pick<GenerateRequest, "leadIn"> {
  if (format === undefined || format === "none") {
    if (maxTokens !== undefined) throw new UsageError("--lead-in-tokens needs --lead-in with a format.");
    return {};
  }
  if (schema === undefined) throw new UsageError("--lead-in needs --schema.");
  return { leadIn: { format, ...(maxTokens === undefined ? {} : { maxTokens }) } };
}

async function openPage(file: string): Promise<FileHandle> {
  try {
    return await open(file, "w");
  } catch (error) {
    throw new UsageError(`Cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The prompt, then the text of the file; standard input where neither is given. */
async function readMessages(io: Io, options: GenerateOptions): Promise<ChatMessage[]> {
  const parts: string[] = [];
  if (options.prompt !== undefined) parts.push(options.prompt);
  if (options.file !== undefined) parts.push(await readText(io, options.file, "prompt"));
  if (parts.length === 0) {
    if (io.stdin.isTTY)
      throw new UsageError("No prompt: give --prompt or --file, or pipe a text to standard input.");
    parts.push(await readStdin(io));
  }
  const content = parts.join("\n\n");
  if (content.trim() === "") throw new UsageError("The prompt is empty.");
  const user: ChatMessage = { role: "user", content };
  return options.system === undefined ? [user] : [{ role: "system", content: options.system }, user];
}
