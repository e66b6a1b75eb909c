import { describe, expect, it } from "vitest";
import { accepts, begins } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import {
  compileJson,
  compileJsonSchema,
  type Grammar,
  type JsonSchemaOptions,
  Matcher,
  SchemaError,
  SchemaLimitError,
  UnsatisfiableSchemaError,
} from "../index.js";
import { RenewableGrammar } from "./grammar.js";

/** A grammar, or the typed error that compiling ended in; everything else fails the test. */
function outcome(schema: unknown, options?: JsonSchemaOptions): Grammar | SchemaError {
  try {
    return compileJsonSchema(schema, options);
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
}

const range = (length: number) => Array.from({ length }, (_, i) => i);
const definitions = (count: number, make: (i: number) => unknown) =>
  Object.fromEntries(range(count).map((i) => [`d${i}`, make(i)]));

describe("documents that are too deep or too large", () => {
  it.each([
    ["arrays", "[".repeat(100_000)],
    ["arrays in const", `{"const":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["objects", '{"a":'.repeat(100_000)],
    ["allOf", `${'{"allOf":['.repeat(100_000)}true${"]}".repeat(100_000)}`],
    ["properties", `${'{"properties":{"a":'.repeat(50_000)}true${"}}".repeat(50_000)}`],
    ["items", `${'{"items":'.repeat(100_000)}{}${"}".repeat(100_000)}`],
  ])("%s, 100,000 levels as text: the limit of depth", (_, text) => {
    expect(outcome(text)).toMatchObject({ code: "schema-limit", limit: "maxDepth" });
  });

  it("100,000 levels as a value: the limit of depth", () => {
    let schema: object = {};
    for (let i = 0; i < 100_000; i++) schema = { items: schema };
    expect(outcome(schema)).toMatchObject({ code: "schema-limit", limit: "maxDepth" });
    let constant: unknown = [];
    for (let i = 0; i < 100_000; i++) constant = [constant];
    expect(outcome({ const: constant })).toMatchObject({ code: "schema-limit", limit: "maxDepth" });
  });

  it("17 MB of text: the limit of bytes", () => {
    expect(outcome(`{"title":"${"x".repeat(17 * 1024 * 1024)}"}`)).toMatchObject({ limit: "maxBytes" });
  });

  it("1 MB of annotations is nothing", () => {
    const schema = { type: "null", description: "x".repeat(1_000_000), examples: range(10_000) };
    expect(accepts(compileJsonSchema(JSON.stringify(schema)), "null")).toBe(true);
  });

  it("1 MB of properties", () => {
    const names = range(12_000).map((i) => `property number ${i} of a very long list of them all`);
    const properties = Object.fromEntries(names.map((name, i) => [name, { type: "integer", minimum: i }]));
    const text = JSON.stringify({ type: "object", properties, required: [names[7000]] });
    expect(text.length).toBeGreaterThan(1_000_000);
    const grammar = compileJsonSchema(text);
    expect(accepts(grammar, `{"${names[7000]}": 7000, "${names[11_999]}": 12000}`)).toBe(true);
    expect(accepts(grammar, `{"${names[11_999]}": 12000}`)).toBe(false);
    expect(accepts(grammar, `{"${names[7000]}": 6999}`)).toBe(false);
  });

  it("more sub-schemas than the limit", () => {
    const text = `{"anyOf":[${"{},".repeat(250_000)}{}]}`;
    expect(outcome(text)).toMatchObject({ limit: "maxSchemas" });
  });

  it("a chain of 20,000 references, and one that ends where it began", () => {
    const chain = (last: unknown) =>
      definitions(20_000, (i) => (i === 19_999 ? last : { $ref: `#/$defs/d${i + 1}` }));
    const grammar = compileJsonSchema({ $ref: "#/$defs/d0", $defs: chain({ const: 1 }) });
    expect(accepts(grammar, "1")).toBe(true);
    expect(accepts(grammar, "2")).toBe(false);
    expect(outcome({ $ref: "#/$defs/d0", $defs: chain({ $ref: "#/$defs/d0" }) })).toMatchObject({
      code: "invalid-schema",
    });
  });

  const inPlace: [string, (next: object) => object][] = [
    ["type and $ref", (next) => ({ type: "object", ...next })],
    ["allOf", (next) => ({ allOf: [next] })],
    ["anyOf", (next) => ({ anyOf: [next, { const: 1 }] })],
  ];
  it.each(inPlace)("a chain of 20,000 references by %s: works, or a typed error", (_, make) => {
    const $defs = definitions(20_000, (i) =>
      i === 19_999 ? { type: "object" } : make({ $ref: `#/$defs/d${i + 1}` }),
    );
    const result = outcome({ $ref: "#/$defs/d0", $defs });
    if (!(result instanceof SchemaError)) expect(accepts(result, "{}")).toBe(true);
  });

  it("a chain of 2,000 definitions that need each other", () => {
    const needs = (last: unknown) => ({
      $ref: "#/$defs/d0",
      $defs: definitions(2000, (i) =>
        i === 1999
          ? last
          : { type: "object", required: ["n"], properties: { n: { $ref: `#/$defs/d${i + 1}` } } },
      ),
    });
    expect(outcome(needs(false))).toMatchObject({ code: "unsatisfiable-schema" });
    const grammar = compileJsonSchema(needs(true), { whitespace: "compact" });
    expect(accepts(grammar, `${'{"n":'.repeat(1999)}0${"}".repeat(1999)}`)).toBe(true);
    expect(accepts(grammar, `${'{"n":'.repeat(1998)}0${"}".repeat(1998)}`)).toBe(false);
  });

  it.each([200, 401, 1500])("a cycle of %i definitions that need each other", (n) => {
    const cycle = (make: (next: object, i: number) => object) => ({
      $ref: "#/$defs/d0",
      $defs: definitions(n, (i) => make({ $ref: `#/$defs/d${(i + 1) % n}` }, i)),
    });
    const needs = (next: object) => ({ type: "object", required: ["n"], properties: { n: next } });
    expect(outcome(cycle(needs))).toMatchObject({ code: "unsatisfiable-schema" });
    expect(outcome(cycle((next) => ({ type: "array", minItems: 1, items: next })))).toMatchObject({
      code: "unsatisfiable-schema",
    });
    // Two cycles, and one way out at the far end.
    const many = (next: object, i: number) => ({
      ...needs(next),
      anyOf: [{ required: ["m"] }, { required: ["k"] }],
      properties: { n: next, m: { $ref: `#/$defs/d${(i * 7 + 3) % n}` }, k: next },
    });
    expect(outcome(cycle(many))).toMatchObject({ code: "unsatisfiable-schema" });
    const exit = outcome(
      cycle((next, i) => (i === n - 2 ? { anyOf: [needs(next), { type: "null" }] } : needs(next))),
    );
    expect(accepts(exit as Grammar, `${'{"n":'.repeat(n - 2)}null${"}".repeat(n - 2)}`)).toBe(true);
    expect(accepts(exit as Grammar, `${'{"n":'.repeat(n - 3)}null${"}".repeat(n - 3)}`)).toBe(false);
  });
});

describe("large and strange values", () => {
  it("enum of 100,000 strings", () => {
    const grammar = compileJsonSchema({ enum: range(100_000).map((i) => `value ${i * 7}`) });
    expect(accepts(grammar, '"value 699993"')).toBe(true);
    expect(accepts(grammar, '"value 699994"')).toBe(false);
    expect(begins(grammar, '"value 8')).toBe(true);
    expect(begins(grammar, '"w')).toBe(false);
  });

  it("20,000 properties and required names", () => {
    const names = range(20_000).map((i) => `name ${i}`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: "null" }]));
    const grammar = compileJsonSchema({ type: "object", properties, additionalProperties: false });
    expect(accepts(grammar, '{"name 3": null, "name 19999": null}')).toBe(true);
    expect(accepts(grammar, '{"name 20000": null}')).toBe(false);
    const required = compileJsonSchema({ type: "object", required: names });
    expect(begins(required, '{"name 0": 1, "name 1": 1, "name 2')).toBe(true);
    expect(begins(required, '{"name 1"')).toBe(false);
    expect(accepts(required, "{}")).toBe(false);
  });

  it("anyOf of 10,000 alternatives", () => {
    const grammar = compileJsonSchema({ anyOf: range(10_000).map((i) => ({ const: `c${i}` })) });
    expect(accepts(grammar, '"c9999"')).toBe(true);
    expect(accepts(grammar, '"c10000"')).toBe(false);
  });

  it("strings of a million characters, at least", () => {
    const grammar = compileJsonSchema({ type: "string", minLength: 1e6, maxLength: 1e6 });
    expect(begins(grammar, `"${"x".repeat(5000)}`)).toBe(true);
    expect(begins(grammar, `"${"x".repeat(5000)}"`)).toBe(false);
    const matcher = new Matcher(grammar, byteVocabulary());
    expect(matcher.acceptBytes(Uint8Array.of(0x22))).toBe(true);
    expect(matcher.mask().count).toBeGreaterThan(50);
  });

  it.each(["1e9", "1000000000000000000000", "1e400", "1e999999999", "123456789e-0"])(
    "minItems and minLength of %s",
    (count) => {
      const array = compileJsonSchema(`{"type":"array","minItems":${count}}`);
      expect(begins(array, "[1, 2, [")).toBe(true);
      expect(begins(array, "[1]")).toBe(false);
      // No output could end.
      expect(outcome(`{"type":"string","minLength":${count}}`)).toMatchObject({
        code: "schema-limit",
        limit: "maxTextLength",
      });
      const both = compileJsonSchema(`{"type":["string","array"],"maxLength":${count},"maxItems":${count}}`);
      for (const text of ["[]", "[1, 2]", '"abc"']) expect(accepts(both, text)).toBe(true);
      expect(outcome(`{"type":"array","minItems":${count},"maxItems":3}`)).toMatchObject({
        code: "unsatisfiable-schema",
      });
    },
  );

  it("bounds beyond doubles are exact", () => {
    const grammar = compileJsonSchema('{"minimum": 1e400, "maximum": 1.5e400}');
    for (const text of ["1e400", "1.5E+400", "1.25e400", `1${"0".repeat(400)}`]) {
      expect(accepts(grammar, text), text).toBe(true);
    }
    for (const text of ["1", "9.99e399", "1.6e400", `1${"0".repeat(399)}`]) {
      expect(accepts(grammar, text), text).toBe(false);
    }
    const tiny = compileJsonSchema('{"exclusiveMinimum": 0, "maximum": 1e-400}');
    expect(accepts(tiny, "1e-400")).toBe(true);
    expect(accepts(tiny, "0")).toBe(false);
    expect(accepts(tiny, "0.001")).toBe(false);
    expect(outcome('{"type":"number","minimum":1e400,"maximum":-1e400}')).toMatchObject({
      code: "unsatisfiable-schema",
    });
  });

  it("NUL and other control characters in constants and keys", () => {
    const grammar = compileJsonSchema({
      type: "object",
      properties: { "\u0000": { const: "\u0000\u001f\u007f\u2028" } },
      required: ["\u0000"],
      additionalProperties: false,
    });
    expect(accepts(grammar, '{"\\u0000": "\\u0000\\u001F\u007f\u2028"}')).toBe(true);
    expect(accepts(grammar, '{"\\u0000": "\\u0000\\u001f\\u007f\\u2028"}')).toBe(true);
    expect(accepts(grammar, '{"\u0000": "\\u0000\\u001f\u007f\u2028"}')).toBe(false);
    expect(accepts(grammar, "{}")).toBe(false);
  });

  it.each([
    '{"minimum":1e5000}',
    '{"type":"object","properties":{"a":{"maximum":-1e5000}}}',
    '{"enum":[1e-5000]}',
  ])("bounds beyond all limits are found when %s is compiled", (schema) => {
    expect(outcome(schema)).toBeInstanceOf(SchemaLimitError);
  });

  it("enum of 1,000 objects", () => {
    const grammar = compileJsonSchema({ enum: range(1000).map((a) => ({ a })) });
    expect(accepts(grammar, '{"a": 999}')).toBe(true);
    expect(accepts(grammar, '{"a": 1000}')).toBe(false);
  });

  it.each([
    '{"type":"object","required":["\\ud800"]}',
    '{"const":{"\\ud800":1}}',
    '{"enum":[{"a\\udc00":1}]}',
  ])("%s needs a key that no text has", (schema) => {
    expect(outcome(schema)).toMatchObject({ code: "unsatisfiable-schema" });
  });

  it("lone surrogates, which no text has", () => {
    expect(outcome('{"enum":["\\ud800"]}')).toMatchObject({ code: "unsatisfiable-schema" });
    expect(outcome({ const: "a\udc00" })).toMatchObject({ code: "unsatisfiable-schema" });
    const grammar = compileJsonSchema('{"enum":["\\ud800","a","\\ud83d\\ude00"]}');
    expect(accepts(grammar, '"a"')).toBe(true);
    expect(accepts(grammar, '"\u{1F600}"')).toBe(true);
    expect(begins(grammar, '"\\ud800')).toBe(false);
    const closed = compileJsonSchema(
      '{"type":"object","properties":{"\\ud800":true},"additionalProperties":false}',
    );
    expect(accepts(closed, "{}")).toBe(true);
    expect(begins(closed, '{"')).toBe(false);
  });

  it("keys that look like something else", () => {
    const names = [
      "$ref",
      "type",
      "properties",
      "enum",
      "__proto__",
      "constructor",
      "#",
      "/",
      "~0",
      "%41",
      "\\",
      '"',
    ];
    const text = `{"type":"object","properties":{${names.map((n) => `${JSON.stringify(n)}:{"const":${JSON.stringify(n)}}`).join()}}}`;
    const grammar = compileJsonSchema(text, { order: "any" });
    for (const name of names) {
      expect(accepts(grammar, `{${JSON.stringify(name)}: ${JSON.stringify(name)}}`), name).toBe(true);
      expect(accepts(grammar, `{${JSON.stringify(name)}: ""}`), name).toBe(false);
    }
  });

  it("repeated keys in the schema's text: the last one counts, as in JSON.parse", () => {
    const grammar = compileJsonSchema('{"type":"string","minLength":1,"type":"number"}');
    expect(accepts(grammar, "1")).toBe(true);
    expect(accepts(grammar, '"a"')).toBe(false);
  });
});

