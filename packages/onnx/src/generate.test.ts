import { Vocabulary } from "@grammask/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CountingMatcher, TINY_CONTEXT, TINY_EOS, TINY_SIZE, tiny, tinyDecoder } from "../test/tiny.js";
import type { TokenVocabulary } from "./constraint.js";
import type { Decoder } from "./decoder.js";
import { InferenceError, PromptTooLongError } from "./errors.js";
import { type Generation, generateTokens, type Output } from "./generate.js";
import { checkRequest, type GenerateRequest, type TokenEvent } from "./request.js";
import { readTextModel } from "./text-model.js";
import { newTimings } from "./timings.js";

describe("generateTokens", () => {
  let decoder: Decoder;
  let vocabulary: TokenVocabulary;
  const everyToken = Array.from({ length: TINY_SIZE }, (_, id) => id);
  /** Tokens of printable ASCII text. */
  let letters: number[];

  beforeAll(async () => {
    decoder = await tinyDecoder("tiny-rows");
    const { tokenizerJson } = await readTextModel(tiny("tiny-rows"));
    vocabulary = Vocabulary.fromTokenizerJson(tokenizerJson, { eosTokenIds: TINY_EOS, size: TINY_SIZE });
    letters = everyToken.filter((id) =>
      vocabulary.tokenBytes(id)?.every((byte) => byte >= 0x61 && byte <= 0x7a),
    );
  });
  afterAll(() => decoder.dispose());

  async function run(
    request: Partial<GenerateRequest>,
    rest: Partial<Generation> = {},
  ): Promise<{ output: Output; events: TokenEvent[]; timings: Generation["timings"] }> {
    const timings = newTimings();
    const events: TokenEvent[] = [];
    const generation = generateTokens({
      decoder,
      vocabulary,
      promptIds: [1, 40, 41, 42],
      matcher: undefined,
      request: checkRequest({ prompt: "x", onLength: "cut", ...request }),
      aborted: () => false,
      onProgress: undefined,
      timings,
      ...rest,
    });
    for (;;) {
      const next = await generation.next();
      if (next.done === true) {
        return { output: next.value, events, timings };
      }
      events.push(next.value);
    }
  }

  it("follows the matcher to its end, without a step for the end itself", async () => {
    for (const sparse of [true, false]) {
      const matcher = new CountingMatcher(letters.slice(0, 7), 12, sparse);
      const { output, timings } = await run({ temperature: 1, seed: 4 }, { matcher });
      expect(output.finishReason).toBe("complete");
      expect(output.tokens).toEqual(matcher.accepted);
      expect(output.tokens).toHaveLength(12);
      expect(output.tokens.every((id) => letters.slice(0, 7).includes(id))).toBe(true);
      expect(timings.decode).toBeGreaterThan(0);
      expect(timings.prefill).toBeGreaterThan(0);
    }
  });

  it("is complete where the budget and the grammar end together, and cut where they do not", async () => {
    const at = async (maxTokens: number) => {
      const matcher = new CountingMatcher(letters, 5);
      const { output } = await run({ maxTokens }, { matcher });
      return [output.finishReason, output.tokens.length];
    };
    expect(await at(6)).toEqual(["complete", 5]);
    expect(await at(5)).toEqual(["complete", 5]);
    expect(await at(4)).toEqual(["length", 4]);
    expect(await at(1)).toEqual(["length", 1]);
  });

  it("ends free text where the model does", async () => {
    // A matcher that allows everything, the ends included, is free text.
    const matcher = new CountingMatcher(everyToken, Number.POSITIVE_INFINITY, false);
    const options = { temperature: 8, seed: 1, maxTokens: 200 };
    const [bound, free] = [await run(options, { matcher }), await run(options)];
    expect(free.output).toEqual(bound.output);
    expect(free.output.finishReason).toBe("complete");
    expect(free.output.tokens.some((id) => TINY_EOS.includes(id))).toBe(false);
  });

  it("gives as events what it gives as text", async () => {
    const { output, events } = await run({ temperature: 1.5, seed: 8, maxTokens: 60 });
    expect(events.map((event) => event.text).join("")).toBe(output.text);
    expect(
      events.filter((event, i) => event.index !== events[i - 1]?.index).map((event) => event.id),
    ).toEqual(output.tokens);
  });

  it("draws the same for the same seed, another for another", async () => {
    const texts = async (seed: number) => (await run({ temperature: 1, seed, maxTokens: 20 })).output.tokens;
    expect(await texts(3)).toEqual(await texts(3));
    expect(await texts(3)).not.toEqual(await texts(4));
  });

  it("stops at a stop string across tokens and leaves it out", async () => {
    const whole = (await run({ maxTokens: 40 }, { matcher: new CountingMatcher(letters, 40) })).output.text;
    const stop = whole.slice(11, 16);
    const { output, events } = await run(
      { maxTokens: 40, stop: ["never there", stop] },
      { matcher: new CountingMatcher(letters, 40) },
    );
    expect(output.finishReason).toBe("stop-string");
    expect(output.stopString).toBe(stop);
    expect(output.text).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(events.map((event) => event.text).join("")).toBe(output.text);
  });

  it("ends when it is told to, with what there is", async () => {
    let asked = 0;
    const { output } = await run({ maxTokens: 100 }, { aborted: () => ++asked > 6 });
    expect(output.finishReason).toBe("abort");
    expect(output.tokens.length).toBeGreaterThan(0);
    expect(output.tokens.length).toBeLessThan(7);
    expect((await run({}, { aborted: () => true })).output).toEqual({
      text: "",
      leadIn: undefined,
      leadInTokens: 0,
      leadInBytes: 0,
      tokens: [],
      finishReason: "abort",
      stopString: undefined,
      closing: undefined,
      isComplete: false,
      cachedPromptTokens: 0,
      forcedTokens: 0,
      draftTokens: 0,
      acceptedDraftTokens: 0,
      steps: 0,
      repetitions: [],
      pressures: [],
    });
  });

  it("ends between two steps of a long prompt", async () => {
    const promptIds = Array.from({ length: 200 }, (_, i) => 10 + i);
    const done: number[] = [];
    const { output } = await run(
      {},
      { promptIds, aborted: () => done.length > 0, onProgress: (progress) => done.push(progress.done) },
    );
    expect(output).toMatchObject({ finishReason: "abort", tokens: [] });
    expect(done).toEqual([50]);
  });

  it("fills the context and no more", async () => {
    const promptIds = Array.from({ length: TINY_CONTEXT - 10 }, (_, i) => 10 + (i % 200));
    const matcher = new CountingMatcher(letters, 1000);
    const progress: number[] = [];
    const { output } = await run(
      { maxTokens: 1000 },
      { matcher, promptIds, onProgress: ({ done }) => progress.push(done) },
    );
    expect(output.finishReason).toBe("length");
    expect(output.tokens).toHaveLength(10);
    expect(progress).toEqual([62, 124, 185, 246]);
    const tooLong = [...promptIds, ...promptIds.slice(0, 10)];
    await expect(run({}, { promptIds: tooLong })).rejects.toThrow(PromptTooLongError);
    await expect(run({}, { promptIds: tooLong })).rejects.toThrow(/256 tokens.*holds 256/);
  });

  it("says so where a matcher has no token and no end", async () => {
    await expect(run({}, { matcher: new CountingMatcher([], 1) })).rejects.toThrow(InferenceError);
  });
});
