import { describe, expect, it } from "vitest";
import { InvalidRequestError } from "./errors.js";
import { checkDataType, chooseGraph, externalData } from "./model-files.js";

const FILES = [
  "config.json",
  "onnx/model.onnx",
  "onnx/model_q4.onnx",
  "onnx/model_q4f16.onnx",
  "onnx/model_fp16.onnx",
];

describe("chooseGraph", () => {
  it("takes the type that is asked for, or the model's own, or the best for the device", () => {
    expect(chooseGraph(FILES, "fp32", "q4", "cpu")).toEqual({
      dtype: "fp32",
      path: "onnx/model.onnx",
      packed: undefined,
      expansion: undefined,
    });
    expect(chooseGraph(FILES, undefined, "fp16", "cpu")?.dtype).toBe("fp16");
    expect(chooseGraph(FILES, undefined, "bnb4", "cpu")?.dtype).toBe("q4");
    expect(chooseGraph(FILES, undefined, "nonsense", "webgpu")?.dtype).toBe("q4f16");
    expect(chooseGraph(FILES, "bnb4", undefined, "cpu")).toBeUndefined();
    expect(chooseGraph([...FILES, "onnx/model_q4_packed.onnx"], "q4", "q4", "cpu")).toMatchObject({
      path: "onnx/model_q4.onnx",
      packed: "onnx/model_q4_packed.onnx",
    });
    const packed = ["onnx/model_q4_packed.onnx", "onnx/model_q4_packed.json", "onnx/model_packed.json"];
    expect(chooseGraph([...FILES, ...packed], "q4", "q4", "cpu")?.expansion).toBe(packed[1]);
    expect(chooseGraph([...FILES, ...packed], "fp32", "q4", "cpu")?.expansion).toBeUndefined();
    expect(chooseGraph(["model.onnx"], undefined, undefined, "cpu")?.path).toBe("model.onnx");
    expect(chooseGraph(["onnx/decoder_model_merged.onnx"], undefined, undefined, "cpu")?.dtype).toBe("fp32");
  });
});

describe("externalData", () => {
  it("finds the files of weights of one graph", () => {
    const files = [
      "onnx/model.onnx",
      "onnx/model.onnx_data",
      "onnx/model_q4.onnx",
      "onnx/model_q4.onnx_data",
      "onnx/model_q4.onnx_data_1",
      "onnx/model_q4.onnx_data_12",
      "onnx/model_q4.onnx.data",
      "onnx/model_q4.onnx_data.md",
      "model_q4.onnx_data",
    ];
    expect(externalData("onnx/model_q4.onnx", files)).toEqual(files.slice(3, 7));
    expect(externalData("onnx/model.onnx", files)).toEqual(["onnx/model.onnx_data"]);
  });
});

describe("checkDataType", () => {
  it("refuses names that are no types", () => {
    expect(() => checkDataType("q4")).not.toThrow();
    expect(() => checkDataType(undefined)).not.toThrow();
    for (const name of ["q5", "toString", ""]) {
      expect(() => checkDataType(name)).toThrow(InvalidRequestError);
    }
  });
});
