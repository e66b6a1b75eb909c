/** The thread in which constraints from clients are tried: what they cost in time and memory, they cost here. */
import { parentPort, workerData } from "node:worker_threads";
import { compileConstraint } from "./compile-constraint.js";
import { type CompileSummary, compileSummary } from "./compile-summary.js";
import type { Constraint, ConstraintLimits } from "./constraint.js";
import { type ErrorRecord, recordError } from "./error-record.js";
import { lowerPriority } from "./thread-priority.js";
import { tryConstraint } from "./trial.js";
import { limitByWork, systemThreadId } from "./work-limits.js";

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
  /** The longest that it kept the thread busy in one piece: compiling it, or one of the first masks. */
  readonly milliseconds: number;
}

/** The first message: the thread can compile. */
export interface CompileReady {
  /** As `systemThreadId` has it. */
  readonly systemThread: number | undefined;
}

const WARM_UP =
  '{"type":"object","properties":{"a":{"type":"string","pattern":"^[a-z]+$"},"b":{"type":"array","items":{"type":"integer","minimum":1}}},"required":["a","b"]}';

const port = parentPort!;
const limits = workerData as ConstraintLimits;

const attempt = (constraint: Constraint) => tryConstraint(() => compileConstraint(constraint, limits));

port.on("message", ({ id, constraint, wantsSummary }: CompileCommand) => {
  let error: ErrorRecord | undefined;
  let summary: CompileSummary | undefined;
  let milliseconds = 0;
  try {
    const trial = attempt(constraint);
    milliseconds = trial.milliseconds;
    summary = wantsSummary ? compileSummary(trial.grammar.report) : undefined;
  } catch (thrown) {
    error = recordError(thrown);
  }
  port.postMessage({ id, error, summary, milliseconds } satisfies CompileMessage);
});

// The code is compiled now, and not at the cost of the first constraint.
try {
  attempt({ kind: "schema", schema: WARM_UP });
} catch {
  // A limit of time that is too small for it is no reason not to start.
}
// What its code needs of the threads that all share is started by now, and so has the priority of others.
lowerPriority();
limitByWork();
port.postMessage({ systemThread: systemThreadId() } satisfies CompileReady);
