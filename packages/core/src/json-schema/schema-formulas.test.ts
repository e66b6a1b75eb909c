import { Ajv2020 } from "ajv/dist/2020.js";
import AjvDraft04 from "ajv-draft-04";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../../benchmarks/shared/random-schemas.js";
import { accepts } from "../../test/accepts.js";
import { judge } from "../../test/oracles.js";
import { type Json, smallValues } from "../../test/random-formulas.js";
import {
  compileJsonSchema,
  type Grammar,
  InvalidSchemaError,
  SchemaLimitError,
  UnsatisfiableSchemaError,
} from "../index.js";
import { LanguageLimitError } from "../language/index.js";

/** The constants that a schema mentions, and arrays and objects of them under the names that it mentions. */
function mentioned(schema: unknown): Json[] {
  const constants: Json[] = [];
  const names = new Set<string>();
  const visit = (at: unknown): void => {
    if (typeof at !== "object" || at === null) return;
    for (const [key, of] of Object.entries(at)) {
      if (key === "enum") constants.push(...(of as Json[]));
      else if (key === "const") constants.push(of as Json);
      else if (key === "required") for (const name of of as string[]) names.add(name);
      else if (key === "properties") for (const name of Object.keys(of as object)) names.add(name);
      if (typeof of === "number") constants.push(of, of + 1, of - 0.5, "é".repeat(Math.abs(of) % 4));
      visit(of);
    }
  };
  visit(schema);
  const some: Json[] = [...constants, null, true, 2, "ab", [], {}];
  const list = [...names];
  const result: Json[] = [...some, some.slice(0, 3), list.map((_, i) => some[i % some.length] as Json)];
  some.forEach((value, i) => {
    const other = some[(i + 1) % some.length] as Json;
    result.push([value], [value, other], [other, value, value]);
    for (const name of list) result.push({ [name]: value }, { [name]: other, zz: value });
    result.push(Object.fromEntries(list.map((name, k) => [name, some[(i + k) % some.length] as Json])));
  });
  return result;
}

function compileOrSkip(schema: object): Grammar | "none" | undefined {
  try {
    return compileJsonSchema(schema, { order: "any", whitespace: "compact" });
  } catch (error) {
    if (error instanceof UnsatisfiableSchemaError) return "none";
    // A schema that refers to itself in place, or is too hard.
    if (error instanceof InvalidSchemaError || error instanceof SchemaLimitError) return undefined;
    throw error;
  }
}

/** Undefined: the schema is too hard, which shows when it is read. */
function acceptsOrSkip(grammar: Grammar, text: string): boolean | undefined {
  try {
    return accepts(grammar, text);
  } catch (error) {
    if (error instanceof SchemaLimitError || error instanceof LanguageLimitError) return undefined;
    throw error;
  }
}

const SCHEMAS = Number(process.env.GRAMMASK_SCHEMAS ?? 40);

