/** Small schemas, put together in several ways, and all small instances that can tell them apart. */
import { permutations } from "./permutations.js";

type Schema = Readonly<Record<string, unknown>>;

/** An object of one property. */
const closed = (name: string, value: unknown = true): Schema => ({
  properties: { [name]: value },
  required: [name],
  additionalProperties: false,
});

/** `if`, and what holds then, and otherwise. */
function conditional(condition: unknown, consequence: unknown, otherwise?: unknown): Schema {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  const both = { if: condition, then: consequence };
  return otherwise === undefined ? both : { ...both, else: otherwise };
}

/** About objects of properties `a`, `b` and `c`, and some arrays. */
const OBJECT_PARTS: readonly Schema[] = [
  { type: "object" },
  { type: ["object", "array"] },
  { type: ["string", "object", "integer"] },
  { properties: { a: false } },
  { properties: { a: { const: 1 } } },
  { properties: { a: { type: "string" }, b: true } },
  { properties: { b: { enum: [1, "x"] }, a: true } },
  { required: ["a"] },
  { required: ["b", "c"] },
  { additionalProperties: false },
  { additionalProperties: { const: 1 } },
  { patternProperties: { "^a": false } },
  { patternProperties: { "a|b": { const: 1 } } },
  { propertyNames: { const: "a" } },
  { propertyNames: { pattern: "^[ab]$" } },
  { propertyNames: { enum: ["a", "c"] } },
  { minProperties: 1 },
  { minProperties: 2 },
  { maxProperties: 1 },
  { maxProperties: 2 },
  { anyOf: [closed("a"), closed("b")] },
  { anyOf: [closed("a", { const: 1 }), closed("a", { type: "string" }), closed("b")] },
  { anyOf: [{ required: ["a"] }, { required: ["b"] }] },
  { anyOf: [{ properties: { a: { const: 1 } }, required: ["a"] }, { properties: { a: { const: "x" } } }] },
  { anyOf: [{ type: "array", items: { const: 1 } }, closed("c", { const: "x" }), { type: "string" }] },
  { oneOf: [{ required: ["a"] }, { required: ["b"] }] },
  { oneOf: [{ const: { a: 1 } }, { const: { b: 1 } }, { required: ["c"] }] },
  { not: { required: ["a"] } },
  { not: { properties: { a: { const: 1 } } } },
  { not: { const: { a: 1 } } },
  { not: { enum: [{ a: 1, b: 1 }, {}, 1] } },
  { enum: [{ a: 1 }, { b: 1 }] },
  { enum: [{ a: 1, b: 1 }, { a: 1, c: 1 }, { a: "x" }] },
  { enum: [{}, { a: "x" }, [1], 1] },
  { enum: [[1], [1, "x"], [{ a: 1 }], { a: 1 }] },
  { const: { b: "x", a: 1 } },
  conditional({ required: ["a"] }, { required: ["b"] }, { maxProperties: 1 }),
  conditional({ properties: { a: { const: 1 } }, required: ["a"] }, { properties: { b: false } }),
  { dependentRequired: { a: ["b"] } },
  { dependentRequired: { b: ["a"], c: ["b"] } },
  { dependentSchemas: { a: { properties: { b: false } } } },
  { unevaluatedProperties: false },
  { unevaluatedProperties: { const: 1 } },
  { allOf: [{ properties: { a: true } }, { required: ["c"] }] },
  {
    allOf: [
      { anyOf: [{ required: ["a"] }, { maxProperties: 0 }] },
      { anyOf: [{ required: ["b"] }, { properties: { c: false } }] },
    ],
  },
  { prefixItems: [{ const: 1 }], items: { type: "string" } },
  { items: false },
  { items: { enum: [1, { a: 1 }] } },
  { contains: { const: 1 } },
  { contains: { type: "object" }, maxContains: 1 },
  { uniqueItems: true },
  { minItems: 1, maxItems: 1 },
  { $ref: "#/$defs/one" },
];

