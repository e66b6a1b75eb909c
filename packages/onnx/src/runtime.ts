import type * as OnnxRuntime from "onnxruntime-node";
import { DeviceError, reasonOf } from "./errors.js";

export type Runtime = typeof OnnxRuntime;

let loading: Promise<Runtime> | undefined;

/**
 * ONNX Runtime, loaded on the first call: its native library is 45 MB, and where it is missing the reason belongs into
 * the error of `loadModel`, not into an import.
 *
 * @throws DeviceError where there is no native library for this platform
 */
export function loadRuntime(): Promise<Runtime> {
  loading ??= import("onnxruntime-node").catch((thrown: unknown) => {
    throw new DeviceError(
      "cpu",
      `onnxruntime-node did not load on ${process.platform}/${process.arch}: ${reasonOf(thrown)}. ` +
        "It has native libraries for Windows, macOS and Linux (glibc), x64 and arm64.",
      { cause: thrown },
    );
  });
  return loading;
}
