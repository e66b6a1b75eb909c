import { compileJsonSchema, generationOptions, Matcher, type Vocabulary } from "@grammask/core";

const SCHEMA = {
  properties: {
    text: { type: "string", maxLength: 80 },
    list: { type: "array", items: { enum: ["a", 1, null] } },
    number: { type: "number", minimum: 0 },
  },
  required: ["text", "list"],
};
const OUTPUT = '{"text": "a b", "list": ["a", 1, null], "number": 12.5}';

/**
 * Computes the masks of a small output, once for a vocabulary: those of free strings are shared by all grammars, and the
 * first request does not wait for the engine's code to be compiled (together some 60 ms).
 */
export function warmUp(vocabulary: Vocabulary): void {
  const matcher = new Matcher(compileJsonSchema(SCHEMA, generationOptions()), vocabulary);
  for (const byte of new TextEncoder().encode(OUTPUT)) {
    matcher.mask();
    matcher.acceptBytes(Uint8Array.of(byte));
  }
}
