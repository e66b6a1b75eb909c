import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileJsonSchema,
  type Grammar,
  InvalidSchemaError,
  Matcher,
  UnsatisfiableSchemaError,
} from "../src/index.js";
import { byteVocabulary } from "./byte-vocabulary.js";
import { judge } from "./oracles.js";
import { schemas } from "./random-schemas.js";
import { allowedTokens, randomNumbers, randomWalk } from "./walk.js";

const vocabulary = byteVocabulary();
const BEYOND_DOUBLES = /[eE]\+?\d{3,}/;
const SCHEMAS = Number(process.env.GRAMMASK_WALK_SCHEMAS ?? 300);
const WALKS = Number(process.env.GRAMMASK_WALKS ?? 10);

/** Undefined: no value matches, or the schema refers to itself in place. */
function compile(schema: object, order: "schema" | "any"): Grammar | undefined {
  try {
    return compileJsonSchema(schema, { order, whitespace: order === "any" ? "flexible" : "spaced" });
  } catch (error) {
    if (error instanceof UnsatisfiableSchemaError || error instanceof InvalidSchemaError) return undefined;
    throw error;
  }
}

describe("random walks over random schemas", () => {
  it("end with JSON that the judges call valid, and never get stuck", async () => {
    let walks = 0;
    let unfinished = 0;
    await fc.assert(
      fc.asyncProperty(
        schemas,
        fc.integer(),
        fc.constantFrom("schema", "any"),
        async (schema, seed, order) => {
          const grammar = compile(schema, order as "schema" | "any");
          if (grammar === undefined) return;
          const isValid = await judge(schema);
          const random = randomNumbers(seed);
          const matcher = new Matcher(grammar, vocabulary);
          for (let i = 0; i < WALKS; i++) {
            const text = randomWalk(matcher, random);
            matcher.reset();
            walks++;
            if (text === undefined) unfinished++;
            // JSON.parse makes Infinity of it, which the judges do not agree on.
            else if (!BEYOND_DOUBLES.test(text)) expect(isValid(text), text).toBe(true);
          }
        },
      ),
      {
        numRuns: SCHEMAS,
        endOnFailure: true,
        ...(process.env.GRAMMASK_SEED ? { seed: Number(process.env.GRAMMASK_SEED) } : {}),
      },
    );
    expect(walks).toBeGreaterThan((SCHEMAS * WALKS) / 4);
    expect(unfinished).toBeLessThan(walks / 20);
  });

  it("allow just the tokens that can be accepted", () => {
    let masks = 0;
    fc.assert(
      fc.property(schemas, fc.integer(), (schema, seed) => {
        const grammar = compile(schema, seed % 2 === 0 ? "schema" : "any");
        if (grammar === undefined) return;
        const random = randomNumbers(seed);
        const matcher = new Matcher(grammar, vocabulary);
        for (let step = 0; step < 25 && !matcher.isEnded; step++) {
          const mask = matcher.mask();
          for (let id = 0; id < vocabulary.size; id++) {
            const accepted = matcher.accept(id);
            if (accepted) matcher.rollback(1);
            if (accepted !== mask.has(id)) {
              throw new Error(
                `token ${id} (${vocabulary.tokenText(id)}): mask ${mask.has(id)}, accept ${accepted}, after ${new TextDecoder().decode(matcher.bytes)}`,
              );
            }
          }
          masks++;
          const allowed = allowedTokens(matcher);
          expect(allowed.length).toBe(mask.count);
          matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
        }
      }),
      { numRuns: SCHEMAS / 3 },
    );
    expect(masks).toBeGreaterThan(SCHEMAS);
  });
});
