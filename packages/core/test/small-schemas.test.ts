import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileJsonSchema, type Grammar, Matcher, UnsatisfiableSchemaError } from "../src/index.js";
import { always } from "./always.js";
import { byteVocabulary } from "./byte-vocabulary.js";
import { isLimitError } from "./compile-random.js";
import { type Judge, judge } from "./oracles.js";
import { combined, type Instances, POOLS, WAYS, type Way } from "./schema-parts.js";

const vocabulary = byteVocabulary();
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const SCHEMAS = Number(process.env.GRAMMASK_SMALL_SCHEMAS ?? 240);

/**
 * Every instance is accepted just if the judges call it valid, and every beginning of one that is accepted has an end that
 * makes it valid.
 */
function check(grammar: Grammar, order: "any" | "schema", instances: Instances, verdict: Judge): void {
  const matcher = new Matcher(grammar, vocabulary);
  const seen = new Set<string>();
  const accepts = (text: string): boolean => {
    matcher.reset();
    for (let length = 0; length < text.length; length++) {
      const beginning = text.slice(0, length);
      if (!seen.has(beginning)) {
        seen.add(beginning);
        const whole = beginning + decoder.decode(matcher.shortestCompletion().bytes);
        expect(verdict(whole), `${beginning} is ended as ${whole}`).not.toBe("invalid");
      }
      if (!matcher.acceptBytes(encoder.encode(text[length]))) return false;
    }
    return matcher.isComplete;
  };
  for (const texts of instances) {
    const accepted = texts.filter(accepts);
    const expected = verdict(texts[0] as string);
    if (expected === "invalid") expect(accepted, "accepted, but not valid").toEqual([]);
    // In the order of the schema an object has one at least.
    else if (expected === "valid" && order === "schema") expect(accepted, `${texts[0]}`).not.toEqual([]);
    else if (expected === "valid") expect(accepted, "valid, but not accepted").toEqual(texts);
  }
}

describe("small schemas, put together", () => {
  it(
    "accept just the small instances that are valid, and no beginning without an end",
    async () => {
      const count = { checked: 0, empty: 0, limits: 0 };
      const drawn = fc.constantFrom(...POOLS).chain(({ parts, instances }) =>
        fc.record({
          instances: fc.constant(instances),
          parts: fc.array(fc.constantFrom(...parts), { minLength: 2, maxLength: 4 }),
        }),
      );
      const right = fc.asyncProperty(
        drawn,
        fc.constantFrom(...(Object.keys(WAYS) as Way[])),
        fc.constantFrom<"any" | "schema">("any", "schema"),
        async ({ parts, instances }, way, order) => {
          const schema = combined(parts, way);
          const verdict = await judge(schema);
          try {
            const grammar = compileJsonSchema(schema, { order, whitespace: "compact" });
            check(grammar, order, instances, verdict);
            count.checked++;
          } catch (error) {
            if (isLimitError(error)) count.limits++;
            else if (error instanceof UnsatisfiableSchemaError) {
              count.empty++;
              expect(instances.filter(([text]) => verdict(text as string) === "valid")).toEqual([]);
            } else throw new Error(`${JSON.stringify(schema)}, order ${order}`, { cause: error });
          }
        },
      );
      const counted = always(SCHEMAS);
      await fc.assert(right, { numRuns: counted, seed: 1, endOnFailure: true });
      expect(count.checked).toBeGreaterThan(counted / 2);
      expect(count.limits).toBeLessThan(counted / 20);
      await fc.assert(right, { numRuns: SCHEMAS - counted, endOnFailure: true });
    },
    60_000 + SCHEMAS * 1000,
  );
});
