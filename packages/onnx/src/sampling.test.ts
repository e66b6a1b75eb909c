import type { TokenMask } from "@grammask/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskOf } from "../test/tiny.js";
import { Random } from "./random.js";
import { Sampler, type SamplingOptions } from "./sampling.js";

const PLAIN: SamplingOptions = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  seed: 1,
  logitBias: {},
};
const SIZE = 100;

function randomLogits(seed: number, size = SIZE): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: size }, () => (random.next() - 0.5) * 12);
}

/** The probabilities after all filters, written for clarity. */
function reference(
  logits: Float32Array,
  allowed: readonly number[],
  options: SamplingOptions,
): Map<number, number> {
  const scored = allowed.map((id) => ({ id, score: logits[id]! / options.temperature }));
  scored.sort((a, b) => b.score - a.score);
  let kept = options.topK > 0 ? scored.slice(0, options.topK) : scored;
  const top = kept[0]!.score;
  const weights = () => kept.map(({ score }) => Math.exp(score - top));
  const all = weights().reduce((a, b) => a + b);
  let sum = 0;
  kept = kept.filter(({ score }) => {
    const keep = sum < options.topP * all;
    sum += Math.exp(score - top);
    return keep;
  });
  kept = kept.filter(({ score }, i) => i === 0 || Math.exp(score - top) >= options.minP);
  const total = weights().reduce((a, b) => a + b);
  return new Map(kept.map(({ id, score }) => [id, Math.exp(score - top) / total]));
}

function masks(ids: readonly number[]): TokenMask[] {
  return [maskOf(ids, SIZE, true), maskOf(ids, SIZE, false)];
}

describe("greedy", () => {
  it("takes the most likely allowed token, the lowest id of equals", () => {
    const some = fc.uniqueArray(fc.nat(SIZE - 1), { minLength: 1 });
    const most = some.map((none) =>
      [...Array(SIZE).keys()].filter((id) => none.length === SIZE || !none.includes(id)),
    );
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: SIZE, maxLength: SIZE }),
        fc.oneof(some, most),
        (values, allowed) => {
          const logits = Float32Array.from(values);
          const best = Math.max(...allowed.map((id) => logits[id]!));
          const expected = Math.min(...allowed.filter((id) => logits[id] === best));
          for (const mask of masks(allowed)) {
            expect(new Sampler(PLAIN, SIZE).sample(logits, mask)).toBe(expected);
          }
        },
      ),
    );
  });

  it("looks at all tokens without a mask", () => {
    const logits = randomLogits(3);
    const expected = logits.indexOf(Math.max(...logits));
    expect(new Sampler(PLAIN, SIZE).sample(logits, undefined)).toBe(expected);
    expect(new Sampler({ ...PLAIN, temperature: 2, topK: 1 }, SIZE).sample(logits, undefined)).toBe(expected);
  });

  it("stays inside the mask where the logits are no numbers", () => {
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      const logits = new Float32Array(SIZE).fill(value);
      for (const mask of masks([5, 70])) {
        for (const temperature of [0, 1]) {
          for (const topP of [1, 0.9]) {
            expect([5, 70]).toContain(
              new Sampler({ ...PLAIN, temperature, topP }, SIZE).sample(logits, mask),
            );
          }
        }
      }
    }
  });
});

describe("what is read", () => {
  it("is the logits of allowed tokens only", () => {
    const allowed = [0, 31, 32, 63, 64, 99];
    for (const mask of masks(allowed)) {
      for (const options of [
        PLAIN,
        { ...PLAIN, temperature: 1 },
        { ...PLAIN, temperature: 1, topK: 3, repetitionPenalty: 2 },
      ]) {
        const read = new Set<number>();
        const logits = new Proxy(randomLogits(1), {
          get(target, key) {
            read.add(Number(key));
            return Reflect.get(target, key) as unknown;
          },
        });
        new Sampler(options, SIZE).sample(logits, mask);
        expect([...read].sort((a, b) => a - b)).toEqual(allowed);
      }
    }
  });
});

