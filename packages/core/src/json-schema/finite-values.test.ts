import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { allowedTokens, randomNumbers, randomWalk } from "../../test/walk.js";
import {
  compileJsonSchema,
  type Grammar,
  type JsonSchemaOptions,
  Matcher,
  SchemaLimitError,
  UnsatisfiableSchemaError,
} from "../index.js";

const vocabulary = byteVocabulary();

const unique = (rest: object) => ({ type: "array", uniqueItems: true, ...rest });

/** Undefined: no value matches. */
function compile(schema: object, options: JsonSchemaOptions = {}): Grammar | undefined {
  try {
    return compileJsonSchema(schema, options);
  } catch (error) {
    if (error instanceof UnsatisfiableSchemaError) return undefined;
    throw error;
  }
}

describe("an array of different items", () => {
  it.each<[number, object]>([
    [2, { enum: [{ a: 1 }, { a: 2 }, { a: 1.0 }] }],
    [3, { type: "array", items: { type: "boolean" }, maxItems: 1 }],
    [
      6,
      {
        properties: { a: { type: "boolean" }, b: { type: "null" } },
        additionalProperties: false,
        type: "object",
      },
    ],
    [
      3,
      {
        type: "object",
        patternProperties: { "^[ab]$": { type: "null" } },
        additionalProperties: false,
        maxProperties: 1,
      },
    ],
    [
      4,
      { type: ["object", "null"], propertyNames: { enum: ["x"] }, additionalProperties: { type: "boolean" } },
    ],
    [2, unique({ items: { enum: [1, 2] }, minItems: 2 })],
    [5, unique({ items: { enum: [[1], {}] } })],
    [3, { oneOf: [{ enum: [[1], [2], [3]] }, { enum: [[3], [4]] }] }],
    [1, { enum: [[1], [2]], not: { contains: { const: 2 } } }],
    [281, { type: "integer", minimum: 0, maximum: 280 }],
    [4, { type: "array", prefixItems: [{ enum: [0, 1] }, { enum: ["a", []] }], items: false, minItems: 2 }],
  ])("has %i at most, of %j", (count, items) => {
    expect(compile(unique({ items, minItems: count }))).toBeDefined();
    expect(compile(unique({ items, minItems: count + 1 }))).toBeUndefined();
  });

  it.each([
    { type: "integer" },
    { type: "number", minimum: 0, maximum: 1 },
    { type: "string", pattern: "^a" },
    { type: "object" },
    { type: "array", items: { type: "null" } },
    { $ref: "#/$defs/node" },
    {
      type: "object",
      properties: { next: { $ref: "#/$defs/node" }, last: { type: "null" } },
      required: ["next"],
    },
  ])("can be as long as wanted, of %j", (items) => {
    const node = {
      type: "object",
      properties: { last: { type: "null" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
      additionalProperties: false,
    };
    // So many objects would be too many to be told apart in an output.
    const limits = { maxAlternatives: 10_000 };
    const schema = unique({ items, minItems: 5000, $defs: { node } });
    expect(compileJsonSchema(schema, { limits })).toBeDefined();
  });

  it("is a limit where it is too much to tell", () => {
    const items = { type: "string", pattern: "^[ab]{0,20}$" };
    expect(compile(unique({ items, minItems: 4000 }))).toBeDefined();
    expect(() => compile(unique({ items, minItems: 5000 }))).toThrow(SchemaLimitError);
  });

  it("may have numbers beyond the limit of digits", () => {
    const grammar = compileJsonSchema(unique({}), { whitespace: "compact" });
    for (const text of ["[1e2000,1]", '[1e2000,{"a":1e2000},0.5,1e99]', '[{"a":1e2000},{"a":1}]'])
      expect(accepts(grammar, text), text).toBe(true);
    for (const text of ["[1e2000,1e2000]", "[1e2000,10e1999]", '[{"a":1e-2000},{"a":1e-2000}]'])
      expect(accepts(grammar, text), text).toBe(false);
  });

  const values = ["1", "null", "[]", "[1]", "[2]", "{}", '{"a":1}', '{"a":[1]}'];
  const choice = fc.subarray(values, { minLength: 1, maxLength: 3 });

  /** Whether each list can give a value, and `more` lists of the last kind too, so that all differ. */
  function canDiffer(lists: readonly (readonly string[])[], used: readonly string[] = []): boolean {
    const [list, ...others] = lists;
    if (list === undefined) return true;
    return list.some((value) => !used.includes(value) && canDiffer(others, [...used, value]));
  }

  it("is found just if there is one, and never gets stuck", () => {
    type Example = [string[][], string[], number, number];
    let found = 0;
    let none = 0;
    fc.assert(
      fc.property(
        fc.array(choice, { minLength: 1, maxLength: 4 }),
        choice,
        fc.nat(5),
        fc.nat(),
        (prefix, rest, minItems, seed) => {
          const enumOf = (list: readonly string[]) => ({ enum: list.map((text) => JSON.parse(text)) });
          const schema = unique({ prefixItems: prefix.map(enumOf), items: enumOf(rest), minItems });
          const lists = Array.from({ length: minItems }, (_, i) => prefix[i] ?? rest);
          const grammar = compile(schema, { order: seed % 2 === 0 ? "any" : "schema" });
          expect(grammar !== undefined).toBe(canDiffer(lists));
          if (grammar === undefined) {
            none++;
            return;
          }
          found++;
          const random = randomNumbers(seed);
          const matcher = new Matcher(grammar, vocabulary);
          for (let step = 0; step < 25 && !matcher.isEnded; step++) {
            const allowed = allowedTokens(matcher);
            const tried = Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => {
              const isAccepted = matcher.accept(id);
              if (isAccepted) matcher.rollback(1);
              return isAccepted;
            });
            expect(allowed).toEqual(tried);
            expect(allowed.length).toBeGreaterThan(0);
            matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
          }
          matcher.reset();
          const items = (JSON.parse(randomWalk(matcher, random, 80)) as unknown[]).map((item) =>
            JSON.stringify(item),
          );
          expect(items.length).toBeGreaterThanOrEqual(minItems);
          expect(new Set(items).size).toBe(items.length);
          items.forEach((item, i) => void expect(prefix[i] ?? rest).toContain(item));
        },
      ),
      {
        numRuns: 66,
        // Of each kind some are there whatever is drawn.
        examples: [
          ...[1, 2, 3].map((seed): Example => [[["1"], ["null", "1"]], ["1", "{}"], 3, seed]),
          ...[1, 2, 3].map((seed): Example => [[["1"], ["[]"]], ["[]", "1"], 3, seed]),
        ],
      },
    );
    expect(Math.min(found, none)).toBeGreaterThan(2);
  });
});
