import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonLimitError, JsonValueError } from "./errors.js";
import { jsonFromValue } from "./from-value.js";
import type { JsonNode } from "./node.js";
import { parseJson } from "./parse.js";
import { stringifyJson } from "./stringify.js";
import { jsonToValue } from "./to-value.js";

describe("jsonFromValue", () => {
  it("agrees with JSON.stringify and is undone by jsonToValue", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const node = jsonFromValue(value);
        expect(stringifyJson(node)).toBe(JSON.stringify(value));
        expect(JSON.stringify(jsonToValue(node))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("takes bigints, toJSON, null prototypes, other realms and nodes; leaves undefined properties out", () => {
    const value = {
      big: 2n ** 70n,
      date: new Date(0),
      url: new URL("https://example.com/"),
      bare: Object.assign(Object.create(null), { x: -0 }),
      foreign: runInContext("({ a: [1] })", createContext()),
      gone: undefined,
      symbol: { [Symbol("s")]: 1 },
      node: parseJson('{"b":1.0,"1":[]}'),
      replaced: { toJSON: (key: string) => [key] },
      dropped: { toJSON: () => undefined },
    };
    expect(stringifyJson(jsonFromValue(value))).toBe(
      '{"big":1180591620717411303424,"date":"1970-01-01T00:00:00.000Z","url":"https://example.com/","bare":{"x":0},' +
        '"foreign":{"a":[1]},"symbol":{},"node":{"b":1.0,"1":[]},"replaced":["replaced"]}',
    );
  });

  const cyclic: Record<string, unknown> = { list: [] };
  (cyclic.list as unknown[]).push({ "a/b~": cyclic });
  it.each<[string, unknown, string]>([
    ["a function", { a: [0, () => 1] }, "/a/1"],
    ["a symbol", [Symbol("s")], "/0"],
    ["undefined at the root", undefined, ""],
    ["undefined in an array", [1, undefined], "/1"],
    ["a hole in an array", new Array(1e9), "/0"],
    ["NaN", { x: Number.NaN }, "/x"],
    ["Infinity", { x: { "": -Infinity } }, "/x/"],
    ["a cycle", cyclic, "/list/0/a~1b~0"],
    ["a class instance", { m: new Map() }, "/m"],
    ["a regular expression", [[/x/]], "/0/0"],
    [
      "a getter that throws",
      {
        a: {
          get b() {
            throw new Error("no");
          },
        },
      },
      "/a/b",
    ],
    [
      "a toJSON that throws",
      [
        {
          toJSON() {
            throw new Error("no");
          },
        },
      ],
      "/0",
    ],
    [
      "a proxy that throws",
      {
        a: new Proxy(
          {},
          {
            ownKeys() {
              throw new Error("no");
            },
          },
        ),
      },
      "/a",
    ],
  ])("refuses %s with its place", (_, value, pointer) => {
    expect(() => jsonFromValue(value)).toThrow(JsonValueError);
    expect(() => jsonFromValue(value)).toThrow(expect.objectContaining({ code: "json-value", pointer }));
  });

  it("takes the same object twice", () => {
    const shared = { a: 1 };
    expect(stringifyJson(jsonFromValue([shared, shared]))).toBe('[{"a":1},{"a":1}]');
  });

  it("limits depth and size, and does not overflow the stack", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { a: deep };
    expect(() => jsonFromValue(deep)).toThrow(JsonLimitError);
    const node = jsonFromValue(deep, { maxDepth: 100_000 });
    expect(stringifyJson(node)).toHaveLength(50_000 * 8 + 1);
    expect(jsonToValue(node)).toHaveProperty("a");

    // 40 objects, 2^40 paths.
    let doubled: unknown = [];
    for (let i = 0; i < 40; i++) doubled = [doubled, doubled];
    expect(() => jsonFromValue(doubled, { maxNodes: 1000 })).toThrow(
      expect.objectContaining({ code: "json-too-large" }),
    );
  });
});

describe("jsonToValue", () => {
  it("makes __proto__ an own property", () => {
    const value = jsonToValue(parseJson('{"__proto__":{"polluted":true}}')) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.polluted).toBeUndefined();
    expect(stringifyJson(jsonFromValue(value))).toBe('{"__proto__":{"polluted":true}}');
  });

  it("gives scalars as they are", () => {
    const nodes: JsonNode[] = [null, true, "x", parseJson("1e999")];
    expect(nodes.map(jsonToValue)).toEqual([null, true, "x", Infinity]);
  });
});
