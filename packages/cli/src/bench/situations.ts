/** A place in an output, of a kind that schemas have. */
export interface Situation {
  readonly name: string;
  readonly schema: unknown;
  /** The output so far. */
  readonly prefix: string;
}

const words = (count: number) => Array.from({ length: count }, (_, i) => `${(i * 7919) % count} value ${i}`);

const kinds = Array.from({ length: 50 }, (_, i) => ({
  type: "object",
  properties: {
    kind: { const: `kind-${i}` },
    [`field${i}`]: { type: "string" },
    count: { type: "integer", minimum: i },
  },
  required: ["kind", `field${i}`],
  additionalProperties: false,
}));

const NESTED = 1000;

/** What masks and accepts are measured on. */
export const SITUATIONS: readonly Situation[] = [
  { name: "free string", schema: { type: "string" }, prefix: '"some te' },
  { name: "bounded string", schema: { type: "string", maxLength: 20 }, prefix: '"some te' },
  {
    name: "string with a pattern",
    schema: { type: "string", pattern: "^[A-Z][a-z]{2,30}$" },
    prefix: '"Som',
  },
  {
    name: "key",
    schema: { type: "object", properties: { name: {}, nickname: {}, age: {}, address: {} } },
    prefix: '{"n',
  },
  { name: "number", schema: { type: "number", minimum: 0, maximum: 1000 }, prefix: "1" },
  { name: "enum of 10", schema: { enum: words(10) }, prefix: '"' },
  { name: "enum of 10,000", schema: { enum: words(10_000) }, prefix: '"' },
  { name: "union of 50 objects", schema: { oneOf: kinds }, prefix: '{"kind": "kind-4' },
  {
    name: `nesting of ${NESTED}`,
    schema: { type: "array", items: { $ref: "#" } },
    prefix: "[".repeat(NESTED),
  },
];
