import {
  InvalidArgumentError,
  type LanguageModelV3CallOptions,
  type LanguageModelV3FunctionTool,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import {
  compileTools,
  formatBesideJson,
  LastUsed,
  type ToolGrammar,
  type ToolOptions,
  toolInstructions,
} from "@grammask/core";

/** What an output with tools looks like, and what the model is told of it. */
export interface ToolPlan {
  readonly tools: ToolGrammar;
  /** Undefined: there are no tools. */
  readonly instructions: string | undefined;
}

/** How a model calls tools. */
export type ToolSettings = Required<Pick<ToolOptions, "format" | "parallel" | "reasoning" | "json">>;

type Options = Pick<LanguageModelV3CallOptions, "tools" | "toolChoice" | "responseFormat">;

/** Grammars of tools that were used last: an agent offers the same ones in each step. */
const compiled = new LastUsed<ToolGrammar>(16);

/**
 * The plan of a call's tools; undefined where it has none, or is to use none, and there is no reasoning to be told apart.
 *
 * @throws UnsupportedFunctionalityError where a tool is demanded that is not there; InvalidArgumentError for reasoning
 *   before JSON; the errors of `@grammask/core` for names and schemas
 */
export function planTools(
  { tools = [], toolChoice, responseFormat }: Options,
  settings: ToolSettings,
): ToolPlan | undefined {
  const functions = tools.filter((tool) => tool.type === "function");
  const choice = toolChoice?.type ?? "auto";
  const isJson = responseFormat?.type === "json";
  if (choice === "none" || (functions.length === 0 && choice === "auto")) {
    if (settings.reasoning === "none") return undefined;
    if (isJson) throw reasoningBeforeJson();
    return { tools: compile([], { ...settings, choice: "none" }), instructions: undefined };
  }
  const offered =
    toolChoice?.type === "tool" ? functions.filter(({ name }) => name === toolChoice.toolName) : functions;
  if (offered.length === 0) {
    const functionality = `toolChoice "${choice}" without such a tool`;
    throw new UnsupportedFunctionalityError({ functionality });
  }
  if (isJson && choice === "auto" && settings.reasoning !== "none") throw reasoningBeforeJson();
  const hasJsonContent = isJson && choice === "auto";
  const format = hasJsonContent ? formatBesideJson(settings.format) : settings.format;
  const wanted = choice === "tool" ? { name: offered[0]!.name } : choice;
  return {
    tools: compile(offered, {
      ...{ ...settings, format },
      choice: wanted,
      ...(hasJsonContent && { content: { schema: responseFormat.schema ?? true } }),
    }),
    instructions: toolInstructions(offered.map(described), { format, choice: wanted, hasJsonContent }),
  };
}

function reasoningBeforeJson(): InvalidArgumentError {
  const message = "it goes with text and calls of tools; before JSON take leadIn";
  return new InvalidArgumentError({ argument: "providerOptions.grammask.reasoning", message });
}

function compile(tools: readonly LanguageModelV3FunctionTool[], options: ToolOptions): ToolGrammar {
  const sources = tools.map(({ name, inputSchema }) => ({ name, parameters: inputSchema }));
  return compiled.get(JSON.stringify([sources, options]), () => compileTools(sources, options));
}

function described({ name, description, inputSchema, inputExamples }: LanguageModelV3FunctionTool) {
  const examples = inputExamples?.map(({ input }) => input);
  return { name, description, parameters: inputSchema, examples };
}
