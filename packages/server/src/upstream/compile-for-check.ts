import { compileJsonObject, compileJsonSchema, type Grammar, type JsonSchemaOptions } from "@grammask/core";
import { compileConstraint } from "../engine/compile-constraint.js";
import { type Constraint, type ConstraintLimits, schemaOptions } from "../engine/constraint.js";

/** Room for the indentation of deep values. */
const MAX_WHITESPACE = 256;

/**
 * Compiles a constraint to judge an output that others write: where the client does not say how JSON is to be written, the
 * upstream may order properties and set whitespace as it likes.
 *
 * @throws as `compileConstraint`
 */
export function compileForCheck(constraint: Constraint, limits: ConstraintLimits): Grammar {
  switch (constraint.kind) {
    case "schema":
      return compileJsonSchema(constraint.schema, checkOptions(constraint, limits));
    case "json-object":
      return compileJsonObject(checkOptions(constraint, limits));
    default:
      return compileConstraint(constraint, limits);
  }
}

function checkOptions(
  constraint: { readonly whitespacePattern?: string | undefined },
  limits: ConstraintLimits,
): JsonSchemaOptions {
  return {
    ...schemaOptions(constraint, limits),
    order: "any",
    ...(constraint.whitespacePattern === undefined
      ? { whitespace: { style: "flexible", max: MAX_WHITESPACE } }
      : {}),
  };
}
