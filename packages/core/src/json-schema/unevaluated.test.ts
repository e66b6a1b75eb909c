import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { compileJsonSchema } from "../index.js";

describe("unevaluatedProperties", () => {
  it.each<[string, object]>([
    ["alone", { patternProperties: { "^(x|y)$": { const: 1 } } }],
    [
      "beside more names",
      { properties: { a: true, b: true }, patternProperties: { "^(x|y)$": { const: 1 } } },
    ],
    [
      "that has one of these names",
      { properties: { a: true, y: true, z: true }, patternProperties: { "^(x|y)$": { const: 1 } } },
    ],
    [
      "in a sub-schema",
      { properties: { a: true }, allOf: [{ patternProperties: { "^(x|y)$": { const: 1 } } }] },
    ],
  ])("leaves out the names of a pattern that has few, %s", (_, schema) => {
    const grammar = compileJsonSchema(
      { type: "object", ...schema, unevaluatedProperties: false },
      { order: "any", whitespace: "compact" },
    );
    for (const text of ['{"x":1}', '{"y":1}', '{"y":1,"x":1}', "{}"])
      expect(accepts(grammar, text)).toBe(true);
    for (const text of ['{"x":2}', '{"v":1}', '{"x":1,"v":1}']) expect(accepts(grammar, text)).toBe(false);
  });
});
