import type { ChatMessage } from "@grammask/onnx";
import type { QualityTask } from "./tasks.js";

/** What a task asks; the schema is told behind it. */
export function messagesOf({ instruction, text }: QualityTask): ChatMessage[] {
  return [{ role: "user", content: `${instruction}\n\n${text}` }];
}
