import type { JsonSchemaOptions } from "@grammask/core";
import type { SchemaInPrompt } from "@grammask/onnx";
import { OWN, type System } from "./systems.js";

const WHITESPACE = [
  "spaced",
  "compact",
  "pretty",
  "auto",
] as const satisfies readonly JsonSchemaOptions["whitespace"][];
const TOLD = ["none", "typescript", "example", "json-schema"] as const satisfies readonly SchemaInPrompt[];

/**
 * Ways in which this project can be asked: how the prompt tells of the schema, and the whitespace of the output.
 *
 * @param only parts of the names of those that are wanted; undefined: all
 */
export function modes(only?: readonly string[]): System[] {
  const all = TOLD.flatMap((schemaInPrompt) =>
    WHITESPACE.map((whitespace) => {
      const prompt = schemaInPrompt === "none" ? "not told" : schemaInPrompt;
      return {
        ...OWN,
        name: `${prompt}, ${whitespace}`,
        options: { schemaInPrompt, schemaOptions: { whitespace } },
        factors: { prompt, whitespace },
      };
    }),
  );
  return only === undefined ? all : all.filter(({ name }) => only.some((part) => name.includes(part)));
}
