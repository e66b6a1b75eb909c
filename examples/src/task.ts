import { readFileSync } from "node:fs";

/** One of the examples: what the model is asked, and the schema that its answer matches. */
export interface Task {
  readonly name: string;
  readonly text: string;
  readonly messages: { readonly role: "system" | "user"; readonly content: string }[];
  /** As JSON text, so that the order of the keys is kept. */
  readonly schema: string;
}

export const taskNames = ["invoice", "job-posting", "support-ticket"] as const;

export function readTask(name: (typeof taskNames)[number]): Task {
  const read = (file: string) => readFileSync(new URL(`../${name}/${file}`, import.meta.url), "utf8").trim();
  const text = read(`${name}.txt`);
  const messages = [
    { role: "system" as const, content: "You read texts and fill in forms. You answer with JSON only." },
    { role: "user" as const, content: `${read("instructions.txt")}\n\n${text}` },
  ];
  return { name, text, messages, schema: read("schema.json") };
}
