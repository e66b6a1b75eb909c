import { ApiError, type ErrorDetails, type SchemaProblem } from "../errors.js";

/** An error as plain data, to be sent from one thread to another: what the errors of core and onnx carry. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  /** Of an InvalidRequestError: the field. */
  readonly parameter: string | undefined;
  readonly schema: SchemaProblem | undefined;
  /** Which limit was reached. */
  readonly limit: string | undefined;
  /** Of a BudgetTooSmallError: the tokens that an output may have, and those of the shortest one. */
  readonly budget?: { readonly allowed: number; readonly needed: number } | undefined;
  /** Of an ApiError: all that the client is told. */
  readonly api?: ErrorDetails | undefined;
}

export function recordError(thrown: unknown): ErrorRecord {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const fields = error as Error & Readonly<Record<string, unknown>>;
  const text = (name: string) => (typeof fields[name] === "string" ? (fields[name] as string) : undefined);
  const pointer = text("pointer");
  const conflict = Array.isArray(fields.conflict) ? (fields.conflict as readonly string[]) : undefined;
  return {
    name: error.name,
    message: error.message,
    code: text("code"),
    parameter: text("parameter"),
    schema:
      pointer === undefined
        ? undefined
        : { pointer, keyword: text("keyword"), reason: text("reason") ?? error.message, conflict },
    limit: text("limit"),
    budget: budgetOf(fields),
    api: error instanceof ApiError ? error.details : undefined,
  };
}

function budgetOf({ maxTokens, neededTokens }: Readonly<Record<string, unknown>>): ErrorRecord["budget"] {
  return typeof maxTokens === "number" && typeof neededTokens === "number"
    ? { allowed: maxTokens, needed: neededTokens }
    : undefined;
}

/** Errors of `@grammask/core` about what the output must match. */
const CONSTRAINT_CODES = new Set([
  "schema-error",
  "invalid-schema",
  "unsupported-schema",
  "unsatisfiable-schema",
  "schema-limit",
  "language-limit",
  "layout",
  "pattern",
  "invalid-grammar",
  "grammar-limit",
]);

/** Names of errors without a code that are about the constraint too. */
const CONSTRAINT_NAMES = new Set(["LayoutError", "JsonSyntaxError", "JsonLimitError", "JsonValueError"]);

/**
 * What a client is told of an error of the engine.
 *
 * @param constraintParam the field of the request that says what the output must match
 */
export function apiErrorOf(record: ErrorRecord, constraintParam: string | undefined): ApiError {
  if (record.api !== undefined) {
    return new ApiError(record.api);
  }
  const { code, message } = record;
  const wrong = (param: string | undefined, as: string, told = message): ErrorDetails => ({
    status: 400,
    type: "invalid_request_error",
    code: as,
    message: told,
    param,
    schema: record.schema,
  });
  if (CONSTRAINT_CODES.has(code ?? "") || CONSTRAINT_NAMES.has(record.name)) {
    return new ApiError(wrong(constraintParam, snakeCase(code ?? "invalid-schema")));
  }
  switch (code) {
    case "prompt-too-long":
      return new ApiError(wrong("messages", "context_length_exceeded"));
    case "budget-too-small":
      return new ApiError(wrong("max_tokens", "budget_too_small", tooSmall(record)));
    case "invalid-request":
      return new ApiError(wrong(snakeCase(record.parameter ?? ""), "invalid_value"));
    case "model-disposed":
      return new ApiError({
        status: 503,
        type: "server_error",
        code: "model_unloaded",
        message,
        retryAfter: 1,
      });
    default:
      return new ApiError({ status: 500, type: "server_error", code: "internal_error", message });
  }
}

/** What the engine says of it has the names of its own options. */
function tooSmall({ budget, message }: ErrorRecord): string {
  return budget === undefined
    ? message
    : `The shortest valid output has ${budget.needed} tokens; only ${budget.allowed} are allowed. Allow more.`;
}

function snakeCase(name: string): string {
  return name
    .replaceAll("-", "_")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
