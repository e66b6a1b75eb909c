import { existsSync, readFileSync } from "node:fs";
import type { ChatMessage } from "@grammask/onnx";

/** One of the examples: what the model is asked, and the schema that its answer matches. */
export interface Task {
  readonly name: string;
  readonly text: string;
  readonly messages: readonly ChatMessage[];
  /** As JSON text, so that the order of the keys is kept. */
  readonly schema: string;
  /** An example in the prompt is indented, so the answer is too. */
  readonly schemaOptions: { readonly whitespace: "spaced" | "pretty" };
}

export const taskNames = ["invoice", "job-posting", "support-ticket"] as const;

/** Reads a task's folder: the text, the prompt around it, the schema, and an example of an answer where there is one. */
export function readTask(name: (typeof taskNames)[number]): Task {
  const path = (file: string) => new URL(`../${name}/${file}`, import.meta.url);
  const read = (file: string) => readFileSync(path(file), "utf8").trim();
  const ask = (text: string): ChatMessage => ({
    role: "user",
    content: read("prompt.txt").replace("{text}", () => text),
  });
  const text = read(`${name}.txt`);
  const messages: ChatMessage[] = [
    { role: "system", content: "You extract data from texts. You answer with JSON." },
  ];
  const hasExample = existsSync(path("example.txt"));
  if (hasExample) {
    const answer = JSON.stringify(JSON.parse(read("example.json")), null, 2);
    messages.push(ask(read("example.txt")), { role: "assistant", content: answer });
  }
  messages.push(ask(text));
  const schemaOptions = { whitespace: hasExample ? "pretty" : "spaced" } as const;
  return { name, text, messages, schema: read("schema.json"), schemaOptions };
}
