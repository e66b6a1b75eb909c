import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../exit.js";

/** A text, what is to be done with it, and what should come out. */
export interface QualityTask {
  readonly name: string;
  readonly kind: "extraction" | "classification" | "tool" | "list" | "nested";
  readonly instruction: string;
  readonly text: string;
  readonly schema: object;
  /** Valid against the schema. */
  readonly expected: unknown;
}

/** Defaults are chosen on one half, and figures are reported from the other. */
export const HALVES = ["choose", "report"] as const;
export type Half = (typeof HALVES)[number];

/** In a checkout of the project. */
const folder = fileURLToPath(new URL("../../../../../benchmarks/quality/tasks", import.meta.url));

/**
 * The tasks of a half, or some of them, evenly from all kinds.
 *
 * @param count the most tasks; undefined: all
 * @throws UsageError where the files are not there
 */
export function readQualityTasks(half: Half, count?: number, from: string = folder): QualityTask[] {
  const file = join(from, `${half}.json`);
  if (!existsSync(file))
    throw new UsageError(
      `${file} is not there; --data takes the folder benchmarks/quality/tasks of a checkout.`,
    );
  const tasks = JSON.parse(readFileSync(file, "utf8")) as QualityTask[];
  if (count === undefined || count >= tasks.length) return tasks;
  return Array.from({ length: count }, (_, i) => tasks[Math.floor((i * tasks.length) / count)]!);
}
