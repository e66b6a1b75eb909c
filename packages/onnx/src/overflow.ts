import type { Runtime } from "./runtime.js";

/** An ONNX graph: `y = MatMulInteger(x, w)` of bytes `x` [2, 4] and signed bytes `w` [4, 16], all of which are 127. */
const PROBE =
  "CAo6lAEKGAoBeAoBdxIBeSINTWF0TXVsSW50ZWdlchIBcCpLCAQIEBADQgF3SkB/f39/f39/f39/f39/f39/f39/f39/f39/f39/" +
  "f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/WhMKAXgSDgoMCAISCAoCCAIKAggEYhMKAXkSDgoMCAYSCAoCCAIK" +
  "AggQQgQKABAK";
/** Of four products of 255 and 127. */
const EXACT = 4 * 255 * 127;

/**
 * Whether products of bytes overflow on this processor: before VNNI, x64 has instructions that add two products of a byte and a
 * signed byte in 16 bits. ONNX Runtime has a slower way (`session.x64quantprecision`), and takes it where it is told to, whether
 * or not the processor needs it.
 */
export async function productsOverflow({ InferenceSession, Tensor }: Runtime): Promise<boolean> {
  const session = await InferenceSession.create(Buffer.from(PROBE, "base64"));
  try {
    const x = new Tensor("uint8", new Uint8Array(8).fill(255), [2, 4]);
    const { y } = await session.run({ x });
    return (y!.data as Int32Array).some((sum) => sum !== EXACT);
  } finally {
    await session.release();
  }
}
