/** The fields that OpenAI's text APIs have in common, and how they become a generation's request. */
import { z } from "zod";
import type { Constraint } from "../engine/constraint.js";
import type { GenerationRequest, SchemaTelling } from "../engine/engine.js";
import { type ApiError, invalid } from "../errors.js";

/** A field that clients send without a value as `null`. */
const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** A field that clients know and this server does not have: null, as they send it, or left out. */
export const absent = (what: string) =>
  optional(z.null({ error: `not supported: ${what}` })).describe(`Not supported: ${what}`);

/** The values of a field that say what is done in any case. */
export const only = <const T extends string>(...values: readonly T[]) =>
  optional(z.enum(values, { error: `only ${values.map((each) => JSON.stringify(each)).join(" or ")} here` }));

/** How the next token is drawn; `top_k`, `min_p` and `repetition_penalty` as vLLM names them. */
export const samplingFields = {
  temperature: optional(z.number().min(0).max(100)).describe(
    "0, the default, takes the likeliest token always",
  ),
  top_p: optional(z.number().min(0).max(1)),
  top_k: optional(z.int().min(-1)).describe("0 or -1: all"),
  min_p: optional(z.number().min(0).max(1)),
  repetition_penalty: optional(z.number().positive().max(100)),
  frequency_penalty: optional(z.number().min(-2).max(2)),
  presence_penalty: optional(z.number().min(-2).max(2)),
  seed: optional(z.int()).describe("The same seed gives the same output"),
  logit_bias: optional(
    z.record(z.string().regex(/^(0|[1-9]\d{0,8})$/, "not a token id"), z.number().min(-100).max(100)),
  ),
  stop: optional(
    z.union([z.string().min(1), z.array(z.string().min(1)).max(16)], {
      error: "a text or a list of at most 16 is expected, none empty",
    }),
  ),
};

/** Labels of requests, which say nothing about the output. */
export const labelFields = {
  user: optional(z.string()),
  metadata: optional(z.record(z.string(), z.string())),
  store: optional(z.literal(false)).describe("Only false: nothing is stored"),
  service_tier: only("auto", "default"),
  safety_identifier: optional(z.string()),
  prompt_cache_key: optional(z.string()),
  prompt_cache_retention: optional(z.enum(["in-memory", "in_memory", "24h"])).describe(
    "What prompts have in common is known as long as there is memory for it",
  ),
};

/** Of the likeliest tokens in the place of each. */
export const topLogprobsField = optional(z.int().min(0).max(20));

/** What no other server has. */
export const extensionField = optional(
  z.strictObject({
    schema_in_prompt: optional(z.enum(["auto", "none", "typescript", "example", "json-schema"])).describe(
      "How the prompt tells the model the JSON Schema of its answer",
    ),
    on_repetition: optional(z.enum(["ignore", "close"])).describe(
      "Whether a value is ended where an answer that has a form has come to repeat itself word for word",
    ),
  }),
);

/** A field of the extension has no meaning in this request. */
function onlyWhere(field: keyof NonNullable<z.output<typeof extensionField>>, where: string): ApiError {
  const name = `grammask.${field}`;
  return invalid(name, `${name}: only where ${where}`, "unsupported_combination");
}

/**
 * How the prompt is to tell the schema.
 *
 * @throws ApiError where there is none to tell
 */
export function schemaTelling(
  extension: z.output<typeof extensionField>,
  constraint: Constraint | undefined,
): SchemaTelling | undefined {
  const telling = extension?.schema_in_prompt;
  if (telling !== undefined && telling !== "none" && constraint?.kind !== "schema") {
    throw onlyWhere("schema_in_prompt", "the answer has a JSON Schema, and no tools beside it");
  }
  return telling;
}

/**
 * What is done about an answer that repeats itself.
 *
 * @throws ApiError where nothing tells how it ends
 */
export function repetitionField(
  extension: z.output<typeof extensionField>,
  constraint: Constraint | undefined,
): GenerationRequest["onRepetition"] {
  const what = extension?.on_repetition;
  if (what === "close" && constraint === undefined) {
    throw onlyWhere("on_repetition", "the answer has a form: response_format, a grammar, or tools");
  }
  return what;
}

export const countField = optional(z.int().min(1).max(16)).describe("How many outputs");
export const maxTokensField = optional(z.int().min(1));
export const streamFields = {
  stream: optional(z.boolean()),
  stream_options: optional(
    z.strictObject({ include_usage: optional(z.boolean()), include_obfuscation: optional(z.literal(false)) }),
  ),
};
export { optional };

const samplingObject = z.object(samplingFields);
type Sampling = z.output<typeof samplingObject>;

/** Of a generation's request, what these fields say. */
export function samplingRequest(fields: Partial<Sampling>): Partial<GenerationRequest> {
  const { temperature, top_p, top_k, min_p, repetition_penalty, seed, logit_bias, stop } = fields;
  const { frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty } = fields;
  // No share of the probability at all: the likeliest token.
  const greedy = top_p === 0;
  return defined({
    temperature: greedy ? 0 : temperature,
    topP: greedy ? undefined : top_p,
    topK: top_k === undefined ? undefined : Math.max(0, top_k),
    minP: min_p,
    repetitionPenalty: repetition_penalty,
    frequencyPenalty,
    presencePenalty,
    seed: seed === undefined ? undefined : seedOf(seed),
    logitBias: logit_bias as Record<number, number> | undefined,
    stop,
  });
}

/** Any integer as one of the engine's seeds, 0 to 2^32 - 1. */
function seedOf(seed: number): number {
  return ((seed % 2 ** 32) + 2 ** 32) % 2 ** 32;
}

/** A copy without the fields that are undefined. */
export function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** @throws ApiError where `stream_options` come without `stream` */
export function checkStreamOptions(fields: {
  readonly stream?: unknown;
  readonly stream_options?: unknown;
}): void {
  if (fields.stream !== true && fields.stream_options !== undefined) {
    throw invalid("stream_options", "stream_options: only with stream: true", "unsupported_combination");
  }
}
