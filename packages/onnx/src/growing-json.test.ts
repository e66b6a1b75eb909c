import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GrowingJson } from "./growing-json.js";

/** Cuts a text into pieces. */
function pieces(text: string, sizes: readonly number[]): string[] {
  const cut: string[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length]!;
    cut.push(text.slice(at, at + size));
    at += size;
  }
  return cut;
}

/** Whether a value has all that an earlier one has, at the same places; strings may have become longer. */
function grew(before: unknown, after: unknown): boolean {
  if (typeof before === "string") {
    return typeof after === "string" && after.startsWith(before);
  }
  if (typeof before !== "object" || before === null) {
    return before === undefined || Object.is(before, after);
  }
  if (typeof after !== "object" || after === null || Array.isArray(before) !== Array.isArray(after)) {
    return false;
  }
  return Object.entries(before).every(
    ([key, value]) => Object.hasOwn(after, key) && grew(value, Reflect.get(after, key)),
  );
}

function resolve(value: unknown, pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  return keys.reduce<unknown>(
    (at, key) => Reflect.get(at as object, key.replaceAll("~1", "/").replaceAll("~0", "~")),
    value,
  );
}

const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "a/b", "~", "constructor"));
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }),
    fc.double({ noDefaultInfinity: true, noNaN: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
    fc.constantFrom(null, true, false),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(key, tie("json"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const escaped = (text: string) =>
  text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

describe("GrowingJson", () => {
  it("has what JSON.parse has at the end, and only grows until then", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
    fc.assert(
      fc.property(
        json,
        sizes,
        fc.constantFrom(undefined, 2),
        fc.boolean(),
        (value, each, indent, escapes) => {
          const plain = JSON.stringify(value, null, indent);
          const text = escapes ? escaped(plain) : plain;
          const growing = new GrowingJson();
          let before: unknown;
          for (const piece of pieces(text, each)) {
            growing.push(piece);
            expect(grew(before, growing.value)).toBe(true);
            before = structuredClone(growing.value);
          }
          growing.end();
          expect(growing.value).toEqual(JSON.parse(text));
          const ended = growing.takeEnded();
          expect(ended.at(-1)).toMatchObject({ pointer: "", start: 0, end: text.length });
          for (const { pointer, start, end, value: part } of ended) {
            expect(part).toEqual(JSON.parse(text.slice(start, end)));
            expect(part).toEqual(resolve(JSON.parse(text), pointer));
          }
          expect(ended.length).toBe(new Set(ended.map(({ pointer }) => pointer)).size);
          expect(growing.openSpans).toEqual([]);
        },
      ),
    );
  });

  it("tells of values when they end, inner ones first, and of those that are open", () => {
    const growing = new GrowingJson();
    growing.push('{"a": [1');
    expect(growing.value).toEqual({ a: [] });
    expect(growing.takeEnded()).toEqual([]);
    growing.push('2, {"b": "x');
    expect(growing.value).toEqual({ a: [12, { b: "x" }] });
    expect(growing.takeEnded()).toEqual([{ pointer: "/a/0", start: 7, end: 9, value: 12 }]);
    expect(growing.openSpans.map(({ pointer }) => pointer)).toEqual(["", "/a", "/a/1", "/a/1/b"]);
    growing.push("\\ud83d");
    expect(growing.value).toEqual({ a: [12, { b: "x" }] });
    growing.push('\\ude00"}], "c');
    expect(growing.takeEnded().map(({ pointer }) => pointer)).toEqual(["/a/1/b", "/a/1", "/a"]);
    expect(growing.value).toEqual({ a: [12, { b: "x😀" }] });
    expect(growing.openSpans).toEqual([{ pointer: "", start: 0, end: 38 }]);
  });
});