/** About arrays of up to three items. */
const ARRAY_PARTS: readonly Schema[] = [
  { type: "array" },
  { type: ["array", "null"] },
  { items: { type: "integer" } },
  { items: { const: 1 } },
  { items: false },
  { items: { type: "array", maxItems: 1 } },
  { prefixItems: [{ const: 1 }] },
  { prefixItems: [{ type: "string" }, { enum: [1, 2] }] },
  { prefixItems: [true, { const: "x" }], items: false },
  { minItems: 1 },
  { minItems: 2, maxItems: 2 },
  { maxItems: 1 },
  { uniqueItems: true },
  { contains: { const: 1 } },
  { contains: { const: 1 }, minContains: 2 },
  { contains: { type: "string" }, maxContains: 1 },
  { contains: { enum: [1, 2] }, minContains: 0, maxContains: 1 },
  { contains: { minItems: 1 } },
  { unevaluatedItems: false },
  { unevaluatedItems: { type: "string" } },
  { enum: [[1], [1, 2], [2, 1], []] },
  { enum: [[1, "x"], [[1]], [[1], 2]] },
  { const: [1, 1] },
  { not: { contains: { const: 2 } } },
  { not: { const: [1] } },
  { not: { minItems: 2 } },
  { not: { uniqueItems: true } },
  { anyOf: [{ minItems: 2 }, { contains: { const: "x" } }] },
  { anyOf: [{ prefixItems: [{ const: 1 }] }, { prefixItems: [{ const: 2 }, { const: 1 }] }] },
  { oneOf: [{ contains: { const: 1 } }, { contains: { const: 2 } }] },
  conditional({ prefixItems: [{ const: 1 }] }, { minItems: 2 }, { maxItems: 2 }),
  { $ref: "#/$defs/nested" },
];

/** About strings, numbers and what else has no parts. */
const SCALAR_PARTS: readonly Schema[] = [
  ...["string", "number", "integer", "boolean", ["string", "null"], ["integer", "string"]].map((type) => ({
    type,
  })),
  { minLength: 1 },
  { minLength: 2 },
  { maxLength: 1 },
  { maxLength: 2 },
  { pattern: "^a" },
  { pattern: "b$" },
  { pattern: "^(ab)*$" },
  { pattern: "a.?b" },
  { pattern: "[^a]" },
  { enum: ["a", "ab", 1, null] },
  { enum: ["", "b", 1.5, true] },
  { const: "abb" },
  { const: 2 },
  { minimum: 1 },
  { maximum: 2 },
  { exclusiveMinimum: 1 },
  { exclusiveMaximum: 2 },
  { minimum: -2, maximum: 15 },
  { multipleOf: 2 },
  { multipleOf: 0.5 },
  { multipleOf: 3 },
  { not: { type: "integer" } },
  { not: { const: "a" } },
  { not: { pattern: "a" } },
  { not: { multipleOf: 2 } },
  { not: { minimum: 2 } },
  { anyOf: [{ pattern: "^b" }, { maxLength: 0 }, { minimum: 10 }] },
  { oneOf: [{ minLength: 2 }, { pattern: "a" }] },
  { oneOf: [{ multipleOf: 2 }, { multipleOf: 3 }] },
  conditional({ type: "string" }, { minLength: 2 }, { minimum: 0 }),
];

/** An object that the value of `v`, and a property that it must have, tell from others. */
const told = (v: unknown, name: string): Schema => ({ properties: { v }, required: ["v", name] });