describe("patterns and counts", () => {
  it("counts of a million", () => {
    const counted = compileJsonSchema({ type: "string", pattern: "^a{1000000}$" });
    expect(begins(counted, `"${"a".repeat(30_000)}`)).toBe(true);
    expect(begins(counted, `"${"a".repeat(30_000)}"`)).toBe(false);
    expect(begins(counted, `"${"a".repeat(30_000)}b`)).toBe(false);
    // No output could end.
    const nested = { type: "string", pattern: "^(ab{1000000}){1000000}$" };
    expect(outcome(nested)).toMatchObject({ code: "schema-limit", limit: "maxTextLength" });
    expect(begins(compileJsonSchema({ minItems: 1_000_000, minLength: 1_000_000 }), '["a",')).toBe(true);
  });

  it.each([
    ["^(a+)+$", `${"a".repeat(5000)}!`],
    ["^(a|a?)+$", `${"a".repeat(5000)}!`],
    ["^(a|aa)+$", `${"a".repeat(5000)}!`],
    ["(x+x+)+y", "x".repeat(5000)],
    ["^([a-z]+)*\\d$", "x".repeat(5000)],
    ["^(.*,){11}P", "1,2,3,4,5,6,7,8,9,10,11,12,13"],
  ])("%s, on which backtracking does not end", (pattern, text) => {
    expect(accepts(compileJsonSchema({ type: "string", pattern }), `"${text}"`)).toBe(false);
  });

  it("a pattern whose automaton has 2^40 states: only those that a text reaches are made", () => {
    const grammar = compileJsonSchema({ type: "string", pattern: "^(a|b)*a(a|b){40}$" });
    expect(accepts(grammar, `"${"ab".repeat(30)}"`)).toBe("ab".repeat(30).at(-41) === "a");
    expect(accepts(grammar, `"${"ab".repeat(30)}b"`)).toBe(`${"ab".repeat(30)}b`.at(-41) === "a");
  });
});

