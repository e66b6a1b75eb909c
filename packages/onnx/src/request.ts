import type { Grammar, JsonSchemaOptions } from "@grammask/core";
import type { ChatMessage } from "./chat-template.js";
import type { DraftOptions } from "./drafts.js";
import { InvalidRequestError } from "./errors.js";
import { checkLeadIn, type RequestLeadIn } from "./lead-in.js";
import type { TokenPressure } from "./pressure.js";
import { randomSeed } from "./random.js";
import type { ReportOptions, TokenLogprobs } from "./report.js";
import type { SamplingOptions } from "./sampling.js";
import { checkSchemaInPrompt, type SchemaInPrompt } from "./schema-prompt.js";
import type { SchemaInput } from "./typed/schema-input.js";

/** What to generate. Exactly one of `messages` and `prompt`; at most one of `schema`, `json`, `regex`, `choice` and `grammar`. */
export interface GenerateRequest<S extends SchemaInput | undefined = SchemaInput | undefined>
  extends Partial<SamplingOptions> {
  /** A conversation, rendered with the model's chat template; at least one message. */
  readonly messages?: readonly ChatMessage[];
  /** The text to continue, as it is, or its token ids; not empty. */
  readonly prompt?: string | readonly number[];
  /**
   * What the output matches: a JSON Schema (an object, `true`, or its JSON text), or the schema of a library with
   * `StandardJSONSchemaV1` (zod, ArkType, valibot by `toStandardJsonSchema`), whose own checks and transformations are run
   * on the value afterwards. `result.value` has the type.
   */
  readonly schema?: S;
  /**
   * How often the model tries again when the checks of the schema's library refuse its output, 0 to 100: with `messages` it
   * is told the issues; with a temperature it takes the next seed. JSON Schemas have no such checks. Default: 0.
   */
  readonly retries?: number;
  /** Any JSON value (`true`), or any JSON object (`"object"`). */
  readonly json?: boolean | "object";
  /** A regular expression of ECMA-262 that the whole output matches, as source text. */
  readonly regex?: string;
  /** The texts of which the output is one. */
  readonly choice?: readonly string[];
  /**
   * How `schema` or `json` is compiled, and only with these: order of properties, whitespace, limits; by default as
   * `generationOptions` of `@grammask/core` says: whitespace "auto", minimal escapes, plain numbers, no extra properties.
   */
  readonly schemaOptions?: JsonSchemaOptions;
  /**
   * Whether and how the prompt tells the model what `schema` asks for; only with `messages`. `result.schemaInPrompt` has what
   * it said. Default: "none".
   */
  readonly schemaInPrompt?: SchemaInPrompt;
  /**
   * What the model may write before the JSON value of `schema` or `json`: "fence" (the value stands in a code fence),
   * "optional-fence" (it may), "think" (there may be a block `<think>...</think>` before that), "text" (there may be any
   * text besides). It is not part of the result's text and value: see `result.leadIn`. Its tokens count for `maxTokens`.
   * Default: "none".
   */
  readonly leadIn?: RequestLeadIn;
  /** A grammar compiled with `@grammask/core`. */
  readonly grammar?: Grammar;
  /** The most tokens to generate, at least 1. Default: 1,024, or what the context has room for. */
  readonly maxTokens?: number;
  /**
   * What happens to an output under a grammar when `maxTokens` or the context comes to its end. "close": it is led to its
   * end in time, so that it is always complete and valid; a budget below the shortest valid output is a
   * `BudgetTooSmallError` at once. "cut": it ends in the middle. Default: "close".
   */
  readonly onLength?: "close" | "cut";
  /**
   * What happens where an output under a grammar has come to repeat itself word for word: 3 copies of up to 256 characters, and 128
   * characters together. "close": the value that does (a text, or a list, behind a whole item) is led to its end, and the
   * model goes on with the next one; of an output that is not JSON it is the whole. So small models do not go on until the budget
   * ends; but lists may be right to repeat themselves, such as many zeros. "ignore": it goes on. Default: "ignore".
   */
  readonly onRepetition?: "close" | "ignore";
  /**
   * Whether text that the grammar leaves no choice about (keys, punctuation, constants) is fed as the tokenizer writes
   * it, several tokens in one step, instead of token by token as the model would write it. Default: true.
   */
  readonly forcedTokens?: boolean;
  /**
   * Whether the next tokens are guessed where the last ones occur in the prompt or the output, so that one step of the
   * model can check several; how, if an object. Does not change the distribution of the output. Default: true. Without
   * effect on WebGPU, where tokens cannot be taken back.
   */
  readonly drafts?: boolean | DraftOptions;
  /**
   * Whether the result has a report of what the grammar did to the model's choices, token by token and value by value;
   * how, if an object. Costs a few percent of the time. Default: false.
   */
  readonly report?: boolean | ReportOptions;
  /** Whether the result has the log probabilities of its tokens. Default: false, but true where `topLogprobs` is given. */
  readonly logprobs?: boolean;
  /** How many of the likeliest tokens are named in the place of each token, 0 to 100. Default: 0. */
  readonly topLogprobs?: number;
  /** Texts that end the output, which does not include them; at most 16, none empty. */
  readonly stop?: string | readonly string[];
  /**
   * Where a stop string ends an output under a grammar: anywhere ("cut"), or only where the text before it is one that the grammar
   * lets end there ("complete"), so that no output is cut in two: JSON then ends with its value. Default: "cut".
   */
  readonly onStop?: "cut" | "complete";
  /** Ends the generation after the step at hand; the result has what there is, with finish reason "abort". */
  readonly signal?: AbortSignal;
  /** Called for each token, in order. What it throws ends the generation. */
  readonly onToken?: (event: TokenEvent) => void;
  /**
   * Called for each token of the output as soon as it is known what the mask did to it, in order; it needs `report`. Of a
   * forced token that is known a step after its `onToken`; of tokens that a stop string cuts off it may be known as well.
   * What it throws ends the generation.
   */
  readonly onPressure?: (pressure: TokenPressure, index: number) => void;
  /**
   * Called for the log probabilities of each token of the output, in order, as soon as they are known, as `onPressure` is; it needs
   * `logprobs` or `topLogprobs`. What it throws ends the generation.
   */
  readonly onLogprobs?: (logprobs: TokenLogprobs, index: number) => void;
  /** Called while the prompt is read, after each step of it. */
  readonly onProgress?: (progress: PromptProgress) => void;
}

