/** The thread in which constraints from clients are tried: what they cost in time and memory, they cost here. */
import { parentPort, workerData } from "node:worker_threads";
import { compileConstraint } from "./compile-constraint.js";
import type { Constraint, ConstraintLimits } from "./constraint.js";
import { type ErrorRecord, recordError } from "./error-record.js";

export interface CompileCommand {
  readonly id: number;
  readonly constraint: Constraint;
}

export interface CompileMessage {
  readonly id: number;
  /** Undefined: it can be compiled. */
  readonly error: ErrorRecord | undefined;
}

const port = parentPort!;
const limits = workerData as ConstraintLimits;

port.on("message", ({ id, constraint }: CompileCommand) => {
  let error: ErrorRecord | undefined;
  try {
    compileConstraint(constraint, limits);
  } catch (thrown) {
    error = recordError(thrown);
  }
  port.postMessage({ id, error } satisfies CompileMessage);
});
