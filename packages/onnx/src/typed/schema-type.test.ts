import { Type } from "@sinclair/typebox";
import T from "typebox";
import { describe, expectTypeOf, it } from "vitest";
import type { FromSchema } from "./schema-type.js";

function literal<const S>(schema: S): FromSchema<S> {
  return schema as FromSchema<S>;
}

describe("FromSchema", () => {
  it("reads types, properties and items", () => {
    const person = literal({
      type: "object",
      properties: {
        name: { type: "string" },
        age: { type: ["integer", "null"] },
        tags: { type: "array", items: { enum: ["a", "b"] } },
        address: {
          type: "object",
          properties: { city: { type: "string" } },
          required: ["city", "country"],
        },
      },
      required: ["name", "age"],
      additionalProperties: false,
    });
    expectTypeOf(person).toEqualTypeOf<{
      name: string;
      age: number | null;
      tags?: ("a" | "b")[];
      address?: { city: string; country: unknown };
    }>();
    expectTypeOf(literal({ type: "object", additionalProperties: { type: "number" } })).toEqualTypeOf<{
      [key: string]: number;
    }>();
    expectTypeOf(literal({ type: "object" })).toEqualTypeOf<{ [key: string]: unknown }>();
    expectTypeOf(literal({ type: "array" })).toEqualTypeOf<unknown[]>();
    expectTypeOf(
      literal({ type: "object", patternProperties: { "^x": { type: "null" } }, additionalProperties: false }),
    ).toEqualTypeOf<{ [key: string]: null }>();
  });

  it("reads tuples, with what may be missing", () => {
    const prefixItems = [{ type: "string" }, { type: "number" }] as const;
    expectTypeOf(literal({ type: "array", prefixItems, items: false, minItems: 2 } as const)).toEqualTypeOf<
      [string, number]
    >();
    expectTypeOf(literal({ type: "array", prefixItems, items: false } as const)).toEqualTypeOf<
      [string?, number?]
    >();
    expectTypeOf(
      literal({ type: "array", items: prefixItems, additionalItems: { type: "null" }, minItems: 2 } as const),
    ).toEqualTypeOf<[string, number, ...null[]]>();
  });

  it("reads constants, unions and intersections", () => {
    expectTypeOf(literal({ const: { a: [1, "x"] } })).toEqualTypeOf<{ a: [1, "x"] }>();
    expectTypeOf(literal({ anyOf: [{ type: "string" }, { type: "boolean" }, { const: 3 }] })).toEqualTypeOf<
      string | boolean | 3
    >();
    expectTypeOf(literal({ oneOf: [{ type: "null" }, { type: "string" }] })).toEqualTypeOf<string | null>();
    const both = literal({
      allOf: [
        { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
        { type: "object", properties: { b: { type: "number" } }, required: ["b"] },
      ],
    });
    expectTypeOf(both.a).toEqualTypeOf<string>();
    expectTypeOf(both.b).toEqualTypeOf<number>();
  });

  it("follows references, recursive ones too", () => {
    const tree = {
      $defs: {
        node: {
          type: "object",
          properties: {
            value: { type: "number" },
            children: { type: "array", items: { $ref: "#/$defs/node" } },
          },
          required: ["value", "children"],
        },
      },
      $ref: "#/$defs/node",
    } as const;
    type Tree = FromSchema<typeof tree>;
    expectTypeOf<Tree["children"][0]["children"][0]["value"]>().toEqualTypeOf<number>();
    type Nested = FromSchema<{ type: "array"; items: { $ref: "#" } }>;
    expectTypeOf<Nested[number][number][number]>().toExtend<unknown[]>();
    // Beside a reference, draft-07 has nothing to say and later drafts have.
    type Old = FromSchema<{
      $schema: "http://json-schema.org/draft-07/schema#";
      definitions: { text: { type: ["string", "null"] } };
      $ref: "#/definitions/text";
      type: "string";
    }>;
    expectTypeOf<Old>().toEqualTypeOf<string | null>();
    type New = FromSchema<{
      $defs: { text: { type: ["string", "null"] } };
      $ref: "#/$defs/text";
      type: "string";
    }>;
    expectTypeOf<New>().toEqualTypeOf<string>();
  });

  it("is unknown where the types do not tell", () => {
    expectTypeOf<FromSchema<object>>().toEqualTypeOf<unknown>();
    // biome-ignore lint/suspicious/noExplicitAny: what is tested
    expectTypeOf<FromSchema<any>>().toEqualTypeOf<unknown>();
    expectTypeOf<FromSchema<string>>().toEqualTypeOf<unknown>();
    expectTypeOf<FromSchema<boolean>>().toEqualTypeOf<unknown>();
    expectTypeOf<FromSchema<{ type: string }>>().toEqualTypeOf<unknown>();
    expectTypeOf<FromSchema<{ $ref: "other.json" }>>().toEqualTypeOf<unknown>();
    const loose = {
      type: "object" as const,
      properties: { a: { type: "string" as const } },
      required: ["a"],
    };
    expectTypeOf<FromSchema<typeof loose>>().toEqualTypeOf<{ a?: string }>();
  });

  it("reads TypeBox's types", () => {
    const one = T.Object({
      name: T.String(),
      age: T.Optional(T.Integer()),
      kind: T.Union([T.Literal("a"), T.Literal("b")]),
      tags: T.Array(T.String()),
    });
    expectTypeOf<FromSchema<typeof one>>().toEqualTypeOf<T.Static<typeof one>>();
    const old = Type.Object({ name: Type.String(), age: Type.Optional(Type.Integer()) });
    expectTypeOf<FromSchema<typeof old>>().toEqualTypeOf<{ name: string; age?: number }>();
  });
});
