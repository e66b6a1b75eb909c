import type { MessagePort } from "node:worker_threads";
import type { GenerateRequest, LoadOptions } from "@grammask/onnx";
import type { ConstraintLimits } from "./constraint.js";
import type {
  EngineInfo,
  GenerationRequest,
  GenerationResult,
  OutputPiece,
  UpstreamStatus,
} from "./engine.js";
import type { ErrorRecord } from "./error-record.js";

/** Options of a model that can be sent to its thread. */
export type ModelOptions = Pick<
  LoadOptions,
  "device" | "threads" | "spinning" | "dtype" | "prefixCacheBytes" | "cacheDirectory"
>;

/** What a model's thread begins with. */
export interface ModelThreadData {
  readonly source: string;
  readonly options: ModelOptions;
  readonly limits: ConstraintLimits;
  /** How the prompt tells the model its schema; undefined: as `@grammask/onnx` does where it is not told. */
  readonly schemaInPrompt?: GenerateRequest["schemaInPrompt"];
  /** To the thread that has the weights already; undefined: the thread loads them. */
  readonly lender?: MessagePort;
}

/** To a model's thread. */
export type ModelCommand =
  | { readonly type: "generate"; readonly id: number; readonly request: GenerationRequest }
  | { readonly type: "abort"; readonly id: number }
  /** To a thread with weights: who has the other end of the port generates with them. */
  | { readonly type: "lend"; readonly port: MessagePort }
  | { readonly type: "dispose" };

/** From a model's thread. */
export type ModelMessage =
  | { readonly type: "loaded"; readonly info: EngineInfo }
  | { readonly type: "not-loaded"; readonly error: ErrorRecord }
  | { readonly type: "text"; readonly id: number; readonly text: OutputPiece }
  | { readonly type: "result"; readonly id: number; readonly result: GenerationResult }
  | { readonly type: "upstreams"; readonly upstreams: readonly UpstreamStatus[] }
  | { readonly type: "error"; readonly id: number; readonly error: ErrorRecord };
