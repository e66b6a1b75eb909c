import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import { Decoder } from "./decoder.js";
import type { Device } from "./device.js";
import { InvalidRequestError } from "./errors.js";
import { findModel } from "./find-model.js";
import type { DownloadProgress } from "./hub.js";
import { Model } from "./model.js";
import { checkDataType, type DataType, findGraph } from "./model-files.js";
import { RemoteDecoder } from "./remote-decoder.js";
import { loadRuntime } from "./runtime.js";
import { createSession } from "./session.js";
import { readTextModel } from "./text-model.js";

export interface LoadOptions {
  /** Where the model runs. "auto" takes CUDA or DirectML where they are installed, or else the CPU. Default: "cpu". */
  readonly device?: Device | "auto";
  /** Threads for one operator, at least 1. Default: the machine's cores, as ONNX Runtime counts them. */
  readonly threads?: number;
  /**
   * Whether threads wait for their next piece of work busily, up to 50 µs. On two cores with nothing else to do a step takes
   * 11 ms with it and 15 ms without; beside a thread that works 20 and 16 ms (27 ms as ONNX Runtime waits by itself, which is
   * much longer). Default: true.
   */
  readonly spinning?: boolean;
  /** The type of the weights. Default: the one that the model names as its own, or else the smallest that it has. */
  readonly dtype?: DataType;
  /**
   * Memory for what the model made of the prompts that were read last, in bytes: what a prompt has in common with one of
   * them is not read again, up to a multiple of 32 tokens, and is kept once for all that begin with it. Works with packed
   * graphs; 0 turns it off. Default: 64 MiB, about 1,400 tokens of the bundled model.
   */
  readonly prefixCacheBytes?: number;
  /** The folder for models from the hub. Default: `$GRAMMASK_CACHE`, or else the system's folder for caches. */
  readonly cacheDirectory?: string;
  /** The hub's address. Default: `$HF_ENDPOINT`, or else the public hub. */
  readonly hubUrl?: string;
  /** Token for models that need one. Default: `$HF_TOKEN`. */
  readonly hubToken?: string;
  /** Ends a download. */
  readonly signal?: AbortSignal;
  readonly progress?: (progress: LoadProgress) => void;
}

export type LoadProgress =
  | DownloadProgress
  /** The files are there; the weights are being read. */
  | { readonly stage: "load"; readonly path: string };

/**
 * Loads a model.
 *
 * @param source the name of a model that is an npm package (`smollm2-135m-instruct` is `@grammask/model-...`), the path
 *   of a folder in the layout of transformers.js, or a hub id: `owner/name`, or `owner/name@revision`
 * @throws ModelNotFoundError, ModelFileError, UnsupportedModelError, DeviceError, DownloadError, InvalidRequestError
 */
export async function loadModel(source: string, options: LoadOptions = {}): Promise<Model> {
  const { device = "cpu", threads, spinning = true, dtype, prefixCacheBytes = 1 << 26, progress } = options;
  checkDataType(dtype);
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new InvalidRequestError("threads", `${threads} is not an integer of at least 1`);
  }
  if (!Number.isInteger(prefixCacheBytes) || prefixCacheBytes < 0) {
    throw new InvalidRequestError("prefixCacheBytes", `${prefixCacheBytes} is not an integer of at least 0`);
  }
  const directory = await findModel(source, options);
  const text = await readTextModel(directory);
  const graph = await findGraph(directory, dtype, text.config.dtype, device);
  const path = join(directory, graph.path);
  const packed = graph.packed && join(directory, graph.packed);
  const expansion = graph.expansion && join(directory, graph.expansion);
  progress?.({ stage: "load", path });
  const runtime = await loadRuntime();
  const loaded = await createSession({ path, packed, expansion }, runtime, {
    device,
    threads,
    spinning,
    layers: text.config.layers,
  });
  const decoder = new Decoder(loaded.session, runtime, loaded.device, text.config, prefixCacheBytes);
  return new Model({ name: source, directory, dtype: graph.dtype, decoder, text });
}

/**
 * A model whose weights are in another thread, which lends them by the other end of the port (`Model.lend`). It reads the
 * model's tokenizer and chat template anew.
 *
 * @throws ModelDisposedError where the port is closed; ModelFileError where the files are no longer there
 */
export async function connectModel(port: MessagePort): Promise<Model> {
  const { decoder, graph } = await RemoteDecoder.connect(port);
  const { name, directory, dtype } = graph;
  return new Model({ name, directory, dtype, decoder, text: await readTextModel(directory) });
}
