import { describe, expect, it } from "vitest";
import { LazyMap } from "./index.js";

describe("LazyMap", () => {
  it("is empty until something is put in", () => {
    const map = new LazyMap<string, number>();
    expect([map.size, map.get("a"), map.has("a"), [...map]]).toEqual([0, undefined, false, []]);
    map.delete("a");
    map.clear();
    expect(map.size).toBe(0);
  });

  it("has what was put in, in order", () => {
    const map = new LazyMap<string, number | undefined>();
    map.set("b", 1);
    map.set("a", undefined);
    map.set("b", 2);
    expect([...map]).toEqual([
      ["b", 2],
      ["a", undefined],
    ]);
    expect([map.size, map.get("b"), map.has("a"), map.get("a")]).toEqual([2, 2, true, undefined]);
    map.delete("b");
    expect([map.size, map.has("b")]).toEqual([1, false]);
    map.clear();
    expect(map.size).toBe(0);
  });
});
