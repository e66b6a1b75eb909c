import { describe, expect, it } from "vitest";
import { closeObjects } from "./closed-objects.js";

type Schema = Parameters<typeof closeObjects>[0];

const open = { type: "object", properties: { a: { type: "string" } } };
const closed = { ...open, additionalProperties: false };

describe("closeObjects", () => {
  it("closes objects wherever they are values of their own", () => {
    expect(closeObjects(open)).toEqual(closed);
    expect(closeObjects({ type: "array", items: open, prefixItems: [open] })).toEqual({
      type: "array",
      items: closed,
      prefixItems: [closed],
    });
    expect(closeObjects({ anyOf: [open, { type: "null" }], $defs: { x: open } })).toEqual({
      anyOf: [closed, { type: "null" }],
      $defs: { x: closed },
    });
    expect(closeObjects({ properties: { properties: open } })).toEqual({
      properties: { properties: closed },
      additionalProperties: false,
    });
  });

  it("leaves what says something about other properties", () => {
    const saying: Schema[] = [
      { additionalProperties: {} },
      { additionalProperties: { type: "number" } },
      { patternProperties: { x: {} } },
      { unevaluatedProperties: true },
    ];
    for (const others of saying) {
      expect(closeObjects({ ...open, ...others })).toEqual({ ...open, ...others });
    }
    expect(closeObjects({ type: "object" })).toEqual({ type: "object" });
    expect(closeObjects({ const: open, default: open })).toEqual({ const: open, default: open });
  });

  it("leaves what describes an object together with others", () => {
    const together: Schema[] = [
      { allOf: [open, open] },
      { ...open, anyOf: [open] },
      { ...open, oneOf: [open] },
      { ...open, if: open, else: open },
      { ...open, not: open },
      { ...open, dependentSchemas: { a: open } },
      { ...open, $ref: "#/$defs/x" },
    ];
    for (const schema of together) {
      expect(closeObjects(schema)).toEqual(schema);
      expect(closeObjects({ ...schema, $defs: { x: open } })).toEqual({ ...schema, $defs: { x: open } });
    }
  });
});
