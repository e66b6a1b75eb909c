import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import fc from "fast-check";
import { schemas } from "../shared/random-schemas.js";
import type { WalksOptions } from "./options.js";
import type { WalkTask } from "./worker.js";

/** Schemas from one source with one vocabulary: counted apart. */
export type Part = `${"random" | "MaskBench"}, ${WalkTask["vocabulary"]}`;

export interface NamedTask extends WalkTask {
  readonly part: Part;
  readonly id: string;
}

const ids = new URL("../../walks/ids.txt", import.meta.url);

/** Everything that there is to walk. */
export async function* readTasks(options: WalksOptions): AsyncGenerator<NamedTask> {
  yield* randomTasks(options);
  const wanted = new Set(
    readFileSync(ids, "utf8")
      .split("\n")
      .filter((id) => id !== ""),
  );
  for (const file of options.data) yield* recordTasks(file, wanted, options);
}

/** How many tasks there are at most. */
export function countTasks({ schemas: count, data }: WalksOptions): number {
  const known = readFileSync(ids, "utf8").split("\n").length - 1;
  return count + (data.length > 0 ? 2 * known : 0);
}

function* randomTasks({ schemas: count, walks, seed }: WalksOptions): Generator<NamedTask> {
  for (const [i, schema] of fc.sample(schemas, { seed, numRuns: count }).entries()) {
    const vocabulary = i % 2 === 0 ? "bytes" : "real";
    const order = i % 4 < 2 ? "schema" : "any";
    const part: Part = `random, ${vocabulary}`;
    yield {
      part,
      id: `random ${i}`,
      schema: JSON.stringify(schema),
      vocabulary,
      order,
      walks,
      seed: seed + i,
    };
  }
}

async function* recordTasks(
  file: string,
  wanted: ReadonlySet<string>,
  { dataWalks, seed }: WalksOptions,
): AsyncGenerator<NamedTask> {
  const raw = createReadStream(file);
  const input = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  let number = 0;
  for await (const line of createInterface({ input })) {
    if (line.trim() === "") continue;
    const { id, schema } = JSON.parse(line) as { id: string; schema: string };
    if (!wanted.has(id)) continue;
    number++;
    const order = number % 2 === 0 ? "schema" : "any";
    const walks = Math.ceil(dataWalks / 2);
    for (const vocabulary of ["bytes", "real"] as const)
      yield { part: `MaskBench, ${vocabulary}`, id, schema, vocabulary, order, walks, seed: seed + number };
  }
}
