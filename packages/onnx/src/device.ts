import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DeviceError, InvalidRequestError } from "./errors.js";
import type { Runtime } from "./runtime.js";

/** Where the model runs. */
export type Device = "cpu" | "cuda" | "webgpu" | "dml" | "coreml";

export const DEVICES: readonly Device[] = ["cpu", "cuda", "webgpu", "dml", "coreml"];

const WHERE: Record<Device, string> = {
  cpu: "every platform",
  cuda: "Linux x64 with an NVIDIA GPU",
  webgpu: "Windows, macOS and Linux x64",
  dml: "Windows (DirectML)",
  coreml: "macOS (Core ML)",
};

const CUDA_HELP =
  "Install it with `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node`; it also needs CUDA 12 and cuDNN 9 " +
  "on the machine.";

/**
 * The devices to try, in order. "auto" takes a GPU only where its runtime is installed and the GPU is certainly a real
 * one: CUDA on Linux, DirectML on Windows. WebGPU and Core ML are taken on request only: WebGPU may be a software
 * driver, many times slower than the CPU, and Core ML runs few of a language model's operators.
 *
 * @throws InvalidRequestError for a name that is no device
 */
export function devicesToTry(requested: Device | "auto", runtime: Runtime): readonly Device[] {
  if (requested !== "auto") {
    if (!DEVICES.includes(requested)) {
      const names = [...DEVICES, "auto"].map((name) => `"${name}"`).join(", ");
      throw new InvalidRequestError("device", `${JSON.stringify(requested)} is not one of ${names}`);
    }
    return [requested];
  }
  const present = (["cuda", "dml"] as const).filter(
    (device) => missingRuntime(device, runtime) === undefined,
  );
  return [...present, "cpu"];
}

/** Why the device's runtime is not there, or undefined where it is (its driver may still be missing). */
export function missingRuntime(device: Device, runtime: Runtime): string | undefined {
  const backend = runtime.listSupportedBackends().find((each) => each.name === device);
  if (backend === undefined) {
    return (
      `this build of ONNX Runtime (${process.platform}/${process.arch}) does not have it. ` +
      `It exists for ${WHERE[device]}; use device "cpu" or "auto" here.`
    );
  }
  if (device === "cuda" && !existsSync(join(nativeFolder(), "libonnxruntime_providers_cuda.so"))) {
    return `ONNX Runtime's CUDA library is not installed. ${CUDA_HELP}`;
  }
  return undefined;
}

/** Where in ONNX Runtime's sources a check failed, and which: no news to a user. */
const CHECK = /^\S+\.(?:cc|h):\d+ .*? was false\. /s;

/** What ONNX Runtime said when it could not start the device, with what to do about it. */
export function deviceFailure(device: Device, reason: string, cause: unknown): DeviceError {
  const help: Record<Device, string> = {
    cpu: "",
    cuda: ` ${CUDA_HELP}`,
    webgpu:
      " It needs a GPU driver: Vulkan (libvulkan.so.1 and the GPU's driver) on Linux, Direct3D 12 on Windows, Metal on macOS.",
    dml: " It needs a GPU with Direct3D 12.",
    coreml: "",
  };
  return new DeviceError(device, `${reason.replace(CHECK, "")}.${help[device]}`, { cause });
}

/** The folder of onnxruntime-node's native libraries, where its install script puts the CUDA library too. */
function nativeFolder(): string {
  const main = createRequire(import.meta.url).resolve("onnxruntime-node");
  return join(dirname(main), "..", "bin", "napi-v6", process.platform, process.arch);
}
