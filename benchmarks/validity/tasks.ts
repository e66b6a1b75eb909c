import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A prompt and the schema that the answer has to match. */
export interface ValidityTask {
  readonly name: string;
  readonly prompt: string;
  readonly schema: object;
}

/** The committed tasks, in the order of their numbers. Works from the sources and from `dist`. */
export function readTasks(): ValidityTask[] {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const folder = here.replace(/([\\/])dist\1validity\1$/, "$1validity$1");
  return readdirSync(`${folder}tasks`)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(`${folder}tasks/${file}`, "utf8")) as ValidityTask);
}
