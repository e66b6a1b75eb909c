import { writeFileSync } from "node:fs";
import { compileJsonSchema, Matcher } from "@grammask/core";
import { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { describeMachine, today } from "./machine.js";
import { Progress } from "./progress.js";
import { drawToken, randomNumbers } from "./random.js";
import { randomSchema } from "./random-schema.js";
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
  readonly json?: string;
}

/** Outputs for each schema, and tokens for each output: then comes another schema. */
const OUTPUTS = 5;
const TOKENS = 40;

/** `grammask bench soak`: masks over one random schema after the other; does memory stay what it is? */
export async function soak(io: Io, options: SoakOptions): Promise<ExitCode> {
  const { vocabulary, name } = await loadTokenizer(options.tokenizer, options.eos, (line) =>
    io.err(`${line}\n`),
  );
  const random = randomNumbers(options.seed);
  const samples: Sample[] = [];
  const progress = new Progress(io, [Math.floor(options.masks / options.every)]);
  let masks = 0;
  let schemas = 0;
  while (masks < options.masks) {
    const grammar = compileJsonSchema(randomSchema(random));
    schemas++;
    for (let output = 0; output < OUTPUTS; output++) {
      const matcher = new Matcher(grammar, vocabulary);
      for (let token = 0; token < TOKENS && !matcher.isEnded && masks < options.masks; token++) {
        const mask = matcher.mask();
        matcher.accept(drawToken(mask, vocabulary.size, random));
        if (++masks % options.every !== 0) continue;
        const sample = takeSample(masks);
        samples.push(sample);
        progress.step(0, `${schemas} schemas, ${sample.rssMiB} MiB`);
      }
    }
  }
  progress.end();
  const later = samples.filter((sample) => sample.masks >= options.from);
  const first = later[0];
  const most = Math.max(...later.map(({ rssMiB }) => rssMiB));
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
      : `at most ${growthPercent} % more than after ${grouped(first!.masks)} masks; ${options.growth} % are allowed`;
  io.out(`${grouped(masks)} masks over ${grouped(schemas)} random schemas: ${verdict}\n`);
  if (options.json !== undefined) {
    const { seed, from, growth } = options;
    const file = {
      command: "grammask bench soak",
      masks,
      schemas,
      samples,
      growthPercent,
      options: { seed, from, growth },
      tokenizer: { name, tokens: vocabulary.size },
      machine: describeMachine(),
      date: today(),
    };
    writeFileSync(options.json, `${JSON.stringify(file, null, 2)}\n`);
  }
  return growthPercent !== null && growthPercent > options.growth ? ExitCode.failed : ExitCode.ok;
}

interface Sample {
  readonly masks: number;
  readonly rssMiB: number;
  /** What of it JavaScript objects take, garbage included. */
  readonly heapMiB: number;
  /** What of it typed arrays take, garbage included. */
  readonly buffersMiB: number;
}

function takeSample(masks: number): Sample {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { masks, rssMiB: mebibytes(rss), heapMiB: mebibytes(heapUsed), buffersMiB: mebibytes(arrayBuffers) };
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
