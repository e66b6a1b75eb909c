import { compileJsonSchema } from "@grammask/core";
import { ByteReader } from "./byte-reader.js";
import { describeBytes, positionOf } from "./byte-text.js";
import { ExitCode } from "./exit.js";
import { readText } from "./input.js";
import type { Io } from "./io.js";
import { CHECK_TEXT, jsonOptions, type TextOptions } from "./text-options.js";

/** `grammask check`: can this schema be enforced, and is this instance valid? */
export async function check(
  io: Io,
  schemaFile: string,
  instanceFile: string | undefined,
  options: TextOptions,
): Promise<ExitCode> {
  const schema = await readText(schemaFile, "schema");
  const grammar = compileJsonSchema(schema, jsonOptions(options, CHECK_TEXT));
  const { green, red, dim } = io.colors;
  if (instanceFile === undefined) {
    io.err(`${green("ok")}  ${schemaFile}: every keyword can be enforced, and some value is valid\n`);
    return ExitCode.ok;
  }
  const bytes = new TextEncoder().encode((await readText(instanceFile, "instance")).trimEnd());
  const reader = new ByteReader(grammar);
  const accepted = reader.read(bytes);
  if (accepted === bytes.length && reader.isComplete) {
    io.err(`${green("ok")}  ${instanceFile}: valid\n`);
    return ExitCode.ok;
  }
  const { line, column } = positionOf(bytes, accepted);
  const found =
    accepted === bytes.length ? "the text ends" : `${JSON.stringify(lineAt(bytes, accepted))} is not allowed`;
  io.err(`${red("no")}  ${instanceFile}:${line}:${column}: ${found} here\n`);
  const next = describeBytes(reader.next());
  const end = reader.isComplete ? "the end" : "";
  io.err(dim(`    what may come here: ${[next, end].filter((part) => part !== "").join(", or ")}\n`));
  return ExitCode.failed;
}

/** A few characters from the offset on, at most to the end of the line. */
function lineAt(bytes: Uint8Array, offset: number): string {
  const rest = new TextDecoder().decode(bytes.subarray(offset, offset + 80)).split("\n")[0]!;
  return [...rest].length > 20 ? `${[...rest].slice(0, 20).join("")}…` : rest || "\n";
}
