import {
  compileJsonSchema,
  type Grammar,
  type JsonSchemaOptions,
  Matcher,
  SchemaError,
  UnsatisfiableSchemaError,
  Vocabulary,
} from "@grammask/core";
import type { Group } from "./suite.js";

export type Verdict =
  | "pass"
  /** A valid instance was not accepted. */
  | "rejected"
  /** An invalid instance was accepted: the one thing that must never happen. */
  | "accepted"
  /** The schema was refused with a typed error. */
  | "compile-error"
  /** Something other than a typed error was thrown. */
  | "crash"
  | "timeout";

export interface Finding {
  readonly verdict: Verdict;
  /** For compile errors `CODE KEYWORD`, for counting. */
  readonly cause?: string;
  readonly detail?: string;
}

/** The 256 bytes, and the end. */
const bytes = Vocabulary.fromBytes(
  Array.from({ length: 257 }, (_, byte) => (byte < 256 ? Uint8Array.of(byte) : null)),
  { eosTokenIds: [256] },
);
const encoder = new TextEncoder();

/** Compiles a group's schema, with others that it may refer to, and reads its instances; tells what came of each as soon as it is known. */
export function judgeGroup(
  group: Group,
  schemas: Readonly<Record<string, string>>,
  tell: (test: number, finding: Finding) => void,
): void {
  let grammar: Grammar | undefined;
  let refused: Finding | undefined;
  let unsatisfiable = false;
  try {
    grammar = compileJsonSchema(group.schema, schemaOptions(group, schemas));
  } catch (error) {
    unsatisfiable = error instanceof UnsatisfiableSchemaError;
    refused = findingOf(error);
  }
  for (const [i, { instance, valid }] of group.tests.entries()) {
    if (grammar !== undefined) tell(i, readInstance(grammar, instance, valid));
    // No value matches: right for every instance that is invalid.
    else if (unsatisfiable)
      tell(i, valid ? { verdict: "rejected", detail: "unsatisfiable" } : { verdict: "pass" });
    else tell(i, refused!);
  }
}

function schemaOptions(group: Group, schemas: Readonly<Record<string, string>>): JsonSchemaOptions {
  const formats = group.section === "format" ? "assert" : "annotate";
  return { order: "any", whitespace: "flexible", formats, schemas };
}

function readInstance(grammar: Grammar, instance: string, valid: boolean): Finding {
  try {
    const matcher = new Matcher(grammar, bytes);
    const text = encoder.encode(instance);
    let offset = 0;
    while (offset < text.length && matcher.acceptBytes(text.subarray(offset, offset + 1))) offset++;
    const accepted = offset === text.length && matcher.isComplete;
    if (accepted === valid) return { verdict: "pass" };
    if (accepted) return { verdict: "accepted", detail: instance };
    const where = offset < text.length ? `at byte ${offset}` : "at the end";
    return { verdict: "rejected", detail: `${where} of ${instance}` };
  } catch (error) {
    return findingOf(error);
  }
}

function findingOf(error: unknown): Finding {
  if (error instanceof SchemaError) {
    return {
      verdict: "compile-error",
      cause: [error.code, error.keyword].filter((part) => part !== undefined).join(" "),
      detail: error.message,
    };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { verdict: "crash", detail: detail.split("\n").slice(0, 4).join("\n") };
}
