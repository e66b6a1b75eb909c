import type { CapturedText, SchemaTextForm, ToolFormatName } from "@grammask/core";
import type { GenerateRequest, TokenPressure, Usage } from "@grammask/onnx";
import type { Constraint } from "./constraint.js";

/** How a prompt tells a schema. */
export type SchemaTelling = "auto" | "none" | SchemaTextForm;

/** What to generate, as plain data: it is sent to the thread of a model. */
export interface GenerationRequest
  extends Pick<
    GenerateRequest,
    | "messages"
    | "prompt"
    | "maxTokens"
    | "temperature"
    | "topK"
    | "topP"
    | "minP"
    | "repetitionPenalty"
    | "frequencyPenalty"
    | "presencePenalty"
    | "seed"
    | "logitBias"
    | "stop"
    | "onRepetition"
    | "topLogprobs"
    | "logprobs"
  > {
  readonly constraint?: Constraint | undefined;
  /** How the prompt tells the model the schema of the constraint; undefined: as the server's option for the model says. */
  readonly schemaInPrompt?: SchemaTelling | undefined;
  /** Whether the constraint costs so much that other generations must not wait for it. */
  readonly isHeavy?: boolean | undefined;
  /**
   * Whether text is wanted as it comes, with the log probabilities where they are asked for. Otherwise it may come in one piece, which can
   * be corrected before.
   */
  readonly streamed?: boolean | undefined;
  /**
   * How many alternatives of each token to name, 0 to 100: the text comes token by token then, with what the constraint did to each
   * (`MeasuredToken`). An engine that does not see the model's probabilities gives plain text all the same. Default: plain text.
   */
  readonly measured?: number | undefined;
}

/** A token of the output, and what the constraint did to the model's choice: `TokenPressure` of `@grammask/onnx`, with texts. */
export interface MeasuredToken
  extends Pick<TokenPressure, "forced" | "removed" | "refused" | "logprob" | "maskedLogprob" | "confidence"> {
  /** What it adds to the output: whole characters, so that it may be empty. */
  readonly text: string;
  /** The likeliest tokens that were allowed, and that were not, most likely first, with the model's own probability. */
  readonly allowed: readonly MeasuredAlternative[];
  readonly removedTokens: readonly MeasuredAlternative[];
}

/** Text of the output, and the tokens that it is of, with their log probabilities. */
export interface LoggedText {
  /** Whole characters, so that it may be empty. */
  readonly text: string;
  readonly logprobs: readonly TokenLogprob[];
}

/** What an engine says of an output as it grows: text, or where the request asks for it, what is known of its tokens. */
export type OutputPiece = string | MeasuredToken | LoggedText;

export interface MeasuredAlternative {
  readonly text: string;
  readonly probability: number;
}

/** A token with its log probability among those that were allowed, and the likeliest in its place. */
export interface TokenLogprob {
  readonly text: string;
  readonly bytes: readonly number[];
  /** Natural logarithm. */
  readonly logprob: number;
  readonly top: readonly Omit<TokenLogprob, "top">[];
}

export interface GenerationResult {
  readonly text: string;
  readonly finishReason: "complete" | "stop-string" | "length" | "abort";
  readonly stopString: string | undefined;
  /** What the constraint captures of a complete output, outer parts before inner ones; undefined or empty: nothing. */
  readonly captures: readonly CapturedText[] | undefined;
  /** JSON Pointers of the values that the token budget cut short: the output is complete all the same. */
  readonly closedEarly: readonly string[] | undefined;
  /** JSON Pointers of the values that were ended because they repeated themselves; undefined or empty: none was. */
  readonly repetitions?: readonly string[] | undefined;
  /** The limit of the schema that the output hit, and was ended for. */
  readonly limit: string | undefined;
  readonly seed: number;
  readonly usage: Usage;
  /** Milliseconds. */
  readonly timings: {
    readonly prefill: number;
    readonly decode: number;
    readonly mask: number;
    /** The longest that the generation's thread was busy with its constraint in one piece. */
    readonly longestGrammar: number;
  };
  readonly logprobs: readonly TokenLogprob[] | undefined;
}

export interface EngineInfo {
  /** The most tokens of prompt and output together, where that is known. */
  readonly contextLength: number | undefined;
  readonly vocabularySize: number;
  readonly device: string;
  readonly dtype: string;
  /** Size of the model's weights in bytes. */
  readonly bytes: number;
  /** How its chat template writes calls of tools. */
  readonly toolFormat: ToolFormatName;
}

/** One of the other engines behind a model. */
export interface UpstreamStatus {
  readonly url: string;
  /** Whether the last health check, or request, found it well. */
  readonly isHealthy: boolean;
  /** Outputs that it generates now. */
  readonly active: number;
  /** Requests that it was given in all, retries included, and how many of them failed, by the code of the error. */
  readonly requests: number;
  readonly failures: Readonly<Record<string, number>>;
}

/** A loaded model, wherever it runs. */
export interface Engine {
  readonly info: EngineInfo;
  /**
   * One output: its text piece by piece, then the result. Where the signal fires, the result's finish reason is "abort".
   *
   * @throws ApiError where the request or its constraint is wrong, or the engine fails
   */
  generate(
    request: GenerationRequest,
    signal: AbortSignal,
    constraintParam: string | undefined,
  ): AsyncGenerator<OutputPiece, GenerationResult, void>;
  /** Of an engine that asks others: what is known of them; undefined: nothing yet, or it asks none. */
  readonly upstreams?: readonly UpstreamStatus[] | undefined;
  /** Resolves with the reason when the engine ends without having been disposed of. */
  readonly failed: Promise<Error>;
  dispose(): Promise<void>;
}
