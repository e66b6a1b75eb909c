/** Tools as OpenAI's chat API has them. */
import { z } from "zod";
import type { Body } from "../http/body.js";
import type { GivenTool, ToolRequest } from "../tools/plan.js";
import { optional } from "./fields.js";
import { jsonSchema } from "./structured.js";

export const toolName = z
  .string()
  .regex(/^[a-zA-Z0-9_.-]{1,64}$/, "letters, digits, _, - and . are expected, at most 64");

export const grammarFormat = z.strictObject({
  syntax: z.enum(["regex", "lark"]),
  definition: z.string(),
});

export const functionTool = z.strictObject({
  type: z.literal("function"),
  function: z.strictObject({
    name: toolName,
    description: optional(z.string()),
    parameters: optional(jsonSchema),
    strict: optional(z.boolean()).describe("The arguments match the schema in either case"),
  }),
});

const customTool = z.strictObject({
  type: z.literal("custom"),
  custom: z.strictObject({
    name: toolName,
    description: optional(z.string()),
    format: optional(
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("text") }),
        z.strictObject({ type: z.literal("grammar"), grammar: grammarFormat }),
      ]),
    ),
  }),
});

const chosen = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("function"), function: z.strictObject({ name: z.string() }) }),
  z.strictObject({ type: z.literal("custom"), custom: z.strictObject({ name: z.string() }) }),
]);

/** Whether one of the tools that are allowed must be called. */
export const allowedMode = z.enum(["auto", "required"]);

export const chatToolFields = {
  tools: optional(z.array(z.discriminatedUnion("type", [functionTool, customTool])).max(128)),
  tool_choice: optional(
    z.union([
      z.enum(["auto", "none", "required"]),
      chosen,
      z.strictObject({
        type: z.literal("allowed_tools"),
        allowed_tools: z.strictObject({ mode: allowedMode, tools: z.array(chosen).min(1).max(128) }),
      }),
    ]),
  ),
  parallel_tool_calls: optional(z.boolean()),
};

const toolFieldsObject = z.object(chatToolFields);
type ToolFields = z.output<typeof toolFieldsObject>;

/** What a chat request says of tools. */
export function chatTools(
  { tools = [], tool_choice, parallel_tool_calls }: Partial<ToolFields>,
  body: Body<unknown>,
): ToolRequest {
  const given = tools.map((tool, i): GivenTool => {
    if (tool.type === "function") {
      const { name, description } = tool.function;
      const path = ["tools", i, "function", "parameters"];
      return {
        kind: "function",
        name,
        description,
        parameters: body.textAt(path),
        param: `tools[${i}].function`,
      };
    }
    const { name, description, format } = tool.custom;
    const grammar = format?.type === "grammar" ? format.grammar : undefined;
    return { kind: "custom", name, description, grammar, param: `tools[${i}].custom` };
  });
  return { tools: given, ...choiceOf(tool_choice), parallel: parallel_tool_calls ?? true };
}

function choiceOf(choice: ToolFields["tool_choice"]): Pick<ToolRequest, "choice" | "allowed"> {
  if (typeof choice !== "object") {
    return { choice };
  }
  if (choice.type === "allowed_tools") {
    const { mode, tools } = choice.allowed_tools;
    return { choice: mode, allowed: tools.map(nameOf) };
  }
  return { choice: { name: nameOf(choice) } };
}

function nameOf(choice: z.output<typeof chosen>): string {
  return choice.type === "function" ? choice.function.name : choice.custom.name;
}