/** A token of the output. */
export interface TokenEvent {
  readonly id: number;
  /** Position in the output, from 0. Text that was held back may follow under the last token's index. */
  readonly index: number;
  /**
   * The text that is certain now: whole characters, and none that may be the beginning of a stop string; may be empty.
   * All of them together are the result's text.
   */
  readonly text: string;
  /** The same for what comes before the value, where something may. */
  readonly leadIn?: string;
}

export interface PromptProgress {
  readonly stage: "prompt";
  /** Tokens read, and tokens in all. */
  readonly done: number;
  readonly total: number;
}

/** A request whose values have been checked, its defaults filled in. */
export interface CheckedRequest {
  readonly sampling: SamplingOptions;
  readonly maxTokens: number;
  readonly onLength: "close" | "cut";
  readonly onRepetition: "close" | "ignore";
  readonly onStop: "cut" | "complete";
  /** The most tokens before the value. */
  readonly maxLeadInTokens: number;
  readonly forcedTokens: boolean;
  /** Undefined: no drafts. */
  readonly drafts: Required<DraftOptions> | undefined;
  /** How many alternatives the report names; undefined: no report. */
  readonly report: number | undefined;
  /** How many tokens are named with their log probabilities; undefined: none are asked for. */
  readonly topLogprobs: number | undefined;
  /** How many alternatives to measure for either of them; undefined: nothing is measured. */
  readonly alternatives: number | undefined;
  readonly stop: readonly string[];
}

const DEFAULT_MAX_TOKENS = 1024;
const MOST_STOP_STRINGS = 16;

/** @throws InvalidRequestError for the first value that is wrong */
export function checkRequest(request: GenerateRequest): CheckedRequest {
  if (typeof request !== "object" || request === null) {
    throw new InvalidRequestError("request", "an object is expected");
  }
  checkPrompt(request);
  checkCallbacks(request);
  checkConstraint(request);
  checkSchemaInPrompt(request);
  const { maxTokens = DEFAULT_MAX_TOKENS } = request;
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new InvalidRequestError("maxTokens", `${maxTokens} is not an integer of at least 1`);
  }
  const maxLeadInTokens = checkLeadIn(request, maxTokens);
  const { forcedTokens = true, onLength = "close", onRepetition = "ignore", onStop = "cut" } = request;
  if (onLength !== "close" && onLength !== "cut") {
    throw new InvalidRequestError("onLength", `${String(onLength)} is not "close" or "cut"`);
  }
  if (onRepetition !== "close" && onRepetition !== "ignore") {
    throw new InvalidRequestError("onRepetition", `${String(onRepetition)} is not "close" or "ignore"`);
  }
  if (onStop !== "cut" && onStop !== "complete") {
    throw new InvalidRequestError("onStop", `${String(onStop)} is not "cut" or "complete"`);
  }
  if (typeof forcedTokens !== "boolean") {
    throw new InvalidRequestError("forcedTokens", `${String(forcedTokens)} is not true or false`);
  }
  const [sampling, drafts, stop] = [
    checkSampling(request),
    checkDrafts(request.drafts),
    checkStop(request.stop),
  ];
  const [report, topLogprobs] = [checkReport(request.report), checkLogprobs(request)];
  const alternatives =
    report === undefined && topLogprobs === undefined ? undefined : Math.max(report ?? 0, topLogprobs ?? 0);
  return {
    ...{ sampling, maxTokens, maxLeadInTokens, onLength, onRepetition, onStop, forcedTokens, drafts },
    ...{ report, topLogprobs, alternatives, stop },
  };
}