/** About objects of a property `v`, whose values tell them apart or nearly do, and of `a` and `b`. */
const UNION_PARTS: readonly Schema[] = [
  { type: "object" },
  { properties: { v: { type: "integer" } } },
  { properties: { v: { type: ["number", "null", "array"] }, a: true } },
  { required: ["v"] },
  { additionalProperties: false },
  { additionalProperties: { const: 1 } },
  { maxProperties: 2 },
  { not: { properties: { v: { const: 1 } } } },
  { not: { properties: { v: { type: "number" } }, required: ["v"] } },
  { oneOf: [told({ const: 0 }, "a"), told({ const: 1 }, "b"), told({ const: 0.5 }, "a")] },
  { oneOf: [told({ enum: [0, 2] }, "a"), told({ enum: [1, 2] }, "b")] },
  { oneOf: [told({ enum: [0, "1"] }, "a"), told({ enum: [1, null] }, "a"), told({ const: 2 }, "b")] },
  { oneOf: [told({ type: "integer", maximum: 0 }, "a"), told({ type: "integer", minimum: 1 }, "b")] },
  { oneOf: [told({ type: "number", maximum: 1 }, "a"), told({ type: "number", minimum: 1 }, "b")] },
  { oneOf: [told({ exclusiveMaximum: 1 }, "a"), told({ type: "number", minimum: 1 }, "b")] },
  { oneOf: [told({ type: "number", exclusiveMaximum: 1 }, "a"), told({ const: 1 }, "a")] },
  { oneOf: [told({ type: "integer" }, "a"), told({ const: 0.5 }, "a"), told({ const: null }, "b")] },
  { oneOf: [told({ multipleOf: 2, type: "number" }, "a"), told({ const: 1 }, "a"), told({ const: 2 }, "b")] },
  { oneOf: [told({ multipleOf: 0.5, type: "number" }, "a"), told({ type: "integer" }, "b")] },
  { oneOf: [told({ const: [1] }, "a"), told({ const: { k: 1 } }, "a"), told({ const: [2] }, "b")] },
  { oneOf: [told({ const: [1] }, "a"), told({ type: "array" }, "b"), told({ const: true }, "a")] },
  {
    oneOf: [
      told({ enum: [[1], 1] }, "a"),
      told({ enum: [true, { k: 1 }] }, "a"),
      told({ enum: [[2], 1] }, "b"),
    ],
  },
  { oneOf: [told({ const: 1 }, "a"), { properties: { v: { const: 0 } }, required: ["b"] }] },
  { oneOf: [{ properties: { v: { const: 1 } } }, { properties: { v: { minimum: 2 } } }] },
  { oneOf: [closed("v", { const: 1 }), closed("v", { minimum: 2 }), told({ const: 1 }, "a")] },
  { oneOf: [{ const: { v: 1 } }, { const: { v: 2 } }, { const: { v: 1, a: 1 } }, told({ const: 0 }, "a")] },
  { oneOf: [{ const: 1 }, { const: 2 }, { type: "integer", minimum: 2 }, { type: "object" }] },
  { anyOf: [told({ const: 0 }, "a"), told({ const: 1 }, "b"), told({ minimum: 1 }, "a")] },
  conditional({ properties: { v: { const: 1 } }, required: ["v"] }, { required: ["a"] }, { required: ["b"] }),
];

/** What `$ref` of the parts leads to. */
const $defs = {
  one: { anyOf: [{ const: { a: 1 } }, { const: { b: 1, c: 1 } }] },
  nested: { type: ["array", "integer"], items: { $ref: "#/$defs/nested" }, maxItems: 2 },
};

/** Parts side by side, where their keywords differ; otherwise within `allOf`. */
function merged(parts: readonly Schema[]): Schema {
  const keywords = parts.flatMap((part) => Object.keys(part));
  return new Set(keywords).size < keywords.length ? { allOf: parts } : Object.assign({}, ...parts);
}

/** The ways to put parts together. */
export const WAYS = {
  beside: (parts: readonly Schema[]) => merged(parts),
  allOf: (parts: readonly Schema[]) => ({ allOf: parts }),
  anyOf: ([first, ...rest]: readonly Schema[]) => ({ anyOf: [first, merged(rest)] }),
  oneOf: ([first, ...rest]: readonly Schema[]) => ({ oneOf: [first, merged(rest)] }),
  not: ([first, ...rest]: readonly Schema[]) => ({ allOf: [first], not: merged(rest) }),
  if: ([first, ...rest]: readonly Schema[]) => conditional(first, merged(rest)),
  properties: ([first, ...rest]: readonly Schema[]) => ({ allOf: [first], properties: { a: merged(rest) } }),
  items: ([first, ...rest]: readonly Schema[]) => ({ allOf: [first], items: merged(rest) }),
} as const;

