import type { StandardTypedV1 } from "@standard-schema/spec";
import type { FromSchema } from "./schema-type.js";

/**
 * What describes an output: a JSON Schema (an object, `true`, or its JSON text), or the schema of a library that has the
 * interface `StandardJSONSchemaV1` of `@standard-schema/spec`: zod, ArkType, valibot in `toStandardJsonSchema`.
 */
export type SchemaInput = object | boolean | string;

/** The type of the values that a schema gives: what its library makes of them, or what the JSON Schema literal says. */
export type ValueOf<S> = S extends StandardTypedV1<unknown, infer Output> ? Output : FromSchema<S>;

/** The type of the values as they are written, before a library transforms them. */
export type WrittenOf<S> = S extends StandardTypedV1<infer Input, unknown> ? Input : FromSchema<S>;
