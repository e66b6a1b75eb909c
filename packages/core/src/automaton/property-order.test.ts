import { describe, expect, it } from "vitest";
import { accepts, begins } from "../../test/accepts.js";
import { permutations } from "../../test/permutations.js";
import { compileJson, compileJsonSchema, type Grammar, type JsonSchemaOptions } from "../index.js";

const COMPACT: JsonSchemaOptions = { whitespace: "compact" };
const ANY: JsonSchemaOptions = { whitespace: "compact", order: "any" };

function subsets<T>(list: readonly T[]): T[][] {
  return Array.from({ length: 2 ** list.length }, (_, bits) => list.filter((_, i) => (bits >> i) % 2 === 1));
}

/** An object of these keys in this order, all with the value 1. */
const object = (keys: readonly string[]) => `{${keys.map((key) => `${JSON.stringify(key)}:1`).join()}}`;

/** Every subset in every order is accepted just if it comes in the given order; `required` must be there. */
function expectOrder(schema: object, order: readonly string[], required: readonly string[] = []): void {
  const strict = compileJsonSchema(schema, COMPACT);
  const free = compileJsonSchema(schema, ANY);
  for (const subset of subsets(order)) {
    const hasAll = required.every((key) => subset.includes(key));
    for (const keys of permutations(subset)) {
      const isSorted = keys.every(
        (key, i) => i === 0 || order.indexOf(keys[i - 1] as string) < order.indexOf(key),
      );
      expect(accepts(strict, object(keys)), object(keys)).toBe(isSorted && hasAll);
      expect(accepts(free, object(keys)), object(keys)).toBe(hasAll);
    }
  }
}

describe("the order of properties", () => {
  it("is that of `properties`, not of `required`; names that are only required come last", () => {
    expectOrder(
      { type: "object", properties: { c: true, a: true, b: true }, required: ["z", "b", "c"] },
      ["c", "a", "b", "z"],
      ["b", "c", "z"],
    );
  });

  it("has names that depend on others behind them", () => {
    const schema = { properties: { c: true }, dependentRequired: { a: ["b"] }, dependencies: { d: ["c"] } };
    const strict = compileJsonSchema(schema, COMPACT);
    for (const keys of [
      ["a", "b"],
      ["c", "d"],
      ["c", "a", "b", "d"],
    ]) {
      expect(accepts(strict, object(keys)), object(keys)).toBe(true);
    }
    for (const keys of [["b", "a"], ["a"], ["d"], ["d", "c"], ["a", "b", "c"]]) {
      expect(accepts(strict, object(keys)), object(keys)).toBe(false);
    }
  });

  it("goes through allOf, anyOf and $ref in the order of the document", () => {
    expectOrder(
      {
        type: "object",
        allOf: [{ properties: { d: true } }, { $ref: "#/$defs/x" }],
        properties: { a: true, d: { type: "number" } },
        anyOf: [{ properties: { b: true } }, { properties: { c: true } }],
        $defs: { x: { properties: { e: true } } },
      },
      ["d", "e", "a", "b", "c"],
    );
  });

  it("is that of a constant object", () => {
    const schema = { enum: [{ b: 1, a: 1 }, { c: 1 }] };
    const strict = compileJsonSchema(schema, COMPACT);
    expect(accepts(strict, '{"b":1,"a":1}')).toBe(true);
    expect(accepts(strict, '{"a":1,"b":1}')).toBe(false);
    expect(accepts(strict, '{"c":1}')).toBe(true);
    expect(accepts(compileJsonSchema(schema, ANY), '{"a":1,"b":1}')).toBe(true);
  });

  it("is that of the text for keys that look like integers", () => {
    const grammar = compileJsonSchema(
      '{"type":"object","properties":{"b":true,"10":true,"9":true}}',
      COMPACT,
    );
    expect(accepts(grammar, object(["b", "10", "9"]))).toBe(true);
    expect(accepts(grammar, object(["9", "10", "b"]))).toBe(false);
  });

  it("has additional properties behind all that are mentioned, in any order", () => {
    const schema = { type: "object", properties: { a: true, b: true } };
    const strict = compileJsonSchema(schema, COMPACT);
    for (const keys of [
      ["a", "x", "y"],
      ["y", "x"],
      ["b", "y", "x"],
      ["a", "b", "x"],
    ]) {
      expect(accepts(strict, object(keys)), String(keys)).toBe(true);
    }
    for (const keys of [
      ["x", "a"],
      ["a", "x", "b"],
      ["x", "y", "b"],
    ]) {
      expect(accepts(strict, object(keys)), String(keys)).toBe(false);
      expect(accepts(compileJsonSchema(schema, ANY), object(keys)), String(keys)).toBe(true);
    }
  });

  it("offers no name that would leave a required one behind", () => {
    const grammar = compileJsonSchema(
      { type: "object", properties: { a: true, b: true, c: true }, required: ["b"] },
      COMPACT,
    );
    expect(begins(grammar, '{"b')).toBe(true);
    expect(begins(grammar, '{"c')).toBe(false);
    expect(begins(grammar, '{"x')).toBe(false);
    // The name's value fixes which alternative it is, and that which names must still come.
    const union = compileJsonSchema(
      {
        type: "object",
        properties: { kind: { enum: ["x", "y"] }, v: true, w: true },
        required: ["kind"],
        anyOf: [
          { properties: { kind: { const: "x" } }, required: ["v"] },
          { properties: { kind: { const: "y" } }, required: ["w"] },
        ],
      },
      COMPACT,
    );
    expect(begins(union, '{"kind":"x","w')).toBe(false);
    expect(begins(union, '{"kind":"y","w')).toBe(true);
    expect(accepts(union, '{"kind":"x","v":1}')).toBe(true);
    expect(accepts(union, '{"kind":"x"}')).toBe(false);
  });
});

