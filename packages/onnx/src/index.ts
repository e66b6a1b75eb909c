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
  type RejectedOutput,
  SchemaValidationError,
  UnsupportedModelError,
  type ValidationIssue,
} from "./errors.js";
export type { DownloadProgress } from "./hub.js";
export { beginsThinking, type RequestLeadIn, type RequestLeadInOptions } from "./lead-in.js";
export { connectModel, type LoadOptions, type LoadProgress, loadModel } from "./load.js";
export type { BatchOptions, Model } from "./model.js";
export type { DataType } from "./model-files.js";
export type { Alternative, TokenPressure } from "./pressure.js";
export type { EndedRepetition } from "./repetition.js";
export type { Report, ReportOptions, TokenLogprobs, ValuePressure } from "./report.js";
export type { GenerateRequest, PromptProgress, TokenEvent } from "./request.js";
export type {
  ClosedEarly,
  GenerateResult,
  GenerateResults,
  PartialValue,
  RetryEvent,
  StreamEvent,
  Usage,
} from "./result.js";
export type {
  SchemaInPrompt,
  SchemaInPromptOptions,
  SchemaInPromptResult,
} from "./schema-prompt.js";
export type { Timings } from "./timings.js";
export type { SchemaInput, ValueOf, WrittenOf } from "./typed/schema-input.js";
export type { FromSchema } from "./typed/schema-type.js";
export { type Validate, withValidation } from "./typed/standard-schema.js";
