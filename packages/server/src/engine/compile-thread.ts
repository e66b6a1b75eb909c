/** The thread in which constraints from clients are tried: what they cost in time and memory, they cost here. */
import { parentPort, workerData } from "node:worker_threads";
import { type Grammar, Matcher, Vocabulary } from "@grammask/core";
import { compileConstraint } from "./compile-constraint.js";
import { type CompileSummary, compileSummary } from "./compile-summary.js";
import type { Constraint, ConstraintLimits } from "./constraint.js";
import { type ErrorRecord, recordError } from "./error-record.js";

export interface CompileCommand {
  readonly id: number;
  readonly constraint: Constraint;
  /** Whether what the compiler says of it is wanted as well. */
  readonly wantsSummary: boolean;
}

export interface CompileMessage {
  readonly id: number;
  /** Undefined: it can be compiled. */
  readonly error: ErrorRecord | undefined;
  readonly summary: CompileSummary | undefined;
  /** What it cost, the first masks included. */
  readonly milliseconds: number;
}

/** A vocabulary of single bytes: it says as much about the cost of a grammar as a large one, and is there at once. */
const BYTES = Vocabulary.fromBytes(
  Array.from({ length: 257 }, (_, byte) => Uint8Array.from(byte < 256 ? [byte] : [])),
  { eosTokenIds: [256] },
);

const WARM_UP =
  '{"type":"object","properties":{"a":{"type":"string","pattern":"^[a-z]+$"},"b":{"type":"array","items":{"type":"integer","minimum":1}}},"required":["a","b"]}';

const port = parentPort!;
const limits = workerData as ConstraintLimits;

/** Masks that are tried. */
const MOST_MASKS = 64;
/** The first code that runs is slow: what takes less than so many milliseconds is measured twice. */
const MEASURED_TWICE = 100;

const attempt = (constraint: Constraint): Grammar => {
  const grammar = compileConstraint(constraint, limits);
  const matcher = new Matcher(grammar, BYTES);
  // Generations begin with the shortest output, to know what budget is too small: what that costs, it costs here as well.
  const { bytes } = matcher.shortestCompletion();
  try {
    for (const byte of bytes.subarray(0, MOST_MASKS)) {
      matcher.mask();
      matcher.accept(byte);
    }
  } catch {
    // A limit that masks hit is no reason to refuse the constraint: it ends an output, if one comes here.
  }
  return grammar;
};

const timed = (constraint: Constraint) => {
  const start = performance.now();
  const grammar = attempt(constraint);
  return { grammar, milliseconds: performance.now() - start };
};

port.on("message", ({ id, constraint, wantsSummary }: CompileCommand) => {
  let error: ErrorRecord | undefined;
  let summary: CompileSummary | undefined;
  let milliseconds = 0;
  try {
    const first = timed(constraint);
    const isQuick = first.milliseconds < MEASURED_TWICE;
    milliseconds = isQuick
      ? Math.min(first.milliseconds, timed(constraint).milliseconds)
      : first.milliseconds;
    summary = wantsSummary ? compileSummary(first.grammar.report) : undefined;
  } catch (thrown) {
    error = recordError(thrown);
  }
  port.postMessage({ id, error, summary, milliseconds } satisfies CompileMessage);
});

// The code is compiled now, and not at the cost of the first constraint. The first message tells that the thread is ready.
try {
  attempt({ kind: "schema", schema: WARM_UP });
} catch {
  // A limit of time that is too small for it is no reason not to start.
}
port.postMessage({ id: -1, error: undefined, summary: undefined, milliseconds: 0 } satisfies CompileMessage);
