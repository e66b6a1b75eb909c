import ts from "typescript";
import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomNumbers, randomWalk } from "../../test/walk.js";
import { compileJsonSchema, describeSchema, InvalidSchemaError, Matcher } from "../index.js";

const typescript = (schema: unknown, maxCharacters = 6000) =>
  describeSchema(schema, { form: "typescript", maxCharacters });
const example = (schema: unknown) => describeSchema(schema, { form: "example" });

const order = {
  type: "object",
  properties: {
    id: { type: "string", description: "Order number,\n as printed", pattern: "^A\\d+$" },
    count: { type: "integer", minimum: 1, maximum: 9 },
    state: { enum: ["open", "paid"], default: "open" },
    items: { type: "array", items: { type: "string", maxLength: 5 }, minItems: 1 },
    "ship-to": {
      anyOf: [
        { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        { type: "null" },
      ],
    },
  },
  required: ["id", "count", "items"],
  additionalProperties: false,
};

describe("a schema as text for a prompt", () => {
  it("is a TypeScript type with remarks", () => {
    expect(typescript(order)).toEqual({
      leftOut: [],
      text: `type Answer = {
  id: string; // Order number, as printed; matches /^A\\d+$/
  count: number; // integer; 1 to 9
  state?: "open" | "paid"; // by default "open"
  items: string[]; // at least 1 items; each: at most 5 characters
  "ship-to"?: {
    city: string;
  } | null;
};`,
    });
  });

  it("is an example with placeholders", () => {
    expect(example(order)).toEqual({
      leftOut: [],
      text: `{
  "id": <string>, // Order number, as printed; matches /^A\\d+$/
  "count": <integer>, // 1 to 9
  "state": "open" or "paid", // optional; by default "open"
  "items": [<string>, ...], // at least 1 items; each: at most 5 characters
  // optional
  "ship-to": {
    "city": <string>
  } or null
}`,
    });
  });

  it("is the schema, as it was written", () => {
    const text = '{"type":"object","properties":{"10":{},"2":{"const":1.00}}}';
    expect(describeSchema(text, { form: "json-schema" })).toEqual({ text, leftOut: [] });
  });

  const tree = {
    $defs: { leaf: { type: "object", title: "a leaf", properties: { weight: { type: "number" } } } },
    type: "object",
    properties: {
      first: { $ref: "#/$defs/leaf" },
      last: { $ref: "#/$defs/leaf", description: "the other one" },
      children: { type: "array", items: { $ref: "#" } },
    },
  };

  it("tells once what is referred to more than once, and what contains itself", () => {
    expect(typescript(tree).text).toBe(`type ALeaf = {
  weight?: number;
};

type Answer = {
  first?: ALeaf;
  last?: ALeaf; // the other one
  children?: Answer[];
};`);
    expect(example(tree).text).toBe(`// <Answer>
{
  // optional; <ALeaf>
  "first": {
    "weight": <number> // optional
  },
  "last": <ALeaf>, // optional; <ALeaf>; the other one
  "children": [<Answer>, ...] // optional; each: <Answer>
}`);
  });

  it("says what it leaves out", () => {
    const schema = {
      type: "object",
      properties: {
        a: { type: "string", not: { const: "x" } },
        b: { enum: Array.from({ length: 101 }, (_, i) => i) },
      },
      if: { required: ["a"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword
      then: { required: ["b"] },
    };
    const { leftOut, text } = typescript(schema);
    expect(leftOut).toEqual([
      { pointer: "/properties/a", keyword: "not" },
      { pointer: "/properties/b", keyword: "enum" },
      { pointer: "", keyword: "if" },
      { pointer: "", keyword: "then" },
    ]);
    expect(text).toContain("and 1 more");
  });

  it("tells less where there is less room, and nothing where there is none", () => {
    let length = Number.POSITIVE_INFINITY;
    let left = -1;
    for (let room = 600; room > 20; room -= 20) {
      const { text, leftOut } = typescript(order, room);
      expect(text.length).toBeLessThanOrEqual(Math.min(room, length));
      length = text.length;
      if (text !== "") {
        expect(leftOut.length).toBeGreaterThanOrEqual(left);
        left = leftOut.length;
      } else expect(leftOut).toEqual([{ pointer: "", keyword: "" }]);
    }
    expect(length).toBe(0);
    expect(left).toBeGreaterThan(3);
    const many = {
      type: "object",
      properties: Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`key${i}`, order])),
    };
    expect(typescript(many).text).toBe("");
    const annotated = {
      type: "string",
      description: "x".repeat(6000),
      properties: { description: { const: { title: 1 } } },
    };
    expect(describeSchema(annotated, { form: "json-schema" })).toEqual({
      text: '{"type":"string","properties":{"description":{"const":{"title":1}}}}',
      leftOut: [{ pointer: "", keyword: "description" }],
    });
  });

  it("has bounds where schemas are made to be hard", () => {
    const chain = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, i) => [`d${i}`, { $ref: `#/$defs/d${i + 1}` }]),
    );
    const long = { $ref: "#/$defs/d0", $defs: { ...chain, d20000: { type: "string" } } };
    expect(typescript(long).leftOut.length).toBeGreaterThan(0);
    const doubling = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `d${i}`,
        { type: "array", prefixItems: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
      ]),
    );
    const wide = { $ref: "#/$defs/d0", $defs: { ...doubling, d60: { type: "object" } } };
    for (const form of ["typescript", "example"] as const) {
      expect(describeSchema(wide, { form, maxCharacters: 10_000 }).text.length).toBeGreaterThan(100);
    }
    let deep: unknown = { type: "string" };
    for (let i = 0; i < 250; i++) deep = { allOf: [deep] };
    expect(typescript(deep).text).not.toBe("");
  });

  it("throws what compiling would throw", () => {
    expect(() => typescript("{")).toThrow(InvalidSchemaError);
    expect(() => typescript({ $ref: "#/nowhere" })).toThrow(InvalidSchemaError);
    expect(() => typescript({}, 0)).toThrow(RangeError);
  });

  it("is a type that the schema's values have, as TypeScript sees it", () => {
    const schemas = [
      order,
      tree,
      { type: ["string", "null"] },
      { oneOf: [{ type: "array", items: { type: "boolean" } }, { const: { a: [1] } }] },
      { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false, minItems: 2 },
      { type: "array", prefixItems: [{ type: "string" }], items: { type: ["boolean", "null"] }, minItems: 1 },
      { type: "object", additionalProperties: { type: "array", items: { enum: ["a", 1] } } },
      {
        allOf: [
          { type: "object", properties: { a: { type: "string" } } },
          { type: "object", properties: { b: { type: "number" } }, required: ["b"] },
        ],
      },
      {
        type: "object",
        properties: { kind: { const: "x" } },
        required: ["kind"],
        anyOf: [
          { type: "object", properties: { a: { type: "null" } } },
          { type: "object", properties: { b: { type: "null" } } },
        ],
      },
      {
        $defs: {
          list: {
            anyOf: [
              { type: "null" },
              {
                type: "object",
                properties: { next: { $ref: "#/$defs/list" } },
                required: ["next"],
                additionalProperties: false,
              },
            ],
          },
        },
        $ref: "#/$defs/list",
      },
    ];
    const vocabulary = byteVocabulary();
    const random = randomNumbers(5);
    let code = "";
    for (const [i, schema] of schemas.entries()) {
      const grammar = compileJsonSchema(schema, { escapes: "minimal", numbers: "plain" });
      code += `namespace n${i} {\n${typescript(schema).text}\n`;
      for (let k = 0; k < 8; k++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), random, 60);
        code += `  export const v${k}: Answer = ${text.replaceAll("__proto__", "proto")};\n`;
      }
      code += "  export const wrong: Answer = Symbol();\n}\n";
    }
    const host = ts.createCompilerHost({});
    const file = ts.createSourceFile("values.ts", code, ts.ScriptTarget.ES2022, true);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) => (name === "values.ts" ? file : read(name, ...rest));
    const program = ts.createProgram(
      ["values.ts"],
      { strict: true, noEmit: true, lib: ["lib.es5.d.ts"], types: [] },
      host,
    );
    // Other names than those that are mentioned may come, which TypeScript says of literals only.
    const errors = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].filter(
      ({ code }) => code !== 2353,
    );
    const lines = errors.map(({ start }) =>
      code.slice(code.lastIndexOf("\n", start) + 1, code.indexOf("\n", start)),
    );
    expect(lines.filter((each) => !each.includes("wrong"))).toEqual([]);
    expect(lines).toHaveLength(schemas.length);
  });
});