describe("schemas that multiply out", () => {
  it("40 alternatives of two, in one object", () => {
    const allOf = range(40).map((i) => ({ anyOf: [{ required: [`a${i}`] }, { required: [`b${i}`] }] }));
    const grammar = compileJsonSchema({ type: "object", allOf }, { order: "any", whitespace: "compact" });
    const text = (skip: number) =>
      `{${range(40)
        .filter((i) => i !== skip)
        .map((i) => `"${i % 2 === 0 ? "a" : "b"}${i}":${i}`)
        .join()}}`;
    expect(accepts(grammar, text(-1))).toBe(true);
    expect(accepts(grammar, text(17))).toBe(false);
  });

  it("3,000 alternatives of two: works, or a typed error", () => {
    const allOf = range(3000).map((i) => ({ anyOf: [{ required: [`a${i}`] }, { required: [`b${i}`] }] }));
    const result = outcome({ type: "object", allOf });
    expect([RenewableGrammar, SchemaLimitError]).toContain(result.constructor);
  });

  it("definitions that refer to the next one twice", () => {
    const doubled = (last: unknown) => ({
      $ref: "#/$defs/d0",
      $defs: definitions(60, (i) =>
        i === 59
          ? last
          : {
              type: "object",
              required: ["l", "r"],
              properties: { l: { $ref: `#/$defs/d${i + 1}` }, r: { $ref: `#/$defs/d${i + 1}` } },
            },
      ),
    });
    expect(outcome(doubled(false))).toMatchObject({ code: "unsatisfiable-schema" });
    expect(begins(compileJsonSchema(doubled(true)), '{"l": {"l": {"l": {"l')).toBe(true);
    const inPlace = (last: unknown) => ({
      $ref: "#/$defs/d0",
      $defs: definitions(60, (i) =>
        i === 59
          ? last
          : { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }], maxLength: 100 - i },
      ),
    });
    expect(accepts(compileJsonSchema(inPlace({ type: "string" })), `"${"x".repeat(42)}"`)).toBe(true);
    expect(accepts(compileJsonSchema(inPlace({ type: "string" })), `"${"x".repeat(43)}"`)).toBe(false);
  });

  it.each(["allOf", "anyOf", "oneOf"])(
    "%s of two in itself, 14 deep, of different leaves: works, or a typed error",
    (keyword) => {
      let leaves = 0;
      const nest = (depth: number): object =>
        depth === 0
          ? { properties: { [`p${leaves++ % 7}`]: { not: { const: leaves } } }, required: [`p${leaves % 5}`] }
          : { [keyword]: [nest(depth - 1), nest(depth - 1)] };
      const result = outcome(nest(14), { order: "any" });
      expect([RenewableGrammar, SchemaLimitError, UnsatisfiableSchemaError]).toContain(result.constructor);
    },
  );

  it("all three in turns, 6 levels of three", () => {
    let leaves = 0;
    const keywords = ["allOf", "oneOf", "anyOf"];
    const nest = (depth: number): object =>
      depth === 0
        ? { properties: { [`p${leaves % 9}`]: { const: leaves++ % 4 } } }
        : { [keywords[depth % 3] as string]: [nest(depth - 1), nest(depth - 1), nest(depth - 1)] };
    const result = outcome({ type: "object", ...nest(6) });
    expect([RenewableGrammar, SchemaLimitError, UnsatisfiableSchemaError]).toContain(result.constructor);
  });

  it("200 alternatives that differ in a late property", () => {
    const anyOf = range(200).map((i) => ({
      type: "object",
      properties: { a: { type: "integer" }, b: { type: "string" }, kind: { const: `k${i}` } },
      required: ["a", "b", "kind"],
      additionalProperties: false,
    }));
    const grammar = compileJsonSchema({ anyOf });
    expect(accepts(grammar, '{"a": 1, "b": "x", "kind": "k199"}')).toBe(true);
    expect(accepts(grammar, '{"a": 1, "b": "x", "kind": "k200"}')).toBe(false);
  });

  it("what is hard to decide ends in the limit of steps, before or in the output", () => {
    // Each pair excludes the other choices: a puzzle rather than a schema.
    const allOf = range(12).flatMap((i) =>
      range(12).map((j) => ({
        anyOf: [{ required: [`x${i}`] }, { required: [`x${j}`] }, { required: [`y${i}${j}`] }],
      })),
    );
    const schema = { type: "object", allOf, additionalProperties: false, properties: { x1: true, x2: true } };
    const result = outcome(schema, { limits: { maxSatSteps: 200 } });
    expect(result).toBeInstanceOf(SchemaError);
  });
});

