import { compileJsonSchema, type Grammar } from "@grammask/core";
import { readText } from "./input.js";

/** The schema's text, and the grammar that it compiles to. */
export async function loadSchema(file: string): Promise<{ text: string; grammar: Grammar }> {
  const text = await readText(file, "schema");
  return { text, grammar: compileJsonSchema(text) };
}
