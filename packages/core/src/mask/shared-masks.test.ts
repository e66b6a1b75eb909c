import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../../benchmarks/shared/random-schemas.js";
import { automatonOf } from "../../test/automaton-of.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { compileRandom, isLimitError } from "../../test/compile-random.js";
import { randomNumbers, triedTokens } from "../../test/walk.js";
import { ByteTrail } from "../automaton/byte-trail.js";
import { compileJsonSchema, type Grammar, Matcher } from "../index.js";
import { MaskStore } from "./mask-store.js";
import { Masks } from "./masks.js";
import type { LayeredMask } from "./token-mask.js";

const vocabulary = byteVocabulary();

function idsOf(mask: LayeredMask): number[] {
  return Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => mask.has(id));
}

/** The mask behind a text, from masks that nothing else has been asked of or that have been shared. */
function maskBehind(grammar: Grammar, text: Uint8Array, masks: Masks): LayeredMask {
  const automaton = automatonOf(grammar);
  const trail = new ByteTrail();
  const config = automaton.read(automaton.start, text, trail, 0);
  return masks.get(config, trail, text.length);
}

describe("masks that grammars share", () => {
  it("are those of a grammar by itself, and what trying every token says, over random schemas", () => {
    const store = new MaskStore(vocabulary, 64 * 1024 * 1024);
    const count = { masks: 0, objects: new Set<LayeredMask>() };
    const property = fc.property(
      schemas,
      fc.integer(),
      fc.constantFrom<"schema" | "any">("schema", "any"),
      (schema, seed, order) => {
        try {
          const grammar = compileRandom(schema, order);
          if (grammar === undefined) return;
          const shared = new Masks(automatonOf(grammar), vocabulary, store);
          const random = randomNumbers(seed);
          const matcher = new Matcher(grammar, vocabulary);
          for (let step = 0; step < 12 && !matcher.isEnded; step++) {
            const mask = maskBehind(grammar, matcher.bytes, shared);
            const ids = idsOf(mask);
            const own = new Masks(automatonOf(grammar), vocabulary, new MaskStore(vocabulary, 0));
            const text = new TextDecoder().decode(matcher.bytes);
            expect(ids, text).toEqual(idsOf(maskBehind(grammar, matcher.bytes, own)));
            if (step % 3 === 0) expect(ids, text).toEqual(triedTokens(matcher));
            count.masks++;
            count.objects.add(mask);
            const long = ids.filter((id) => (vocabulary.tokenBytes(id)?.length ?? 0) > 1);
            const from = long.length > 0 && random() < 0.7 ? long : ids;
            matcher.accept(from[Math.floor(random() * from.length)] as number);
          }
        } catch (error) {
          if (!isLimitError(error)) throw error;
        }
      },
    );
    // They are shared: many places of different grammars have one mask. Counted among schemas that are always the same.
    fc.assert(property, { numRuns: 100, seed: 1, endOnFailure: true });
    expect(count.masks).toBeGreaterThan(300);
    expect(count.objects.size).toBeLessThan(count.masks * 0.8);
    fc.assert(property, { numRuns: 100, endOnFailure: true });
  }, 120_000);

  it("are one object for places that no token can tell apart", () => {
    const masks = ["name", "title", "size"].map((name) => {
      const grammar = compileJsonSchema({ properties: { [name]: { type: "boolean" } }, required: [name] });
      const matcher = new Matcher(grammar, vocabulary);
      matcher.acceptBytes(new TextEncoder().encode(`{"${name}":`));
      return matcher.mask();
    });
    expect(new Set(masks).size).toBe(1);
    expect(masks[0]?.has(0x74)).toBe(true);
    expect(masks[0]?.has(0x22)).toBe(false);
  });

  it("have tokens that end an object whose last name no schema mentions", () => {
    const tokens = byteVocabulary(['":""}', 'b":"",', '":""}}', '":{}}']);
    const grammar = compileJsonSchema(
      { additionalProperties: { additionalProperties: { type: ["string", "object"] } } },
      { order: "any" },
    );
    for (const text of ['{"a', '{"a":{"b', '{"a":{"c":"","b', '{"a":{"b":{"c']) {
      const matcher = new Matcher(grammar, tokens);
      matcher.acceptBytes(new TextEncoder().encode(text));
      const mask = matcher.mask();
      const allowed = Array.from({ length: tokens.size }, (_, id) => id).filter((id) => mask.has(id));
      expect(allowed, text).toEqual(triedTokens(matcher));
    }
  });
});
