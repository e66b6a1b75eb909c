import type { ToolChoice, ToolFormatName } from "@grammask/core";
import type { ChatMessage } from "@grammask/onnx";
import type { Constraint, ToolSource } from "../engine/constraint.js";
import { invalid } from "../errors.js";
import type { GivenConstraint } from "../generation/given-constraint.js";
import type { GenerationService } from "../generation/service.js";

/** A tool of a request. */
export type GivenTool =
  | {
      readonly kind: "function";
      readonly name: string;
      readonly description: string | undefined;
      /** JSON text of the arguments' schema. */
      readonly parameters: string | undefined;
      /** Its place in the request. */
      readonly param: string;
    }
  | {
      readonly kind: "custom";
      readonly name: string;
      readonly description: string | undefined;
      /** What its input matches; undefined: any text. */
      readonly grammar: { readonly syntax: "regex" | "lark"; readonly definition: string } | undefined;
      readonly param: string;
    };

/** What a request says of tools. */
export interface ToolRequest {
  readonly tools: readonly GivenTool[];
  /** Undefined: "auto" where there are tools. */
  readonly choice: ToolChoice | undefined;
  /** Whether an output may have several calls. */
  readonly parallel: boolean;
}

/** What tools make of a request. */
export interface ToolPlan {
  readonly constraint: Constraint;
  readonly param: string;
  readonly format: ToolFormatName;
  readonly tools: readonly GivenTool[];
  /** Whether there is no text beside calls. */
  readonly isForced: boolean;
  /** The tool whose input the whole output is, without anything around it. */
  readonly direct?: GivenTool;
}

/** The format of a request's calls; a model that is to call nothing need not be loaded for it. */
export async function toolFormat(
  { model, tools = [] }: { readonly model: string; readonly tools?: readonly unknown[] | undefined },
  { models }: GenerationService,
): Promise<ToolFormatName> {
  models.find(model);
  return tools.length === 0 ? "plain" : await models.toolFormatOf(model);
}

/**
 * The plan of a request's tools; undefined where it has none, or is to call none.
 *
 * @throws ApiError where a tool is chosen that is not there, or one asks for what is not supported
 */
export function planTools(
  { tools, choice = "auto", parallel }: ToolRequest,
  format: ToolFormatName,
): ToolPlan | undefined {
  const named = typeof choice === "object" ? choice.name : undefined;
  if (named !== undefined && !tools.some((tool) => tool.name === named)) {
    throw invalid("tool_choice", `tool_choice: there is no tool ${JSON.stringify(named)} among tools`);
  }
  if (tools.length === 0 && choice === "required") {
    throw invalid("tool_choice", "tool_choice: a call is required, but there are no tools");
  }
  if (tools.length === 0 || choice === "none") {
    return undefined;
  }
  const direct = grammarTool(tools, named);
  if (direct !== undefined) {
    const { param, grammar } = direct;
    const source: Constraint = { kind: "grammar", syntax: "lark", source: grammar!.definition };
    return { constraint: source, param, format, tools, isForced: true, direct };
  }
  const sources = tools.map((tool): ToolSource => ({ name: tool.name, parameters: parametersOf(tool) }));
  const constraint: Constraint = { kind: "tools", tools: sources, format, choice, parallel };
  return { constraint, param: "tools", format, tools, isForced: choice !== "auto" };
}

/**
 * The constraint of an output that may call tools, or has the form of a response format.
 *
 * @throws ApiError where the output could be either: that is not supported
 */
export function withTools(
  plan: ToolPlan | undefined,
  given: GivenConstraint | undefined,
): GivenConstraint | undefined {
  if (plan === undefined) {
    return given;
  }
  // Where a call is demanded there is no text that could have a form.
  if (given !== undefined && !plan.isForced) {
    throw invalid(
      given.param,
      `${given.param}: it cannot go with tools that may be called or not; demand a call (tool_choice), or none`,
      "unsupported_combination",
    );
  }
  return plan;
}

/** The tool that is demanded, where its input has a grammar that no JSON Schema can say. */
function grammarTool(tools: readonly GivenTool[], named: string | undefined) {
  const tool = tools.find(({ name }) => name === named);
  return tool?.kind === "custom" && tool.grammar?.syntax === "lark" ? tool : undefined;
}

/** The schema of a tool's arguments; a custom tool's input is their only one. */
function parametersOf(tool: GivenTool): unknown {
  if (tool.kind === "function") {
    const { parameters } = tool;
    if (parameters === undefined || parameters === "null") {
      return undefined;
    }
    const value: unknown = JSON.parse(parameters);
    // As text it keeps its numbers and the order of its keys; it must say itself then that it is about an object.
    return typeof value === "object" && value !== null && Object.hasOwn(value, "type") ? parameters : value;
  }
  const { grammar } = tool;
  if (grammar?.syntax === "lark") {
    throw invalid(
      `${tool.param}.format.grammar.syntax`,
      `${tool.param}.format.grammar.syntax: lark goes with a tool that tool_choice names; or describe the input by a regex`,
      "unsupported_value",
    );
  }
  const input = {
    type: "string",
    ...(grammar === undefined ? {} : { pattern: `^(?:${grammar.definition})$` }),
  };
  return { type: "object", properties: { input }, required: ["input"], additionalProperties: false };
}

/** The messages with what the model must know of the tools, behind the system message or as one. */
export function withInstructions(messages: readonly ChatMessage[], plan: ToolPlan): ChatMessage[] {
  const instructions = instructionsOf(plan);
  const [first, ...rest] = messages;
  return first?.role === "system"
    ? [{ role: "system", content: `${first.content}\n\n${instructions}` }, ...rest]
    : [{ role: "system", content: instructions }, ...messages];
}

function instructionsOf({ tools, format, constraint, direct }: ToolPlan): string {
  if (direct !== undefined) {
    return `Write the input of the function ${direct.name}, and nothing else. ${direct.description ?? ""}`.trim();
  }
  const lines = tools.map((tool) => {
    const { name, description } = tool;
    const parameters: unknown = tool.kind === "function" ? readJson(tool.parameters) : parametersOf(tool);
    const described = { name, description, parameters };
    return JSON.stringify(format === "hermes" ? { type: "function", function: described } : described);
  });
  const call = '{"name": <its name>, "arguments": <an object that matches its parameters>}';
  const where =
    format === "hermes" ? `within <tool_call></tool_call>: <tool_call>\n${call}\n</tool_call>` : call;
  const choice = constraint.kind === "tools" ? constraint.choice : "auto";
  const which = typeof choice === "object" ? `Call the function ${choice.name}.` : "You can call functions.";
  return `${which} They are, with JSON Schemas of their parameters:\n${lines.join("\n")}\nTo call one, write ${where}`;
}

function readJson(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
