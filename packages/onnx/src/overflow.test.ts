import * as onnxruntime from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { productsOverflow } from "./overflow.js";
import type { Runtime } from "./runtime.js";

describe("productsOverflow", () => {
  /** What the processor makes of four products of 255 and 127. */
  const runtime = (sum: number): Runtime =>
    ({
      Tensor: onnxruntime.Tensor,
      InferenceSession: {
        create: async () => ({
          run: async () => ({ y: { data: new Int32Array(32).fill(sum) } }),
          release: async () => {},
        }),
      },
    }) as unknown as Runtime;

  it("tells a processor that adds in 16 bits", async () => {
    expect(await productsOverflow(runtime(2 * 32_767))).toBe(true);
    expect(await productsOverflow(runtime(4 * 255 * 127))).toBe(false);
  });

  it("asks the one it runs on", async () => {
    expect(typeof (await productsOverflow(onnxruntime))).toBe("boolean");
  });
});
