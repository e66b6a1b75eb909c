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

const pattern = fc.constantFrom("^a", "b$", "^[a-c]*$", "^(?!a)", "é|key", ".", "^.{2}$");

const type = fc.constantFrom("null", "boolean", "integer", "number", "string", "array", "object");

const defNames = ["d0", "d1"] as const;

/** Each keyword now and then; small numbers, so that keywords meet. */
function keywords(inner: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const rarely = <T>(arb: fc.Arbitrary<T>) => perhaps(0.15, arb);
  const sometimes = <T>(arb: fc.Arbitrary<T>) => perhaps(0.5, arb);
  const rare = <T>(arb: fc.Arbitrary<T>) => perhaps(0.4, arb);
  const small = fc.integer({ min: 0, max: 3 });
  const bound = fc.constantFrom(-10, -1.5, 0, 0.25, 3, 7, 100);
  const properties = fc.dictionary(name, inner, { maxKeys: 4, noNullPrototype: true });
  return fc
    .record({
      type: sometimes(fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 }))),
      enum: rarely(rare(fc.array(value, { minLength: 1, maxLength: 4 }))),
      const: rarely(rare(value)),
      properties: sometimes(properties),
      required: rarely(fc.uniqueArray(name, { maxLength: 2 })),
      additionalProperties: rarely(inner),
      items: rarely(inner),
      prefixItems: rarely(fc.array(inner, { minLength: 1, maxLength: 3 })),
      minItems: rarely(small),
      maxItems: rarely(small),
      minLength: rarely(small),
      maxLength: rarely(small),
      minimum: rarely(bound),
      maximum: rarely(bound),
      anyOf: rarely(fc.array(inner, { minLength: 1, maxLength: 3 })),
      allOf: rarely(rare(fc.array(inner, { minLength: 1, maxLength: 2 }))),
      exclusiveMinimum: rarely(rare(bound)),
      multipleOf: rarely(rare(fc.constantFrom(1, 2, 0.5, 0.25, 3, 10))),
      pattern: rarely(rare(pattern)),
      oneOf: rarely(rare(fc.array(inner, { minLength: 1, maxLength: 3 }))),
      not: rarely(rare(inner)),
      if: rarely(rare(inner)),
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: rarely(rare(inner)),
      else: rarely(rare(inner)),
      patternProperties: rarely(rare(fc.dictionary(pattern, inner, { maxKeys: 2, noNullPrototype: true }))),
      propertyNames: rarely(rare(inner)),
      minProperties: rarely(rare(small)),
      maxProperties: rarely(rare(small)),
      dependentRequired: rarely(
        rare(
          fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 }), { maxKeys: 2, noNullPrototype: true }),
        ),
      ),
      dependentSchemas: rarely(rare(fc.dictionary(name, inner, { maxKeys: 2, noNullPrototype: true }))),
      uniqueItems: rarely(rare(fc.boolean())),
      contains: rarely(rare(inner)),
      minContains: rarely(small),
      maxContains: rarely(small),
      unevaluatedProperties: rarely(rare(inner)),
      unevaluatedItems: rarely(rare(inner)),
      $ref: rarely(rare(fc.constantFrom(...defNames.map((def) => `#/$defs/${def}`)))),
    })
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, v]) => v !== undefined)));
}

/** The value with a probability, otherwise undefined. */
function perhaps<T>(probability: number, arb: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  const weight = Math.round(probability * 100);
  return fc.oneof({ weight: 100 - weight, arbitrary: fc.constant(undefined) }, { weight, arbitrary: arb });
}

const schema = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 1, arbitrary: fc.boolean() },
    { weight: 1, arbitrary: fc.constantFrom(...defNames.map((def) => ({ $ref: `#/$defs/${def}` }))) },
    { weight: 10, arbitrary: keywords(tie("schema")) },
  ),
})).schema;

/** Schemas of the covered keywords, with definitions that may refer to each other. */
export const schemas: fc.Arbitrary<object> = fc
  .record({ root: keywords(schema), d0: keywords(schema), d1: keywords(schema) })
  .map(({ root, d0, d1 }) => ({ ...root, $defs: { d0, d1 } }));
