import type { InferenceSession } from "onnxruntime-node";
import { type Device, deviceFailure, devicesToTry, missingRuntime } from "./device.js";
import { DeviceError, ModelFileError, reasonOf } from "./errors.js";
import { expandWeights, type WeightFile } from "./expand-weights.js";
import { freeMemory } from "./free-memory.js";
import { productsOverflow } from "./overflow.js";
import type { Runtime } from "./runtime.js";

export interface SessionOptions {
  readonly device: Device | "auto";
  /** Threads for one operator; undefined leaves the choice to ONNX Runtime: the machine's cores. */
  readonly threads: number | undefined;
  /** Whether threads wait for work busily. */
  readonly spinning: boolean;
  /** Layers of the model, to keep the cache of each in GPU memory; undefined keeps it in the CPU's. */
  readonly layers: number | undefined;
}

/**
 * How long a thread waits for its next piece of work busily, in microseconds: longer than from one operator of a step to the next, so that steps
 * are as fast as with busy waiting without an end, and no longer than that, since another thread may need the core.
 */
const SPIN_MICROSECONDS = 50;

/** Paths of a model's `.onnx` files; their external data lie beside them. */
export interface GraphPaths {
  readonly path: string;
  /** What the CPU takes instead, where there is one. */
  readonly packed: string | undefined;
  /** What says how the packed graph's weights are made, where they are no files. */
  readonly expansion?: string | undefined;
}

/**
 * Loads a graph onto a device.
 *
 * @throws DeviceError where the device cannot be used
 * @throws ModelFileError where the file is broken or its data are missing
 */
export async function createSession(
  { path, packed, expansion }: GraphPaths,
  runtime: Runtime,
  options: SessionOptions,
): Promise<{ readonly session: InferenceSession; readonly device: Device }> {
  const devices = devicesToTry(options.device, runtime);
  for (const device of devices) {
    try {
      return {
        session:
          device === "cpu" && packed !== undefined
            ? await createOn(
                device,
                packed,
                runtime,
                options,
                expansion === undefined ? undefined : await expandWeights(expansion),
              )
            : await createOn(device, path, runtime, options),
        device,
      };
    } catch (thrown) {
      if (!(thrown instanceof DeviceError) || device === devices.at(-1)) {
        throw thrown;
      }
    }
  }
  throw new DeviceError(options.device, "no device is left to try");
}

async function createOn(
  device: Device,
  path: string,
  runtime: Runtime,
  { threads, spinning, layers }: SessionOptions,
  weights?: readonly WeightFile[],
): Promise<InferenceSession> {
  const missing = missingRuntime(device, runtime);
  if (missing !== undefined) {
    throw new DeviceError(device, missing);
  }
  try {
    return await runtime.InferenceSession.create(path, {
      executionProviders: [device],
      ...(weights === undefined ? {} : { externalData: weights }),
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      extra: {
        session: {
          intra_op: waiting(spinning),
          ...(weights !== undefined && (await productsOverflow(runtime)) && { x64quantprecision: "1" }),
        },
      },
      ...(device === "webgpu" ? { preferredOutputLocation: gpuOutputs(layers ?? 0) } : {}),
      // Warnings about the placement of operators are no news to a user of a model.
      logSeverityLevel: 3,
    });
  } catch (thrown) {
    const reason = reasonOf(thrown);
    if (device === "cpu" || /protobuf|load model|external data|\.onnx/i.test(reason)) {
      const what = /external data|onnx_data/i.test(reason)
        ? "its external data (the .onnx_data files beside it) are missing or broken"
        : "not an ONNX model that can be loaded";
      throw new ModelFileError(path, `${what}: ${reason}`, { cause: thrown });
    }
    throw deviceFailure(device, reason, thrown);
  } finally {
    // ONNX Runtime has its own copy.
    freeMemory((weights ?? []).map(({ data }) => data));
  }
}

/** Entries of ONNX Runtime's configuration `session.intra_op`. */
function waiting(spinning: boolean): Record<string, string> {
  return spinning ? { spin_duration_us: String(SPIN_MICROSECONDS) } : { allow_spinning: "0" };
}

function gpuOutputs(layers: number): Record<string, "gpu-buffer"> {
  const outputs: Record<string, "gpu-buffer"> = {};
  for (let layer = 0; layer < layers; layer++) {
    outputs[`present.${layer}.key`] = "gpu-buffer";
    outputs[`present.${layer}.value`] = "gpu-buffer";
  }
  return outputs;
}
