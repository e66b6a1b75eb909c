import { join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { TINY_SIZE, tiny, tinyDecoder } from "../test/tiny.js";
import { Decoder, type Sequence } from "./decoder.js";
import { ModelDisposedError } from "./errors.js";
import { loadRuntime } from "./runtime.js";
import { createSession } from "./session.js";
import { readTextModel } from "./text-model.js";

const MODELS = [
  { name: "tiny-concat", file: "model.onnx", what: "concatenating cache", digits: 4 },
  { name: "tiny-concat", file: "model_fp16.onnx", what: "concatenating float16 cache", digits: 1 },
  { name: "tiny-rows", file: "model.onnx", what: "cache whose lengths the attention mask tells", digits: 4 },
  { name: "tiny-rows", file: "model_packed.onnx", what: "packed graph", digits: 4 },
] as const;

/** So many tokens, the last ones, by their distances from the last. */
const lastOf = (count: number) => Array.from({ length: count }, (_, i) => count - 1 - i);

describe.each(MODELS)("a decoder with a $what", ({ name, file, digits }) => {
  const decoders: Decoder[] = [];
  afterAll(() => Promise.all(decoders.map((decoder) => decoder.dispose())));

  async function load(): Promise<Decoder> {
    const runtime = await loadRuntime();
    const path = join(tiny(name), "onnx", file);
    const { session } = await createSession({ path, packed: undefined }, runtime, {
      device: "cpu",
      threads: 1,
      spinning: false,
      layers: 2,
    });
    const decoder = new Decoder(session, runtime, "cpu", (await readTextModel(tiny(name))).config);
    decoders.push(decoder);
    return decoder;
  }

  /** The logits of each token, from one pass over all of them. */
  async function inOnePass(decoder: Decoder, ids: readonly number[]): Promise<Float32Array[]> {
    const logits = await decoder.newSequence().forward(ids, lastOf(ids.length));
    return ids.map((_, i) => logits.slice(i * TINY_SIZE, (i + 1) * TINY_SIZE));
  }

  function expectSame(actual: Float32Array, expected: Float32Array): void {
    expect(actual.length).toBe(TINY_SIZE);
    for (let i = 0; i < TINY_SIZE; i++) {
      expect(actual[i]).toBeCloseTo(expected[i]!, digits);
    }
  }

  async function feed(
    sequence: Sequence,
    ids: readonly number[],
    steps: readonly number[],
  ): Promise<Float32Array> {
    let at = 0;
    let logits: Float32Array = new Float32Array(0);
    for (const step of steps) {
      logits = await sequence.forward(ids.slice(at, at + step));
      at += step;
    }
    expect(sequence.length).toBe(at);
    return logits;
  }

  it("gives the same logits in steps of any length, past the growth of its buffers", async () => {
    const decoder = await load();
    const ids = Array.from({ length: 200 }, (_, i) => (i * 37 + 11) % TINY_SIZE);
    const expected = await inOnePass(decoder, ids);
    for (const steps of [[200], [1, 1, 1, 1], [5, 1, 3, 120, 1, 40, 1], [128, 72]]) {
      const end = steps.reduce((a, b) => a + b) - 1;
      expectSame(await feed(decoder.newSequence(), ids, steps), expected[end]!);
    }
  });

  it("gives the logits of the tokens that are wanted", async () => {
    const decoder = await load();
    const ids = [5, 9, 7, 30, 12];
    const expected = await inOnePass(decoder, ids);
    for (const wanted of [[4], [3, 1], [4, 2, 0], [1, 0]]) {
      const logits = await decoder.newSequence().forward(ids, wanted);
      expect(logits).toHaveLength(wanted.length * TINY_SIZE);
      for (const [row, distance] of wanted.entries()) {
        const own = logits.subarray(row * TINY_SIZE, (row + 1) * TINY_SIZE);
        expectSame(own, expected[ids.length - 1 - distance]!);
      }
    }
  });

  it("depends on the order of the tokens and on the earliest of them", async () => {
    const decoder = await load();
    const [a, b, c] = [
      await inOnePass(decoder, [5, 9, 7]),
      await inOnePass(decoder, [9, 5, 7]),
      await inOnePass(decoder, [6, 9, 7]),
    ];
    expect(a[2]).not.toEqual(b[2]);
    expect(a[2]).not.toEqual(c[2]);
  });

  it("rolls back", async () => {
    const decoder = await load();
    const ids = Array.from({ length: 20 }, (_, i) => (i * 53 + 3) % TINY_SIZE);
    const expected = await inOnePass(decoder, ids);
    const sequence = decoder.newSequence();
    await sequence.forward(ids.slice(0, 10));
    await sequence.forward([1, 2, 3, 4]);
    sequence.rollback(4);
    expect(sequence.length).toBe(10);
    expectSame(await sequence.forward(ids.slice(10, 15)), expected[14]!);
    await sequence.forward([8]);
    sequence.rollback(1);
    sequence.rollback(15);
    expectSame(await feed(sequence, ids, [20]), expected[19]!);
  });

  it("keeps sequences apart", async () => {
    const decoder = await load();
    const [first, second] = [
      [4, 5, 6, 7],
      [40, 50, 60, 70],
    ];
    const [a, b] = [decoder.newSequence(), decoder.newSequence()];
    const [x, y] = await Promise.all([feed(a, first!, [2, 1, 1]), feed(b, second!, [1, 1, 2])]);
    expectSame(x!, (await inOnePass(decoder, first!))[3]!);
    expectSame(y!, (await inOnePass(decoder, second!))[3]!);
  });

  it("frees the logits of a step when all of its sequences have gone on, or ended", async () => {
    const decoder = await load();
    const sequences = [decoder.newSequence(), decoder.newSequence(), decoder.newSequence()];
    const first = await Promise.all(sequences.map((sequence, i) => sequence.forward([i, 5, 9], [1, 0])));
    expect(first.map((rows) => rows.length)).toEqual(first.map(() => 2 * TINY_SIZE));
    const before = first[2]!.slice();
    await sequences[0]!.forward([4]);
    sequences[1]!.dispose();
    sequences[1]!.dispose();
    expect(first[2]).toEqual(before);
    const last = await sequences[2]!.forward([4]);
    expect(last).toHaveLength(TINY_SIZE);
    // float16 is read into memory of its own.
    if (!file.includes("fp16")) expect(first.map((rows) => rows.length)).toEqual([0, 0, 0]);
  });

  it("refuses steps after it was disposed of, and waits for those under way", async () => {
    const decoder = await load();
    const sequence = decoder.newSequence();
    const step = sequence.forward([1, 2, 3]);
    await Promise.all([decoder.dispose(), decoder.dispose()]);
    await expect(step).resolves.toHaveLength(TINY_SIZE);
    await expect(sequence.forward([4])).rejects.toThrow(ModelDisposedError);
  });
});

describe("sequences of a packed graph", () => {
  let decoder: Decoder;
  beforeAll(async () => {
    decoder = await tinyDecoder("tiny-rows");
  });
  afterAll(() => decoder.dispose());

  const text = (from: number, length: number) =>
    Array.from({ length }, (_, i) => (from + i * 29) % TINY_SIZE);

  /** The logits behind a text, from a pass of its own. */
  async function alone(ids: readonly number[]): Promise<Float32Array> {
    const sequence = decoder.newSequence();
    const logits = (await sequence.forward(ids)).slice();
    sequence.dispose();
    return logits;
  }

  function expectClose(actual: Float32Array, expected: Float32Array): void {
    expect(actual.length).toBe(expected.length);
    expect(Math.max(...actual.map((logit, i) => Math.abs(logit - expected[i]!)))).toBeLessThan(1e-3);
  }

  it("take steps together, each with its own number of tokens and of logits", async () => {
    const texts = [text(3, 20), text(50, 9), text(90, 33), text(130, 2)];
    const fed = [3, 6, 1, 2];
    const sequences = texts.map(() => decoder.newSequence());
    for (const [i, sequence] of sequences.entries()) {
      await sequence.forward(texts[i]!.slice(0, texts[i]!.length - fed[i]!).concat(i === 3 ? [7] : []));
    }
    sequences[3]!.rollback(1);
    await sequences[3]!.forward([7]);
    const run = vi.spyOn(decoder, "run");
    const wanted = [[2, 0], [0], [0], [1, 0]];
    const logits = await Promise.all(
      sequences.map((sequence, i) => sequence.forward(texts[i]!.slice(-fed[i]!), wanted[i])),
    );
    expect(run.mock.calls.map(([feeds]) => feeds.place_tokens!.dims)).toEqual([[4, 6]]);
    run.mockRestore();
    for (const [i, rows] of logits.entries()) {
      const whole = i === 3 ? [7, ...texts[i]!] : texts[i]!;
      for (const [row, distance] of wanted[i]!.entries()) {
        const until = whole.length - distance;
        const own = rows.subarray(row * TINY_SIZE, (row + 1) * TINY_SIZE);
        expectClose(own, await alone(whole.slice(0, until)));
      }
    }
    for (const sequence of sequences) sequence.dispose();
  });

  it("take steps together with more tokens than the context of one of them has left", async () => {
    const context = decoder.contextLength;
    // The second takes no part.
    const texts = [text(3, 40), text(50, context), text(90, context - 2), text(20, context), text(7, 30)];
    const sequences = texts.map(() => decoder.newSequence());
    const fed = [6, 0, 1, 3, 2];
    for (const [i, ids] of texts.entries()) {
      await sequences[i]!.forward(ids.slice(0, ids.length - fed[i]!));
    }
    const parts = [0, 2, 3, 4];
    const run = vi.spyOn(decoder, "run");
    const logits = await Promise.all(
      parts.map((part) => sequences[part]!.forward(texts[part]!.slice(-fed[part]!))),
    );
    expect(run.mock.calls.map(([feeds]) => feeds.place_tokens!.dims)).toEqual([[5, 6]]);
    run.mockRestore();
    for (const [i, part] of parts.entries()) {
      expectClose(logits[i]!, await alone(texts[part]!));
    }
    for (const sequence of sequences) sequence.dispose();
  });

  it("keep their rows where others end and begin while a step waits", async () => {
    const [a, b, c] = [text(3, 20), text(50, 30), text(90, 12)];
    const sequences = [a, b, c].map(() => decoder.newSequence());
    for (const [i, ids] of [a, b, c].entries()) await sequences[i]!.forward(ids.slice(0, -1));
    const steps = [b, c].map((ids, i) => sequences[i + 1]!.forward(ids.slice(-1)));
    // The step has been put together, and runs in the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    const rows = sequences[0]!.rows!.copyRows(0, 10);
    sequences[0]!.dispose();
    const next = decoder.newSequence();
    next.rows!.pasteRows([rows]);
    const [ofB, ofC] = await Promise.all(steps);
    expectClose(ofB!, await alone(b));
    expectClose(ofC!, await alone(c));
    expectClose(await next.forward([9, 8]), await alone([...a.slice(0, 10), 9, 8]));
    expectClose(await sequences[2]!.forward([4]), await alone([...c, 4]));
  });

  it("are fed with pieces of prompts, and a long one apart from many short ones", async () => {
    const texts = [text(3, 60), ...[50, 90, 120, 7, 11, 13].map((from) => text(from, 9))];
    const fed = [60, 1, 1, 1, 1, 1, 1];
    const sequences = texts.map(() => decoder.newSequence());
    for (const [i, sequence] of sequences.entries()) {
      if (i > 0) await sequence.forward(texts[i]!.slice(0, -1));
    }
    for (const [parts, dims] of [
      [[0, 1], [[2, 60]]],
      [
        [0, 1, 2, 3, 4, 5, 6],
        [
          [6, 1],
          [1, 60],
        ],
      ],
    ] as const) {
      const run = vi.spyOn(decoder, "run");
      const logits = await Promise.all(
        parts.map((part) => sequences[part]!.forward(texts[part]!.slice(-fed[part]!))),
      );
      expect(run.mock.calls.map(([feeds]) => feeds.place_tokens!.dims)).toEqual(dims);
      run.mockRestore();
      for (const [i, part] of parts.entries()) {
        expectClose(logits[i]!, await alone(texts[part]!));
        sequences[part]!.rollback(fed[part]!);
      }
    }
    for (const sequence of sequences) sequence.dispose();
  });

  it("go on where one ends while it waits, and are as before where the graph fails", async () => {
    const texts = [text(3, 20), text(50, 30)];
    const sequences = texts.map(() => decoder.newSequence());
    for (const [i, ids] of texts.entries()) await sequences[i]!.forward(ids.slice(0, -1));
    const run = vi.spyOn(decoder, "run").mockRejectedValueOnce(new Error("broken"));
    await expect(
      Promise.all(sequences.map((sequence, i) => sequence.forward(texts[i]!.slice(-1)))),
    ).rejects.toThrow("broken");
    run.mockRestore();
    expect(sequences.map(({ length }) => length)).toEqual([19, 29]);
    const steps = sequences.map((sequence, i) => sequence.forward(texts[i]!.slice(-1)));
    sequences[0]!.dispose();
    expect(await steps[0]).toHaveLength(0);
    expectClose((await steps[1])!, await alone(texts[1]!));
    sequences[1]!.dispose();
  });

  it("go on where one between them that takes no part, or takes part, ends while the step runs", async () => {
    const texts = [text(3, 20), text(50, 30), text(90, 12)];
    for (const [parts, ended] of [
      [[0, 2], 1],
      [[0, 1, 2], 1],
      [[1, 2], 2],
    ] as const) {
      const sequences = texts.map(() => decoder.newSequence());
      for (const [i, ids] of texts.entries()) await sequences[i]!.forward(ids.slice(0, -1));
      const original = decoder.run.bind(decoder);
      const run = vi.spyOn(decoder, "run").mockImplementation((...step) => {
        sequences[ended]!.dispose();
        return original(...step);
      });
      const logits = await Promise.all(parts.map((part) => sequences[part]!.forward(texts[part]!.slice(-1))));
      run.mockRestore();
      for (const [i, part] of parts.entries()) {
        if (part === ended) continue;
        expectClose(logits[i]!, await alone(texts[part]!));
        expectClose(await sequences[part]!.forward([4]), await alone([...texts[part]!, 4]));
      }
      for (const sequence of sequences) sequence.dispose();
    }
  });
});

describe("what a step feeds", () => {
  const value = (name: string, type: "int32" | "int64" | "bool" | "float32", shape: (number | string)[]) => ({
    name,
    type,
    shape,
    isTensor: true as const,
  });

  it("is what the graph takes: types, positions, rows of logits to keep, whether there is a past", async () => {
    const runtime = await loadRuntime();
    const steps: Record<string, [type: string, dims: readonly number[], data: unknown]>[] = [];
    const session = {
      inputMetadata: [
        value("input_ids", "int32", ["b", "s"]),
        value("attention_mask", "int32", ["b", "t"]),
        value("position_ids", "int64", ["b", "s"]),
        value("logits_to_keep", "int64", []),
        value("use_cache_branch", "bool", [1]),
        value("past_key_values.0.key", "float32", ["b", 1, "p", 2]),
      ],
      outputMetadata: [
        value("logits", "float32", ["b", "s", 4]),
        value("present.0.key", "float32", ["b", 1, "t", 2]),
      ],
      run: async (feeds: InferenceSession.FeedsType) => {
        const tensors = Object.entries(feeds as Record<string, Tensor>);
        const [past, ids] = [feeds["past_key_values.0.key"] as Tensor, feeds.input_ids as Tensor];
        steps.push(
          Object.fromEntries(
            tensors.map(([name, { type, dims, data }]) => [name, [type, dims, structuredClone(data)]]),
          ),
        );
        const rows = past.dims[2]! + ids.dims[1]!;
        return {
          logits: new runtime.Tensor("float32", new Float32Array(8), [1, 2, 4]),
          "present.0.key": new runtime.Tensor("float32", new Float32Array(rows * 2), [1, 1, rows, 2]),
        };
      },
    };
    const config = { ...(await readTextModel(tiny("tiny-rows"))).config, keyValueHeads: 1 };
    const decoder = new Decoder(session as unknown as InferenceSession, runtime, "cpu", config);
    const sequence = decoder.newSequence();
    await sequence.forward([7, 8, 9], [1, 0]);
    await sequence.forward([10]);
    expect(steps[0]).toEqual({
      input_ids: ["int32", [1, 3], Int32Array.of(7, 8, 9)],
      attention_mask: ["int32", [1, 3], Int32Array.of(1, 1, 1)],
      position_ids: ["int64", [1, 3], BigInt64Array.of(0n, 1n, 2n)],
      logits_to_keep: ["int64", [], BigInt64Array.of(2n)],
      use_cache_branch: ["bool", [1], Uint8Array.of(0)],
      "past_key_values.0.key": ["float32", [1, 1, 0, 2], new Float32Array(0)],
    });
    expect(steps[1]).toEqual({
      input_ids: ["int32", [1, 1], Int32Array.of(10)],
      attention_mask: ["int32", [1, 4], Int32Array.of(1, 1, 1, 1)],
      position_ids: ["int64", [1, 1], BigInt64Array.of(3n)],
      logits_to_keep: ["int64", [], BigInt64Array.of(1n)],
      use_cache_branch: ["bool", [1], Uint8Array.of(1)],
      "past_key_values.0.key": ["float32", [1, 1, 3, 2], new Float32Array(6)],
    });
  });
});