describe("compiled schemas", () => {
  it(
    "accept a value just if the judges call it valid",
    async () => {
      const general = smallValues().filter((_, i) => i < 30 || i % 131 === 0);
      const counts = { valid: 0, invalid: 0, undecided: 0 };
      await fc.assert(
        fc.asyncProperty(schemas, async (schema) => {
          const grammar = compileOrSkip(schema);
          if (grammar === undefined) return;
          const verdict = await judge(schema);
          for (const value of [...general, ...mentioned(schema)]) {
            const text = JSON.stringify(value);
            const judgement = verdict(text);
            counts[judgement]++;
            if (judgement === "undecided") continue;
            const accepted = grammar !== "none" && acceptsOrSkip(grammar, text);
            if (accepted === undefined) return;
            if (accepted !== (judgement === "valid")) throw new Error(`accepted ${accepted}: ${text}`);
          }
        }),
        { numRuns: SCHEMAS },
      );
      expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(200);
      // Some hundred values for each schema, on a machine that may be busy.
    },
    60_000 + SCHEMAS * 1000,
  );

  const cases: [string, object][] = [
    ["bounds of both kinds", { minimum: 3, exclusiveMinimum: 3, maximum: 5, exclusiveMaximum: 5.5 }],
    ["bounds and a type that is no number", { type: "string", minimum: 3 }],
    ["integers in a range between integers", { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 2 }],
    ["an integer or a string", { type: ["integer", "string"], minLength: 1, minimum: 0 }],
    ["number and integer", { type: ["integer", "number"], maximum: 1 }],
    ["lengths in code points", { type: "string", minLength: 2, maxLength: 2 }],
    [
      "a tuple with a rest",
      { type: "array", prefixItems: [{ type: "null" }, { const: 1 }], items: { type: "string" } },
    ],
    ["a closed tuple", { type: "array", prefixItems: [{ type: "null" }, true], items: false, minItems: 1 }],
    ["equal constants", { enum: [1, "a", [1, { a: null }], { a: [] }, null, true] }],
    ["const of a number", { const: 10 }],
    [
      "what anyOf alternatives have in common",
      { anyOf: [{ minimum: 2 }, { type: "string" }], allOf: [{ maximum: 3 }] },
    ],
    [
      "alternatives told apart by an item",
      {
        anyOf: [
          { prefixItems: [{ const: "a" }], minItems: 3 },
          { prefixItems: [{ const: "b" }], maxItems: 1 },
        ],
      },
    ],
  ];

  it.each(cases)("with %s", (_, schema) => {
    const isValid = new Ajv2020({ strict: false }).compile(schema);
    const grammar = compileJsonSchema(schema, { whitespace: "compact", order: "any" });
    const values: Json[] = [
      null,
      true,
      0,
      1,
      -1,
      1.5,
      2,
      2.5,
      3,
      3.5,
      4,
      5,
      5.25,
      6,
      10,
      100,
      "",
      "a",
      "ab",
      "abc",
    ];
    values.push(
      "é\u{1F600}",
      "\u{1F600}",
      "e\u0301",
      [],
      {},
      [1, { a: null }],
      [1, { a: 1 }],
      { a: [] },
      { a: [1] },
    );
    values.push(
      [null],
      [null, 1],
      [null, 2],
      [null, 1, "x"],
      [null, 1, "x", "y"],
      [null, 1, 3],
      ["a", 1],
      ["a", 1, 1],
      ["b"],
      ["b", 1],
      ["c"],
    );
    for (const value of values) {
      expect(accepts(grammar, JSON.stringify(value)), JSON.stringify(value)).toBe(isValid(value));
    }
  });

  it("take numbers by their value, however they are spelled in the schema", () => {
    const grammar = compileJsonSchema('{"enum": [1.0, 1e2, -0, 25e-1]}');
    for (const text of ["1", "1.0", "100", "0", "-0", "2.5", "2.50"])
      expect(accepts(grammar, text), text).toBe(true);
    for (const text of ["10", "2", "25", "1.01", "-1"]) expect(accepts(grammar, text), text).toBe(false);
    const exact = compileJsonSchema('{"minimum": 0.1000000000000000000001, "maximum": 9007199254740993}');
    for (const text of ["0.1000000000000000000001", "9007199254740993"])
      expect(accepts(exact, text)).toBe(true);
    for (const text of ["0.1", "0.10000000000000000000009", "9007199254740994"]) {
      expect(accepts(exact, text)).toBe(false);
    }
  });

  describe("follow their dialect", () => {
    it("in draft-04: exclusive bounds are booleans, 1.0 is no integer, const does not exist", () => {
      const bounds = {
        type: "integer",
        minimum: 0,
        exclusiveMinimum: true,
        maximum: 3,
        exclusiveMaximum: false,
      };
      const schema = { $schema: "http://json-schema.org/draft-04/schema#", ...bounds, const: 7 };
      const isValid = new AjvDraft04.default({ strict: false }).compile(bounds);
      const grammar = compileJsonSchema(schema);
      for (const value of [-1, 0, 1, 2, 3, 4, 1.5]) {
        expect(accepts(grammar, String(value)), String(value)).toBe(isValid(value));
      }
      expect(accepts(grammar, "1.0")).toBe(false);
      expect(accepts(compileJsonSchema({ type: "integer" }), "1.0")).toBe(true);
    });

    it("up to draft-07 a $ref has no siblings, later it has", () => {
      const body = { $ref: "#/definitions/a", type: "string", definitions: { a: { minLength: 1 } } };
      for (const draft of ["draft-04", "draft-06", "draft-07"]) {
        const grammar = compileJsonSchema({ ...body, $schema: `http://json-schema.org/${draft}/schema#` });
        expect(grammar.report.dialect).toBe(draft);
        expect(accepts(grammar, "1"), draft).toBe(true);
        expect(accepts(grammar, '""'), draft).toBe(false);
      }
      for (const draft of ["2019-09", "2020-12"]) {
        const grammar = compileJsonSchema({
          ...body,
          $schema: `https://json-schema.org/draft/${draft}/schema`,
        });
        expect(grammar.report.dialect).toBe(draft);
        expect(accepts(grammar, "1"), draft).toBe(false);
        expect(accepts(grammar, '"a"'), draft).toBe(true);
      }
      expect(compileJsonSchema({}).report.dialect).toBe("2020-12");
    });

    it("and say which keywords are annotations to it", () => {
      const { annotations } = compileJsonSchema({
        title: "t",
        "x-custom": 1,
        properties: { a: { description: "d", type: "null" } },
      }).report;
      expect(annotations).toEqual(
        expect.arrayContaining([
          { pointer: "", keyword: "title" },
          { pointer: "", keyword: "x-custom" },
          { pointer: "/properties/a", keyword: "description" },
        ]),
      );
      expect(annotations.length).toBe(3);
      // Names of properties are no keywords.
      expect(compileJsonSchema({ properties: { title: {}, type: {} } }).report.annotations).toEqual([]);
    });
  });

  describe("follow references", () => {
    const defs = { $defs: { a: { type: "null" }, "x/y~z %": { const: 1 }, list: [{ const: 2 }] } };
    it.each([
      ["#/$defs/a", "null"],
      ["#/$defs/x~1y~0z%20%25", "1"],
      ["#/$defs/x~1y~0z %25", "1"],
      ["#/properties/p/anyOf/1", "3"],
      ["#/x-other/0/inner", "4"],
    ])("%s", ($ref, text) => {
      const schema = {
        allOf: [{ $ref }],
        $defs: { ...defs.$defs, list: {} },
        properties: { p: { anyOf: [true, { const: 3 }] } },
        "x-other": [{ inner: { const: 4 } }],
      };
      const grammar = compileJsonSchema(schema);
      expect(accepts(grammar, text)).toBe(true);
      expect(accepts(grammar, "false")).toBe(false);
    });

    it("to the whole document, and from a definition to itself", () => {
      const tree = compileJsonSchema({
        type: "object",
        properties: { value: { type: "integer" }, children: { type: "array", items: { $ref: "#" } } },
        required: ["value"],
        additionalProperties: false,
      });
      expect(accepts(tree, '{"value": 1, "children": [{"value": 2, "children": []}, {"value": 3}]}')).toBe(
        true,
      );
      expect(accepts(tree, '{"value": 1, "children": [{"children": []}]}')).toBe(false);
      const depth = 2000;
      const deep = `${'{"value":1,"children":['.repeat(depth)}${"]}".repeat(depth)}`;
      expect(accepts(tree, deep)).toBe(true);
      expect(accepts(tree, deep.replace("]}", "]"))).toBe(false);
    });
  });
});