function checkDrafts(drafts: boolean | DraftOptions = true): Required<DraftOptions> | undefined {
  if (typeof drafts !== "boolean" && (typeof drafts !== "object" || drafts === null)) {
    throw new InvalidRequestError("drafts", `${String(drafts)} is not true, false or an object`);
  }
  const { maxTokens = 16, tokenCost = 0.15 } = typeof drafts === "boolean" ? {} : drafts;
  const whole = Number.isInteger(maxTokens) && maxTokens >= 1 && maxTokens <= 64;
  inRange("drafts.maxTokens", maxTokens, whole, "an integer from 1 to 64");
  inRange("drafts.tokenCost", tokenCost, tokenCost > 0 && tokenCost <= 1, "a number above 0, at most 1");
  return drafts === false ? undefined : { maxTokens, tokenCost };
}

function checkReport(report: boolean | ReportOptions = false): number | undefined {
  if (typeof report !== "boolean" && (typeof report !== "object" || report === null)) {
    throw new InvalidRequestError("report", `${String(report)} is not true, false or an object`);
  }
  const { alternatives = 5 } = typeof report === "boolean" ? {} : report;
  const whole = Number.isInteger(alternatives) && alternatives >= 0 && alternatives <= 100;
  inRange("report.alternatives", alternatives, whole, "an integer from 0 to 100");
  return report === false ? undefined : alternatives;
}

function checkLogprobs({ logprobs = false, topLogprobs = 0 }: GenerateRequest): number | undefined {
  if (typeof logprobs !== "boolean") {
    throw new InvalidRequestError("logprobs", `${String(logprobs)} is not true or false`);
  }
  const whole = Number.isInteger(topLogprobs) && topLogprobs >= 0 && topLogprobs <= 100;
  inRange("topLogprobs", topLogprobs, whole, "an integer from 0 to 100");
  return logprobs || topLogprobs > 0 ? topLogprobs : undefined;
}

function checkPrompt({ messages, prompt }: GenerateRequest): void {
  if ((messages === undefined) === (prompt === undefined)) {
    throw new InvalidRequestError("messages", "exactly one of messages and prompt is needed");
  }
  if (prompt !== undefined) {
    const isIds = Array.isArray(prompt) && prompt.every((id) => Number.isInteger(id) && id >= 0);
    if ((typeof prompt !== "string" && !isIds) || prompt.length === 0) {
      throw new InvalidRequestError("prompt", "a text or a list of token ids is expected, not empty");
    }
    return;
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new InvalidRequestError("messages", "a list of at least one message is expected");
  }
  messages.forEach((message: unknown, i) => {
    const { role, content } = (message ?? {}) as Partial<ChatMessage>;
    if (typeof role !== "string" || typeof content !== "string") {
      throw new InvalidRequestError(`messages[${i}]`, "role and content are expected, both strings");
    }
  });
}

function checkCallbacks(request: GenerateRequest): void {
  const { signal, onToken, onPressure, onLogprobs, onProgress, report, logprobs, topLogprobs } = request;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidRequestError("signal", "an AbortSignal is expected");
  }
  for (const [name, callback] of Object.entries({ onToken, onPressure, onLogprobs, onProgress })) {
    if (callback !== undefined && typeof callback !== "function") {
      throw new InvalidRequestError(name, "a function is expected");
    }
  }
  if (onPressure !== undefined && (report === undefined || report === false)) {
    throw new InvalidRequestError("onPressure", "it is measured for a report only: ask for report too");
  }
  if (onLogprobs !== undefined && logprobs !== true && (topLogprobs ?? 0) === 0) {
    throw new InvalidRequestError("onLogprobs", "ask for logprobs too");
  }
}

