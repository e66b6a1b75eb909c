import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { parse } from "jsonc-parser";
import { type Score, scoreFields } from "./score.js";
import type { QualityTask } from "./tasks.js";

/** How the text of an output is read. */
export type Reading =
  /** As it is: it must be JSON. */
  | "strict"
  /** The first object or list in it, as far as it goes, with what is missing at its end left out. */
  | "lenient";

/** What an output is worth. */
export interface Verdict {
  /** The text as it is, is JSON. */
  readonly isJson: boolean;
  /** It is valid against the schema, too. */
  readonly isValid: boolean;
  readonly score: Score;
}

/** By schema text. */
const validators = new Map<string, ValidateFunction>();

export function judge(task: QualityTask, text: string | undefined, reading: Reading = "strict"): Verdict {
  const strict = parseStrictly(text);
  const value = reading === "strict" ? strict : (strict ?? parseLeniently(text));
  return {
    isJson: strict !== undefined,
    isValid: strict !== undefined && validator(task.schema)(strict.value),
    score: scoreFields(task.expected, value?.value),
  };
}

interface Parsed {
  readonly value: unknown;
}

function parseStrictly(text: string | undefined): Parsed | undefined {
  try {
    return text === undefined ? undefined : { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function parseLeniently(text: string | undefined): Parsed | undefined {
  const start = text?.search(/[{[]/) ?? -1;
  return start < 0 ? undefined : { value: parse(text!.slice(start), [], { allowTrailingComma: true }) };
}

function validator(schema: object): (value: unknown) => boolean {
  const text = JSON.stringify(schema);
  let validate = validators.get(text);
  if (validate === undefined) {
    validate = new Ajv2020({ strict: false }).compile(schema);
    validators.set(text, validate);
  }
  return validate;
}
