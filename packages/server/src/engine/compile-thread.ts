/** The thread in which constraints from clients are tried: what they cost in time and memory, they cost here. */
import { parentPort, workerData } from "node:worker_threads";
import { compileChoice, compileJsonObject, compileJsonSchema, compileRegex } from "@grammask/core";
import { type Constraint, type ConstraintLimits, schemaOptions } from "./constraint.js";
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
    compile(constraint);
  } catch (thrown) {
    error = recordError(thrown);
  }
  port.postMessage({ id, error } satisfies CompileMessage);
});

function compile(constraint: Constraint): void {
  switch (constraint.kind) {
    case "schema":
      compileJsonSchema(constraint.schema, schemaOptions(constraint, limits));
      break;
    case "json-object":
      compileJsonObject(schemaOptions(constraint, limits));
      break;
    case "regex":
      compileRegex(constraint.pattern);
      break;
    case "choice":
      compileChoice(constraint.choices);
  }
}
