import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../benchmarks/shared/random-schemas.js";
import { always } from "../test/always.js";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { isLimitError } from "../test/compile-random.js";
import { judge } from "../test/oracles.js";
import { allowedTokens, randomNumbers } from "../test/walk.js";
import {
  BudgetError,
  compileJsonSchema,
  type Grammar,
  InvalidSchemaError,
  Matcher,
  SchemaLimitError,
  UnsatisfiableSchemaError,
} from "./index.js";

const vocabulary = byteVocabulary();
const eos = vocabulary.eosTokenIds[0] as number;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const SCHEMAS = Number(process.env.GRAMMASK_BUDGET_SCHEMAS ?? 80);

const person = {
  type: "object",
  required: ["name", "tags"],
  properties: {
    name: { type: "string", minLength: 2 },
    tags: { type: "array", items: { enum: ["red", "green"] }, minItems: 1, maxItems: 4, uniqueItems: true },
    note: { type: "string" },
  },
};

/** Draws tokens, each checked against what is left of the budget, and ends; the number of tokens taken. */
function walkWithin(matcher: Matcher, tokens: number, random: () => number): number {
  let taken = 0;
  for (;;) {
    const left = tokens - taken;
    expect(matcher.completionTokens()).toBeLessThanOrEqual(left);
    const draw = (ids: number[]) => ids[Math.floor(random() * ids.length)] as number;
    let id = draw(allowedTokens(matcher));
    if (!matcher.fits(id, left)) {
      const within = matcher.maskWithin(left);
      expect(within.count).toBeGreaterThan(0);
      id = draw(Array.from({ length: vocabulary.size }, (_, n) => n).filter((n) => within.has(n)));
    }
    expect(matcher.accept(id)).toBe(true);
    if (matcher.isEnded) return taken;
    taken++;
  }
}

describe("budgets", () => {
  it("keep every output within them, from the least on", async () => {
    const verdict = await judge(person);
    const random = randomNumbers(1);
    for (const order of ["schema", "any"] as const) {
      const grammar = compileJsonSchema(person, { order, whitespace: "flexible" });
      const least = new Matcher(grammar, vocabulary).completionTokens();
      for (let tokens = least; tokens < least + 30; tokens++) {
        const matcher = new Matcher(grammar, vocabulary);
        expect(walkWithin(matcher, tokens, random)).toBeLessThanOrEqual(tokens);
        const text = decoder.decode(matcher.bytes);
        expect(verdict(text), text).not.toBe("invalid");
      }
    }
  });

  it("that are too small are an error with both numbers", () => {
    const matcher = new Matcher(compileJsonSchema(person), vocabulary);
    const needed = matcher.completionTokens();
    expect(needed).toBe(matcher.shortestCompletion().tokens);
    try {
      matcher.maskWithin(needed - 1);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BudgetError);
      expect(error).toMatchObject({ tokens: needed - 1, needed });
      expect((error as BudgetError).message).toContain(String(needed));
    }
    expect(matcher.maskWithin(needed).count).toBeGreaterThan(0);
  });

  it("leave just the tokens that fit", () => {
    const matcher = new Matcher(compileJsonSchema(person), vocabulary);
    for (const text of ["", '{"name', '": "x', "yz", '", "tags": [', '"red"']) {
      expect(matcher.acceptBytes(encoder.encode(text))).toBe(true);
      const needed = matcher.completionTokens();
      for (const tokens of [needed, needed + 1, needed + 3, needed + 100]) {
        const within = matcher.maskWithin(tokens);
        for (const id of allowedTokens(matcher)) {
          const copy = matcher.clone();
          copy.accept(id);
          const isKnown = within.has(id);
          // The next token of the known end fits although a new search might find one with more tokens.
          if (isKnown && id !== eos) expect(matcher.fits(id, tokens)).toBe(true);
          else if (id !== eos && copy.completionTokens() < tokens)
            expect(decoder.decode(copy.bytes)).toMatch(/"[^"]*$/);
        }
      }
    }
  });

  it("that are large leave the mask as it is", () => {
    const matcher = new Matcher(compileJsonSchema({ type: "array", items: { type: "string" } }), vocabulary);
    matcher.acceptBytes(encoder.encode('["a'));
    expect(matcher.maskWithin(100).count).toBe(matcher.mask().count);
    expect(matcher.fits(0x78, 100)).toBe(true);
    expect(matcher.fits(0x0a, 100)).toBe(false);
    expect(matcher.fits(0x78, 1)).toBe(false);
  });

  it("let the end of the sequence come where the output is complete", () => {
    const matcher = new Matcher(compileJsonSchema({ const: 1 }), vocabulary);
    expect(matcher.completionTokens()).toBe(1);
    matcher.acceptBytes(encoder.encode("1"));
    expect(matcher.completionTokens()).toBe(0);
    expect([...(matcher.maskWithin(0).ids ?? [])]).toEqual([eos]);
    expect(matcher.fits(eos, 0)).toBe(true);
    matcher.accept(eos);
    expect(matcher.completionTokens()).toBe(0);
    expect(matcher.maskWithin(0).has(eos)).toBe(true);
  });

  it(
    "hold for random schemas",
    async () => {
      let walks = 0;
      const held = fc.asyncProperty(schemas, fc.integer(), fc.nat(12), async (schema, walkSeed, more) => {
        let grammar: Grammar;
        try {
          grammar = compileJsonSchema(schema, { order: walkSeed % 2 === 0 ? "schema" : "any" });
        } catch (error) {
          if (error instanceof UnsatisfiableSchemaError || error instanceof InvalidSchemaError) return;
          if (error instanceof SchemaLimitError) return;
          throw error;
        }
        const verdict = await judge(schema);
        const matcher = new Matcher(grammar, vocabulary);
        try {
          const tokens = matcher.completionTokens() + more;
          expect(walkWithin(matcher, tokens, randomNumbers(walkSeed))).toBeLessThanOrEqual(tokens);
        } catch (error) {
          if (isLimitError(error)) return;
          throw error;
        }
        walks++;
        const text = decoder.decode(matcher.bytes);
        expect(verdict(text), text).not.toBe("invalid");
      });
      const counted = always(SCHEMAS);
      await fc.assert(held, { numRuns: counted, seed: 1, endOnFailure: true });
      expect(walks).toBeGreaterThan(counted / 2);
      await fc.assert(held, { numRuns: SCHEMAS - counted, endOnFailure: true });
    },
    60_000 + SCHEMAS * 200,
  );
});
