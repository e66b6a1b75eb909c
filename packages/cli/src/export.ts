import {
  ExportError,
  type ExportLoss,
  exportGbnf,
  exportLark,
  exportRegex,
  exportXgrammar,
} from "@grammask/core";
import { ExitCode } from "./exit.js";
import { readText } from "./input.js";
import type { Io } from "./io.js";

/** What a schema can be exported to. */
export const TARGETS = {
  gbnf: exportGbnf,
  lark: exportLark,
  regex: exportRegex,
  xgrammar: exportXgrammar,
} as const;

export interface ExportCommandOptions {
  readonly to: keyof typeof TARGETS;
  readonly lossy?: boolean;
  readonly whitespace: "compact" | "spaced";
  readonly numbers: "any" | "plain";
  readonly json?: boolean;
}

/** `grammask export`: a schema as a grammar of another engine. */
export async function exportSchema(io: Io, file: string, options: ExportCommandOptions): Promise<ExitCode> {
  const { to, lossy = false, whitespace, numbers, json = false } = options;
  const schema = await readText(io, file, "schema");
  try {
    const { text, losses } = TARGETS[to](schema, { lossy, whitespace, numbers });
    if (json) io.out(`${JSON.stringify({ text, losses })}\n`);
    else {
      for (const loss of losses) io.err(`${io.colors.yellow("left out")}  ${describe(loss)}\n`);
      io.out(text.endsWith("\n") ? text : `${text}\n`);
    }
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof ExportError) || !json) throw error;
    io.out(`${JSON.stringify({ losses: error.losses })}\n`);
    return ExitCode.usage;
  }
}

function describe({ path, reason, places }: ExportLoss): string {
  const keywords = places.map(({ pointer, keyword }) => `${pointer}/${keyword}`).join(", ");
  return `${path === "" ? "the value" : path}: ${reason}${keywords === "" ? "" : ` (${keywords})`}`;
}
