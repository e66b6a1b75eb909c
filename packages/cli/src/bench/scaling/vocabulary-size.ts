import { clearCaches, compileJsonSchema, Matcher, Vocabulary } from "@grammask/core";
import { randomNumbers } from "../random.js";
import { SITUATIONS } from "../situations.js";
import { type Dimension, median, medianTime, SeriesBuilder } from "./series.js";

/**
 * The first tokens of a vocabulary, and the end of the text. A tokenizer's first tokens are those that its training found
 * first, so they are a vocabulary of their own; past its last one, tokens are made of two that it has.
 */
function vocabularyOf(size: number, whole: Vocabulary): Vocabulary {
  const tokens: (Uint8Array | undefined)[] = [];
  const random = randomNumbers(size);
  const some = () => whole.tokenBytes(Math.floor(random() * whole.size)) ?? new Uint8Array();
  for (let id = 0; id < size - 1; id++)
    tokens.push(id < whole.size ? whole.tokenBytes(id) : Uint8Array.of(...some(), ...some()));
  tokens.push(undefined);
  return Vocabulary.fromBytes(tokens, { eosTokenIds: [size - 1] });
}

/** The vocabulary grows, the schemas stay the same. */
export const vocabularySize: Dimension = {
  title: "the size of the vocabulary",
  unit: "tokens",
  measure(whole) {
    const series = new SeriesBuilder();
    for (const size of [32_768, 65_536, 131_072, 262_144]) {
      const vocabulary = vocabularyOf(size, whole);
      const preparation = medianTime(3, () => void vocabularyOf(size, whole));
      series.add("preparation", "ms", size, preparation);
      for (const { name, schema, prefix } of SITUATIONS.filter((each) => MASKS.includes(each.name))) {
        const place = () => {
          const matcher = new Matcher(compileJsonSchema(schema), vocabulary);
          matcher.acceptBytes(new TextEncoder().encode(prefix));
          return matcher;
        };
        const cold = Array.from({ length: RUNS }, () => {
          clearCaches();
          const matcher = place();
          return medianTime(1, () => void matcher.mask());
        });
        series.add(`cold mask: ${name}`, "µs", size, 1000 * median(cold));
      }
    }
    return series.build();
  },
};

const RUNS = 9;
const MASKS = ["free string", "bounded string", "key", "number", "union of 50 objects"];
