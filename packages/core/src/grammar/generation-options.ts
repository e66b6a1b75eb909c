import type { JsonSchemaOptions } from "./json-schema-options.js";

/**
 * How JSON is best written where a model writes it, as far as the caller does not say: as within other text
 * (`jsonInTextOptions`), and with `whitespace: "auto"`. The same model picks better values in the layout that it knows
 * (docs/benchmarks.md), and where it has chosen one, whitespace is forced and costs nothing. Not where the options say what
 * stands between tokens.
 */
export function generationOptions(options: JsonSchemaOptions = {}): JsonSchemaOptions {
  const { whitespacePattern, separators } = options;
  const isLaidOut = whitespacePattern !== undefined || separators !== undefined;
  return { ...(isLaidOut ? {} : { whitespace: "auto" }), ...jsonInTextOptions(options) };
}

/**
 * How JSON is best written where a model writes it within other text, as in a call of a tool, as far as the caller does not
 * say: minimal escapes, plain numbers, no properties of which the schema says nothing unless they are needed. A small model
 * that may escape what needs no escape, write digits without end, or add properties which nobody asked for, sometimes does,
 * and goes on from there.
 */
export function jsonInTextOptions(options: JsonSchemaOptions = {}): JsonSchemaOptions {
  return { escapes: "minimal", numbers: "plain", extraProperties: "needed", ...options };
}
