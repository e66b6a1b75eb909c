import { compileJsonSchema, Matcher, type Vocabulary } from "@grammask/core";

/** So many schemas, each with names of its own: nothing of them is known before, as with those that will come. */
const SCHEMAS = 10;

function schemaOf(i: number): object {
  const part = { type: "object", properties: { [`size${i}`]: { type: "number", exclusiveMinimum: 0 } } };
  const choice = { type: "object", properties: { [`on${i}`]: { const: i } } };
  return {
    type: "object",
    properties: {
      [`id${i}`]: { type: "string", pattern: `^[A-Z]{2}-[0-9]{1,${i + 3}}$` },
      [`title${i}`]: { type: "string", minLength: 1, maxLength: 40 + i },
      [`kind${i}`]: { enum: [`alpha${i}`, `beta${i}`, 3, null] },
      [`count${i}`]: { type: "integer", minimum: 0, maximum: 100 + i },
      [`share${i}`]: { type: "number" },
      [`when${i}`]: { type: "string", format: "date" },
      [`tags${i}`]: { type: "array", items: { type: "string" }, maxItems: 5 + i },
      [`parts${i}`]: { type: "array", items: { $ref: "#/$defs/part" } },
      [`either${i}`]: { anyOf: [{ type: "boolean" }, choice] },
    },
    required: [`id${i}`, `kind${i}`],
    additionalProperties: i % 2 === 0 ? false : { type: "string" },
    $defs: { part },
  };
}

function outputOf(i: number): string {
  return JSON.stringify({
    [`id${i}`]: "AB-12",
    [`title${i}`]: 'A "title" of some words\n',
    [`kind${i}`]: `beta${i}`,
    [`count${i}`]: 42,
    [`share${i}`]: -1.5e-7,
    [`when${i}`]: "2024-02-29",
    [`tags${i}`]: ["one", "two"],
    [`parts${i}`]: [{ [`size${i}`]: 2.5 }, {}],
    [`either${i}`]: { [`on${i}`]: i },
    ...(i % 2 === 0 ? {} : { [`more${i}`]: "other text" }),
  });
}

/**
 * Reads some small outputs, so that the engine's code is compiled, and the masks are there that all grammars share (those of
 * free strings, of numbers), before the first sequence comes.
 */
export function warmUp(vocabulary: Vocabulary): void {
  const encoder = new TextEncoder();
  for (let i = 0; i < SCHEMAS; i++) {
    const order = i % 3 === 0 ? "schema" : "any";
    const matcher = new Matcher(compileJsonSchema(schemaOf(i), { order }), vocabulary);
    for (const byte of encoder.encode(outputOf(i))) {
      matcher.mask();
      if (!matcher.acceptBytes(Uint8Array.of(byte))) throw new Error("An output of the warm-up is not read");
    }
  }
}
