import type { JsonSchemaOptions } from "./json-schema-options.js";

/**
 * How JSON is best written where a model writes it, as far as the caller does not say: whitespace as the model chooses,
 * minimal escapes, plain numbers, no properties of which the schema says nothing unless they are needed.
 *
 * - `whitespace: "auto"`: the same model picks better values in the layout that it knows (docs/benchmarks.md), and where it
 *   has chosen one, whitespace is forced and costs nothing. Not where the options say what stands between tokens.
 * - `escapes: "minimal"`, `numbers: "plain"`: a small model that may escape what needs no escape, or write digits without
 *   end, sometimes does, and goes on from there.
 * - `extraProperties: "needed"`: so does one that may add properties which nobody asked for.
 */
export function generationOptions(options: JsonSchemaOptions = {}): JsonSchemaOptions {
  const { whitespacePattern, separators } = options;
  const isLaidOut = whitespacePattern !== undefined || separators !== undefined;
  return {
    ...(isLaidOut ? {} : { whitespace: "auto" }),
    escapes: "minimal",
    numbers: "plain",
    extraProperties: "needed",
    ...options,
  };
}
