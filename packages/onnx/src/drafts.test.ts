import { compileChoice, Matcher } from "@grammask/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny, tinyDecoder } from "../test/tiny.js";
import type { Decoder } from "./decoder.js";
import { Drafts } from "./drafts.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";
import { Random } from "./random.js";

const WORDS = ["a", "b", "c", " a", " b", " c", "d", "", ""];
const vocabulary = {
  tokenBytes: (id: number) => (WORDS[id] ? new TextEncoder().encode(WORDS[id]) : undefined),
};

function draft(ids: readonly number[], options = {}): [ids: number[], matched: number] | undefined {
  const drafts = new Drafts(vocabulary, { maxTokens: 16, tokenCost: 0.17, ...options });
  for (const id of ids) {
    drafts.push(id);
  }
  const next = drafts.next();
  return next && [Array.from({ length: next.length }, (_, i) => drafts.at(next.from + i)), next.matched];
}

describe("Drafts", () => {
  it("are what followed the longest piece of the text's end, at its latest occurrence", () => {
    expect(draft([0, 1, 2])).toBeUndefined();
    expect(draft([0, 1, 2, 0])).toEqual([[1], 1]);
    expect(draft([0, 1, 6, 0, 2, 6, 0])).toEqual([[2, 6], 2]);
    expect(draft([2, 0, 1, 6, 0, 1, 0, 0, 1])).toEqual([[0, 0], 2]);
    expect(draft([2, 0, 1, 6, 6, 1, 0, 2, 0, 1])).toEqual([[6, 6, 1, 0], 3]);
    expect(draft([])).toBeUndefined();
  });

  it("see past a leading space, and tell tokens that are not text apart", () => {
    expect(draft([3, 4, 5, 0])).toEqual([[4], 1]);
    expect(draft([7, 1, 8])).toBeUndefined();
    expect(draft([7, 1, 7])).toEqual([[1], 1]);
  });

  it("are as long as a token's cost allows, and no longer than what follows", () => {
    const text = [0, 1, 2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0, 1];
    const all = [1, 1, 1, 1, 1, 1, 1, 2, 0, 1];
    expect(draft(text, { tokenCost: 0.01 })?.[0]).toEqual(all);
    expect(draft(text, { tokenCost: 0.2 })?.[0]).toEqual(all.slice(0, 5));
    expect(draft(text, { tokenCost: 0.9 })).toBeUndefined();
    expect(draft(text, { tokenCost: 0.05, maxTokens: 3 })?.[0]).toEqual([1, 1, 1]);
  });

  it("grow longer where they are right, shorter and none where they are wrong", () => {
    const drafts = new Drafts(vocabulary, { maxTokens: 16, tokenCost: 0.17 });
    const random = new Random(5);
    const text = Array.from({ length: 60 }, () => Math.floor(random.next() * 7));
    for (const id of [...text, ...text.slice(0, 20)]) {
      drafts.push(id);
    }
    const length = () => drafts.next()?.length ?? 0;
    const matched = drafts.next()!.matched;
    const before = length();
    drafts.learn(matched, 20, 20);
    expect(length()).toBeGreaterThan(before);
    drafts.learn(matched, 100, 0);
    expect(length()).toBeLessThan(before);
    drafts.learn(matched, 1000, 0);
    expect(length()).toBe(0);
  });
});

