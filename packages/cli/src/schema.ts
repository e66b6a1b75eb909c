import { compileJsonSchema, type Grammar, JsonSyntaxError } from "@grammask/core";
import { UsageError } from "./exit.js";
import { readText } from "./input.js";

/** The schema's text and grammar. Malformed JSON is told with the file's name; schema errors tell their own place. */
export async function loadSchema(file: string): Promise<{ text: string; grammar: Grammar }> {
  const text = await readText(file, "schema");
  try {
    return { text, grammar: compileJsonSchema(text) };
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      throw new UsageError(`${file}:${error.line}:${error.column}: the schema is not JSON: ${error.message}`);
    }
    throw error;
  }
}
