import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepts, begins } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { allowedTokens, randomNumbers } from "../../test/walk.js";
import { compileJsonSchema, type Grammar, Matcher, SchemaLimitError } from "../index.js";

const vocabulary = byteVocabulary();
const decoder = new TextDecoder();
/** So few that lists of some objects are long. */
const FEW = 3;

const scalars = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.constantFrom("a", "b", "ab", 'a"', "é", ""),
  fc.constantFrom(null, true, 1.5),
);

/** Lists of objects whose values may be objects of some kind. */
function listsWith(inner: fc.Arbitrary<object>) {
  const values = fc.oneof(
    { weight: 6, arbitrary: scalars },
    { weight: 1, arbitrary: inner },
    { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }) },
  );
  const objects = fc.record({ b: values, a: values, key: values }, { requiredKeys: ["b"] });
  return fc.array(objects, { minLength: FEW + 1, maxLength: 12 });
}

const lists = {
  any: listsWith(fc.record({ a: scalars, x: scalars }, { requiredKeys: ["x"] })),
  // Where several constants mention names in different orders, formulas have them in the order in which any of the list's
  // values mentions them, a looked up object in that of its own values.
  schema: listsWith(fc.record({ c: scalars, x: scalars }, { requiredKeys: ["c"] })),
};

/** Whether formulas would be read against more than `FEW` of the objects at once, whichever name comes first. */
function isLong(list: readonly object[]): boolean {
  const names = new Set(list.flatMap((object) => Object.keys(object)));
  const valuesOf = (name: string) =>
    new Set(list.map((object) => JSON.stringify((object as Record<string, unknown>)[name])));
  return names.size > 1 && [...names].every((name) => valuesOf(name).size > FEW);
}

function compileWithFew(schema: object, order: "schema" | "any"): Grammar | undefined {
  try {
    return compileJsonSchema(schema, { order, limits: { maxAlternatives: FEW } });
  } catch (error) {
    if (error instanceof SchemaLimitError) return undefined;
    throw error;
  }
}

describe("objects that are one of a long list", () => {
  it.each(["schema", "any"] as const)(
    "have the masks and ends that formulas of the list have, in the order %s",
    (order) => {
      let compared = 0;
      fc.assert(
        fc.property(lists[order].filter(isLong), fc.nat(), (list, seed) => {
          const schema = { enum: list };
          const listed = compileWithFew(schema, order);
          if (listed === undefined) return;
          const random = randomNumbers(seed);
          const expected = new Matcher(compileJsonSchema(schema, { order }), vocabulary);
          const matcher = new Matcher(listed, vocabulary);
          for (let step = 0; step < 60 && !expected.isComplete; step++) {
            const ids = allowedTokens(expected);
            const own = allowedTokens(matcher);
            // An array among the values can have too many alternatives.
            if (matcher.limitHit !== undefined) return;
            expect(own).toEqual(ids);
            expect(matcher.isComplete).toBe(false);
            const { bytes } = matcher.shortestCompletion();
            expect(expected.clone().acceptBytes(bytes)).toBe(true);
            const id = ids[Math.floor(random() * ids.length)] as number;
            expect(expected.accept(id)).toBe(true);
            expect(matcher.accept(id)).toBe(true);
            if (matcher.limitHit !== undefined) return;
            compared++;
          }
          expect(matcher.isComplete).toBe(expected.isComplete);
        }),
        { numRuns: 60 },
      );
      expect(compared).toBeGreaterThan(300);
    },
  );

  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const people = range(10_000).map((id) => ({ id, name: `n${id}`, of: { team: `t${id % 700}`, seat: id } }));

  it("are read to the end where there are 10,000", () => {
    const grammar = compileJsonSchema({ type: "object", enum: people }, { order: "any" });
    const text = (value: object) => JSON.stringify(value);
    expect(accepts(grammar, text(people[9999] as object))).toBe(true);
    const { id, name, of } = people[4321] as (typeof people)[number];
    expect(accepts(grammar, text({ of: { seat: of.seat, team: of.team }, name, id }))).toBe(true);
    expect(accepts(grammar, `{"id": ${id}.0, "name": "\\u006e${id}", "of": ${text(of)}}`)).toBe(true);
    expect(begins(grammar, `{"id":${id},"name":"n${id}0`)).toBe(false);
    expect(begins(grammar, `{"id":${id},"id`)).toBe(false);
    expect(accepts(grammar, text({ id, name }))).toBe(false);
    const { bytes } = new Matcher(grammar, vocabulary).shortestCompletion();
    expect(people).toContainEqual(JSON.parse(decoder.decode(bytes)));
  });

  it("may be values of such objects, and end", () => {
    // Three values of "a", and so as many as are allowed; with unions of them there are more.
    const inner = [
      ...[
        { a: 5, x: "a" },
        { a: 0, x: 6 },
        { a: 4, x: "b" },
      ],
      ...[
        { a: 4, x: 6 },
        { a: 0, x: "ab" },
      ],
    ];
    const list = [...inner.map((b) => ({ b })), { b: "a", a: 0, key: 0 }, { b: null, a: true, key: null }];
    const grammar = compileWithFew({ enum: list }, "schema") as Grammar;
    for (const value of list) {
      const text = JSON.stringify(value);
      for (let length = 0; length < text.length; length++) {
        const matcher = new Matcher(grammar, vocabulary);
        expect(matcher.acceptBytes(new TextEncoder().encode(text.slice(0, length)))).toBe(true);
        const end = decoder.decode(matcher.shortestCompletion().bytes);
        expect(list).toContainEqual(JSON.parse(text.slice(0, length) + end));
      }
    }
  });

  it("may be properties and items", () => {
    const schema = { type: "array", items: { properties: { who: { enum: people } }, required: ["who"] } };
    const grammar = compileJsonSchema(schema);
    const [first, second] = people;
    expect(
      accepts(grammar, JSON.stringify([{ who: second }, { who: first }, { who: second, more: 1 }])),
    ).toBe(true);
    expect(accepts(grammar, JSON.stringify([{ who: { ...first, id: 1 } }]))).toBe(false);
  });

  it("are a typed limit beside others that speak of the same object", () => {
    for (const schema of [
      { enum: people, properties: { id: { minimum: 5 } } },
      { not: { enum: people } },
      { type: "object", anyOf: [{ enum: people }, { enum: people.slice(1) }] },
    ]) {
      expect(() => compileJsonSchema(schema)).toThrow(SchemaLimitError);
    }
  });

  it("without a text that can be written are none", () => {
    const broken = people.map((one) => ({ ...one, name: `${one.name}\ud800` }));
    const grammar = compileJsonSchema({ enum: [...broken, people[0]] });
    expect(accepts(grammar, JSON.stringify(people[0]))).toBe(true);
    expect(begins(grammar, '{"id": 1')).toBe(false);
    expect(() => compileJsonSchema({ enum: broken })).toThrow("no value matches");
  });
});
