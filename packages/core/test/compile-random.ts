import {
  compileJsonSchema,
  type Grammar,
  InvalidSchemaError,
  UnsatisfiableSchemaError,
} from "../src/index.js";

export { isLimitError } from "../src/json-schema/errors.js";

/** The grammar of a random schema. Undefined: no value matches, or the schema refers to itself in place. */
export function compileRandom(schema: object, order: "schema" | "any"): Grammar | undefined {
  try {
    return compileJsonSchema(schema, { order, whitespace: order === "any" ? "flexible" : "spaced" });
  } catch (error) {
    if (error instanceof UnsatisfiableSchemaError || error instanceof InvalidSchemaError) return undefined;
    throw error;
  }
}
