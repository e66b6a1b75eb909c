import { type DescribedTool, toolInstructions } from "@grammask/core";
import type { ChatMessage } from "@grammask/onnx";
import { type GivenTool, isLark, parametersOf, type ToolPlan } from "./plan.js";

/** The messages with what the model must know of the tools, behind the system message or as one. */
export function withInstructions(messages: readonly ChatMessage[], plan: ToolPlan): ChatMessage[] {
  const instructions = instructionsOf(plan);
  const [first, ...rest] = messages;
  return first?.role === "system"
    ? [{ ...first, content: `${first.content}\n\n${instructions}` }, ...rest]
    : [{ role: "system", content: instructions }, ...messages];
}

function instructionsOf({ tools, format, constraint, direct, hasJsonContent = false }: ToolPlan): string {
  if (direct !== undefined) {
    return `Write the input of the function ${direct.name}, and nothing else. ${direct.description ?? ""}`.trim();
  }
  const choice = constraint.kind === "tools" ? constraint.choice : "auto";
  return toolInstructions(tools.map(described), { format, choice, hasJsonContent });
}

function described(tool: GivenTool): DescribedTool {
  const { name, description } = tool;
  if (isLark(tool)) {
    return { name, description, takesText: true };
  }
  const parameters: unknown = tool.kind === "function" ? readJson(tool.parameters) : parametersOf(tool);
  return { name, description, parameters };
}

function readJson(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
