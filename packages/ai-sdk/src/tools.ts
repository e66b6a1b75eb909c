import {
  InvalidArgumentError,
  type LanguageModelV3CallOptions,
  type LanguageModelV3FunctionTool,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import {
  compileTools,
  exampleToolCall,
  GrammarError,
  LastUsed,
  type ToolFormatName,
  type ToolGrammar,
  type ToolOptions,
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
  // In some formats calls are JSON objects as well; Hermes' stand between markers.
  const isTaken = isJson && choice === "auto" && ["plain", "llama3", "harmony"].includes(settings.format);
  const format = isTaken ? "hermes" : settings.format;
  return {
    tools: compile(offered, {
      ...{ ...settings, format },
      choice: choice === "tool" ? { name: offered[0]!.name } : choice,
      ...(isJson && choice === "auto" && { content: { schema: responseFormat.schema ?? true } }),
    }),
    instructions: instruct(offered, choice, exampleCall(offered, format)),
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

/** What a call looks like in a format, of the first tool; undefined where the plain words will do. */
function exampleCall(
  [tool]: readonly LanguageModelV3FunctionTool[],
  format: ToolFormatName,
): string | undefined {
  if (tool === undefined || format === "plain") return undefined;
  try {
    return exampleToolCall({ name: tool.name, parameters: tool.inputSchema }, format);
  } catch (error) {
    if (error instanceof GrammarError) return undefined;
    throw error;
  }
}

function instruct(
  tools: readonly LanguageModelV3FunctionTool[],
  choice: "auto" | "required" | "tool",
  example: string | undefined,
): string {
  const lines = tools.map(({ name, description, inputSchema, inputExamples }) =>
    JSON.stringify({
      name,
      description,
      parameters: inputSchema,
      examples: inputExamples?.map(({ input }) => input),
    }),
  );
  const how =
    example === undefined
      ? 'To call one, write {"name": <its name>, "arguments": <an object that matches its parameters>}.'
      : `A call looks like this:\n${example}`;
  return `You can call ${choice === "auto" ? "these functions" : "one of these functions"}:\n${lines.join("\n")}\n${how}`;
}
