import {
  type LanguageModelV3Message,
  type LanguageModelV3Prompt,
  type LanguageModelV3ToolResultOutput,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import { GrammarError, type ToolFormatName, writeToolCall } from "@grammask/core";
import type { ChatMessage } from "@grammask/onnx";

type Part = Exclude<LanguageModelV3Message["content"], string>[number];

/**
 * The SDK's prompt as a conversation for the model's chat template. Calls stand in it as the model writes them, results as
 * messages of the user, which every template knows; earlier reasoning is left out, as templates do.
 *
 * @param format how the model writes calls
 * @param instructions put at the end of the system message
 * @throws UnsupportedFunctionalityError for files that are no text
 */
export function toMessages(
  prompt: LanguageModelV3Prompt,
  format: ToolFormatName,
  instructions: string | undefined,
): ChatMessage[] {
  const messages = prompt.map((message) => toMessage(message, format));
  if (instructions === undefined) {
    return messages;
  }
  const [first, ...others] = messages;
  return first?.role === "system"
    ? [{ role: "system", content: `${first.content}\n\n${instructions}` }, ...others]
    : [{ role: "system", content: instructions }, ...messages];
}

function toMessage(message: LanguageModelV3Message, format: ToolFormatName): ChatMessage {
  if (message.role === "system") {
    return { role: "system", content: message.content };
  }
  const parts: readonly Part[] = message.content;
  const content = parts.flatMap((part) => textOf(part, format) ?? []).join("\n");
  return { role: message.role === "tool" ? "user" : message.role, content };
}

function textOf(part: Part, format: ToolFormatName): string | undefined {
  switch (part.type) {
    case "text":
      return part.text;
    case "file":
      return fileText(part.mediaType, part.data);
    case "tool-call":
      return callText(part.toolName, part.input, format);
    case "tool-result":
      return `Result of ${part.toolName}: ${outputText(part.output)}`;
    case "reasoning":
    // The SDK has carried the decision out: what was approved has a result, what was not has one that says so.
    case "tool-approval-response":
      return undefined;
  }
}

function callText(name: string, input: unknown, format: ToolFormatName): string {
  if (typeof input === "object" && input !== null && !Array.isArray(input)) {
    try {
      return writeToolCall(name, input as Record<string, unknown>, format);
    } catch (error) {
      // What cannot be written so is told all the same.
      if (!(error instanceof GrammarError)) {
        throw error;
      }
    }
  }
  return JSON.stringify({ name, arguments: input });
}

function outputText(output: LanguageModelV3ToolResultOutput): string {
  switch (output.type) {
    case "text":
      return output.value;
    case "json":
      return JSON.stringify(output.value);
    case "error-text":
      return `error: ${output.value}`;
    case "error-json":
      return `error: ${JSON.stringify(output.value)}`;
    case "execution-denied":
      return `not allowed${output.reason === undefined ? "" : `: ${output.reason}`}`;
    case "content":
      return output.value
        .map((item) => {
          if (item.type === "text") return item.text;
          throw unsupported(`a tool result of type ${item.type}`);
        })
        .join("\n");
  }
}

function fileText(mediaType: string, data: Uint8Array | string | URL): string {
  if (!mediaType.startsWith("text/") || data instanceof URL) {
    throw unsupported(`a file of type ${mediaType}${data instanceof URL ? " by its address" : ""}`);
  }
  // A string is base64.
  return new TextDecoder().decode(typeof data === "string" ? Buffer.from(data, "base64") : data);
}

function unsupported(what: string): UnsupportedFunctionalityError {
  const message = `${what} in the prompt: the models read text only`;
  return new UnsupportedFunctionalityError({ functionality: what, message });
}
