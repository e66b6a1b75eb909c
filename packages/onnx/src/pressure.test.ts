import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskOf } from "../test/tiny.js";
import { PressureGauge } from "./pressure.js";

const SIZE = 24;
/** Two tokens begin with each of the letters, three are not text. */
const WORDS = Array.from({ length: SIZE }, (_, id) =>
  id < 3 ? undefined : String.fromCharCode(97 + (id >> 1)) + id,
);
const vocabulary = {
  size: SIZE,
  tokenBytes: (id: number) => (WORDS[id] === undefined ? undefined : new TextEncoder().encode(WORDS[id])),
};

describe("PressureGauge", () => {
  it("measures what a plain softmax says, for any logits and mask", () => {
    const logits = fc.array(fc.float({ min: -9, max: 9, noNaN: true }), { minLength: SIZE, maxLength: SIZE });
    const masks = fc.option(fc.uniqueArray(fc.nat(SIZE - 1), { minLength: 1 }), { nil: undefined });
    fc.assert(
      fc.property(logits, masks, fc.nat(SIZE), fc.nat(6), fc.boolean(), (values, ids, pick, most, sparse) => {
        const allowed = ids ?? Array.from({ length: SIZE }, (_, id) => id);
        const id = allowed[pick % allowed.length]!;
        const gauge = new PressureGauge(vocabulary, most);
        const mask = ids && maskOf(ids, SIZE, sparse);
        const measured = gauge.measure(id, Float32Array.from(values), mask, false);

        const sum = values.reduce((total, each) => total + Math.exp(each), 0);
        const p = values.map((each) => Math.exp(each) / sum);
        const others = Array.from(p.keys()).filter((each) => !allowed.includes(each));
        const share = (of: readonly number[]) => of.reduce((total, each) => total + p[each]!, 0);
        const firsts = new Set(allowed.map((each) => WORDS[each]?.[0] ?? "none"));
        firsts.delete("none");
        const refused = others.filter((each) => !firsts.has(WORDS[each]?.[0] ?? "none"));
        expect(measured.removed).toBeCloseTo(share(others), 6);
        expect(measured.refused).toBeCloseTo(share(refused), 6);
        expect(measured.logprob).toBeCloseTo(Math.log(p[id]!), 6);
        expect(measured.maskedLogprob).toBeCloseTo(Math.log(p[id]! / share(allowed)), 6);
        expect(measured.confidence).toBeCloseTo(p[id]! / (share(allowed) + share(refused)), 6);
        const likeliest = (of: readonly number[]) =>
          of
            .map((each) => p[each]!)
            .sort((a, b) => b - a)
            .slice(0, most);
        const likelihoods = (of: readonly { probability: number }[]) =>
          of.map(({ probability }) => probability);
        const close = (found: number[], wanted: number[]) => {
          expect(found).toHaveLength(wanted.length);
          for (const [i, each] of wanted.entries()) expect(found[i]).toBeCloseTo(each, 6);
        };
        close(likelihoods(measured.allowed), likeliest(allowed));
        close(likelihoods(measured.removedTokens), likeliest(others));
        expect(measured.removedTokens.every((each) => others.includes(each.id))).toBe(true);
        expect(p[measured.preferred.id]).toBeCloseTo(Math.max(...p), 9);
        expect(measured.preferred.allowed).toBe(allowed.includes(measured.preferred.id));
      }),
    );
  });
});
