import type { JsonSchemaOptions } from "@grammask/core";
import type { GenerateRequest } from "@grammask/onnx";

/** What an output must match, as plain data. */
export type Constraint =
  | {
      readonly kind: "schema";
      /** As JSON text, so that numbers and the order of keys are those of the request. */
      readonly schema: string;
      readonly whitespacePattern?: string | undefined;
    }
  | { readonly kind: "json-object"; readonly whitespacePattern?: string | undefined }
  | { readonly kind: "regex"; readonly pattern: string }
  | { readonly kind: "choice"; readonly choices: readonly string[] };

/** Bounds on what an untrusted schema may cost, in milliseconds. */
export interface ConstraintLimits {
  readonly compileMilliseconds: number;
  readonly maskMilliseconds: number;
}

type ConstraintFields = Pick<GenerateRequest, "schema" | "json" | "regex" | "choice" | "schemaOptions">;

/** The fields of a generation's request that ask for a constraint. */
export function constraintFields(
  constraint: Constraint | undefined,
  limits: ConstraintLimits,
): ConstraintFields {
  switch (constraint?.kind) {
    case undefined:
      return {};
    case "schema":
      return { schema: constraint.schema, schemaOptions: schemaOptions(constraint, limits) };
    case "json-object":
      return { json: "object", schemaOptions: schemaOptions(constraint, limits) };
    case "regex":
      return { regex: constraint.pattern };
    case "choice":
      return { choice: constraint.choices };
  }
}

export function schemaOptions(
  { whitespacePattern }: { readonly whitespacePattern?: string | undefined },
  limits: ConstraintLimits,
): JsonSchemaOptions {
  return { limits, ...(whitespacePattern === undefined ? {} : { whitespacePattern }) };
}

/** Whether outputs are JSON texts. */
export function isJson(constraint: Constraint | undefined): boolean {
  return constraint?.kind === "schema" || constraint?.kind === "json-object";
}
