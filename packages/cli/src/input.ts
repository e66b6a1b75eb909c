import { readFile } from "node:fs/promises";
import { UsageError } from "./exit.js";
import type { Io } from "./io.js";

const reasons: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "no permission to read it",
  EISDIR: "it is a folder",
};

/** The text of a file that the command line names; `-` is standard input. `what` is for the error: "schema", "prompt". */
export async function readText(io: Io, file: string, what: string): Promise<string> {
  if (file === "-") return readStdin(io);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new UsageError(`Cannot read the ${what} file ${file}: ${reasons[code] ?? String(error)}.`);
  }
  return decode(bytes, `The ${what} file ${file}`);
}

/** All of standard input. */
export async function readStdin(io: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return decode(Buffer.concat(chunks), "Standard input");
}

function decode(bytes: Uint8Array, what: string): string {
  try {
    // A byte order mark at the start is dropped: some editors write one.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${what} is not UTF-8 text.`);
  }
}
