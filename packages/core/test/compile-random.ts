import {
  compileJsonSchema,
  type Grammar,
  InvalidSchemaError,
  UnsatisfiableSchemaError,
} from "../src/index.js";

export { isLimitError } from "../src/json-schema/errors.js";

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
