import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../benchmarks/shared/random-schemas.js";
import { compileJsonSchema, Matcher } from "../src/index.js";
import { always } from "./always.js";
import { byteVocabulary } from "./byte-vocabulary.js";
import { compileRandom, isLimitError } from "./compile-random.js";
import { judge } from "./oracles.js";
import { allowedTokens, randomNumbers, randomWalk } from "./walk.js";

const vocabulary = byteVocabulary();
const SCHEMAS = Number(process.env.GRAMMASK_WALK_SCHEMAS ?? 300);
const WALKS = Number(process.env.GRAMMASK_WALKS ?? 10);
/** In milliseconds; long runs are asked for by the environment. */
const TIMEOUT = 60_000 + SCHEMAS * 200;

describe("random walks over random schemas", () => {
  it(
    "end with JSON that the judges call valid, and never get stuck",
    async () => {
      const count = { walks: 0, undecided: 0, limits: 0, empty: 0 };
      const valid = fc.asyncProperty(
        schemas,
        fc.integer(),
        fc.constantFrom<"schema" | "any">("schema", "any"),
        fc.constantFrom<"any" | "needed">("any", "needed"),
        async (schema, walkSeed, order, extra) => {
          try {
            const grammar = compileRandom(schema, order, extra);
            if (grammar === undefined) {
              count.empty++;
              return;
            }
            const verdict = await judge(schema);
            const random = randomNumbers(walkSeed);
            const matcher = new Matcher(grammar, vocabulary);
            for (let i = 0; i < WALKS; i++) {
              const text = randomWalk(matcher, random);
              matcher.reset();
              count.walks++;
              const judgement = verdict(text);
              if (judgement === "undecided") count.undecided++;
              expect(judgement, text).not.toBe("invalid");
            }
          } catch (error) {
            if (!isLimitError(error)) throw error;
            count.limits++;
          }
        },
      );
      const counted = always(SCHEMAS);
      await fc.assert(valid, { numRuns: counted, seed: 1, endOnFailure: true });
      expect(count.walks).toBeGreaterThan((counted * WALKS) / 4);
      expect(count.limits).toBeLessThan(counted / 50);
      // Many of the random numbers are beyond what the judges can tell.
      expect(count.undecided).toBeLessThan(count.walks / 3);
      await fc.assert(valid, { numRuns: SCHEMAS - counted, endOnFailure: true });
      if (process.env.GRAMMASK_WALK_SCHEMAS) console.log(count);
    },
    TIMEOUT,
  );

  it(
    "allow just the tokens that can be accepted",
    () => {
      let masks = 0;
      const right = fc.property(schemas, fc.integer(), (schema, walkSeed) => {
        try {
          const extra = walkSeed % 3 === 0 ? "needed" : "any";
          const grammar = compileRandom(schema, walkSeed % 2 === 0 ? "schema" : "any", extra);
          if (grammar === undefined) return;
          const random = randomNumbers(walkSeed);
          const matcher = new Matcher(grammar, vocabulary);
          for (let step = 0; step < 25 && !matcher.isEnded; step++) {
            const mask = matcher.mask();
            for (let id = 0; id < vocabulary.size; id++) {
              const accepted = matcher.accept(id);
              if (accepted) matcher.rollback(1);
              if (accepted !== mask.has(id)) {
                const after = new TextDecoder().decode(matcher.bytes);
                const token = vocabulary.tokenText(id);
                throw new Error(`${token}: mask ${mask.has(id)}, accept ${accepted}, after ${after}`);
              }
            }
            masks++;
            const allowed = allowedTokens(matcher);
            expect(allowed.length).toBe(mask.count);
            matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
          }
        } catch (error) {
          if (!isLimitError(error)) throw error;
        }
      });
      const draws = Math.ceil(SCHEMAS / 3);
      const counted = always(draws);
      fc.assert(right, { numRuns: counted, seed: 1, endOnFailure: true });
      expect(masks).toBeGreaterThan(3 * counted);
      fc.assert(right, { numRuns: draws - counted, endOnFailure: true });
    },
    TIMEOUT,
  );
});

describe("a grammar in long use", () => {
  it("does not wear out with names that were not seen before", () => {
    const grammar = compileJsonSchema(true);
    const text = (n: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 10 }, (_, k) => [`key${n * 10 + k}`, k])));
    for (let n = 0; n < 2500; n++) {
      const matcher = new Matcher(grammar, vocabulary);
      if (!matcher.acceptBytes(new TextEncoder().encode(text(n)))) throw new Error(`refused ${text(n)}`);
    }
  });
});