describe("outputs that are hostile", () => {
  it("nest 50,000 deep", () => {
    const grammar = compileJson({ whitespace: "compact" });
    expect(accepts(grammar, "[".repeat(50_000) + "]".repeat(50_000))).toBe(true);
    expect(accepts(grammar, `${'[{"":'.repeat(25_000)}1${"}]".repeat(25_000)}`)).toBe(true);
  });

  it("have a key of 5,000 characters, twice", () => {
    const grammar = compileJson({ whitespace: "compact" });
    const key = "k".repeat(5000);
    expect(begins(grammar, `{"${key}":1,"${key}`)).toBe(true);
    expect(begins(grammar, `{"${key}":1,"${key}"`)).toBe(false);
    expect(begins(grammar, `{"${key}":1,"${key}k"`)).toBe(true);
  });

  it("have a number of 100,000 digits", () => {
    const digits = "7".repeat(100_000);
    const grammar = compileJson();
    for (const text of [digits, `-${digits}.${digits}`, `1e${digits}`])
      expect(accepts(grammar, text)).toBe(true);
    const bounded = compileJsonSchema({ type: "number", minimum: 0, maximum: 1000 });
    expect(accepts(bounded, digits)).toBe(false);
    expect(accepts(bounded, `7.${digits}`)).toBe(true);
  });
});

describe("an error", () => {
  it("carries its place, keyword and reason in its message", () => {
    const error = outcome({ properties: { "a b": { minLength: -1 } } }) as SchemaError;
    expect(error.message).toContain("/properties/a b");
    expect(error.message).toContain("minLength");
    expect(error.message).toContain(error.reason);
    expect(error.name).toBe("InvalidSchemaError");
    const limit = outcome("[".repeat(1000)) as SchemaLimitError;
    expect(limit).toBeInstanceOf(SchemaLimitError);
    expect(limit.message).toContain("maxDepth");
    expect(limit.name).toBe("SchemaLimitError");
  });
});
