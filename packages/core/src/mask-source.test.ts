import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { compileJsonSchema } from "./grammar/json-schema.js";
import { Matcher } from "./matcher.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options?: { type: "minor" }) => void;

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")!.space_used_size;
}

describe("masksFor", () => {
  it("does not make grammars grow old that nobody uses any more", () => {
    const vocabulary = byteVocabulary();
    const use = () => {
      const matcher = new Matcher(compileJsonSchema({ properties: { a: { type: "string" } } }), vocabulary);
      expect(matcher.accept("{".charCodeAt(0))).toBe(true);
      expect(matcher.mask().count).toBeGreaterThan(0);
      expect(matcher.shortestCompletion().bytes.length).toBe(1);
      matcher.forcedTokens();
    };
    for (let i = 0; i < 20; i++) use();
    collect();
    const before = oldBytes();
    const grammars = 200;
    for (let i = 0; i < grammars; i++) {
      use();
      // What is alive after two of them is moved to the old generation.
      collect({ type: "minor" });
      collect({ type: "minor" });
    }
    // A grammar takes some 50 KB.
    expect((oldBytes() - before) / grammars).toBeLessThan(10_000);
  });
});
