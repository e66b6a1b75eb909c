import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Vocabulary } from "@grammask/core";
import { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { describeMachine, today } from "./machine.js";
import { Progress } from "./progress.js";
import { grouped, table } from "./report.js";
import { loadTokenizer } from "./tokenizers.js";

export interface SoakOptions {
  readonly tokenizer: string;
  readonly eos?: number;
  /** How many masks are computed. */
  readonly masks: number;
  /** After so many masks the memory is noted. */
  readonly every: number;
  /** Growth is counted from this number of masks on. */
  readonly from: number;
  /** The most that memory may grow, in percent. */
  readonly growth: number;
  readonly seed: number;
  /** What V8 may take for objects, in MiB. */
  readonly heap: number;
  readonly json?: string;
}

/** What the process that computes the masks is told. */
export interface SoakSetup {
  /** The vocabulary, serialised. */
  readonly bytes: Uint8Array;
  readonly options: Pick<SoakOptions, "masks" | "every" | "seed">;
}

/** What it says. */
export type SoakMessage =
  | { readonly type: "sample"; readonly schemas: number; readonly sample: SoakSample }
  | { readonly type: "done"; readonly schemas: number };

export interface SoakSample {
  /** How many have been computed. */
  readonly masks: number;
  readonly rssMiB: number;
  /** What of it JavaScript objects take, garbage included. */
  readonly heapMiB: number;
  /** What of it typed arrays take, garbage included. */
  readonly buffersMiB: number;
}

/**
 * `grammask bench soak`: masks over one random schema after the other; does memory stay what it is?
 *
 * They are computed in a process of their own with a bounded heap. V8 lets a heap without a bound grow to four times what was
 * alive at its last full collection, so its size tells of the collector; and what a parsed tokenizer.json takes is none of
 * the masks' doing. Where the heap does not suffice the process ends, and so does the benchmark, with 1.
 */
export async function soak(io: Io, options: SoakOptions): Promise<ExitCode> {
  const { vocabulary, name } = await loadTokenizer(options.tokenizer, options.eos, (line) =>
    io.err(`${line}\n`),
  );
  const progress = new Progress(io, [Math.floor(options.masks / options.every)]);
  const { samples, schemas, isDone } = await computeMasks(vocabulary, options, (sample, schemas) =>
    progress.step(0, `${schemas} schemas, ${sample.rssMiB} MiB`),
  );
  progress.end();
  const later = samples.filter((sample) => sample.masks >= options.from);
  const first = later[0];
  const most = peakRss(later);
  const mostBefore = peakRss(samples.filter((sample) => sample.masks <= (first?.masks ?? options.from)));
  const growthPercent =
    first === undefined ? null : Math.round((1000 * (most - first.rssMiB)) / first.rssMiB) / 10;
  io.out(
    table([
      ["masks", "RSS MiB", "heap MiB", "array buffers MiB"],
      ...samples.map(({ masks, rssMiB, heapMiB, buffersMiB }) =>
        [masks, rssMiB, heapMiB, buffersMiB].map(grouped),
      ),
    ]),
  );
  const verdict =
    growthPercent === null
      ? `fewer than ${grouped(options.from)} masks: no growth to tell`
      : `at most ${growthPercent} % more than after ${grouped(first!.masks)} masks; ${options.growth} % are allowed (at most ${mostBefore} MiB until then, ${most} after)`;
  const masks = isDone ? options.masks : (samples.at(-1)?.masks ?? 0);
  io.out(`${grouped(masks)} masks over ${grouped(schemas)} random schemas: ${verdict}\n`);
  if (!isDone) io.err(`The process ended after these: a heap of ${options.heap} MiB did not suffice.\n`);
  if (options.json !== undefined) {
    const { seed, from, growth, heap } = options;
    const file = {
      command: "grammask bench soak",
      masks,
      schemas,
      samples,
      growthPercent,
      peakRssMiB: { before: mostBefore, after: most },
      options: { seed, from, growth, heapMiB: heap },
      tokenizer: { name, tokens: vocabulary.size },
      machine: describeMachine(),
      date: today(),
    };
    writeFileSync(options.json, `${JSON.stringify(file, null, 2)}\n`);
  }
  const hasGrown = growthPercent !== null && growthPercent > options.growth;
  return isDone && !hasGrown ? ExitCode.ok : ExitCode.failed;
}

/** What the garbage collector makes of it goes up and down: the peaks before and after tell more than two single moments. */
function peakRss(samples: readonly SoakSample[]): number {
  return Math.max(...samples.map(({ rssMiB }) => rssMiB));
}

/** Runs the process to its end. @throws Error where it cannot be started */
async function computeMasks(
  vocabulary: Vocabulary,
  { masks, every, seed, heap }: SoakOptions,
  say: (sample: SoakSample, schemas: number) => void,
): Promise<{ samples: readonly SoakSample[]; schemas: number; isDone: boolean }> {
  const samples: SoakSample[] = [];
  let schemas = 0;
  let isDone = false;
  const file = fileURLToPath(new URL("./soak-driver.js", import.meta.url));
  const child = fork(file, { serialization: "advanced", execArgv: [`--max-old-space-size=${heap}`] });
  child.on("message", (message: SoakMessage) => {
    schemas = message.schemas;
    isDone = message.type === "done";
    if (message.type !== "sample") return;
    samples.push(message.sample);
    say(message.sample, schemas);
  });
  const setup: SoakSetup = { bytes: vocabulary.serialize(), options: { masks, every, seed } };
  child.send(setup);
  await once(child, "close");
  return { samples, schemas, isDone };
}
