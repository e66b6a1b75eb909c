import type { JsonSchemaOptions } from "@grammask/core";
import type { SchemaInPrompt } from "@grammask/onnx";
import { OWN, type System } from "./systems.js";

const WHITESPACE = [
  "spaced",
  "compact",
  "pretty",
] as const satisfies readonly JsonSchemaOptions["whitespace"][];
const TOLD = ["none", "typescript", "example", "json-schema"] as const satisfies readonly SchemaInPrompt[];

/** Ways in which this project can be asked: how the prompt tells of the schema, and the whitespace of the output. */
export function modes(): System[] {
  return TOLD.flatMap((schemaInPrompt) =>
    WHITESPACE.map((whitespace) => ({
      ...OWN,
      name: `${schemaInPrompt === "none" ? "not told" : schemaInPrompt}, ${whitespace}`,
      options: { schemaInPrompt, schemaOptions: { whitespace } },
    })),
  );
}
