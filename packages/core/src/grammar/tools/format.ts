import type { JsonSchemaOptions } from "../json-schema-options.js";
import { choice, type GrammarNode, sequence, text, token } from "../tree.js";
import type { Tool, ToolCall, ToolOutput } from "./types.js";

/** How a family of models writes calls of tools. */
export interface ToolFormat {
  /** What calls begin with, where that tells them from any JSON value. */
  readonly begin?: string;
  /** What outputs follow. @throws GrammarError for what the format does not have */
  output(request: OutputRequest): GrammarNode;
  /** The strings that a run of calls begins with; undefined: not known by one. */
  readonly beginnings?: Beginnings;
  /** An answer that is a JSON value, where it is written in another way than as it is: then calls can be told from it. */
  jsonContent?(value: GrammarNode): GrammarNode;
  /**
   * Reads an output, or the beginning of one.
   *
   * @param isOpen whether the prompt has begun the reasoning
   * @param hasJsonContent whether the answer is a JSON value, as `jsonContent` has it
   */
  parse(source: string, tools: readonly Tool[], isOpen: boolean, hasJsonContent?: boolean): ToolOutput;
}

export interface Beginnings {
  readonly texts: readonly string[];
  /** Whether calls stand at the start of an output only, behind reasoning. */
  readonly isAlone: boolean;
}

export interface OutputRequest {
  /** Those that may be called; none: there are no calls. */
  readonly tools: readonly Tool[];
  readonly isCallRequired: boolean;
  /** Whether there may be several calls. */
  readonly isMany: boolean;
  readonly reasoning: "none" | "optional" | "required" | "open";
  readonly json: JsonSchemaOptions;
  /** Strings that free text, which they could be taken for, does not have. */
  readonly reserved?: readonly string[];
}

export interface ParsedCalls {
  readonly calls: readonly ToolCall[];
  /** Offset behind the last call; the text's length if one is cut. */
  readonly end: number;
  readonly isCut: boolean;
  /** The call in which the text is cut. */
  readonly open?: ToolCall | undefined;
}

/** A string that means something; `isToken`: in the tokenizers of these models it is a special token. */
export interface Marker {
  readonly text: string;
  readonly isToken: boolean;
}

export const plainMarker = (value: string): Marker => ({ text: value, isToken: false });
export const tokenMarker = (value: string): Marker => ({ text: value, isToken: true });

export const THINK: { readonly begin: Marker; readonly end: Marker } = {
  begin: tokenMarker("<think>"),
  end: tokenMarker("</think>"),
};

/** A marker: its text, or where the vocabulary has it as a special token, also that. */
export function markerNode({ text: value, isToken }: Marker): GrammarNode {
  return isToken ? choice(text(value), token(value)) : text(value);
}

/** The object of arguments of a tool. */
export function argumentsNode({ parameters }: Tool, options: JsonSchemaOptions): GrammarNode {
  return { kind: "json", schema: parametersOf(parameters), options };
}

/** A tool's schema; one that does not say so asks for an object too. */
export function parametersOf(parameters: unknown): unknown {
  if (parameters === undefined) return { type: "object", properties: {}, additionalProperties: false };
  if (typeof parameters !== "object" || parameters === null || "type" in parameters) return parameters;
  return { ...parameters, type: "object" };
}

/** `before`, the arguments and `after`, for each tool. */
export function eachTool(
  tools: readonly Tool[],
  options: JsonSchemaOptions,
  before: (tool: Tool, index: number) => string,
  after: string,
): GrammarNode {
  return choice(
    ...tools.map((tool, i) => sequence(text(before(tool, i)), argumentsNode(tool, options), text(after))),
  );
}
