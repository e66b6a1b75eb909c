import {
  InvalidArgumentError,
  type LanguageModelV3CallOptions,
  type SharedV3Warning,
} from "@ai-sdk/provider";
import type { GenerateRequest } from "@grammask/onnx";
import { toMessages } from "./prompt.js";
import { planTools, type ToolPlan } from "./tools.js";

/** Requests' options that the SDK has no names for. */
const OWN = [
  "choice",
  "drafts",
  "forcedTokens",
  "logitBias",
  "minP",
  "onLength",
  "regex",
  "repetitionPenalty",
  "schemaOptions",
] as const satisfies readonly (keyof GenerateRequest)[];

/** `providerOptions.grammask` of a call: options of `GenerateRequest` that the SDK has no names for. */
export type GrammaskProviderOptions = Pick<GenerateRequest, (typeof OWN)[number]>;

/** A call of the SDK as a request to the model. */
export interface PreparedCall {
  readonly request: GenerateRequest;
  /** Undefined: the output is the answer as it is. */
  readonly tools: ToolPlan | undefined;
  /** Whether the answer is text, not JSON that a schema or the SDK asked for. */
  readonly answersInText: boolean;
  readonly warnings: SharedV3Warning[];
}

/**
 * @throws UnsupportedFunctionalityError for files in the prompt and tools that are not there; InvalidArgumentError for
 *   options of the provider that do not exist
 */
export function prepareCall(options: LanguageModelV3CallOptions): PreparedCall {
  const { responseFormat, seed, temperature, maxOutputTokens, topK, topP, stopSequences } = options;
  const tools = planTools(options);
  const own = ownOptions(options.providerOptions?.grammask ?? {});
  const isFree = own.regex !== undefined || own.choice !== undefined;
  const answersInText = responseFormat?.type !== "json";
  if (isFree && (tools !== undefined || !answersInText)) {
    throw new InvalidArgumentError({
      argument: "providerOptions.grammask",
      message:
        "regex and choice say what the whole output is, so that it can be no call of a tool and no JSON",
    });
  }
  const given = { seed, temperature, topK, topP, maxTokens: maxOutputTokens, stop: stopSequences };
  const request: GenerateRequest = {
    ...own,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    messages: toMessages(options.prompt, tools?.instructions),
    ...constraint(tools, responseFormat, own),
    ...(options.abortSignal && { signal: options.abortSignal }),
  };
  return { request, tools, answersInText, warnings: warningsOf(options) };
}

function constraint(
  tools: ToolPlan | undefined,
  format: LanguageModelV3CallOptions["responseFormat"],
  { schemaOptions }: GrammaskProviderOptions,
): Pick<GenerateRequest, "schema" | "json" | "schemaOptions"> {
  if (tools !== undefined) {
    const schemas = { ...schemaOptions?.schemas, ...tools.schemas };
    return { schema: tools.schema, schemaOptions: { ...schemaOptions, schemas } };
  }
  if (format?.type !== "json") {
    return {};
  }
  return format.schema === undefined ? { json: true } : { schema: format.schema };
}

function ownOptions(given: Readonly<Record<string, unknown>>): GrammaskProviderOptions {
  const unknown = Object.keys(given).find((name) => !(OWN as readonly string[]).includes(name));
  if (unknown !== undefined) {
    const message = `${unknown} is not one of ${OWN.join(", ")}`;
    throw new InvalidArgumentError({ argument: `providerOptions.grammask.${unknown}`, message });
  }
  // Their values are checked by the model.
  return given as GrammaskProviderOptions;
}

function warningsOf({
  presencePenalty,
  frequencyPenalty,
  tools = [],
}: LanguageModelV3CallOptions): SharedV3Warning[] {
  const warnings: SharedV3Warning[] = [];
  for (const [feature, value] of Object.entries({ presencePenalty, frequencyPenalty })) {
    if (value !== undefined && value !== 0) {
      const details = "providerOptions.grammask.repetitionPenalty is there instead";
      warnings.push({ type: "unsupported", feature, details });
    }
  }
  for (const tool of tools) {
    if (tool.type === "provider") {
      const details = "a tool that a hosted model's provider carries out; the model is not told of it";
      warnings.push({ type: "unsupported", feature: `tool ${tool.id}`, details });
    }
  }
  return warnings;
}
