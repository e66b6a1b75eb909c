import { TOOL_INPUT } from "@grammask/core";
import type { ChatMessage } from "@grammask/onnx";
import { type GivenTool, isLark, parametersOf, type ToolPlan } from "./plan.js";

/** The messages with what the model must know of the tools, behind the system message or as one. */
export function withInstructions(messages: readonly ChatMessage[], plan: ToolPlan): ChatMessage[] {
  const instructions = instructionsOf(plan);
  const [first, ...rest] = messages;
  return first?.role === "system"
    ? [{ role: "system", content: `${first.content}\n\n${instructions}` }, ...rest]
    : [{ role: "system", content: instructions }, ...messages];
}

function instructionsOf({ tools, format, constraint, direct, hasJsonContent }: ToolPlan): string {
  if (direct !== undefined) {
    return `Write the input of the function ${direct.name}, and nothing else. ${direct.description ?? ""}`.trim();
  }
  const called = tools.filter((tool) => !isLark(tool));
  const choice = constraint.kind === "tools" ? constraint.choice : "auto";
  const parts = [
    typeof choice === "object" ? `Call the function ${choice.name}.` : "You can call functions.",
    ...(called.length === 0
      ? []
      : [
          `They are, with JSON Schemas of their parameters:\n${called.map((tool) => described(tool, format)).join("\n")}`,
          `To call one, write ${callForm(format)}`,
        ]),
    ...tools.filter(isLark).map(inputForm),
    ...(hasJsonContent === true ? ["If you call none, answer with JSON."] : []),
  ];
  // The usual instructions are one sentence behind the other; what is special stands on lines of its own.
  return `${parts.slice(0, 2).join(" ")}${parts
    .slice(2)
    .map((part) => `\n${part}`)
    .join("")}`;
}

function described(tool: GivenTool, format: ToolPlan["format"]): string {
  const { name, description } = tool;
  const parameters: unknown = tool.kind === "function" ? readJson(tool.parameters) : parametersOf(tool);
  const fields = { name, description, parameters };
  return JSON.stringify(format === "hermes" ? { type: "function", function: fields } : fields);
}

function callForm(format: ToolPlan["format"]): string {
  const call = '{"name": <its name>, "arguments": <an object that matches its parameters>}';
  return format === "hermes" ? `within <tool_call></tool_call>: <tool_call>\n${call}\n</tool_call>` : call;
}

function inputForm({ name, description }: GivenTool): string {
  const what = description === undefined ? "" : ` (${description})`;
  return `To call the function ${name}${what}, write ${TOOL_INPUT}${name}">, a new line, its input, and nothing else.`;
}

function readJson(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
