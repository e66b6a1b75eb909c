import type { JsonSchemaOptions, LeadInFormat, LeadInOptions } from "@grammask/core";
import { InvalidRequestError } from "./errors.js";

/** What a model may write before a JSON value; "none": nothing. See `LeadInFormat` of `@grammask/core`. */
export type RequestLeadIn = "none" | LeadInFormat | RequestLeadInOptions;

export interface RequestLeadInOptions {
  readonly format: LeadInFormat;
  /** So many tokens at most, at least 1; then it is led to the value. Default: half of `maxTokens`. */
  readonly maxTokens?: number;
}

/** What of a request says what comes before the value. */
interface LeadInRequest {
  readonly leadIn?: RequestLeadIn;
  readonly schema?: unknown;
  readonly json?: boolean | "object";
  readonly schemaOptions?: JsonSchemaOptions;
}

const FORMATS: readonly unknown[] = ["none", "fence", "optional-fence", "think", "text"];

/**
 * The most tokens before the value.
 *
 * @throws InvalidRequestError where the value is wrong, or there is no JSON value that something could come before
 */
export function checkLeadIn({ leadIn, schema, json }: LeadInRequest, maxTokens: number): number {
  if (leadIn === undefined || leadIn === "none") {
    return Math.ceil(maxTokens / 2);
  }
  const given: unknown = leadIn;
  const isObject = typeof given === "object" && given !== null;
  const { format, maxTokens: most = Math.ceil(maxTokens / 2) } = (
    isObject ? given : { format: given }
  ) as Partial<RequestLeadInOptions>;
  if (!FORMATS.includes(format) || (isObject && (format as unknown) === "none")) {
    throw new InvalidRequestError(
      "leadIn",
      `${JSON.stringify(format)} is not "fence", "optional-fence", "think", "text"${isObject ? "" : ' or "none"'}`,
    );
  }
  if (!Number.isInteger(most) || most < 1) {
    throw new InvalidRequestError("leadIn.maxTokens", `${most} is not an integer of at least 1`);
  }
  if (schema === undefined && (json === undefined || json === false)) {
    throw new InvalidRequestError("leadIn", "it comes before a JSON value: give schema or json");
  }
  return most;
}

/** The schema options with the lead-in in them, where the request has one. */
export function withLeadIn(
  { leadIn, schemaOptions }: LeadInRequest,
  promptText: string,
): JsonSchemaOptions | undefined {
  if (leadIn === undefined || leadIn === "none") {
    return schemaOptions;
  }
  const { format } = typeof leadIn === "string" ? { format: leadIn } : leadIn;
  const isThinking = (format === "think" || format === "text") && beginsThinking(promptText);
  const options: LeadInOptions = isThinking ? { format, isThinking } : { format };
  return { ...schemaOptions, leadIn: options };
}

/** Whether a prompt's text has begun a block `<think>`: some chat templates do so themselves. */
export function beginsThinking(promptText: string): boolean {
  return /<think>\s*$/.test(promptText);
}
