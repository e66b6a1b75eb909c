import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../benchmarks/shared/random-schemas.js";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { isExpected } from "../test/compile-random.js";
import { allowedTokens, randomNumbers } from "../test/walk.js";
import { compileJsonSchema, Matcher } from "./index.js";

const vocabulary = byteVocabulary();

/** The bytes that a clone accepts. */
function tried(matcher: Matcher): number[] {
  const bytes: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const clone = matcher.clone();
    if (clone.acceptBytes(Uint8Array.of(byte))) bytes.push(byte);
    if (clone.limitHit !== undefined) throw clone.limitHit.error;
  }
  return bytes;
}

describe("the bytes that may come next", () => {
  it("are those that are accepted, and forced bytes those without another", () => {
    let compared = 0;
    let forced = 0;
    fc.assert(
      fc.property(schemas, fc.nat(), (schema, seed) => {
        try {
          const order = seed % 2 === 0 ? "any" : "schema";
          const matcher = new Matcher(compileJsonSchema(schema, { order, whitespace: "auto" }), vocabulary);
          const random = randomNumbers(seed);
          for (let step = 0; step < 12 && !matcher.isEnded; step++) {
            const bytes = tried(matcher);
            expect(matcher.allowedBytes()).toEqual(bytes);
            compared++;
            const clone = matcher.clone();
            const alone: number[] = [];
            for (
              let next = bytes;
              next.length === 1 && !clone.isComplete && alone.length < 40;
              next = tried(clone)
            ) {
              alone.push(next[0] as number);
              clone.acceptBytes(Uint8Array.of(next[0] as number));
            }
            expect([...matcher.forcedBytes(40)]).toEqual(alone);
            forced += alone.length;
            const allowed = allowedTokens(matcher);
            if (!matcher.accept(allowed[Math.floor(random() * allowed.length)] as number)) return;
          }
        } catch (error) {
          if (!isExpected(error)) throw error;
        }
      }),
      // Random schemas seldom force much, so one that forces a text is always among them, walked in several ways.
      {
        numRuns: 46,
        examples: [1, 2, 3, 4, 5, 6].map((seed): [object, number] => [
          { const: "the only text that may stand here" },
          seed,
        ]),
      },
    );
    expect(compared).toBeGreaterThan(50);
    expect(forced).toBeGreaterThan(50);
  });
});
