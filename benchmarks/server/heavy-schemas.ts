/** Schemas that are within the server's limits and cost much to compile, or to make masks for. Each number gives other ones. */
export function heavySchemas(number: number): Readonly<Record<string, object>> {
  const count = (of: number) => Array.from({ length: of }, (_, i) => i);
  return {
    "an object of 8,000 properties": {
      type: "object",
      properties: Object.fromEntries(count(8000).map((i) => [`p${i}_${number}`, { enum: [i] }])),
      required: [`p7_${number}`],
    },
    "an enum of 20,000 texts": { enum: count(20_000).map((i) => `value ${i} of ${number}`) },
    "a oneOf of 60 objects": {
      oneOf: count(60).map((i) => ({
        type: "object",
        properties: { [`a${i % 7}`]: { minLength: i }, [`b${i}`]: { const: number } },
        required: [`b${i}`],
      })),
    },
    "many patterns at once": {
      type: "string",
      maxLength: 200,
      allOf: count(20).map((i) => ({ pattern: `(a|b)*a(a|b){${i + 4 + (number % 7)}}` })),
    },
  };
}
