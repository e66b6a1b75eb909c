export type { ChatMessage } from "./chat-template.js";
export type { FinishReason } from "./decoding.js";
export type { Device } from "./device.js";
export type { DraftOptions } from "./drafts.js";
export {
  BudgetTooSmallError,
  DeviceError,
  DownloadError,
  GrammaskError,
  InferenceError,
  InvalidRequestError,
  ModelDisposedError,
  ModelFileError,
  ModelNotFoundError,
  PromptTooLongError,
  UnsupportedModelError,
} from "./errors.js";
export type { DownloadProgress } from "./hub.js";
export { type LoadOptions, type LoadProgress, loadModel } from "./load.js";
export type {
  BatchOptions,
  ClosedEarly,
  GenerateResult,
  Model,
  PartialValue,
  StreamEvent,
  Usage,
} from "./model.js";
export type { DataType } from "./model-files.js";
export type { Alternative, TokenPressure } from "./pressure.js";
export type { Report, ReportOptions, TokenLogprobs, ValuePressure } from "./report.js";
export type { GenerateRequest, PromptProgress, TokenEvent } from "./request.js";
export type { Timings } from "./timings.js";