export type Way = keyof typeof WAYS;

export function combined(parts: readonly Schema[], way: Way): Schema {
  return { $defs, ...WAYS[way](parts) };
}

const CHOICES = [undefined, "1", '"x"'];

/** JSON texts, without whitespace; those of one list are one value, with its properties in every order. */
export type Instances = readonly (readonly string[])[];

const some = (...texts: readonly string[]): Instances => texts.map((text) => [text]);

const OBJECTS: Instances = [
  ...CHOICES.flatMap((a) => CHOICES.flatMap((b) => CHOICES.map((c) => objects({ a, b, c })))),
  ...some(
    "1",
    '"x"',
    "null",
    "[]",
    "[1]",
    '["x"]',
    "[1,1]",
    '[1,"x"]',
    '[{"a":1}]',
    '[{"a":1},1]',
    '[{"b":1}]',
  ),
  ...some('{"a":{"a":1}}', '{"a":[1]}', '{"a":[]}', '{"a":{}}'),
  ['{"a":{"b":1,"c":1}}', '{"a":{"c":1,"b":1}}'],
];

const ITEMS = ["1", "2", '"x"', "[1]", "[]"];
const ARRAYS: Instances = some(
  ...["1", "null", '"x"', "{}", "[]"],
  ...ITEMS.map((item) => `[${item}]`),
  ...ITEMS.flatMap((first) => ITEMS.map((second) => `[${first},${second}]`)),
  ...[
    "[1,1,1]",
    "[1,2,1]",
    '[1,"x",2]',
    '["x","x",1]',
    "[[1],2,[1]]",
    "[2,1,[[1]]]",
    '{"a":[1]}',
    '{"a":[]}',
  ],
);

const SCALARS: Instances = some(
  ...["", "a", "b", "ab", "ba", "aa", "abb", "aab", "abab", "bab", "\u00e9", "a\u00e9b"].map(
    (text) => `"${text}"`,
  ),
  ...[
    "0",
    "1",
    "2",
    "3",
    "4",
    "6",
    "10",
    "12",
    "15",
    "16",
    "-1",
    "-2",
    "-3",
    "0.5",
    "1.5",
    "2.25",
    "-0.5",
    "3.0",
  ],
  ...["null", "true", "false", "[]", "{}", '["a"]', "[1]", '{"a":"a"}', '{"a":2}'],
);

const TELLING = ["0", "1", "1.0", "2", "0.5", "-0", "null", "true", '"1"', "[1]", "[2]", "[]", '{"k":1}'];
const UNIONS: Instances = [
  ...TELLING.flatMap((v) =>
    [{}, { a: "1" }, { b: '"x"' }, { a: "1", b: "1" }].map((others) => objects({ v, ...others })),
  ),
  ...[{}, { a: "1" }, { b: "1" }, { a: "1", b: "1" }].map(objects),
  ...some("1", "2", "3", '"x"', "[1]", "null"),
];

/** What is put together, and the instances for it. */
export const POOLS: readonly { readonly parts: readonly Schema[]; readonly instances: Instances }[] = [
  { parts: OBJECT_PARTS, instances: OBJECTS },
  { parts: ARRAY_PARTS, instances: ARRAYS },
  { parts: SCALAR_PARTS, instances: SCALARS },
  { parts: UNION_PARTS, instances: UNIONS },
];

function objects(values: Readonly<Record<string, string | undefined>>): string[] {
  const members = Object.entries(values).filter(([, value]) => value !== undefined);
  const texts = members.map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  return permutations(texts).map((order) => `{${order.join()}}`);
}
