import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidRequestError, reasonOf } from "../errors.js";
import { closeObjects } from "./closed-objects.js";
import type { SchemaInput } from "./schema-input.js";
import type { FromSchema } from "./schema-type.js";

/** Checks and transforms a value: what a Standard Schema's `validate` does. */
export type Validate<Written = unknown, Value = unknown> = (
  value: Written,
) => StandardSchemaV1.Result<Value> | Promise<StandardSchemaV1.Result<Value>>;

/** A schema as the engine takes it, and what is to be asked about a value that matches it. */
export interface PreparedSchema {
  readonly schema: SchemaInput;
  /** Undefined: nothing is left to check. */
  readonly validate: Validate | undefined;
}

const TARGET = "draft-2020-12";
const VENDOR = "grammask";

/** What valibot's converter asks about an action of a pipe. */
interface ValibotAction {
  readonly jsonSchema: unknown;
  /** Why the action cannot be converted; undefined where it can. */
  readonly errors: readonly string[] | undefined;
}

/** Options for valibot's converter: checks that JSON Schema has no words for are left to `validate`. */
const VALIBOT_OPTIONS = {
  overrideAction: ({ jsonSchema, errors }: ValibotAction) => (errors === undefined ? undefined : jsonSchema),
};

/** Schemas that were prepared before. */
const prepared = new WeakMap<object, PreparedSchema>();

/**
 * Reads what a request gives as its schema.
 *
 * @throws InvalidRequestError where a library's schema has no JSON Schema, or says something that has none
 */
export function prepareSchema(schema: SchemaInput): PreparedSchema {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) {
    return { schema, validate: undefined };
  }
  const known = prepared.get(schema);
  if (known !== undefined) return known;
  const made = isStandard(schema) ? fromStandard(schema) : fromPlain(schema);
  // A JSON Schema may be changed between two requests; a library's schema is immutable.
  if (made.schema !== schema) prepared.set(schema, made);
  return made;
}

/**
 * A JSON Schema with a type that is not told by its literal: `withValidation<Person>(schema)`.
 *
 * @param schema a JSON Schema, a schema of TypeBox
 */
export function withValidation<Value>(schema: object): StandardJSONSchemaV1<Value, Value>;
/**
 * A JSON Schema with a check of one's own that runs on values that match it: what no schema can say, or a transformation.
 *
 * @param schema a JSON Schema, a schema of TypeBox
 * @param validate gives the value, or what is wrong with it; may be asynchronous
 */
export function withValidation<const S extends object, Value = FromSchema<S>>(
  schema: S,
  validate: Validate<FromSchema<S>, Value>,
): StandardJSONSchemaV1<FromSchema<S>, Value>;
export function withValidation(
  schema: object,
  validate: Validate = (value) => ({ value }),
): StandardJSONSchemaV1 {
  const convert = () => schema as Record<string, unknown>;
  const standard = { version: 1 as const, vendor: VENDOR, jsonSchema: { input: convert, output: convert } };
  return { "~standard": { ...standard, validate } as StandardJSONSchemaV1["~standard"] };
}

/** Whether this is a library's schema with the standard's interface. */
export function isStandard(schema: object): schema is StandardSchemaV1 | StandardJSONSchemaV1 {
  const standard = (schema as { readonly "~standard"?: unknown })["~standard"];
  return typeof standard === "object" && standard !== null && "version" in standard && "vendor" in standard;
}

function fromStandard(schema: StandardSchemaV1 | StandardJSONSchemaV1): PreparedSchema {
  const standard: Partial<StandardSchemaV1.Props & StandardJSONSchemaV1.Props> = schema["~standard"];
  const { vendor = "its library", jsonSchema, validate } = standard;
  if (typeof jsonSchema?.input !== "function") {
    const advice =
      vendor === "valibot"
        ? "wrap it in toStandardJsonSchema of @valibot/to-json-schema"
        : "take a version of the library that implements StandardJSONSchemaV1, or give the JSON Schema itself";
    throw new InvalidRequestError("schema", `the schema of ${vendor} has no JSON Schema: ${advice}`);
  }
  let written: Record<string, unknown>;
  try {
    const libraryOptions = vendor === "valibot" ? VALIBOT_OPTIONS : undefined;
    // What the model writes is the schema's input; `validate` makes its output of it.
    written = jsonSchema.input({ target: TARGET, ...(libraryOptions && { libraryOptions }) });
  } catch (thrown) {
    throw new InvalidRequestError("schema", `${vendor} has no JSON Schema for it: ${reasonOf(thrown)}`, {
      cause: thrown,
    });
  }
  const isOwn = vendor === VENDOR;
  return { schema: isOwn ? written : closeObjects(asJson(written)), validate };
}

function fromPlain(schema: object): PreparedSchema {
  const hidden = hiddenChecks(schema);
  if (hidden !== undefined) {
    throw new InvalidRequestError(
      "schema",
      `${hidden} of TypeBox is in no JSON Schema: give it as withValidation(schema, validate), where validate decodes or checks the value`,
    );
  }
  return { schema, validate: undefined };
}

/** What TypeBox keeps beside the JSON Schema: refinements and codecs, under keys that JSON does not see. */
function hiddenChecks(schema: object): string | undefined {
  const isTypeBox = Object.hasOwn(schema, "~kind") || Object.getOwnPropertySymbols(schema).some(isKind);
  return isTypeBox ? findHidden(schema, new Set()) : undefined;
}

function findHidden(value: unknown, seen: Set<object>): string | undefined {
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if (Object.hasOwn(value, "~refine")) return "a refinement";
  const isTransform = (symbol: symbol) => symbol.description === "TypeBox.Transform";
  if (Object.hasOwn(value, "~codec") || Object.getOwnPropertySymbols(value).some(isTransform))
    return "a codec";
  for (const each of Object.values(value)) {
    const found = findHidden(each, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isKind(symbol: symbol): boolean {
  return symbol.description === "TypeBox.Kind";
}

/** Without what is no JSON, such as members that are undefined. */
function asJson(schema: Record<string, unknown>): Parameters<typeof closeObjects>[0] {
  return JSON.parse(JSON.stringify(schema)) as Parameters<typeof closeObjects>[0];
}
