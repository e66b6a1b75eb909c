/** What a prompt tells a model of tools, where its chat template has no place for them. */
import { TOOL_INPUT } from "../grammar/tools/input-call.js";
import type { ToolChoice, ToolFormatName } from "../grammar/tools/types.js";
import { writeToolCall } from "./tool-call-text.js";

/** A tool as a prompt describes it. */
export interface DescribedTool {
  readonly name: string;
  readonly description?: string | undefined;
  /** JSON Schema of its arguments. */
  readonly parameters?: unknown;
  /** Arguments that it may be called with. */
  readonly examples?: readonly unknown[] | undefined;
  /** Whether it is given a text, as a `Tool` with `input` is. Default: false. */
  readonly takesText?: boolean;
}

export interface ToolInstructionsOptions {
  /** How the model writes calls. Default: "plain". */
  readonly format?: ToolFormatName;
  /** Default: "auto". */
  readonly choice?: ToolChoice;
  /** Whether an output that calls nothing is JSON (`content` of `compileTools`). Default: false. */
  readonly hasJsonContent?: boolean;
}

/** By format: no schema is compiled for them but this one, whoever wrote the tools. */
const examples = new Map<ToolFormatName, string>();

/**
 * Instructions for a model that may call tools, to be put behind its system message: the tools, and what calls look like in
 * the format that `compileTools` holds the output to.
 *
 * @param tools at least one
 */
export function toolInstructions(
  tools: readonly DescribedTool[],
  { format = "plain", choice = "auto", hasJsonContent = false }: ToolInstructionsOptions = {},
): string {
  const called = tools.filter(({ takesText }) => takesText !== true);
  const described =
    called.length === 0
      ? []
      : [
          `They are, with JSON Schemas of their parameters:\n${called.map((each) => line(each, format)).join("\n")}`,
        ];
  return [
    [demand(choice), ...described].join(" "),
    ...(called.length === 0 ? [] : [callForm(format)]),
    ...tools.filter(({ takesText }) => takesText === true).map(textForm),
    ...(hasJsonContent ? ["If you call none, answer with JSON."] : []),
  ].join("\n");
}

function demand(choice: ToolChoice): string {
  if (typeof choice === "object") {
    return `Call the function ${choice.name}.`;
  }
  return choice === "required" ? "You have to call a function." : "You can call functions.";
}

function line(
  { name, description, parameters, examples: given }: DescribedTool,
  format: ToolFormatName,
): string {
  const fields = { name, description, parameters, examples: given };
  return JSON.stringify(format === "hermes" ? { type: "function", function: fields } : fields);
}

function callForm(format: ToolFormatName): string {
  const call = '{"name": <its name>, "arguments": <an object that matches its parameters>}';
  if (format === "plain") {
    return `To call one, write ${call}`;
  }
  if (format === "hermes") {
    return `To call one, write within <tool_call></tool_call>: <tool_call>\n${call}\n</tool_call>`;
  }
  return `A call of a function "name_of_function" whose parameter "name_of_parameter" is "value" looks like this:\n${exampleOf(format)}`;
}

function exampleOf(format: ToolFormatName): string {
  let example = examples.get(format);
  if (example === undefined) {
    example = writeToolCall("name_of_function", { name_of_parameter: "value" }, format);
    examples.set(format, example);
  }
  return example;
}

function textForm({ name, description }: DescribedTool): string {
  const what = description === undefined ? "" : ` (${description})`;
  return `To call the function ${name}${what}, write ${TOOL_INPUT}${name}">, a new line, its input, and nothing else.`;
}
