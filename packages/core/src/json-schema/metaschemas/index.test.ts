import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { accepts } from "../../../test/accepts.js";
import { byteVocabulary } from "../../../test/byte-vocabulary.js";
import { randomNumbers, randomWalk } from "../../../test/walk.js";
import { compileJsonSchema, jsonToValue, Matcher } from "../../index.js";
import { standardMetaschema } from "./index.js";

const require = createRequire(import.meta.url);

/** The metaschemas that come with Ajv, by their URIs. */
function published(): [uri: string, value: Record<string, unknown>][] {
  const folder = (name: string) => join(dirname(require.resolve(`${name}/package.json`)), "dist", "refs");
  const refs = folder("ajv");
  const drafts = ["json-schema-2019-09", "json-schema-2020-12"].flatMap((name) => [
    join(refs, name, "schema.json"),
    ...readdirSync(join(refs, name, "meta")).map((file) => join(refs, name, "meta", file)),
  ]);
  const files = [
    join(folder("ajv-draft-04"), "json-schema-draft-04.json"),
    join(refs, "json-schema-draft-06.json"),
    join(refs, "json-schema-draft-07.json"),
    ...drafts,
  ];
  return files.map((file) => {
    const value = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    return [String(value.$id ?? value.id).replace(/#$/, ""), value];
  });
}

describe("the standard metaschemas", () => {
  it.each(published())("%s is as Ajv has it", (uri, value) => {
    const own = jsonToValue(standardMetaschema(uri)!) as { properties: Record<string, object> };
    // Ajv's draft-07 lacks writeOnly; its draft-04 lacks format, and has formats where the published one has none.
    if (uri.endsWith("draft-07/schema")) delete own.properties.writeOnly;
    if (uri.endsWith("draft-04/schema")) {
      delete own.properties.format;
      for (const name of ["id", "$schema"]) own.properties[name] = { type: "string", format: "uri" };
    }
    expect(own).toEqual(value);
  });

  it.each([
    ...published().map(([uri]) => uri),
    "https://json-schema.org/draft/2020-12/meta/format-assertion",
    "https://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft/2020-12/schema",
  ])("%s can be referred to", (uri) => {
    const grammar = compileJsonSchema({ properties: { a: { $ref: uri } } }, { order: "any" });
    expect(accepts(grammar, '{"a": {"title": "t"}}')).toBe(true);
    expect(accepts(grammar, '{"a": 1}')).toBe(false);
  });

  it("check whole schemas", () => {
    const draft07 = compileJsonSchema({ $ref: "http://json-schema.org/draft-07/schema#" }, { order: "any" });
    const draft2020 = compileJsonSchema(
      { $ref: "https://json-schema.org/draft/2020-12/schema" },
      { order: "any" },
    );
    const nested = (inner: object) => JSON.stringify({ properties: { a: { items: inner } } });
    for (const grammar of [draft07, draft2020]) {
      expect(accepts(grammar, nested({ minLength: 1, type: ["string", "null"] }))).toBe(true);
      expect(accepts(grammar, nested({ minLength: -1 }))).toBe(false);
      expect(accepts(grammar, nested({ type: "text" }))).toBe(false);
    }
    // Boolean required: draft-03.
    expect(accepts(draft07, nested({ required: true }))).toBe(false);
  });

  it("give way to the caller's", () => {
    const uri = "http://json-schema.org/draft-07/schema";
    const grammar = compileJsonSchema({ $ref: `${uri}#` }, { schemas: { [uri]: { type: "null" } } });
    expect(accepts(grammar, "{}")).toBe(false);
  });

  it.each([
    ["http://json-schema.org/draft-07/schema#", new Ajv({ strict: false })],
    ["https://json-schema.org/draft/2020-12/schema", new Ajv2020({ strict: false })],
  ] as const)("generate schemas: %s", (uri, ajv) => {
    (addFormats as unknown as typeof addFormats.default)(ajv as Ajv);
    const vocabulary = byteVocabulary();
    const random = randomNumbers(7);
    for (const order of ["schema", "any"] as const) {
      const grammar = compileJsonSchema({ type: "object", $ref: uri }, { order, whitespace: "compact" });
      for (let i = 0; i < 15; i++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), random, 60);
        const schema = JSON.parse(text) as object;
        expect(ajv.validate(uri.replace(/#$/, ""), schema), `${text}\n${ajv.errorsText()}`).toBe(true);
      }
    }
  });
});
