/**
 * The errors of this package. Each has a stable `code`; the message is one for people and says what to do.
 * Problems of a schema are errors of `@grammask/core` and pass through unchanged.
 */
export abstract class GrammaskError extends Error {
  /** Stable, for programs: kebab-case. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Nothing was found under the name, path or hub id that `loadModel` was given. */
export class ModelNotFoundError extends GrammaskError {
  override readonly code = "model-not-found";
}

/** A file of the model is missing, unreadable or broken; `path` is that file. */
export class ModelFileError extends GrammaskError {
  override readonly code = "model-file";
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.path = path;
  }
}

/** The model is whole, but of a kind that this package cannot run. */
export class UnsupportedModelError extends GrammaskError {
  override readonly code = "unsupported-model";
}

/** The device cannot be used here: its runtime, driver or hardware is missing. */
export class DeviceError extends GrammaskError {
  override readonly code = "device-unavailable";
  /** The `device` option that was asked for. */
  readonly device: string;

  constructor(device: string, problem: string, options?: ErrorOptions) {
    super(`device "${device}" cannot be used: ${problem}`, options);
    this.device = device;
  }
}

/** The prompt leaves no room for a single new token. */
export class PromptTooLongError extends GrammaskError {
  override readonly code = "prompt-too-long";
  /** Length of the prompt in tokens; of one that is far too long, of its beginning. */
  readonly promptTokens: number;
  /** The most tokens that the model can hold, prompt and output together. */
  readonly contextLength: number;

  constructor(promptTokens: number, contextLength: number, isBeginning = false) {
    super(
      `The prompt has ${isBeginning ? "at least " : ""}${promptTokens} tokens; the model holds ${contextLength}, prompt and output together. ` +
        "Shorten the prompt or take a model with a longer context.",
    );
    this.promptTokens = promptTokens;
    this.contextLength = contextLength;
  }
}

/** An option or a field of the request is wrong; `parameter` names it. */
export class InvalidRequestError extends GrammaskError {
  override readonly code = "invalid-request";
  readonly parameter: string;

  constructor(parameter: string, problem: string, options?: ErrorOptions) {
    super(`${parameter}: ${problem}`, options);
    this.parameter = parameter;
  }
}

/** A file could not be brought from the hub. */
export class DownloadError extends GrammaskError {
  override readonly code = "download-failed";
  /** HTTP status, where the hub answered with one. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The model was disposed of. */
export class ModelDisposedError extends GrammaskError {
  override readonly code = "model-disposed";

  constructor() {
    super("The model was disposed of; load it again to generate.");
  }
}

/** A step of the model failed inside ONNX Runtime. */
export class InferenceError extends GrammaskError {
  override readonly code = "inference-failed";
}

/** What went wrong, in words, whatever was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.trim() : String(thrown);
}

/** No output that the grammar allows is as short as the budget. */
export class BudgetTooSmallError extends GrammaskError {
  override readonly code = "budget-too-small";
  /** The most tokens that the output could have: `maxTokens`, or what the context has room for. */
  readonly maxTokens: number;
  /** The tokens of the shortest output that is known. */
  readonly neededTokens: number;

  constructor(maxTokens: number, neededTokens: number) {
    super(
      `The shortest valid output has ${neededTokens} tokens; only ${maxTokens} are allowed. ` +
        'Allow more (maxTokens), or take what fits, incomplete (onLength: "cut").',
    );
    this.maxTokens = maxTokens;
    this.neededTokens = neededTokens;
  }
}

/** What is wrong with a value: `path` leads to it, from the root. */
export interface ValidationIssue {
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

/** An output matches the JSON Schema, but a check that its schema's library runs afterwards refused it. */
export class SchemaValidationError extends GrammaskError {
  override readonly code = "validation-failed";
  /** The output of the last attempt. */
  readonly text: string;
  readonly issues: readonly ValidationIssue[];
  /** Outputs that were refused before this one, the first one first. */
  readonly rejected: readonly RejectedOutput[];

  constructor(
    text: string,
    issues: readonly ValidationIssue[],
    rejected: readonly RejectedOutput[],
    options?: ErrorOptions,
  ) {
    const attempts = rejected.length === 0 ? "" : ` (${rejected.length + 1} attempts)`;
    super(
      `The output matches the JSON Schema, but its schema refuses it${attempts}: ${issuesText(issues)}. ` +
        "The text is in `text`; `retries` lets the model try again.",
      options,
    );
    this.text = text;
    this.issues = issues;
    this.rejected = rejected;
  }
}

/** An output that its schema's library refused. */
export interface RejectedOutput {
  readonly text: string;
  readonly issues: readonly ValidationIssue[];
}

/** The issues in one line. */
export function issuesText(issues: readonly ValidationIssue[]): string {
  const lines = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
  );
  return lines.join("; ");
}
