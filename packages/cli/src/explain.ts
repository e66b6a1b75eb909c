import {
  ExportError,
  GrammarError,
  JsonLimitError,
  JsonSyntaxError,
  LanguageLimitError,
  LayoutError,
  PatternError,
  SchemaError,
} from "@grammask/core";
import { ExitCode, UsageError } from "./exit.js";

/** Codes of `@grammask/onnx` for what is wrong with the request or the machine, not with the generation. */
const usageCodes = new Set([
  "model-not-found",
  "model-file",
  "unsupported-model",
  "device-unavailable",
  "prompt-too-long",
  "budget-too-small",
  "invalid-request",
]);

/** Errors of `@grammask/core` for what was asked for, other than a schema's. */
const usageErrors = [
  UsageError,
  ExportError,
  GrammarError,
  JsonLimitError,
  JsonSyntaxError,
  LanguageLimitError,
  LayoutError,
  PatternError,
];

/** What to tell of an error, and how to end. */
export function explain(error: unknown): { message: string; exitCode: ExitCode } {
  // The message names the place in the schema, the keyword and the reason.
  if (error instanceof SchemaError) {
    return { message: `${error.message} [${error.code}]`, exitCode: ExitCode.usage };
  }
  const message = error instanceof Error ? error.message : String(error);
  const usage = usageErrors.some((kind) => error instanceof kind);
  return { message, exitCode: usage || usageCodes.has(codeOf(error)) ? ExitCode.usage : ExitCode.failed };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
