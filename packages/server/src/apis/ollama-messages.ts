/** Messages and tools as Ollama's chat has them: arguments of calls are objects, and calls need no ids. */
import { z } from "zod";
import { optional } from "../openai/fields.js";
import { chatMessage, type OpenAiMessage } from "../openai/messages.js";
import { functionTool } from "../openai/tool-schema.js";

const call = z.strictObject({
  id: optional(z.string()),
  type: optional(z.literal("function")),
  function: z.strictObject({
    index: optional(z.int().min(0)),
    name: z.string(),
    arguments: z.record(z.string(), z.unknown()),
  }),
});

export const ollamaMessage = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("system"), content: z.string() }),
  z.strictObject({ role: z.literal("user"), content: z.string() }),
  z.strictObject({
    role: z.literal("assistant"),
    content: optional(z.string()),
    tool_calls: optional(z.array(call)),
  }),
  z.strictObject({
    role: z.literal("tool"),
    content: z.string(),
    tool_name: optional(z.string()),
    tool_call_id: optional(z.string()),
  }),
]);

export const ollamaTools = optional(z.array(functionTool).max(128));

/** The same message as OpenAI's API writes it. */
export function toOpenAiMessage(message: z.output<typeof ollamaMessage>): OpenAiMessage {
  if (message.role === "tool") {
    const { content, tool_call_id = "" } = message;
    return chatMessage.parse({ role: "tool", content, tool_call_id });
  }
  if (message.role === "assistant") {
    const calls = message.tool_calls?.map(({ id = "", function: { name, arguments: given } }) => ({
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(given) },
    }));
    return chatMessage.parse({ role: "assistant", content: message.content, tool_calls: calls });
  }
  return chatMessage.parse(message);
}
