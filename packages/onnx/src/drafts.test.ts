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

const OPTIONS = { maxTokens: 16, tokenCost: 0.17 };

/** The guesses behind some tokens, one after the other as long as they are worth their cost, and their kinds. */
function draft(
  ids: readonly number[],
  options = {},
  {
    drafts = new Drafts(vocabulary, { ...OPTIONS, ...options }),
    isPossible = (_id: number): boolean => true,
  } = {},
): [ids: number[], kinds: number[]] {
  for (const id of ids) {
    drafts.push(id);
  }
  const { length } = drafts;
  const [guessed, kinds]: [number[], number[]] = [[], []];
  for (let sure = 1; guessed.length < drafts.most; ) {
    const guess = drafts.next(isPossible);
    sure *= guess?.share ?? 0;
    if (guess === undefined || !drafts.isWorth(sure, 1)) {
      break;
    }
    guessed.push(guess.id);
    kinds.push(guess.kind);
    drafts.push(guess.id);
  }
  drafts.truncate(length);
  return [guessed, kinds];
}

describe("Drafts", () => {
  it("are what followed the longest piece of the text's end, at its latest occurrence", () => {
    const first = (ids: readonly number[]) => draft(ids, { maxTokens: 1 })[0][0];
    expect(first([0, 1, 2])).toBeUndefined();
    expect(first([0, 1, 2, 0])).toBe(1);
    expect(first([0, 1, 6, 0, 2, 6, 0])).toBe(2);
    expect(first([2, 0, 1, 6, 0, 1, 0, 0, 1])).toBe(0);
    expect(first([2, 0, 1, 6, 6, 1, 0, 2, 0, 1])).toBe(6);
    expect(first([])).toBeUndefined();
  });

  it("go on behind what was guessed as behind what is certain", () => {
    expect(draft([0, 1, 2, 6, 0], { tokenCost: 0.01, maxTokens: 4 })[0]).toEqual([1, 2, 6, 0]);
    expect(draft([0, 1, 2, 6, 0])[1].slice(0, 3)).toEqual([1, 2, 3]);
  });

  it("see past a leading space, and tell tokens that are not text apart", () => {
    expect(draft([3, 4, 5, 0], { maxTokens: 1 })[0]).toEqual([4]);
    expect(draft([7, 1, 8])[0]).toEqual([]);
    expect(draft([7, 1, 7], { maxTokens: 1 })[0]).toEqual([1]);
  });

  it("are what is possible here, where what followed last is not", () => {
    const text = [0, 1, 6, 0, 2, 6, 0];
    const behind = (...refused: number[]) =>
      draft(text, { maxTokens: 1 }, { isPossible: (id) => !refused.includes(id) })[0];
    expect(behind()).toEqual([2]);
    expect(behind(2)).toEqual([1]);
    expect(behind(1, 2)).toEqual([]);
  });

  it("take the layout of a sample, and no more of it", () => {
    const words = ["{", '"', "a", '":', ' "', "b", "}"];
    const bytes = { tokenBytes: (id: number) => new TextEncoder().encode(words[id]) };
    const sample = [0, 1, 2, 3, 4, 5, 6];
    const behind = (id: number) =>
      draft([id], { maxTokens: 1 }, { drafts: new Drafts(bytes, OPTIONS, sample) })[0];
    expect(behind(0)).toEqual([1]);
    expect(behind(3)).toEqual([4]);
    expect(behind(1)).toEqual([]);
    expect(behind(4)).toEqual([]);
    // Layout is a kind of its own.
    const [, [layout]] = draft([3], {}, { drafts: new Drafts(bytes, OPTIONS, sample) });
    const [, [other]] = draft([2, 5, 2], {}, { drafts: new Drafts(bytes, OPTIONS) });
    expect(layout).not.toBe(other);
  });

  it("are as long as a token's cost allows", () => {
    const text = [0, 1, 2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0, 1];
    const lengths = [0.01, 0.2, 0.5, 0.9].map((tokenCost) => draft(text, { tokenCost })[0].length);
    expect(lengths[0]).toBe(16);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    expect(new Set(lengths).size).toBe(4);
    expect(lengths[3]).toBe(0);
    expect(draft(text, { tokenCost: 0.05, maxTokens: 3 })[0]).toHaveLength(3);
  });

  it("are worth less where the grammar forces more behind them", () => {
    const drafts = new Drafts(vocabulary, OPTIONS);
    expect(drafts.isWorth(0.3, 1)).toBe(true);
    expect(drafts.isWorth(0.3, 5)).toBe(false);
    expect(drafts.isWorth(0.6, 5)).toBe(true);
    // A single token is worth it where it is more likely right than it costs of a step.
    expect(drafts.isWorth(0.171, 1)).toBe(true);
    expect(drafts.isWorth(0.169, 1)).toBe(false);
  });

  it("cost more where a step is shared: what they save is then shared too", () => {
    const drafts = new Drafts(vocabulary, OPTIONS);
    // 0.83 of a step is saved, or 0.104 each of eight; 0.17 is fed in vain.
    expect(drafts.isWorth(0.63, 1, 8)).toBe(true);
    expect(drafts.isWorth(0.61, 1, 8)).toBe(false);
    expect(drafts.isWorth(0.61, 1, 7)).toBe(true);
    expect(drafts.isWorth(0.75, 2, 8)).toBe(false);
  });

  it("grow longer where they are right, shorter and none where they are wrong", () => {
    const drafts = new Drafts(vocabulary, OPTIONS);
    const random = new Random(5);
    const text = Array.from({ length: 60 }, () => Math.floor(random.next() * 7));
    const length = (ids: readonly number[] = []) => draft(ids, {}, { drafts })[0].length;
    const before = length([...text, ...text.slice(0, 20)]);
    const kinds = [1, 2, 3, 4];
    const learn = (times: number, isRight: boolean) => {
      for (const kind of kinds) {
        for (let i = 0; i < times; i++) {
          drafts.learn(kind, isRight);
        }
      }
    };
    learn(20, true);
    expect(length()).toBeGreaterThan(before);
    learn(100, false);
    expect(length()).toBeLessThan(before);
    learn(1000, false);
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
    const logits = (await sequence.forward([...promptIds, ...tokens])).slice();
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