function checkConstraint(request: GenerateRequest): void {
  const { schema, json, regex, choice, grammar, schemaOptions, onRepetition } = request;
  const isJson = json !== undefined && json !== false;
  const constraints = { schema, json: isJson ? json : undefined, regex, choice, grammar };
  const given = Object.entries(constraints).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const [first, second] = given;
  if (first !== undefined && second !== undefined) {
    throw new InvalidRequestError(
      first,
      `it is given together with ${second}; at most one of schema, json, regex, choice and grammar can be`,
    );
  }
  if (first === undefined && onRepetition === "close") {
    throw new InvalidRequestError(
      "onRepetition",
      "only a schema, json, regex, choice or grammar tells how an output ends",
    );
  }
  if (json !== undefined && typeof json !== "boolean" && json !== "object") {
    throw new InvalidRequestError("json", `${JSON.stringify(json)} is not true, false or "object"`);
  }
  if (schema !== undefined && (schema === null || !["object", "boolean", "string"].includes(typeof schema))) {
    throw new InvalidRequestError("schema", "a JSON Schema is expected: an object, a boolean or JSON text");
  }
  if (regex !== undefined && typeof regex !== "string") {
    throw new InvalidRequestError("regex", "the source of a regular expression is expected, a string");
  }
  if (choice !== undefined && !isTexts(choice)) {
    throw new InvalidRequestError("choice", "a list of texts is expected");
  }
  if (schemaOptions !== undefined && (first === "regex" || first === "choice")) {
    throw new InvalidRequestError(
      "schemaOptions",
      `they say how JSON is written, and nothing about a ${first}`,
    );
  }
}

function isTexts(list: unknown): boolean {
  return Array.isArray(list) && list.every((each) => typeof each === "string");
}

function checkSampling(request: GenerateRequest): SamplingOptions {
  const {
    temperature = 0,
    topK = 0,
    topP = 1,
    minP = 0,
    repetitionPenalty = 1,
    frequencyPenalty = 0,
    presencePenalty = 0,
    seed = randomSeed(),
    logitBias = {},
  } = request;
  inRange("temperature", temperature, temperature >= 0, "a number of at least 0");
  inRange("topK", topK, Number.isInteger(topK) && topK >= 0, "an integer of at least 0");
  inRange("topP", topP, topP > 0 && topP <= 1, "a number above 0, at most 1");
  inRange("minP", minP, minP >= 0 && minP <= 1, "a number from 0 to 1");
  inRange("repetitionPenalty", repetitionPenalty, repetitionPenalty > 0, "a number above 0");
  for (const [name, penalty] of Object.entries({ frequencyPenalty, presencePenalty })) {
    inRange(name, penalty, penalty >= -2 && penalty <= 2, "a number from -2 to 2");
  }
  inRange(
    "seed",
    seed,
    Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32,
    "an integer from 0 to 4294967295",
  );
  checkLogitBias(logitBias);
  return {
    ...{ temperature, topK, topP, minP, seed, logitBias },
    ...{ repetitionPenalty, frequencyPenalty, presencePenalty },
  };
}

function checkLogitBias(logitBias: unknown): void {
  if (typeof logitBias !== "object" || logitBias === null) {
    throw new InvalidRequestError("logitBias", "an object of numbers by token id is expected");
  }
  for (const [id, bias] of Object.entries(logitBias)) {
    if (!/^(0|[1-9]\d{0,8})$/.test(id)) {
      throw new InvalidRequestError("logitBias", `${id} is not a token id`);
    }
    inRange(`logitBias[${id}]`, bias, bias >= -100 && bias <= 100, "a number from -100 to 100");
  }
}

function inRange(name: string, value: unknown, ok: boolean, expected: string): void {
  if (!ok || typeof value !== "number" || !Number.isFinite(value)) {
    throw new InvalidRequestError(name, `${String(value)} is not ${expected}`);
  }
}

function checkStop(stop: string | readonly string[] | undefined): readonly string[] {
  const stops: readonly unknown[] = stop === undefined ? [] : typeof stop === "string" ? [stop] : stop;
  if (!Array.isArray(stops) || stops.length > MOST_STOP_STRINGS) {
    throw new InvalidRequestError("stop", `a text or a list of at most ${MOST_STOP_STRINGS} is expected`);
  }
  if (stops.some((each) => typeof each !== "string" || each === "")) {
    throw new InvalidRequestError("stop", "a stop string is not a text or is empty");
  }
  return stops as readonly string[];
}
