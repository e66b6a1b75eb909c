import type { JsonSchemaOptions, ToolChoice, ToolFormatName } from "@grammask/core";
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
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "grammar"; readonly syntax: GrammarSyntax; readonly source: string }
  | {
      readonly kind: "tools";
      readonly tools: readonly ToolSource[];
      readonly format: ToolFormatName;
      readonly choice: ToolChoice;
      readonly parallel: boolean;
      /** What an output that calls nothing is; undefined: free text. */
      readonly content?: JsonConstraint | undefined;
    };

/** The constraints of outputs that are JSON texts. */
export type JsonConstraint = Extract<Constraint, { readonly kind: "schema" | "json-object" }>;

export type GrammarSyntax = "gbnf" | "lark" | "structural-tag";

export interface ToolSource {
  readonly name: string;
  /** JSON Schema of the arguments; undefined: it takes none. */
  readonly parameters?: unknown;
  /** Lark grammar of the text that it is given instead. */
  readonly lark?: string | undefined;
}

/** Bounds on what an untrusted schema may cost, in milliseconds. */
export interface ConstraintLimits {
  readonly compileMilliseconds: number;
  readonly maskMilliseconds: number;
}

type ConstraintFields = Pick<GenerateRequest, "schema" | "json" | "regex" | "choice" | "schemaOptions">;

/** The constraints for which a generation's request has fields. */
export type PlainConstraint = Exclude<Constraint, { readonly kind: "grammar" | "tools" }>;

/** The fields of a generation's request that ask for a constraint. */
export function constraintFields(constraint: PlainConstraint, limits: ConstraintLimits): ConstraintFields {
  switch (constraint.kind) {
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
export function isJson(constraint: Constraint | undefined): constraint is JsonConstraint {
  return constraint?.kind === "schema" || constraint?.kind === "json-object";
}
