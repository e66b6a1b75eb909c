import { formatBesideJson, type ToolChoice, type ToolFormatName } from "@grammask/core";
import { type Constraint, isJson, type ToolSource } from "../engine/constraint.js";
import { invalid } from "../errors.js";
import type { GivenConstraint } from "../generation/given-constraint.js";
import type { GenerationService } from "../generation/service.js";
import { jsonPart } from "../http/json-text.js";

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
  /** The names of those that may be called; undefined: all. */
  readonly allowed?: readonly string[] | undefined;
  /** Whether an output may have several calls. */
  readonly parallel: boolean;
}

/** What tools make of a request. */
export interface ToolPlan {
  readonly constraint: Constraint;
  readonly param: string;
  readonly format: ToolFormatName;
  /** Whether what is no call is JSON. */
  readonly hasJsonContent?: boolean;
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
  { tools: given, choice = "auto", allowed, parallel }: ToolRequest,
  format: ToolFormatName,
): ToolPlan | undefined {
  const missing = allowed?.find((name) => !given.some((tool) => tool.name === name));
  if (missing !== undefined) {
    throw invalid("tool_choice", `tool_choice: there is no tool ${JSON.stringify(missing)} among tools`);
  }
  const tools = allowed === undefined ? given : given.filter(({ name }) => allowed.includes(name));
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
  const sources = tools.map(sourceOf);
  const constraint: Constraint = { kind: "tools", tools: sources, format, choice, parallel };
  return { constraint, param: "tools", format, tools, isForced: choice !== "auto" };
}

/**
 * The plan of an output that may call tools, or else has the form of a response format.
 *
 * @throws ApiError where the form is no JSON: calls could not be told from it
 */
export function withContent(
  plan: ToolPlan | undefined,
  given: GivenConstraint | undefined,
): ToolPlan | undefined {
  // Where a call is demanded there is no text that could have a form.
  if (plan === undefined || given === undefined || plan.isForced || plan.constraint.kind !== "tools") {
    return plan;
  }
  if (!isJson(given.constraint)) {
    throw invalid(
      given.param,
      `${given.param}: beside tools that may be called or not, only JSON can be asked for; demand a call (tool_choice), or none`,
      "unsupported_combination",
    );
  }
  const format = formatBesideJson(plan.format);
  const constraint: Constraint = { ...plan.constraint, format, content: given.constraint };
  return { ...plan, constraint, format, param: given.param, hasJsonContent: true };
}

/** The tool that is demanded, where its input has a grammar that no JSON Schema can say. */
function grammarTool(tools: readonly GivenTool[], named: string | undefined) {
  const tool = tools.find(({ name }) => name === named);
  return tool !== undefined && isLark(tool) ? tool : undefined;
}

function sourceOf(tool: GivenTool): ToolSource {
  return isLark(tool)
    ? { name: tool.name, lark: tool.grammar!.definition }
    : { name: tool.name, parameters: parametersOf(tool) };
}

/** Whether a tool's input has a grammar that no JSON Schema can say. */
export function isLark(tool: GivenTool): tool is Extract<GivenTool, { readonly kind: "custom" }> {
  return tool.kind === "custom" && tool.grammar?.syntax === "lark";
}

/** The schema of a tool's arguments; a custom tool's input is their only one. */
export function parametersOf(tool: GivenTool): unknown {
  if (tool.kind === "function") {
    const { parameters } = tool;
    if (parameters === undefined || parameters === "null") {
      return undefined;
    }
    // As text it keeps its numbers and the order of its keys; it must say itself then that it is about an object.
    return jsonPart(parameters, ["type"]) === undefined ? (JSON.parse(parameters) as unknown) : parameters;
  }
  const { grammar } = tool;
  const input = {
    type: "string",
    ...(grammar === undefined ? {} : { pattern: `^(?:${grammar.definition})$` }),
  };
  return { type: "object", properties: { input }, required: ["input"], additionalProperties: false };
}