describe("the filters", () => {
  const cases: Partial<SamplingOptions>[] = [
    {},
    { topK: 5 },
    { topK: 1000 },
    { topP: 0.7 },
    { topP: 1e-9 },
    { minP: 0.2 },
    { minP: 1 },
    { topK: 8, topP: 0.8 },
    { topK: 20, topP: 0.95, minP: 0.1 },
    { temperature: 0.5, topP: 0.9 },
    { temperature: 2, minP: 0.3 },
    { temperature: 0.1, topP: 0.99 },
    { temperature: 0.1, topP: 1 - 1e-12 },
    { temperature: 0.1, topK: 60 },
    { temperature: 0.1, minP: 1e-30 },
  ];
  it.each(cases)("%o draw what the plain definition says, as often", (partial) => {
    const options = { ...PLAIN, temperature: 1, ...partial };
    const logits = randomLogits(11);
    const allowed = Array.from({ length: SIZE }, (_, id) => id).filter((id) => id % 3 !== 0);
    const expected = reference(logits, allowed, options);
    for (const mask of masks(allowed)) {
      const sampler = new Sampler(options, SIZE);
      const draws = 20_000;
      const counts = new Map<number, number>();
      for (let i = 0; i < draws; i++) {
        const id = sampler.sample(logits, mask);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      for (const id of counts.keys()) {
        expect(expected.has(id)).toBe(true);
      }
      for (const [id, probability] of expected) {
        const deviation = Math.sqrt((probability * (1 - probability)) / draws);
        const share = (counts.get(id) ?? 0) / draws;
        expect(Math.abs(share - probability)).toBeLessThanOrEqual(4.5 * deviation + 5 / draws);
      }
    }
  });

  it("draw the same for the same seed, whatever the form of the mask", () => {
    const logits = randomLogits(5);
    const allowed = [1, 2, 3, 50, 51, 52, 53, 97];
    const options = { ...PLAIN, temperature: 1.5, topP: 0.9, seed: 9 };
    const draw = (mask: TokenMask): number[] => {
      const sampler = new Sampler(options, SIZE);
      return Array.from({ length: 50 }, () => sampler.sample(logits, mask));
    };
    const [sparse, dense] = masks(allowed).map(draw);
    expect(sparse).toEqual(dense);
    expect(new Set(sparse).size).toBeGreaterThan(1);
  });
});

describe("the repetition penalty", () => {
  it("makes tokens that occurred less likely, above and below zero", () => {
    const logits = Float32Array.from([4, 3, -1, -1.5]);
    const sampler = new Sampler({ ...PLAIN, repetitionPenalty: 2 }, 4);
    expect(sampler.sample(logits, undefined)).toBe(0);
    sampler.observe(0);
    expect(sampler.sample(logits, undefined)).toBe(1);
    sampler.observe(2);
    expect(sampler.sample(logits, maskOf([2, 3], 4, true))).toBe(3);
  });
});

describe("the penalties on the output", () => {
  it("grow with each time that a token came, and are taken once for its presence", () => {
    const logits = Float32Array.from([4, 3, 2.5, -1]);
    const sampler = new Sampler({ ...PLAIN, frequencyPenalty: 0.4, presencePenalty: 0.3 }, 4);
    sampler.observe(0);
    expect(sampler.sample(logits, undefined)).toBe(0);
    sampler.observe(0, true);
    // 4 - 0.7
    expect(sampler.sample(logits, undefined)).toBe(0);
    sampler.observe(0, true);
    // 4 - 1.1
    expect(sampler.sample(logits, undefined)).toBe(1);
    sampler.observe(1, true);
    // 3 - 0.7
    expect(sampler.sample(logits, undefined)).toBe(0);
    expect(sampler.sample(logits, maskOf([1, 2], 4, true))).toBe(2);
    expect(sampler.sample(logits, maskOf([1, 2], 4, false))).toBe(2);
    const liked = new Sampler({ ...PLAIN, frequencyPenalty: -2 }, 4);
    liked.observe(1, true);
    expect(liked.sample(logits, undefined)).toBe(1);
    const drawn = new Sampler({ ...PLAIN, temperature: 0.01, presencePenalty: 2 }, 4);
    drawn.observe(0, true);
    expect(drawn.sample(logits, undefined)).toBe(1);
  });
});

describe("the logit bias", () => {
  it("is added to the logits within the mask, and leaves them as they were", () => {
    const logits = Float32Array.from([4, 3, -1, 0.1]);
    const before = logits.slice();
    const choose = (logitBias: Record<number, number>, ids?: number[]) =>
      new Sampler({ ...PLAIN, logitBias }, 4).sample(logits, ids && maskOf(ids, 4, true));
    expect(choose({ 1: 2 })).toBe(1);
    expect(choose({ 0: -100, 1: -100, 2: 2 })).toBe(2);
    expect(choose({ 0: 100 }, [2, 3])).toBe(3);
    expect(choose({ 3: 9, 4: 100 })).toBe(3);
    expect(logits).toEqual(before);
    const sampler = new Sampler({ ...PLAIN, temperature: 1, logitBias: { 0: -100, 1: -100, 2: 1.1 } }, 4);
    const draws = Array.from({ length: 4000 }, () => sampler.sample(logits, undefined));
    expect(draws.filter((id) => id === 2).length / 4000).toBeCloseTo(0.5, 1);
    expect(draws.filter((id) => id < 2)).toEqual([]);
  });
});
