import {
  compileJsonSchema,
  compileLark,
  GrammarError,
  generationOptions,
  InvalidSchemaError,
  PatternError,
  UnsatisfiableSchemaError,
} from "@grammask/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { TINY_CONTEXT, TINY_SIZE, tiny } from "../test/tiny.js";
import { Sequence } from "./decoder.js";
import { InvalidRequestError, ModelDisposedError, PromptTooLongError } from "./errors.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";
import type { GenerateRequest } from "./request.js";
import type { StreamEvent } from "./result.js";
import { withValidation } from "./typed/standard-schema.js";

const MESSAGES = [{ role: "user", content: "Who is it?" }];
/** Short whatever is drawn: random weights seldom choose to end a text. */
const SCHEMA = {
  type: "object",
  properties: { name: { type: "string", maxLength: 6 }, age: { enum: [3, 42] } },
  required: ["name", "age"],
  additionalProperties: false,
};
const LONG: GenerateRequest = {
  prompt: "the user",
  temperature: 1,
  seed: 2,
  maxTokens: 200,
  onLength: "cut" as const,
  schema: { type: "array", minItems: 500 },
};

describe.each(["tiny-concat", "tiny-rows"] as const)("Model (%s)", (name) => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(tiny(name), { threads: 1 });
  });
  afterAll(() => model.dispose());

  it("tells what a grammar captures of a complete output", async () => {
    const grammar = compileLark(
      'start: word "," %json {"enum": [true, null]}\nword[capture, suffix="."]: /[ab]{2}/',
    );
    const request = { prompt: "x", grammar, temperature: 1, seed: 3 } as const;
    const { text, captures } = await model.generate(request);
    expect(text).toMatch(/^[ab]{2}\.,(true|null)$/);
    expect(captures).toEqual([{ name: "word", start: 0, end: 2, text: text.slice(0, 2) }]);
    const cut = await model.generate({ ...request, maxTokens: 1, onLength: "cut", forcedTokens: false });
    expect(cut).toMatchObject({ finishReason: "length", captures: undefined });
    const [batched] = await model.generateBatch([request]);
    expect(batched?.captures).toEqual(captures);
    expect((await model.generate({ prompt: "x", choice: ["a"] })).captures).toEqual([]);
    expect((await model.generate({ prompt: "x", maxTokens: 1 })).captures).toBeUndefined();
  });

  it("ends an output that hits a limit of its grammar, and says so", async () => {
    const schema = { type: "array", items: { type: "integer" }, uniqueItems: true };
    let hit = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const request = { prompt: "x", schema, temperature: 1, seed, maxTokens: 200, onLength: "cut" } as const;
      const { value, finishReason, limit, text } = await model.generate({
        ...request,
        schemaOptions: { limits: { maxFormulaNodes: 40 }, numbers: "plain" },
      });
      if (limit === undefined) continue;
      hit++;
      expect(limit.error.limit).toBe("maxFormulaNodes");
      expect(limit.length).toBeLessThan(text.length);
      expect(finishReason).toBe("complete");
      expect(Array.isArray(value)).toBe(true);
    }
    expect(hit).toBeGreaterThan(0);
  });

  it("generates what the schema says", async () => {
    for (const temperature of [0, 1]) {
      const result = await model.generate({ messages: MESSAGES, schema: SCHEMA, temperature, seed: 5 });
      expect(result.finishReason).toBe("complete");
      expect(result.value).toEqual(JSON.parse(result.text));
      expect(result.value).toMatchObject({ name: expect.any(String), age: expect.any(Number) });
      expect(result.usage).toMatchObject({
        promptTokens: model.encode(model.renderChat(MESSAGES)).length,
        completionTokens: result.tokens.length,
        totalTokens: result.usage.promptTokens + result.tokens.length,
      });
      const { prefill, decode, mask, sampling, total } = result.timings;
      expect(prefill + decode + mask + sampling).toBeLessThanOrEqual(total);
      expect(Math.min(prefill, decode, mask, sampling)).toBeGreaterThan(0);
    }
  });

  it("feeds what the grammar forces as the tokenizer writes it, in one step", async () => {
    const value = ["the name", true, ["é😀"], null];
    const schema = {
      type: "object",
      properties: { a: { const: value }, b: { type: "boolean" } },
      required: ["a", "b"],
    };
    const strict = { ...schema, additionalProperties: false };
    for (const whitespace of ["compact", "pretty"] as const) {
      const request = { prompt: "x", schema: strict, schemaOptions: { whitespace }, drafts: false };
      const result = await model.generate(request);
      expect(result.value).toMatchObject({ a: value, b: expect.any(Boolean) });
      // Behind the forced text the model chooses, and random weights do not choose as the tokenizer does.
      expect(result.tokens.slice(0, 20)).toEqual(model.encode(result.text).slice(0, 20));
      expect(result.usage.forcedTokens).toBeGreaterThan(result.tokens.length - 8);
      expect(result.usage.steps).toBe(result.tokens.length - result.usage.forcedTokens - 1);
      const slow = await model.generate({ ...request, forcedTokens: false });
      expect(slow.usage).toMatchObject({ forcedTokens: 0, steps: slow.tokens.length - 1 });
      expect(slow.value).toMatchObject({ a: value, b: expect.any(Boolean) });
    }
  });

  it("does not ask the model where there is one output", async () => {
    const request = {
      schema: { const: ["a", { b: "c" }] },
      schemaOptions: { whitespace: "compact" },
    } as const;
    const result = await model.generate({ prompt: "x", ...request });
    expect(result).toMatchObject({ value: ["a", { b: "c" }], finishReason: "complete" });
    expect(result.usage).toMatchObject({ forcedTokens: result.tokens.length, steps: 0 });
    expect(result.timings.prefill).toBe(0);
    const cut = await model.generate({ prompt: "x", ...request, maxTokens: 3, onLength: "cut" });
    expect(cut).toMatchObject({ finishReason: "length", value: undefined });
    expect(cut.tokens).toHaveLength(3);
  });

  it("ends within forced text when the signal fires or a stop string appears", async () => {
    const controller = new AbortController();
    const request = {
      prompt: "x",
      schema: { const: ["the name", "the age", "the user"] },
      schemaOptions: { whitespace: "spaced" },
    } as const;
    const aborted = await model.generate({
      ...request,
      signal: controller.signal,
      onToken: ({ index }) => {
        if (index === 2) controller.abort();
      },
    });
    expect(aborted).toMatchObject({ finishReason: "abort", value: undefined });
    expect(aborted.tokens).toHaveLength(3);
    const stopped = await model.generate({ ...request, stop: "age" });
    expect(stopped).toMatchObject({ finishReason: "stop-string", stopString: "age", value: undefined });
    expect(stopped.text).toMatch(/^\["the name",? ?"the $/);
  });

  it("takes a schema as text, a boolean, any JSON, an object, and a compiled grammar", async () => {
    const request = { prompt: "x", temperature: 1, seed: 3, maxTokens: 60 };
    const { tokens } = await model.generate({ ...request, schema: SCHEMA });
    expect((await model.generate({ ...request, schema: JSON.stringify(SCHEMA) })).tokens).toEqual(tokens);
    const grammar = compileJsonSchema(SCHEMA, generationOptions());
    expect((await model.generate({ ...request, grammar })).tokens).toEqual(tokens);
    const schemaOptions = { whitespace: "spaced", escapes: "any", numbers: "any" } as const;
    const any = compileJsonSchema(SCHEMA, schemaOptions);
    const spelledFreely = await model.generate({ ...request, schema: SCHEMA, schemaOptions });
    expect(spelledFreely.tokens).toEqual((await model.generate({ ...request, grammar: any })).tokens);
    const choice = await model.generate({ ...request, schema: { enum: ["the name", "the age"] } });
    expect(["the name", "the age"]).toContain(choice.value);
    expect((await model.generate({ ...request, json: "object" })).text).toMatch(/^\{/);
    const anything = await model.generate({ ...request, schema: true, maxTokens: 5 });
    expect((await model.generate({ ...request, json: true, maxTokens: 5 })).tokens).toEqual(anything.tokens);
  });

  it("takes a regular expression, and a choice of texts", async () => {
    const date = await model.generate({
      messages: MESSAGES,
      regex: "[12]\\d{3}-[01]\\d",
      temperature: 1,
      seed: 3,
    });
    expect(date).toMatchObject({ finishReason: "complete", value: undefined });
    expect(date.text).toMatch(/^[12]\d{3}-[01]\d$/);
    const choice = await model.generate({ messages: MESSAGES, choice: ["the name", "the age"] });
    expect(choice).toMatchObject({ finishReason: "complete", value: undefined });
    expect(["the name", "the age"]).toContain(choice.text);
  });

  it("has no value where the budget cuts the JSON", async () => {
    const result = await model.generate({
      messages: MESSAGES,
      schema: SCHEMA,
      maxTokens: 3,
      onLength: "cut",
    });
    expect(result).toMatchObject({ finishReason: "length", value: undefined });
    expect(result.tokens).toHaveLength(3);
    const stopped = await model.generate({ messages: MESSAGES, schema: SCHEMA, stop: '":' });
    expect(stopped).toMatchObject({ finishReason: "stop-string", stopString: '":', value: undefined });
    expect(stopped.text).toMatch(/^\{\s*"[^"]*$/);
  });

  it("is whole where stop strings may only end what is complete", async () => {
    const free = await model.generate({ messages: MESSAGES, schema: SCHEMA });
    const stop = ['":', "}", '"'];
    const whole = await model.generate({ messages: MESSAGES, schema: SCHEMA, stop, onStop: "complete" });
    expect(whole).toMatchObject({ text: free.text, value: free.value, finishReason: "complete" });
    const request = {
      messages: MESSAGES,
      regex: "a(ba){2,6}",
      maxTokens: 30,
      logitBias: { 0: -100, 2: -100 },
    };
    expect((await model.generate(request)).text).toBe("ababababababa");
    // The text before the first "b" is no whole one, that before the third is.
    const ended = await model.generate({ ...request, stop: "b", onStop: "complete" });
    expect(ended).toMatchObject({ text: "ababa", finishReason: "stop-string", stopString: "b" });
    const never = await model.generate({ ...request, regex: "(ab){3}", stop: "b", onStop: "complete" });
    expect(never).toMatchObject({ text: "ababab", finishReason: "complete" });
  });

  it("repeats itself with the seed that it reports", async () => {
    const request = { prompt: "x", temperature: 1, maxTokens: 20 };
    const first = await model.generate(request);
    expect((await model.generate({ ...request, seed: first.seed })).tokens).toEqual(first.tokens);
  });

  it("generates several outputs at once, each as if alone", async () => {
    const requests = [1, 2, 3].map((seed) => ({ ...LONG, seed, maxTokens: 15 }));
    const alone: (readonly number[])[] = [];
    for (const request of requests) {
      alone.push((await model.generate(request)).tokens);
    }
    const together = await Promise.all(requests.map((request) => model.generate(request)));
    expect(together.map((result) => result.tokens)).toEqual(alone);
  });

  it("streams the tokens, then the result", async () => {
    const events: StreamEvent[] = [];
    for await (const event of model.stream({ messages: MESSAGES, schema: SCHEMA })) {
      events.push(event);
    }
    const last = events.at(-1)!;
    expect(last.type).toBe("result");
    const text = events.map((event) => (event.type === "token" ? event.text : "")).join("");
    expect(last.type === "result" && last.result.text).toBe(text);
  });

  it("streams a value that only grows, and values as they end", async () => {
    const schema = {
      type: "object",
      properties: {
        list: { type: "array", items: { type: "string", maxLength: 4 }, minItems: 2, maxItems: 3 },
        n: { enum: [12, 3] },
      },
      required: ["list", "n"],
      additionalProperties: false,
    };
    for (let seed = 0; seed < 5; seed++) {
      const seen: string[] = [];
      const ended: [string, unknown][] = [];
      let lastPartial: unknown;
      let value: unknown;
      for await (const event of model.stream({
        prompt: "x",
        schema: withValidation<{ list: string[]; n: number }>(schema),
        temperature: 1,
        seed,
      })) {
        if (event.type === "partial") {
          lastPartial = event.value;
          seen.push(JSON.stringify(event.value.list ?? []));
        } else if (event.type === "value") {
          ended.push([event.pointer, event.value]);
        } else if (event.type === "result") {
          value = event.result.value;
        }
      }
      const { list, n } = value as { list: string[]; n: number };
      expect(lastPartial).toEqual(value);
      expect(new Set(seen).size).toBeGreaterThan(2);
      expect(ended).toEqual([
        ...list.map((item, i) => [`/list/${i}`, item]),
        ["/list", list],
        ["/n", n],
        ["", value],
      ]);
    }
    const scalar: unknown[] = [];
    for await (const event of model.stream({
      prompt: "x",
      schema: { const: 7 },
      schemaOptions: { numbers: "plain" },
    })) {
      if (event.type === "partial") scalar.push(event.value);
    }
    expect(scalar).toEqual([7]);
    for await (const event of model.stream({ prompt: "x", maxTokens: 3 })) {
      expect(["token", "result"]).toContain(event.type);
    }
  });

  it("has log probabilities of what the mask allowed, and of the likeliest in its place", async () => {
    const request = { prompt: "x", schema: SCHEMA, temperature: 1, seed: 4 };
    const { tokens, logprobs, report } = await model.generate({ ...request, topLogprobs: 3 });
    expect(report).toBeUndefined();
    expect(logprobs!.map(({ id }) => id)).toEqual(tokens);
    for (const { id, logprob, top } of logprobs!) {
      expect(top.length).toBeLessThanOrEqual(3);
      expect(top.reduce((sum, each) => sum + Math.exp(each.logprob), 0)).toBeLessThan(1 + 1e-6);
      expect(Math.max(...top.map((each) => each.logprob))).toBeGreaterThanOrEqual(logprob - 1e-9);
      const own = top.find((each) => each.id === id);
      expect(own?.logprob ?? logprob).toBeCloseTo(logprob, 6);
    }
    const both = await model.generate({ ...request, logprobs: true, report: { alternatives: 1 } });
    expect(both.logprobs!.every(({ top }) => top.length === 0)).toBe(true);
    expect(both.report!.tokens.every(({ allowed }) => allowed.length === 1)).toBe(true);
    expect((await model.generate(request)).logprobs).toBeUndefined();
  });

  it("biases tokens", async () => {
    const ids = ["a", "b"].map((letter) => model.encode(letter)[0]!);
    for (const id of ids) {
      const { text } = await model.generate({ prompt: "x", regex: "[ab]{4}", logitBias: { [id]: 100 } });
      expect(text).toBe(Buffer.from(model.vocabulary.tokenBytes(id)!).toString().repeat(4));
    }
  });

  it("ends when the stream's reader leaves, and frees the sequence", async () => {
    const dispose = vi.spyOn(Sequence.prototype, "dispose");
    let events = 0;
    for await (const _ of model.stream(LONG)) {
      if (++events === 3) {
        break;
      }
    }
    expect(events).toBe(3);
    expect(dispose).toHaveBeenCalledOnce();
    dispose.mockRestore();
  });

  it("ends when the signal fires in mid-generation, and keeps the text", async () => {
    const controller = new AbortController();
    let text = "";
    const result = await model.generate({
      ...LONG,
      signal: controller.signal,
      onToken: (event) => {
        text += event.text;
        if (event.index === 4) {
          controller.abort();
        }
      },
    });
    expect(result.finishReason).toBe("abort");
    expect(result.tokens).toHaveLength(5);
    expect(result.text).toBe(text);
    const never = await model.generate({ ...LONG, signal: AbortSignal.abort() });
    expect(never).toMatchObject({ finishReason: "abort", text: "", value: undefined });
  });

  it("lets timers run between steps", async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 0);
    const result = await model.generate({
      prompt: "x",
      // Each token is the model's: forced ones would come in few steps.
      schema: { type: "array", items: { enum: ["the name", "name"] }, minItems: 100 },
      drafts: false,
      onLength: "cut",
      signal: controller.signal,
    });
    clearTimeout(timer);
    expect(result.finishReason).toBe("abort");
  });

  it("passes on what onToken throws, and goes on working", async () => {
    const onToken = (): void => {
      throw new Error("enough");
    };
    await expect(model.generate({ ...LONG, onToken })).rejects.toThrow("enough");
    await expect(model.generate({ ...LONG, maxTokens: 2 })).resolves.toMatchObject({
      finishReason: "length",
    });
  });

  it("refuses wrong requests, whatever is wrong", async () => {
    const fails = (request: object) => expect(model.generate(request as GenerateRequest)).rejects;
    await fails({ prompt: "x", maxTokens: 0 }).toThrow(InvalidRequestError);
    await fails({ prompt: "x", drafts: { maxTokens: 0 } }).toThrow(/drafts.maxTokens/);
    await fails({ prompt: "x", drafts: { tokenCost: 0 } }).toThrow(/drafts.tokenCost/);
    await fails({ prompt: "x", drafts: "yes" }).toThrow(/drafts/);
    await fails({ prompt: "x", report: 3 }).toThrow(/report/);
    await fails({ prompt: "x", report: { alternatives: -1 } }).toThrow(/report.alternatives/);
    await fails({ prompt: "x", logprobs: 1 }).toThrow(/logprobs/);
    await fails({ prompt: "x", topLogprobs: 101 }).toThrow(/topLogprobs/);
    await fails({ prompt: "x", logitBias: { x: 1 } }).toThrow(/x is not a token id/);
    await fails({ prompt: "x", logitBias: { 5: 101 } }).toThrow(/logitBias\[5\]/);
    await fails({ prompt: "x", forcedTokens: 1 }).toThrow(InvalidRequestError);
    await fails({ prompt: [TINY_SIZE] }).toThrow(/token id 320/);
    await fails({ prompt: "x", schema: { type: "nonsense" } }).toThrow(InvalidSchemaError);
    await fails({ prompt: "x", schema: "{" }).toThrow(InvalidSchemaError);
    await fails({ prompt: "x", schema: false }).toThrow(UnsatisfiableSchemaError);
    const cycle: { items?: object } = {};
    cycle.items = cycle;
    await fails({ prompt: "x", schema: cycle }).toThrow(InvalidSchemaError);
    await fails({ prompt: "x", regex: "(" }).toThrow(PatternError);
    await fails({ prompt: "x", choice: [] }).toThrow(GrammarError);
    await fails({ prompt: "the ".repeat(TINY_CONTEXT) }).toThrow(PromptTooLongError);
    await fails({ prompt: "the ".repeat(40 * TINY_CONTEXT) }).toThrow(/at least/);
  });
});

describe("a model's end", () => {
  it("ends what runs, frees the model, and refuses what comes after", async () => {
    const model = await loadModel(tiny("tiny-rows"));
    const running = model.generate(LONG);
    const stream = model.stream(LONG);
    await stream.next();
    await model.dispose();
    await model[Symbol.asyncDispose]();
    expect((await running).finishReason).toBe("abort");
    await expect(model.generate(LONG)).rejects.toThrow(ModelDisposedError);
    const rest: StreamEvent[] = [];
    for await (const event of stream) {
      rest.push(event);
    }
    expect(rest.at(-1)).toMatchObject({ type: "result", result: { finishReason: "abort" } });
  });
});
