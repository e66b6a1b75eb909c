import {
  compileJsonSchema,
  type Grammar,
  InvalidSchemaError,
  type LimitError,
  SchemaError,
  SchemaLimitError,
  UnsatisfiableSchemaError,
} from "../src/index.js";
import { isLimitError as isAnyLimitError } from "../src/json-schema/errors.js";

/**
 * Whether an error is that of a limit which a random schema may reach. That no end of the output was found is none of
 * those: it is how most dead ends show.
 */
export function isLimitError(error: unknown): error is LimitError {
  return isAnyLimitError(error) && !(error instanceof SchemaLimitError && error.limit === "completion");
}

/** Whether an error is one that a random schema may lead to: it cannot be compiled, or reaches a limit. */
export function isExpected(error: unknown): boolean {
  return isLimitError(error) || (error instanceof SchemaError && !(error instanceof SchemaLimitError));
}

/** The grammar of a random schema. Undefined: no value matches, or the schema refers to itself in place. */
export function compileRandom(
  schema: object,
  order: "schema" | "any",
  extraProperties: "any" | "needed" = "any",
): Grammar | undefined {
  try {
    const whitespace = order === "any" ? "flexible" : "spaced";
    return compileJsonSchema(schema, { order, whitespace, extraProperties });
  } catch (error) {
    if (error instanceof UnsatisfiableSchemaError || error instanceof InvalidSchemaError) return undefined;
    throw error;
  }
}
