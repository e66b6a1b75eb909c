import { compileJsonSchema, type Grammar, type JsonSchemaOptions } from "@grammask/core";
import { readText } from "./input.js";

/** How `generate` writes: `inspect` shows the same. */
export const generationOptions: JsonSchemaOptions = { escapes: "minimal", numbers: "plain" };

/** The schema's text, and the grammar that it compiles to. */
export async function loadSchema(
  file: string,
  options: JsonSchemaOptions = {},
): Promise<{ text: string; grammar: Grammar }> {
  const text = await readText(file, "schema");
  return { text, grammar: compileJsonSchema(text, options) };
}
