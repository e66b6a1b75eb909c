import fc from "fast-check";

const names = ["a", "b", "c", "key", 'q"uote', "é", "1", "__proto__"] as const;
const name = fc.constantFrom(...names.slice(0, 7));

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -20, max: 20 }),
  fc.constantFrom(0.5, -1.25, 1e3, 12345),
  fc.constantFrom("", "a", "ab", "red", "green", "\n", "é", "\u{1F600}", 'a"b\\c'),
);

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** Objects that share most of their properties, so that it shows late which of them an output becomes. */
const alike = fc
  .tuple(
    fc.dictionary(name, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    fc.array(fc.tuple(name, fc.option(value, { nil: undefined })), { minLength: 1, maxLength: 3 }),
  )
  .map(([base, changes]) => [
    base,
    ...changes.map(([key, changed]) => {
      const { [key]: _, ...others } = base;
      return changed === undefined ? others : { ...others, [key]: changed };
    }),
  ]);

// Some match few texts.
const pattern = fc.constantFrom(
  ...["^a", "b$", "^[a-c]*$", "^(?!a)", "é|key", ".", "^.{2}$", "^b$", "^(a|key)$"],
);

const type = fc.constantFrom("null", "boolean", "integer", "number", "string", "array", "object");

const defNames = ["d0", "d1"] as const;

const small = fc.integer({ min: 0, max: 3 });
const bound = fc.constantFrom(-10, -1.5, 0, 0.25, 3, 7, 100);

/** By name, how probable a keyword is where there is no focus, and its values. Small numbers, so that keywords meet. */
function keywordValues(inner: fc.Arbitrary<unknown>) {
  const map = <T>(key: fc.Arbitrary<string>, of: fc.Arbitrary<T>, maxKeys: number) =>
    fc.dictionary(key, of, { maxKeys, noNullPrototype: true });
  const some = (minLength: number, maxLength: number) => fc.array(inner, { minLength, maxLength });
  const someNames = fc.uniqueArray(name, { maxLength: 2 });
  return {
    type: [0.5, fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 }))],
    enum: [0.06, fc.oneof(fc.array(value, { minLength: 1, maxLength: 4 }), alike)],
    const: [0.06, value],
    properties: [0.5, map(name, inner, 4)],
    required: [0.15, someNames],
    additionalProperties: [0.15, inner],
    items: [0.15, inner],
    prefixItems: [0.15, some(1, 3)],
    minItems: [0.15, small],
    maxItems: [0.15, small],
    minLength: [0.15, small],
    maxLength: [0.15, small],
    minimum: [0.15, bound],
    maximum: [0.15, bound],
    anyOf: [0.15, some(1, 3)],
    allOf: [0.06, some(1, 2)],
    exclusiveMinimum: [0.06, bound],
    multipleOf: [0.06, fc.constantFrom(1, 2, 0.5, 0.25, 3, 10)],
    pattern: [0.06, pattern],
    oneOf: [0.06, some(1, 3)],
    not: [0.06, inner],
    if: [0.06, inner],
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: [0.06, inner],
    else: [0.06, inner],
    patternProperties: [0.06, map(pattern, inner, 2)],
    propertyNames: [0.06, inner],
    minProperties: [0.06, small],
    maxProperties: [0.06, small],
    dependentRequired: [0.06, map(name, someNames, 2)],
    dependentSchemas: [0.06, map(name, inner, 2)],
    uniqueItems: [0.06, fc.boolean()],
    contains: [0.06, inner],
    minContains: [0.15, small],
    maxContains: [0.15, small],
    unevaluatedProperties: [0.06, inner],
    unevaluatedItems: [0.06, inner],
    $ref: [0.06, fc.constantFrom(...defNames.map((def) => `#/$defs/${def}`))],
  } as const satisfies Readonly<Record<string, readonly [number, fc.Arbitrary<unknown>]>>;
}

type Keyword = keyof ReturnType<typeof keywordValues>;

/** Keywords that work together, or in each other's way: many of a kind are in one schema, and few others. */
const FOCUSES: readonly (readonly Keyword[])[] = [
  ["properties", "patternProperties", "additionalProperties", "propertyNames", "unevaluatedProperties"],
  ["enum", "const", "properties", "required", "additionalProperties", "not", "if", "then", "minProperties"],
  ["prefixItems", "items", "minItems", "contains", "minContains", "uniqueItems", "unevaluatedItems"],
  ["properties", "required", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"],
];
const FOCUSED = 0.35;

function keywords(
  inner: fc.Arbitrary<unknown>,
  focus: readonly Keyword[] | undefined,
): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.entries(keywordValues(inner)).map(([keyword, [probability, of]]) => {
    const focused = focus?.includes(keyword as Keyword) ? FOCUSED : probability / 3;
    return [keyword, perhaps(focus === undefined ? probability : focused, of)] as const;
  });
  return fc
    .record(Object.fromEntries(values))
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, v]) => v !== undefined)));
}

/** The value with a probability, otherwise undefined. */
function perhaps<T>(probability: number, arb: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  const weight = Math.round(probability * 100);
  return fc.oneof({ weight: 100 - weight, arbitrary: fc.constant(undefined) }, { weight, arbitrary: arb });
}

/** With definitions that may refer to each other. */
function documents(focus?: readonly Keyword[]): fc.Arbitrary<object> {
  const { schema } = fc.letrec((tie) => ({
    schema: fc.oneof(
      { maxDepth: focus === undefined ? 3 : 2, depthSize: "small" },
      { weight: 1, arbitrary: fc.boolean() },
      { weight: 1, arbitrary: fc.constantFrom(...defNames.map((def) => ({ $ref: `#/$defs/${def}` }))) },
      {
        weight: focus === undefined ? 0 : 2,
        arbitrary: fc.oneof(
          type.map((of) => ({ type: of })),
          value.map((of) => ({ const: of })),
        ),
      },
      { weight: 10, arbitrary: keywords(tie("schema"), focus) },
    ),
  }));
  return fc
    .record({ root: keywords(schema, focus), d0: keywords(schema, focus), d1: keywords(schema, focus) })
    .map(({ root, d0, d1 }) => ({ ...root, $defs: { d0, d1 } }));
}

/** Schemas in which each keyword is as probable as it is anywhere. */
export const plainSchemas = documents();

/** Schemas of the covered keywords: half of them plain, the others of keywords that work together. */
export const schemas: fc.Arbitrary<object> = fc.oneof(
  { weight: FOCUSES.length, arbitrary: plainSchemas },
  ...FOCUSES.map((focus) => ({ weight: 1, arbitrary: documents(focus) })),
);
