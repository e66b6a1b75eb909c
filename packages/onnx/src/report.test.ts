import { compileJsonSchema, generationOptions, Matcher } from "@grammask/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny, tinyDecoder } from "../test/tiny.js";
import type { Decoder } from "./decoder.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";
import { PressureGauge, type TokenPressure } from "./pressure.js";
import { makeReport } from "./report.js";

const text = { type: "string", maxLength: 10 };
const SCHEMA = {
  type: "object",
  properties: {
    name: text,
    place: { type: "object", properties: { city: text }, required: ["city"] },
    kind: { const: "user" },
  },
  required: ["name", "place", "kind"],
};
const PROMPT = 'the user asks for the name {"name": "the user", "place": {"city": "the name"}}';

describe.each(["tiny-concat", "tiny-rows"] as const)("reports (%s)", (name) => {
  let model: Model;
  let decoder: Decoder;
  beforeAll(async () => {
    model = await loadModel(tiny(name), { threads: 1 });
    decoder = await tinyDecoder(name);
  });
  afterAll(() => Promise.all([model.dispose(), decoder.dispose()]));

  it("measure each token from the logits and the mask before it, forced and guessed ones too", async () => {
    const schemaOptions = generationOptions({ whitespace: "pretty" });
    let [forced, accepted] = [0, 0];
    for (let seed = 0; seed < 6; seed++) {
      const measured: unknown[] = [];
      const { tokens, report, usage } = await model.generate({
        onPressure: (pressure, index) => {
          expect(index).toBe(measured.length);
          measured.push(pressure);
        },
        prompt: PROMPT,
        schema: SCHEMA,
        schemaOptions,
        temperature: 0.5,
        seed,
        drafts: { tokenCost: 0.02 },
        onLength: "cut",
        report: { alternatives: 2 },
      });
      const matcher = new Matcher(compileJsonSchema(SCHEMA, schemaOptions), model.vocabulary);
      const gauge = new PressureGauge(model.vocabulary, 2);
      const promptIds = model.encode(PROMPT, { specialTokens: true });
      expect(report!.tokens.map((each) => each.id)).toEqual(tokens);
      expect(measured).toEqual(report!.tokens);
      for (const [i, token] of report!.tokens.entries()) {
        const sequence = decoder.newSequence();
        const logits = (await sequence.forward([...promptIds, ...tokens.slice(0, i)])).slice();
        sequence.dispose();
        const expected = gauge.measure(tokens[i]!, logits, matcher.mask(), token.forced);
        for (const key of ["removed", "refused", "logprob", "maskedLogprob", "confidence"] as const) {
          expect(token[key]).toBeCloseTo(expected[key], 3);
        }
        expect(token.preferred.id).toBe(expected.preferred.id);
        matcher.accept(tokens[i]!);
      }
      const count = report!.tokens.filter((each) => each.forced).length;
      expect(count).toBe(usage.forcedTokens);
      forced += count;
      accepted += usage.acceptedDraftTokens;
    }
    expect(forced).toBeGreaterThan(30);
    expect(accepted).toBeGreaterThan(5);
  });

  it("are whole where all is forced, and where a stop string cuts forced text", async () => {
    const request = {
      prompt: "x",
      schema: { const: ["the name", "the age"] },
      schemaOptions: { whitespace: "spaced" },
      report: true,
    } as const;
    const all = await model.generate(request);
    expect(all.report!.tokens.map((each) => each.id)).toEqual(all.tokens);
    expect(all.report!.values.map((each) => each.pointer)).toEqual(["", "/0", "/1"]);
    const stopped = await model.generate({ ...request, stop: "age" });
    expect(stopped.finishReason).toBe("stop-string");
    expect(stopped.report!.tokens.map((each) => each.id)).toEqual(stopped.tokens);
    const free = await model.generate({ prompt: "x", maxTokens: 4, report: true });
    expect(free.report!.tokens.map(({ removed, refused }) => [removed, refused])).toEqual(
      Array(4).fill([0, 0]),
    );
    expect(free.report!.values).toEqual([]);
    expect((await model.generate({ prompt: "x", maxTokens: 4 })).report).toBeUndefined();
  });
});

describe("makeReport", () => {
  const words = ['{"a', '":', ' "x', "é", '", "', 'b": [', "12", ", 3", "]}"].map((each) =>
    new TextEncoder().encode(each),
  );
  // The character é in two tokens.
  const parts = [...words.slice(0, 3), words[3]!.subarray(0, 1), words[3]!.subarray(1), ...words.slice(4)];
  const vocabulary = { tokenBytes: (id: number) => parts[id] };
  const tokens = parts.map(
    (_, id) =>
      ({
        id,
        removed: 2 ** -id,
        refused: 2 ** -id / 4,
        logprob: -id,
        maskedLogprob: -id / 2,
        confidence: id === 3 ? 0.4 : id === 0 ? 0.1 : 0.9,
        forced: false,
        preferred: { id, probability: 1, allowed: true },
        allowed: [],
        removedTokens: [],
      }) satisfies TokenPressure,
  );

  it("sums over the tokens that have a part in a value", () => {
    const { values } = makeReport(tokens, '{"a": "xé", "b": [12, 3]}', true, vocabulary);
    const of = Object.fromEntries(values.map((value) => [value.pointer, value]));
    expect(values.map((value) => value.pointer)).toEqual(["", "/a", "/b", "/b/0", "/b/1"]);
    expect(values.map((value) => [value.firstToken, value.tokens])).toEqual([
      [0, 10],
      [2, 4],
      [6, 4],
      [7, 1],
      [8, 1],
    ]);
    expect(of["/a"]!.removed).toBeCloseTo(2 ** -2 + 2 ** -3 + 2 ** -4 + 2 ** -5, 12);
    expect(of["/a"]!.refused).toBeCloseTo(of["/a"]!.removed / 4, 12);
    expect(of["/b"]).toMatchObject({ logprob: -30, maskedLogprob: -15, confidence: 0.9, doubtful: false });
    expect(of["/a"]).toMatchObject({ confidence: 0.4, doubtful: true });
    // Not as doubtful as its own bracket and key.
    expect(of[""]).toMatchObject({ confidence: 0.4, doubtful: true });
  });

  it("tells of values that were cut off too", () => {
    const { values } = makeReport(tokens.slice(0, 4), '{"a": "x', true, vocabulary);
    expect(values.map(({ pointer, tokens: count }) => [pointer, count])).toEqual([
      ["", 3],
      ["/a", 1],
    ]);
  });
});