describe("keys", () => {
  const grammars: [string, Grammar][] = [
    ["in any order", compileJsonSchema({ type: "object", properties: { a: true, é: true } }, ANY)],
    [
      "in the schema's order",
      compileJsonSchema({ type: "object", properties: { a: true, é: true } }, COMPACT),
    ],
    ["without a schema", compileJson(COMPACT)],
    ["under additionalProperties", compileJsonSchema({ additionalProperties: { type: "number" } }, COMPACT)],
  ];

  it.each(grammars)("never repeat %s, however they are spelled", (_, grammar) => {
    expect(accepts(grammar, '{"a":1,"b":1,"c":1}')).toBe(true);
    const spellings: [string, readonly string[]][] = [
      ["a", ['"a"', '"\\u0061"']],
      ["é", ['"é"', '"\\u00e9"', '"\\u00E9"']],
      ["x", ['"x"', '"\\u0078"']],
      ["\u{1F600}", ['"\u{1F600}"', '"\\ud83d\\ude00"', '"\\uD83D\\uDE00"']],
      ["\n/", ['"\\n/"', '"\\u000a\\/"', '"\\u000A\\u002f"']],
      ["", ['""']],
    ];
    for (const [name, list] of spellings) {
      for (const first of list) {
        expect(accepts(grammar, `{${first}:1}`), first).toBe(true);
        expect(accepts(grammar, `{${first}:1,"zz":1}`), first).toBe(true);
        for (const second of list) {
          const text = `{${first}:1,${second}:1}`;
          expect(Object.keys(JSON.parse(text) as object)).toEqual([name]);
          expect(accepts(grammar, text), text).toBe(false);
          expect(accepts(grammar, `{${first}:1,"q":1,${second}:1}`), text).toBe(false);
        }
      }
    }
    // A name that another one begins with is another name.
    expect(accepts(grammar, '{"x":1,"xx":1}')).toBe(true);
    expect(accepts(grammar, '{"xx":1,"x":1}')).toBe(true);
    // Each object has names of its own.
    expect(accepts(compileJson(COMPACT), '[{"x":1,"o":{"x":1}},{"x":1}]')).toBe(true);
  });

  it("may have the names of what every JavaScript object has", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "1", "", "length"];
    for (const name of names) {
      const key = JSON.stringify(name);
      const other = JSON.stringify(`${name}x`);
      const schema = `{"type":"object","properties":{${key}:{"const":1}},"required":[${key}],"additionalProperties":false}`;
      for (const options of [COMPACT, ANY]) {
        const grammar = compileJsonSchema(schema, options);
        expect(accepts(grammar, `{${key}:1}`), key).toBe(true);
        expect(accepts(grammar, `{${key}:2}`), key).toBe(false);
        expect(accepts(grammar, "{}"), key).toBe(false);
        expect(accepts(grammar, `{${key}:1,${key}:1}`), key).toBe(false);
        expect(accepts(grammar, `{${key}:1,${other}:1}`), key).toBe(false);
        // As an additional name, and not mentioned at all.
        const additional = compileJsonSchema({ type: "object", additionalProperties: { const: 1 } }, options);
        expect(accepts(additional, `{${key}:1}`), key).toBe(true);
        expect(accepts(additional, `{${key}:2}`), key).toBe(false);
        const closed = compileJsonSchema({ type: "object", additionalProperties: false }, options);
        expect(begins(closed, "{"), key).toBe(true);
        expect(begins(closed, '{"'), key).toBe(false);
      }
    }
  });

  it("in definitions and references may be anything too", () => {
    for (const name of ["__proto__", "constructor", "a/b", "a~b", "a%b", "é", "", "0"]) {
      const pointer = encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
      const schema = `{"$ref":${JSON.stringify(`#/$defs/${pointer}`)},"$defs":{${JSON.stringify(name)}:{"const":7}}}`;
      const grammar = compileJsonSchema(schema, COMPACT);
      expect(accepts(grammar, "7"), name).toBe(true);
      expect(accepts(grammar, "8"), name).toBe(false);
    }
  });
});

describe("additionalProperties", () => {
  it.each([
    [true, { x: null, y: "s" }, undefined],
    [{ type: "number" }, { x: 1, y: 2 }, { x: 1, y: "s" }],
    [false, {}, { x: 1 }],
    [{ type: "object", additionalProperties: false }, { x: {} }, { x: { y: 1 } }],
  ])("%j applies to the names that `properties` does not have", (additionalProperties, good, bad) => {
    const schema = { type: "object", properties: { a: { type: "string" } }, additionalProperties };
    for (const options of [COMPACT, ANY]) {
      const grammar = compileJsonSchema(schema, options);
      expect(accepts(grammar, JSON.stringify({ a: "s", ...good }))).toBe(true);
      expect(accepts(grammar, JSON.stringify({ a: 1, ...good }))).toBe(false);
      if (bad !== undefined) expect(accepts(grammar, JSON.stringify({ a: "s", ...bad }))).toBe(false);
    }
  });

  it("looks at `properties` beside it only, not at those of allOf or $ref", () => {
    const grammar = compileJsonSchema(
      {
        type: "object",
        allOf: [{ properties: { a: true } }],
        properties: { b: true },
        additionalProperties: { type: "number" },
      },
      ANY,
    );
    expect(accepts(grammar, '{"a":1,"b":"s"}')).toBe(true);
    expect(accepts(grammar, '{"a":"s"}')).toBe(false);
  });
});
