import {
  compileJsonSchema,
  type Grammar,
  type JsonSchemaOptions,
  Matcher,
  SchemaError,
  type Vocabulary,
} from "@grammask/core";
import type { BenchRecord } from "./records.js";
import type { BenchTokenizer } from "./tokenizer.js";

/**
 * What can go wrong with a record, worst first: an invalid instance was accepted; something other than a typed error
 * was thrown; it took too long; the schema was refused; a valid instance was not accepted.
 */
export const FAILURE_KINDS = [
  "invalidation-error",
  "crash",
  "timeout",
  "compile-error",
  "validation-error",
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface RecordFailure {
  readonly kind: FailureKind;
  readonly detail: string;
  /** Whether the schema was still being compiled. */
  readonly compiling: boolean;
}

/** What came of a record. Times are in microseconds. */
export interface Outcome {
  /** The worst of what went wrong. */
  readonly failure: RecordFailure | undefined;
  /** Schema to first mask; undefined where it did not get that far. */
  readonly ttfm: number | undefined;
  /** Mask, check and accept of each token. */
  readonly tbm: Float64Array;
}

/** Where a record is being read, for those who must stop it from outside. */
export type Place = { compiling: boolean; test: number; token: number };

class TimeoutError extends Error {}

/** Compiles a record's schema and reads its instances, token by token. */
export function judgeRecord(
  record: BenchRecord,
  tokenizer: BenchTokenizer,
  options: JsonSchemaOptions,
  limitMs: number,
  place: Place,
): Outcome {
  const { vocabulary } = tokenizer;
  const texts = record.tests.map(({ text }) => tokenizer.encode(text));
  const times = new Float64Array(texts.reduce((sum, ids) => sum + ids.length, 0));
  place.compiling = true;
  let grammar: Grammar;
  const start = performance.now();
  try {
    grammar = compileJsonSchema(record.schema, options);
    new Matcher(grammar, vocabulary).mask();
  } catch (error) {
    const failure = { ...describe(error, "compile-error"), compiling: true };
    return { failure, ttfm: undefined, tbm: new Float64Array(0) };
  }
  const ttfm = 1000 * (performance.now() - start);
  place.compiling = false;

  const reader = new TokenReader(grammar, vocabulary, tokenizer.eos, times, start + limitMs);
  const failures: RecordFailure[] = [];
  for (const [test, { valid }] of record.tests.entries()) {
    place.test = test;
    const ids = texts[test]!;
    try {
      const refused = reader.read(ids, place);
      if (valid && refused !== undefined) {
        failures.push({ kind: "validation-error", detail: `test ${test}: ${refused}`, compiling: false });
      } else if (!valid && refused === undefined) {
        const detail = `test ${test}: accepted, although invalid`;
        failures.push({ kind: "invalidation-error", detail, compiling: false });
      }
    } catch (error) {
      const { kind, detail } = describe(error, "validation-error");
      failures.push({ kind, detail: `test ${test}: ${detail}`, compiling: false });
      if (kind === "timeout") break;
    }
  }
  failures.sort((a, b) => FAILURE_KINDS.indexOf(a.kind) - FAILURE_KINDS.indexOf(b.kind));
  return { failure: failures[0], ttfm, tbm: times.subarray(0, reader.count) };
}

class TokenReader {
  /** How many times are noted. */
  count = 0;

  constructor(
    private readonly grammar: Grammar,
    private readonly vocabulary: Vocabulary,
    private readonly eos: number,
    private readonly times: Float64Array,
    private readonly deadline: number,
  ) {}

  /** Why the text is not accepted, or undefined where it is. */
  read(ids: readonly number[], place: Place): string | undefined {
    const matcher = new Matcher(this.grammar, this.vocabulary);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      place.token = i;
      const start = performance.now();
      const allowed = matcher.mask().has(id);
      const accepted = allowed && matcher.accept(id);
      const end = performance.now();
      this.times[this.count++] = 1000 * (end - start);
      if (!allowed) {
        // A token that only the mask refuses is a mistake of the mask.
        if (matcher.accept(id)) throw new Error(`token ${i} is not in the mask, but accepted`);
        return `token ${i} (${this.#text(id)}) is not allowed after ${this.#around(ids, i)}`;
      }
      if (!accepted) throw new Error(`token ${i} (${this.#text(id)}) is in the mask, but not accepted`);
      if (end > this.deadline) throw new TimeoutError(`too slow: stopped at token ${i}`);
    }
    if (matcher.mask().has(this.eos) !== matcher.isComplete) {
      throw new Error(`at the end: the mask and isComplete (${matcher.isComplete}) disagree`);
    }
    return matcher.isComplete ? undefined : `not complete at the end: ${this.#around(ids, ids.length)}`;
  }

  #text(id: number): string {
    return JSON.stringify(this.vocabulary.tokenText(id));
  }

  /** The last tokens before one. */
  #around(ids: readonly number[], end: number): string {
    const first = Math.max(0, end - 12);
    const text = ids.slice(first, end).map((id) => this.vocabulary.tokenText(id));
    return JSON.stringify(`${first > 0 ? "…" : ""}${text.join("")}`);
  }
}

function describe(
  error: unknown,
  typed: "compile-error" | "validation-error",
): Omit<RecordFailure, "compiling"> {
  if (error instanceof TimeoutError) return { kind: "timeout", detail: error.message };
  if (error instanceof SchemaError) {
    const keyword = error.keyword === undefined ? "" : ` ${error.keyword}`;
    return { kind: typed, detail: `${error.code}${keyword}: ${error.message}` };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "crash", detail: detail.split("\n").slice(0, 3).join(" ").replace(/\s+/g, " ") };
}
