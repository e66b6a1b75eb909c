import { compileJsonSchema, type Grammar, Matcher } from "@grammask/core";
import { meanTime, medianOfMeans } from "./reading.js";
import { type Dimension, SeriesBuilder } from "./series.js";

const SCHEMA = {
  type: "object",
  properties: {
    child: { $ref: "#" },
    name: { type: "string" },
    items: { type: "array", items: { $ref: "#" } },
  },
  additionalProperties: false,
};

/** What is read at each depth: it opens and closes an object and an array. */
const PIECE = ' {"name": "some text", "items": [{"name": "x"}, {}]}';
const RUNS = 9;
const KNOWN_RUNS = 101;

/** The output is nested deeper and deeper. */
export const nesting: Dimension = {
  title: "the depth of nesting",
  unit: "levels",
  measure(vocabulary, encode) {
    const series = new SeriesBuilder();
    const ids = encode(PIECE);
    const matcherAt = (grammar: Grammar, depth: number) => {
      const matcher = new Matcher(grammar, vocabulary);
      if (!matcher.acceptBytes(new TextEncoder().encode('{"child":'.repeat(depth))))
        throw new Error(`a nesting of ${depth} is not allowed`);
      return matcher;
    };
    /** A grammar that has seen little depth: what it does not depend on is known. */
    const shallow = () => {
      const grammar = compileJsonSchema(SCHEMA);
      meanTime(matcherAt(grammar, 2), ids);
      return grammar;
    };
    medianOfMeans(RUNS, ids, () => matcherAt(shallow(), 2));
    for (const size of [1, 10, 100, 1000, 10_000]) {
      const fresh = medianOfMeans(RUNS, ids, () => matcherAt(shallow(), size));
      series.add("TBM, new depth, mean", "µs", size, fresh);
      const grammar = shallow();
      const known = medianOfMeans(KNOWN_RUNS, ids, () => matcherAt(grammar, size));
      series.add("TBM, known, mean", "µs", size, known);
    }
    return series.build();
  },
};
