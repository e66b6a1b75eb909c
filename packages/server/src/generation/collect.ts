import type { GenerationResult } from "../engine/engine.js";
import type { StartedJob } from "./service.js";

/** The results of a job, by index. */
export async function collect({ events }: StartedJob): Promise<GenerationResult[]> {
  const results: GenerationResult[] = [];
  for await (const event of events) {
    if (event.type === "result") {
      results[event.index] = event.result;
    }
  }
  return results;
}
