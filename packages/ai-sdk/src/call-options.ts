import {
  InvalidArgumentError,
  type LanguageModelV3CallOptions,
  type SharedV3Warning,
} from "@ai-sdk/provider";
import { jsonInTextOptions, type ToolFormatName } from "@grammask/core";
import type { GenerateRequest } from "@grammask/onnx";
import { toMessages } from "./prompt.js";
import { planTools, type ToolPlan } from "./tools.js";

/** Requests' options that the SDK has no names for. */
const OWN = [
  "choice",
  "drafts",
  "forcedTokens",
  "leadIn",
  "logitBias",
  "minP",
  "onLength",
  "onRepetition",
  "regex",
  "repetitionPenalty",
  "schemaInPrompt",
  "schemaOptions",
] as const satisfies readonly (keyof GenerateRequest)[];

/** What is said of tools and reasoning. */
const OF_TOOLS = [
  "parallelToolCalls",
  "reasoning",
  "toolFormat",
] as const satisfies readonly (keyof OwnToolOptions)[];

interface OwnToolOptions {
  /** Whether an output may have several calls. Default: true. */
  readonly parallelToolCalls?: boolean;
  /**
   * Thinking before text and calls, which comes as reasoning parts: `none` (default), `optional`, `required`, or `open`, where
   * the model's chat template has begun it. Before JSON take `leadIn`.
   */
  readonly reasoning?: "none" | "optional" | "required" | "open";
  /** How the model writes calls. Default: what its chat template says, see `toolFormatOf` of `@grammask/core`. */
  readonly toolFormat?: ToolFormatName;
}

/**
 * `providerOptions.grammask` of a call: options of `GenerateRequest` that the SDK has no names for, and what tools and
 * reasoning are like.
 */
export type GrammaskProviderOptions = Pick<GenerateRequest, (typeof OWN)[number]> & OwnToolOptions;

/** A call of the SDK as a request to the model. */
export interface PreparedCall {
  readonly request: GenerateRequest;
  /** Undefined: the output is the answer as it is. */
  readonly tools: ToolPlan | undefined;
  /** Whether something may come before a JSON value. */
  readonly hasLeadIn: boolean;
  readonly warnings: SharedV3Warning[];
}

/**
 * @throws UnsupportedFunctionalityError for files in the prompt and tools that are not there; InvalidArgumentError for
 *   options of the provider that do not exist
 */
export function prepareCall(
  options: LanguageModelV3CallOptions,
  { toolFormat }: { readonly toolFormat: ToolFormatName },
): PreparedCall {
  const { responseFormat, seed, temperature, maxOutputTokens, topK, topP, stopSequences } = options;
  const { presencePenalty, frequencyPenalty } = options;
  const {
    parallelToolCalls = true,
    reasoning = "none",
    toolFormat: format = toolFormat,
    ...own
  } = ownOptions(options.providerOptions?.grammask ?? {});
  const isFree = own.regex !== undefined || own.choice !== undefined;
  const json = jsonInTextOptions(own.schemaOptions);
  const tools = planTools(options, { format, parallel: parallelToolCalls, reasoning, json });
  if (isFree && (tools !== undefined || responseFormat?.type === "json")) {
    throw new InvalidArgumentError({
      argument: "providerOptions.grammask",
      message:
        "regex and choice say what the whole output is, so that it can be no call of a tool, no JSON and no reasoning",
    });
  }
  const given = {
    ...{ seed, temperature, topK, topP, maxTokens: maxOutputTokens, stop: stopSequences },
    ...{ presencePenalty, frequencyPenalty },
  };
  const request: GenerateRequest = {
    ...own,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    messages: toMessages(options.prompt, format, tools?.instructions),
    ...constraint(tools, responseFormat),
    ...(options.abortSignal && { signal: options.abortSignal }),
  };
  const hasLeadIn = own.leadIn !== undefined && own.leadIn !== "none";
  return { request, tools, hasLeadIn, warnings: warningsOf(options) };
}

function constraint(
  tools: ToolPlan | undefined,
  format: LanguageModelV3CallOptions["responseFormat"],
): Pick<GenerateRequest, "schema" | "json" | "grammar"> {
  if (tools !== undefined) {
    return { grammar: tools.tools.grammar };
  }
  if (format?.type !== "json") {
    return {};
  }
  return format.schema === undefined ? { json: true } : { schema: format.schema };
}

function ownOptions(given: Readonly<Record<string, unknown>>): GrammaskProviderOptions {
  const names: readonly string[] = [...OWN, ...OF_TOOLS];
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const message = `${unknown} is not one of ${names.join(", ")}`;
    throw new InvalidArgumentError({ argument: `providerOptions.grammask.${unknown}`, message });
  }
  // Their values are checked by the model.
  return given as GrammaskProviderOptions;
}

function warningsOf({ tools = [] }: LanguageModelV3CallOptions): SharedV3Warning[] {
  const warnings: SharedV3Warning[] = [];
  for (const tool of tools) {
    if (tool.type === "provider") {
      const details = "a tool that a hosted model's provider carries out; the model is not told of it";
      warnings.push({ type: "unsupported", feature: `tool ${tool.id}`, details });
    }
  }
  return warnings;
}
