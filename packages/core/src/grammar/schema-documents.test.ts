import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { compileJsonSchema, compileJsonSchemaAsync, MissingDocumentError } from "../index.js";

const URL = "https://example.com/";

/** A resolver over some documents, and what it was asked for. */
function documents(found: Record<string, unknown>) {
  const asked: string[] = [];
  const resolve = async (uri: string) => {
    asked.push(uri);
    await Promise.resolve();
    return found[uri.slice(URL.length)];
  };
  return { asked, resolve };
}

describe("compileJsonSchemaAsync", () => {
  it("loads documents, and those that they refer to, each once", async () => {
    const { asked, resolve } = documents({
      list: { items: { $ref: "item" }, contains: { $ref: "item#/$defs/one" } },
      item: '{ "enum": [1, 2, 10000000000000000001], "$defs": { "one": { "const": 1 } } }',
      unused: {},
    });
    const schema = { $id: `${URL}schema`, allOf: [{ $ref: "list" }, { $ref: "list#" }, { $ref: "item2" }] };
    const schemas = {
      [`${URL}item2`]: { type: "array", minItems: 2, $comment: "see https://example.com/no" },
    };
    const grammar = await compileJsonSchemaAsync(schema, { resolve, schemas, whitespace: "compact" });
    expect(asked).toEqual([`${URL}list`, `${URL}item`]);
    expect(accepts(grammar, "[1,2]")).toBe(true);
    expect(accepts(grammar, "[1,10000000000000000001]")).toBe(true);
    expect(accepts(grammar, "[1,10000000000000000000]")).toBe(false);
    expect(accepts(grammar, "[2,2]")).toBe(false);
    expect(accepts(grammar, "[1]")).toBe(false);
  });

  it("asks for nothing where nothing is missing", async () => {
    const { asked, resolve } = documents({});
    const schema = { $ref: "http://json-schema.org/draft-07/schema#", examples: [{ $ref: `${URL}a` }] };
    await compileJsonSchemaAsync(schema, { resolve });
    expect(asked).toEqual([]);
  });

  it("loads metaschemas, and theirs", async () => {
    const { asked, resolve } = documents({
      meta: { $schema: `${URL}base` },
      base: { $schema: "http://json-schema.org/draft-04/schema#" },
      other: { type: "integer" },
    });
    const grammar = await compileJsonSchemaAsync(
      { $schema: `${URL}meta`, allOf: [{ $ref: `${URL}other` }] },
      { resolve },
    );
    expect(asked).toEqual([`${URL}meta`, `${URL}base`, `${URL}other`]);
    expect(grammar.report.dialect).toBe("draft-04");
    expect(accepts(grammar, "1.0")).toBe(false);
  });

  it("says which reference leads to a document that is not there, or fails", async () => {
    const schema = { properties: { "a/b": { $ref: `${URL}list` } } };
    const { resolve } = documents({ list: { items: { $ref: "missing#/x" } } });
    const error = await compileJsonSchemaAsync(schema, { resolve }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(MissingDocumentError);
    expect(error).toMatchObject({
      pointer: "/items",
      document: `${URL}list`,
      keyword: "$ref",
      uri: `${URL}missing`,
    });
    const cause = new Error("503");
    const failing = () => Promise.reject(cause);
    await expect(compileJsonSchemaAsync(schema, { resolve: failing })).rejects.toMatchObject({
      name: "MissingDocumentError",
      code: "unsupported-schema",
      pointer: "/properties/a~1b",
      document: undefined,
      uri: `${URL}list`,
      message: expect.stringContaining("503"),
      cause,
    });
  });

  it.each([
    ["{", { code: "invalid-schema", document: `${URL}a`, pointer: "" }],
    ["1", { code: "invalid-schema", document: `${URL}a`, pointer: "" }],
    [
      { properties: { b: { type: 1 } } },
      { code: "invalid-schema", keyword: "type", pointer: "/properties/b" },
    ],
    [{ items: { pattern: "(" } }, { code: "invalid-schema", document: `${URL}a`, pointer: "/items" }],
    [
      { items: { pattern: "(.)\\1" } },
      { code: "unsupported-schema", document: `${URL}a`, pointer: "/items" },
    ],
    [{ items: { $ref: "#/x" } }, { code: "invalid-schema", document: `${URL}a`, pointer: "/items" }],
  ])("names the document that is wrong: %j", async (document, expected) => {
    const { resolve } = documents({ a: document });
    await expect(compileJsonSchemaAsync({ $ref: `${URL}a` }, { resolve })).rejects.toMatchObject(expected);
  });

  it("leaves out what is not there, or fails, under lenient", async () => {
    const schema = {
      properties: { a: { $ref: `${URL}list` }, b: { $ref: `${URL}gone#/x`, type: "integer" } },
      additionalProperties: { $ref: `${URL}broken` },
    };
    const { resolve } = documents({ list: { items: { $ref: "missing#/x" } } });
    const asked: string[] = [];
    const load = (uri: string) => {
      asked.push(uri);
      if (uri.endsWith("broken")) throw new Error("503");
      return uri.endsWith("list") ? resolve(uri) : undefined;
    };
    const places = [
      { pointer: "/properties/b", keyword: "$ref" },
      { pointer: "/additionalProperties", keyword: "$ref" },
      { pointer: "/items", document: `${URL}list`, keyword: "$ref" },
    ];
    for (const grammar of [
      await compileJsonSchemaAsync(schema, { resolve: load, lenient: true }),
      await compileJsonSchemaAsync({ ...schema, "x-guidance": { lenient: true } }, { resolve: load }),
    ]) {
      const reason = expect.stringContaining("is in another document");
      expect(grammar.report.warnings).toHaveLength(places.length);
      expect(grammar.report.warnings).toEqual(
        expect.arrayContaining(places.map((place) => ({ ...place, reason }))),
      );
      expect(accepts(grammar, '{"a":[1,"x"],"b":1,"c":null}')).toBe(true);
      expect(accepts(grammar, '{"b":"x"}')).toBe(false);
    }
    expect(asked.sort()).toEqual([...new Set(asked)].flatMap((uri) => [uri, uri]));
  });

  it("ends at a limit of documents and of bytes", async () => {
    let count = 0;
    const endless = (uri: string) => ({ $ref: `${uri}x`, n: ++count });
    const schema = { items: { $ref: `${URL}a` } };
    const limits = { maxDocuments: 20 };
    await expect(compileJsonSchemaAsync(schema, { resolve: endless, limits })).rejects.toMatchObject({
      code: "schema-limit",
      limit: "maxDocuments",
      value: 20,
      keyword: "$ref",
    });
    expect(count).toBe(20);
    const long = (uri: string) => `{ "$ref": "${uri}x", "title": "${"t".repeat(1000)}" }`;
    await expect(
      compileJsonSchemaAsync(schema, { resolve: long, limits: { maxBytes: 5000 } }),
    ).rejects.toMatchObject({ code: "schema-limit", limit: "maxBytes", value: 5000 });
    const wide = { allOf: Array.from({ length: 30 }, (_, i) => ({ $ref: `${URL}${i}` })) };
    await expect(compileJsonSchemaAsync(wide, { resolve: () => ({}), limits })).rejects.toMatchObject({
      limit: "maxDocuments",
    });
  });
});

describe("documents of the option schemas", () => {
  it("are looked at only where a reference leads to them", () => {
    const schemas = { [`${URL}a`]: "{", [`${URL}b#`]: true };
    expect(accepts(compileJsonSchema({ $ref: `${URL}b` }, { schemas }), "1")).toBe(true);
    expect(() => compileJsonSchema({ $ref: `${URL}a` }, { schemas })).toThrow(/root of https:.*not JSON/);
  });

  it("that are missing are a warning under lenient, and so is a metaschema", () => {
    const schema = {
      $schema: `${URL}meta`,
      items: { $ref: `${URL}a#/$defs/x`, type: "integer" },
      dependencies: { a: ["b"] },
      not: { $ref: `${URL}b`, type: "string" },
    };
    expect(() => compileJsonSchema(schema)).toThrow(MissingDocumentError);
    const grammar = compileJsonSchema(schema, { lenient: true });
    expect(grammar.report).toMatchObject({ dialect: "2020-12", isDialectAssumed: true });
    expect(grammar.report.warnings.map(({ pointer, keyword }) => [pointer, keyword])).toEqual([
      ["", "$schema"],
      ["/items", "$ref"],
      ["/not", "$ref"],
    ]);
    for (const text of ["[1]", '{"a":1,"b":2}', "{}"]) expect(accepts(grammar, text), text).toBe(true);
    for (const text of ['["x"]', '{"a":1}', '"x"']) expect(accepts(grammar, text), text).toBe(false);
  });

  it("count", () => {
    const schemas: Record<string, object> = Object.fromEntries(
      [0, 1, 2].map((i) => [`${URL}${i}`, { items: { $ref: `${i + 1}` } }]),
    );
    schemas[`${URL}3`] = { items: {} };
    const compile = (maxDocuments: number) =>
      compileJsonSchema({ $ref: `${URL}0` }, { schemas, limits: { maxDocuments } });
    expect(() => compile(3)).toThrow(expect.objectContaining({ limit: "maxDocuments", value: 3 }));
    compile(4);
  });
});
