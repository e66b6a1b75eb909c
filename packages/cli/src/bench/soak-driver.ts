// The process whose memory `grammask bench soak` watches: see soak.ts.
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { compileJsonSchema, Matcher, Vocabulary } from "@grammask/core";
import { drawToken, randomNumbers } from "./random.js";
import { randomSchema } from "./random-schema.js";
import type { SoakMessage, SoakSample, SoakSetup } from "./soak.js";

/** Outputs for each schema, and tokens for each output: then comes another schema. */
const OUTPUTS = 5;
const TOKENS = 40;

const say = (message: SoakMessage) => void process.send!(message);

const [{ bytes, options }] = (await once(process, "message")) as [SoakSetup];
const vocabulary = Vocabulary.deserialize(bytes);
const random = randomNumbers(options.seed);
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
      say({ type: "sample", schemas, sample: takeSample() });
      await setImmediate();
    }
  }
}
say({ type: "done", schemas });
process.disconnect();

function takeSample(): SoakSample {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { masks, rssMiB: mebibytes(rss), heapMiB: mebibytes(heapUsed), buffersMiB: mebibytes(arrayBuffers) };
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
