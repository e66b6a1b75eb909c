import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { compileChoice, compileJsonSchema, compileRegex, Matcher } from "../index.js";

describe("the compile report", () => {
  it("says what is enforced, what is passed over, and where", () => {
    const { report } = compileJsonSchema({
      title: "t",
      type: "object",
      properties: {
        "a/b": { type: "string", format: "color", description: "d", contentEncoding: "base64" },
        c: { $ref: "#/$defs/c", $comment: "see there" },
        title: { minimum: 1, exclusiveMaximum: 3, unknown: [] },
      },
      additionalProperties: false,
      $defs: { c: { format: "date", enum: ["x", { format: "uri", title: "no schema" }] } },
    });
    expect(report).toMatchObject({ dialect: "2020-12", isDialectAssumed: true });
    expect(report.enforced).toEqual({
      type: 2,
      properties: 1,
      additionalProperties: 1,
      $ref: 1,
      minimum: 1,
      exclusiveMaximum: 1,
      format: 1,
      enum: 1,
    });
    expect(report.annotations).toEqual([
      { pointer: "", keyword: "title" },
      { pointer: "/properties/a~1b", keyword: "format" },
      { pointer: "/properties/a~1b", keyword: "description" },
      { pointer: "/properties/a~1b", keyword: "contentEncoding" },
      { pointer: "/properties/c", keyword: "$comment" },
      { pointer: "/properties/title", keyword: "unknown" },
    ]);
    expect(report).toMatchObject({ olderKeywords: [], annexB: [], approximatedFormats: [] });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("says which dialect was assumed, and what kept its older meaning for it", () => {
    const schema = {
      dependencies: { a: ["b"] },
      items: [{ exclusiveMinimum: true, minimum: 1 }, { items: {} }],
      additionalItems: { exclusiveMaximum: 3 },
    };
    expect(compileJsonSchema(schema).report.olderKeywords).toEqual([
      { pointer: "", keyword: "dependencies" },
      { pointer: "", keyword: "items" },
      { pointer: "", keyword: "additionalItems" },
      { pointer: "/items/0", keyword: "exclusiveMinimum" },
    ]);
    const named = compileJsonSchema({
      $schema: "http://json-schema.org/draft-04/schema#",
      ...schema,
      additionalItems: {},
    });
    expect(named.report).toMatchObject({ dialect: "draft-04", isDialectAssumed: false, olderKeywords: [] });
  });

  it("counts what a dialect ignores beside $ref as passed over", () => {
    const schema = {
      $schema: "http://json-schema.org/draft-07/schema#",
      allOf: [{ $ref: "#/definitions/a", minimum: 3, definitions: { b: { maximum: 1 } } }],
      definitions: { a: { type: "number", $dynamicRef: "#none" } },
    };
    const { report } = compileJsonSchema(schema);
    expect(report.annotations).toEqual([
      { pointer: "/allOf/0", keyword: "minimum" },
      { pointer: "/definitions/a", keyword: "$dynamicRef" },
    ]);
    expect(report.enforced).toEqual({ allOf: 1, $ref: 1, maximum: 1, type: 1 });
  });

  it("names patterns of Annex B, and formats that are narrower than they are", () => {
    const schema = {
      properties: { a: { pattern: "^\\-$" }, b: { pattern: "^a$", format: "hostname" } },
      patternProperties: { "^\\_": { format: "idn-hostname" }, "^x": { format: "ipv4" } },
      propertyNames: { format: "regex" },
    };
    expect(compileJsonSchema(schema).report).toMatchObject({
      annexB: [
        { pointer: "", keyword: "patternProperties", pattern: "^\\_" },
        { pointer: "/properties/a", keyword: "pattern", pattern: "^\\-$" },
      ],
      approximatedFormats: [
        { pointer: "/properties/b", keyword: "format", format: "hostname" },
        { pointer: "/patternProperties/^\\_", keyword: "format", format: "idn-hostname" },
        { pointer: "/propertyNames", keyword: "format", format: "regex" },
      ],
    });
    const { report } = compileJsonSchema(schema, { formats: "annotate" });
    expect(report.approximatedFormats).toEqual([]);
    expect(report.annotations.filter(({ keyword }) => keyword === "format")).toHaveLength(4);
  });

  it("has the documents that references lead to, by their URIs", () => {
    const uri = "https://example.com/a";
    const schemas = {
      [uri]: { title: "t", items: { minimum: 1 } },
      "https://example.com/unused": { title: "u" },
    };
    const { report } = compileJsonSchema({ $ref: uri }, { schemas });
    expect(report.annotations).toEqual([{ pointer: "", document: uri, keyword: "title" }]);
    expect(report.enforced).toEqual({ $ref: 1, items: 1, minimum: 1 });
  });

  it("says how much of the limits was used", () => {
    const uri = "https://example.com/a";
    const grammar = compileJsonSchema(
      { allOf: [{ $ref: uri }, { const: [[[[1]]]] }] },
      { schemas: { [uri]: { anyOf: [{}, {}, {}] } }, limits: { maxDepth: 40 } },
    );
    expect(grammar.report.limits).toEqual([
      { limit: "maxDepth", used: 7, maximum: 40 },
      { limit: "maxSchemas", used: 4, maximum: 200_000 },
      { limit: "maxDocuments", used: 1, maximum: 200 },
      { limit: "maxFormulaNodes", used: expect.any(Number), maximum: 1_000_000 },
    ]);
    // Exactly what it says is enough.
    const [, schemas, documents] = grammar.report.limits;
    const schema = { allOf: [{ $ref: uri }, { const: [[[[1]]]] }] };
    const others = { [uri]: { anyOf: [{}, {}, {}] } };
    const limits = { maxDepth: 7, maxSchemas: schemas!.used, maxDocuments: documents!.used };
    compileJsonSchema(schema, { schemas: others, limits });
    for (const limit of ["maxDepth", "maxSchemas", "maxDocuments"] as const) {
      const less = { ...limits, [limit]: limits[limit] - 1 };
      expect(() => compileJsonSchema(schema, { schemas: others, limits: less })).toThrow(
        expect.objectContaining({ limit }),
      );
    }
  });

  it("is put together once, when it is asked for", () => {
    const grammar = compileJsonSchema({ type: "integer" });
    new Matcher(grammar, byteVocabulary()).acceptBytes(new TextEncoder().encode("1"));
    expect(grammar.report).toBe(grammar.report);
  });

  it("is empty for other grammars", () => {
    expect(compileRegex("a+").report).toMatchObject({
      dialect: "regex",
      enforced: {},
      annotations: [],
      uselessRules: [],
      limits: [],
    });
    expect(compileChoice(["a"]).report.dialect).toBe("choice");
  });
});
