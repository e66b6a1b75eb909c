import type { ChatMessage } from "@grammask/onnx";
import { z } from "zod";
import { absent, optional } from "./fields.js";

const textPart = z.strictObject({ type: z.literal("text"), text: z.string() });
const refusalPart = z.strictObject({ type: z.literal("refusal"), refusal: z.string() });
const error = "a text or a list of text parts is expected";
const content = z.union([z.string(), z.array(textPart).min(1)], { error });
const answer = z.union([z.string(), z.array(z.discriminatedUnion("type", [textPart, refusalPart])).min(1)], {
  error,
});
const name = optional(z.string());

/** What clients add to the messages and calls that they were given, as another form of what stands beside it. */
const parsed = z.unknown().optional();

const functionCall = z.strictObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.strictObject({ name: z.string(), arguments: z.string(), parsed_arguments: parsed }),
});
const customCall = z.strictObject({
  id: z.string(),
  type: z.literal("custom"),
  custom: z.strictObject({ name: z.string(), input: z.string() }),
});

export const chatMessage = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("system"), content, name }),
  z.strictObject({ role: z.literal("developer"), content, name }),
  z.strictObject({ role: z.literal("user"), content, name }),
  z.strictObject({
    role: z.literal("assistant"),
    content: optional(answer),
    refusal: optional(z.string()),
    name,
    parsed,
    annotations: optional(z.array(z.never({ error: "not supported" })).max(0)),
    audio: absent("the models read text"),
    function_call: absent("give it as one of tool_calls"),
    tool_calls: optional(z.array(z.discriminatedUnion("type", [functionCall, customCall]))),
  }),
  z.strictObject({ role: z.literal("tool"), content, tool_call_id: z.string() }),
]);

export type OpenAiMessage = z.output<typeof chatMessage>;
export type Content = z.output<typeof answer>;

/** A text, in one piece. */
export function textOf(value: Content | undefined): string {
  if (value === undefined || typeof value === "string") {
    return value ?? "";
  }
  return value.map((part) => (part.type === "text" ? part.text : part.refusal)).join("");
}

/**
 * The messages as chat templates take them. Calls of tools and what they gave are text, as models of the Hermes family were
 * taught them: templates of small models know the roles system, user and assistant only.
 */
export function toChatMessages(messages: readonly OpenAiMessage[]): ChatMessage[] {
  return messages.map((message) => {
    switch (message.role) {
      case "developer":
        return { role: "system", ...named(message), content: textOf(message.content) };
      case "tool":
        return { role: "user", content: `<tool_response>\n${textOf(message.content)}\n</tool_response>` };
      case "assistant":
        return {
          role: "assistant",
          ...named(message),
          content: [
            textOf(message.content),
            message.refusal ?? "",
            ...(message.tool_calls ?? []).map(callText),
          ]
            .filter((text) => text !== "")
            .join("\n"),
        };
      default:
        return { role: message.role, ...named(message), content: textOf(message.content) };
    }
  });
}

/** Who of several participants speaks, for the chat templates that tell. */
function named({ name: who }: { readonly name?: string | undefined }) {
  return who === undefined ? {} : { name: who };
}

type ToolCall = z.output<typeof functionCall> | z.output<typeof customCall>;

function callText(call: ToolCall): string {
  const text =
    call.type === "function"
      ? `{"name": ${JSON.stringify(call.function.name)}, "arguments": ${call.function.arguments}}`
      : `{"name": ${JSON.stringify(call.custom.name)}, "arguments": ${JSON.stringify({ input: call.custom.input })}}`;
  return `<tool_call>\n${text}\n</tool_call>`;
}