describe.each(["tiny-concat", "tiny-rows"] as const)("generation with drafts (%s)", (name) => {
  let model: Model;
  let decoder: Decoder;
  beforeAll(async () => {
    model = await loadModel(tiny(name), { threads: 1 });
    decoder = await tinyDecoder(name);
  });
  afterAll(() => Promise.all([model.dispose(), decoder.dispose()]));

  it("gives the tokens that it gives without them, from the same random numbers", async () => {
    const prompt =
      'the user asks for the name and the age {"name": "the age", "age": "the user", "no": false}';
    const text = { type: "string", maxLength: 12 };
    const schema = {
      type: "object",
      properties: { name: text, age: text, no: text },
      required: ["name", "age", "no"],
    };
    let accepted = 0;
    let rejected = 0;
    for (const temperature of [0, 0.4, 1]) {
      for (let seed = 0; seed < 12; seed++) {
        const request = {
          prompt,
          schema,
          temperature,
          seed,
          repetitionPenalty: seed % 2 === 0 ? 1 : 1.1,
          maxTokens: 60,
        };
        for (const forcedTokens of [true, false]) {
          const [drafted, plain] = [
            await model.generate({ ...request, forcedTokens, drafts: { tokenCost: 0.02 } }),
            await model.generate({ ...request, forcedTokens, drafts: false }),
          ];
          expect(drafted.tokens).toEqual(plain.tokens);
          expect(drafted.finishReason).toBe(plain.finishReason);
          expect(drafted.usage.forcedTokens).toBe(plain.usage.forcedTokens);
          expect(plain.usage.draftTokens).toBe(0);
          expect(drafted.usage.steps).toBeLessThanOrEqual(plain.usage.steps);
          accepted += drafted.usage.acceptedDraftTokens;
          rejected += drafted.usage.draftTokens - drafted.usage.acceptedDraftTokens;
        }
      }
    }
    expect(accepted).toBeGreaterThan(50);
    expect(rejected).toBeGreaterThan(50);
  });

  it("does so in free text, up to stop strings and the budget", async () => {
    const prompt = "the user the user the user the user the user";
    for (let seed = 0; seed < 10; seed++) {
      const request = { prompt, temperature: 0.5, seed, maxTokens: 10 + seed, stop: "er t" };
      const [drafted, plain] = [
        await model.generate(request),
        await model.generate({ ...request, drafts: false }),
      ];
      expect({ ...drafted, usage: 0, timings: 0 }).toEqual({ ...plain, usage: 0, timings: 0 });
    }
  });

  it("draws each output as often as the model's distribution says", async () => {
    const grammar = compileChoice(["abab", "abba", "aaaa", "baba", "bbaa"]);
    const prompt = "abab baba abba aaaa";
    const expected = await distribution(
      decoder,
      model.encode(prompt, { specialTokens: true }),
      new Matcher(grammar, model.vocabulary),
    );
    expect([...expected.values()].reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    const draws = 800;
    const counts = new Map<string, number>();
    let accepted = 0;
    for (let seed = 0; seed < draws; seed++) {
      const options = { prompt, grammar, temperature: 1, seed, forcedTokens: false };
      const { text, usage } = await model.generate({ ...options, drafts: { tokenCost: 0.05 } });
      counts.set(text, (counts.get(text) ?? 0) + 1);
      accepted += usage.acceptedDraftTokens;
    }
    expect(accepted).toBeGreaterThan(draws / 10);
    for (const [text, probability] of expected) {
      const deviation = Math.sqrt((probability * (1 - probability)) / draws);
      expect(Math.abs((counts.get(text) ?? 0) / draws - probability)).toBeLessThan(
        4.5 * deviation + 5 / draws,
      );
    }
  });
});

/** The probability of each output, summed over all the ways to write it in tokens, from one step for each of them. */
async function distribution(
  decoder: Decoder,
  promptIds: readonly number[],
  matcher: Matcher,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const visit = async (tokens: readonly number[], probability: number): Promise<void> => {
    const sequence = decoder.newSequence();
    const logits = await sequence.forward([...promptIds, ...tokens]);
    sequence.dispose();
    const mask = matcher.mask();
    const ids = Array.from(logits.keys()).filter((id) => mask.has(id));
    const highest = Math.max(...ids.map((id) => logits[id]!));
    const weights = ids.map((id) => Math.exp(logits[id]! - highest));
    const total = weights.reduce((a, b) => a + b);
    for (const [i, id] of ids.entries()) {
      const share = (probability * weights[i]!) / total;
      if (matcher.vocabulary.isEos(id)) {
        const text = Buffer.from(matcher.bytes).toString();
        found.set(text, (found.get(text) ?? 0) + share);
      } else {
        matcher.accept(id);
        await visit([...tokens, id], share);
        matcher.rollback(1);
      }
    }
  };
  await visit([], 1);
  return found;
}
