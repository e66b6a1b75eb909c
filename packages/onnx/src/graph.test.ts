import type { InferenceSession } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { ModelConfig } from "./config.js";
import { UnsupportedModelError } from "./errors.js";
import { readContract } from "./graph.js";

type Metadata = InferenceSession.ValueMetadata;

function value(
  name: string,
  shape: (number | string)[],
  type: "int64" | "float32" | "float16" | "bool" = "float32",
): Metadata {
  return { name, isTensor: true, type, shape };
}

const CONFIG: ModelConfig = {
  contextLength: 128,
  vocabularySize: 1000,
  keyValueHeads: 2,
  headSize: 8,
  layers: 1,
  eosTokenIds: [0],
  dtype: undefined,
};
const IDS = value("input_ids", ["b", "s"], "int64");
const PAST = [
  value("past_key_values.0.key", ["b", 3, "p", 16]),
  value("past_key_values.0.value", ["b", 3, "p", 16]),
];
const PRESENT = [value("present.0.key", ["b", 3, "t", 16]), value("present.0.value", ["b", 3, "t", 16])];
const LOGITS = value("logits", ["b", "s", 500]);

describe("readContract", () => {
  it("reads names, sizes and types from the graph", () => {
    const inputs = [
      IDS,
      value("attention_mask", ["b", "t"], "int64"),
      value("position_ids", ["b", "s"], "int64"),
      value("use_cache_branch", [1], "bool"),
      ...PAST,
    ];
    expect(readContract(inputs, [LOGITS, ...PRESENT], CONFIG)).toMatchObject({
      past: [
        { input: "past_key_values.0.key", output: "present.0.key", heads: 3, headSize: 16 },
        { input: "past_key_values.0.value", output: "present.0.value", heads: 3, headSize: 16 },
      ],
      pastType: "float32",
      packed: false,
      vocabularySize: 500,
      attentionMask: "int64",
      positionIds: "int64",
      logitsToKeep: undefined,
      useCacheBranch: true,
    });
  });

  it("takes from the configuration what the graph leaves open", () => {
    const past = [value("past_key_values.0.key", ["b", "heads", "p", "size"], "float16")];
    const contract = readContract(
      [IDS, ...past],
      [value("logits", ["b", "s", "v"], "float16"), PRESENT[0]!],
      CONFIG,
    );
    expect(contract).toMatchObject({ vocabularySize: 1000, pastType: "float16", logitsType: "float16" });
    expect(contract.past[0]).toMatchObject({ heads: 2, headSize: 8 });
  });

  it("takes packed graphs, which take more than tokens, and give the new rows", () => {
    const packed = ["place_tokens", "token_places", "past_lengths", "logit_tokens"];
    const read = (names: readonly string[]) =>
      readContract(
        [
          value("input_ids", ["tokens"], "int64"),
          ...names.map((name) => value(name, ["n"], "int64")),
          ...PAST,
        ],
        [LOGITS, value("new_rows", ["n", 6, 16])],
        CONFIG,
      );
    expect(read(packed)).toMatchObject({
      packed: true,
      past: [{ input: "past_key_values.0.key", output: "new_rows" }, {}],
    });
    expect(() => read(packed.slice(1))).toThrow(/cannot feed: token_places, past_lengths, logit_tokens/);
  });

  it("refuses a graph whose sizes nobody says", () => {
    const open = [value("past_key_values.0.key", ["b", "heads", "p", "size"])];
    const nothing = { ...CONFIG, keyValueHeads: 0 };
    expect(() => readContract([IDS, ...open], [LOGITS, ...PRESENT], nothing)).toThrow(
      /key-value heads \(0\)/,
    );
  });

  it.each([
    ["no logits", [IDS, ...PAST], PRESENT, /input_ids and logits/],
    ["no cache", [IDS], [LOGITS], /without a key-value cache/],
    ["a cache that is not given back", [IDS, ...PAST], [LOGITS, PRESENT[0]!], /present\.0\.value/],
    [
      "inputs of another kind",
      [IDS, ...PAST, value("encoder_hidden_states", ["b"])],
      [LOGITS, ...PRESENT],
      /encoder_hidden_states/,
    ],
    [
      "a cache of another shape",
      [IDS, value("past_key_values.0.key", ["b", "p"])],
      [LOGITS, ...PRESENT],
      /2 dimensions/,
    ],
    [
      "a cache of another type",
      [IDS, value("past_key_values.0.key", ["b", 1, "p", 8], "int64")],
      [LOGITS, ...PRESENT],
      /int64/,
    ],
  ])("refuses a graph with %s", (_, inputs, outputs, message) => {
    expect(() => readContract(inputs, outputs, CONFIG)).toThrow(UnsupportedModelError);
    expect(() => readContract(inputs, outputs, CONFIG)).toThrow(message);
  });
});
