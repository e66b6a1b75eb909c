import { compileJsonSchema } from "@grammask/core";
import { ExitCode, UsageError } from "../exit.js";
import { readText } from "../input.js";
import type { Io } from "../io.js";
import { CHECK_TEXT, jsonOptions, type TextOptions } from "../text-options.js";
import { type Diagnosis, diagnose } from "./diagnosis.js";
import { oneOf } from "./expected.js";
import { reportText } from "./report.js";

export interface CheckOptions extends TextOptions {
  readonly json?: boolean;
}

/** `grammask check`: can this schema be enforced, and is this instance an output of its grammar? */
export async function check(
  io: Io,
  schemaFile: string,
  instanceFile: string | undefined,
  options: CheckOptions,
): Promise<ExitCode> {
  if (schemaFile === "-" && instanceFile === "-") {
    throw new UsageError("Standard input can be the schema or the instance, not both.");
  }
  const schema = await readText(io, schemaFile, "schema");
  const textOptions = jsonOptions(options, CHECK_TEXT);
  const grammar = compileJsonSchema(schema, textOptions);
  const { green, red } = io.colors;
  if (instanceFile === undefined) {
    if (options.json) io.out(`${JSON.stringify({ report: grammar.report })}\n`);
    else {
      const name = schemaFile === "-" ? "standard input" : schemaFile;
      const what = grammar.report.warnings.length > 0 ? "what is not passed over" : "every keyword";
      io.err(`${green("ok")}  ${name}: ${what} can be enforced, and some value is valid\n`);
      io.out(reportText(io, grammar.report));
    }
    return ExitCode.ok;
  }
  const text = await readText(io, instanceFile, "instance");
  // Whitespace around the whole is no part of an output, but of files.
  const before = /^[ \t\n\r]*/.exec(text)![0].length;
  const bytes = new TextEncoder().encode(text.slice(before).replace(/[ \t\n\r]+$/, ""));
  const name = instanceFile === "-" ? "standard input" : instanceFile;
  const diagnosis = diagnose({ schema, options: textOptions, grammar, bytes });
  const found = diagnosis && moved(diagnosis, text, before);
  if (options.json) io.out(`${JSON.stringify({ valid: found === undefined, ...found })}\n`);
  else if (found === undefined) io.err(`${green("ok")}  ${name}: valid\n`);
  else io.err(`${red("no")}  ${describe(io, name, text, found)}`);
  return found === undefined ? ExitCode.ok : ExitCode.failed;
}

/** The place in the file, of which the first `before` characters were left out. */
function moved(diagnosis: Diagnosis, text: string, before: number): Diagnosis {
  const lines = text.slice(0, before).split(/\n/);
  const { byte, line, column } = diagnosis;
  return {
    ...diagnosis,
    byte: byte + before,
    line: line + lines.length - 1,
    column: line === 1 ? column + lines.at(-1)!.length : column,
  };
}

function describe(io: Io, file: string, text: string, diagnosis: Diagnosis): string {
  const { line, column, byte, pointer, problem, expected, missing, completion, hint } = diagnosis;
  const { bold, dim, cyan } = io.colors;
  const where = pointer === "" ? "at the root" : `at ${pointer}`;
  const { excerpt, caret } = excerptOf(text, line, column);
  const lines = [`${file}:${line}:${column}: ${bold(problem)} ${dim(`(byte ${byte}, ${where})`)}`];
  lines.push(`    ${excerpt}`, `    ${" ".repeat(caret)}${cyan("^")}`);
  lines.push(`    expected ${oneOf(expected)}`);
  if (missing !== undefined) {
    const names = missing.map((name) => JSON.stringify(name));
    lines.push(`    missing ${names.length === 1 ? "the key" : "the keys"} ${names.join(", ")}`);
  }
  if (completion !== undefined && completion.length <= MOST_COMPLETION) {
    lines.push(`    it could end with ${completion}`);
  }
  if (hint !== undefined) lines.push(`    ${hint}`);
  return `${lines.join("\n")}\n`;
}

/** A longer completion is not shown to people. */
const MOST_COMPLETION = 200;

/** Characters shown of a line, before and behind the place. */
const SHOWN_BEFORE = 50;
const SHOWN_BEHIND = 28;

/** The line around a place, and how many characters stand before it there. */
function excerptOf(text: string, line: number, column: number): { excerpt: string; caret: number } {
  const characters = [...(text.split("\n")[line - 1] ?? "")].map((each) =>
    /[\t\r\p{Cc}]/u.test(each) ? " " : each,
  );
  const at = column - 1;
  const start = at > SHOWN_BEFORE + 1 ? at - SHOWN_BEFORE : 0;
  const end = Math.min(characters.length, at + SHOWN_BEHIND);
  const head = start > 0 ? "…" : "";
  const excerpt = `${head}${characters.slice(start, end).join("")}${end < characters.length ? "…" : ""}`;
  return { excerpt: excerpt.trimEnd(), caret: head.length + at - start };
}
