import type { GrammarOptions } from "../context-free.js";
import type { Grammar } from "../grammar.js";
import type { JsonSchemaOptions } from "../json-schema-options.js";
import type { GrammarPart } from "../part.js";

/** A function that a model may call. */
export interface Tool {
  /** Letters, digits, `_`, `-`, `.`; what the call is told by. */
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments, an object. Default: no arguments. */
  readonly parameters?: unknown;
  /**
   * What the tool is given instead: a text. A call of it is a whole output, and the text goes on to its end:
   * `<tool_input name="NAME">`, a line feed, the text. Such a call's `arguments` are `{"input": text}`.
   */
  readonly input?: GrammarPart;
}

/** Which calls an output has: as the model likes, none, at least one, or of this tool. */
export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

export interface ToolOptions extends GrammarOptions {
  /** How the model writes calls; see `toolFormatOf`. Default: "plain". */
  readonly format?: ToolFormatName;
  /** Default: "auto". */
  readonly choice?: ToolChoice;
  /** Whether an output may have several calls. Default: true. */
  readonly parallel?: boolean;
  /**
   * Thinking before the output: `none` (default), `optional`, `required`, or `open`, where the prompt has begun it already.
   */
  readonly reasoning?: "none" | "optional" | "required" | "open";
  /**
   * What an output that calls nothing is, in place of free text: a JSON value that is valid against a schema. Only with the choice
   * "auto", without reasoning, and in formats whose calls can be told from it: not plain and llama3 (`formatBesideJson`).
   */
  readonly content?: { readonly schema: unknown; readonly options?: JsonSchemaOptions };
  /** How the arguments' schemas are read and written. */
  readonly json?: JsonSchemaOptions;
}

/** A call as a model wrote it. */
export interface ToolCall {
  readonly name: string;
  /** The arguments as JSON text of an object. */
  readonly arguments: string;
}

/** What an output says. */
export interface ToolOutput {
  /** The text outside of calls and reasoning. */
  readonly content: string;
  /** The text of the reasoning; undefined: there is none. */
  readonly reasoning: string | undefined;
  readonly calls: readonly ToolCall[];
  /** Whether the text ends inside reasoning or a call, which is not in `calls` then. */
  readonly isCut: boolean;
  /**
   * The call in which the text ends, where its arguments are JSON and have begun: as far as they go. Those of the whole call
   * begin so.
   */
  readonly open?: ToolCall | undefined;
}

/** A grammar for calls of tools, and the way back. */
export interface ToolGrammar {
  readonly grammar: Grammar;
  readonly format: ToolFormatName;
  /**
   * Reads an output of the grammar, or the beginning of one: `matcher.bytes` as text, where special tokens stand with their
   * names.
   */
  parse(text: string): ToolOutput;
}

export type ToolFormatName =
  | "plain"
  | "hermes"
  | "qwen3-coder"
  | "glm"
  | "minimax"
  | "llama3"
  | "mistral"
  | "mistral-v11"
  | "deepseek"
  | "deepseek-v3.1"
  | "kimi"
  | "harmony";
