import { compileJsonSchema, Matcher } from "@grammask/core";
import { drawToken, randomNumbers } from "../random.js";
import { type Dimension, median, SeriesBuilder } from "./series.js";

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 40 },
    age: { type: "integer", minimum: 0, maximum: 150 },
    role: { enum: ["designer", "engineer", "manager"] },
    tags: { type: "array", items: { type: "string", pattern: "^[a-z]{1,12}$" } },
    parent: { $ref: "#" },
  },
  required: ["name", "role"],
  additionalProperties: false,
};
/** Tokens that each sequence reads. */
const STEPS = 48;
const RUNS = 9;

/** More and more sequences of one grammar, each in another place, take a token in turn: a batch. */
export const sequences: Dimension = {
  title: "the number of sequences in a batch",
  unit: "sequences",
  measure(vocabulary) {
    const series = new SeriesBuilder();
    const random = randomNumbers(1);
    const run = (size: number) => {
      const grammar = compileJsonSchema(SCHEMA);
      const batch = Array.from({ length: size }, () => new Matcher(grammar, vocabulary));
      let milliseconds = 0;
      for (let step = 0; step < STEPS; step++) {
        for (const matcher of batch) {
          if (matcher.isEnded) matcher.reset();
          const start = performance.now();
          const mask = matcher.mask();
          const masked = performance.now();
          const id = drawToken(mask, vocabulary.size, random);
          const drawn = performance.now();
          matcher.accept(id);
          milliseconds += performance.now() - drawn + masked - start;
        }
      }
      return (1000 * milliseconds) / STEPS / size;
    };
    for (let i = 0; i < 3 * RUNS; i++) run(16);
    for (const size of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]) {
      const each = median(Array.from({ length: RUNS }, () => run(size)));
      series.add("TBM of a sequence, mean", "µs", size, each);
      series.add("TBM of the batch, mean", "µs", size, size * each);
    }
    return series.build();
  },
};
