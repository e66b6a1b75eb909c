import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonPointer, parseJsonPointer } from "./pointer.js";

describe("JSON Pointers", () => {
  it("are written as RFC 6901, section 5", () => {
    expect(jsonPointer()).toBe("");
    expect(jsonPointer("foo", 0)).toBe("/foo/0");
    expect(jsonPointer("")).toBe("/");
    expect(jsonPointer("a/b", "m~n", "c%d", "~1")).toBe("/a~1b/m~0n/c%d/~01");
  });

  it("are read back", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (segments) => {
        expect(parseJsonPointer(jsonPointer(...segments))).toEqual(segments);
      }),
    );
    expect(parseJsonPointer("a")).toBeUndefined();
    expect(parseJsonPointer("/a~2")).toBeUndefined();
    expect(parseJsonPointer("/a~")).toBeUndefined();
  });
});
