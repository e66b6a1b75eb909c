import { clearCaches, compileJsonSchema, Matcher } from "@grammask/core";
import { medianOfMeans } from "./reading.js";
import { type Dimension, medianTime, SeriesBuilder } from "./series.js";

/** A definition as real schemas have them: an object with a few properties of several types. */
function definition(index: number): object {
  return {
    type: "object",
    properties: {
      [`id${index}`]: { type: "integer", minimum: 0 },
      label: { type: "string", minLength: 1, maxLength: 80 },
      state: { enum: ["open", "closed", `special-${index}`] },
      tags: { type: "array", items: { type: "string", pattern: "^[a-z]+$" }, maxItems: 5 },
    },
    required: [`id${index}`, "state"],
    additionalProperties: false,
  };
}

/** A schema with so many definitions, each of which is the schema of a property. */
function schemaOf(definitions: number): string {
  const names = Array.from({ length: definitions }, (_, i) => `part${i}`);
  return JSON.stringify({
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }])),
    required: ["part0"],
    $defs: Object.fromEntries(names.map((name, i) => [name, definition(i)])),
  });
}

const INSTANCE = '{"part0": {"id0": 12, "label": "some text here", "state": "open", "tags": ["a", "b"]}}';

/** The schema grows, the output stays the same. */
export const schemaSize: Dimension = {
  title: "the size of the schema",
  unit: "definitions",
  measure(vocabulary, encode) {
    const series = new SeriesBuilder();
    const ids = encode(INSTANCE);
    // The first runs of all are slow until the code is compiled.
    medianOfMeans(RUNS, ids, () => new Matcher(compileJsonSchema(schemaOf(2)), vocabulary));
    for (const size of [1, 3, 10, 30, 100, 300, 1000]) {
      const schema = schemaOf(size);
      const toFirstMask = () => {
        const matcher = new Matcher(compileJsonSchema(schema), vocabulary);
        matcher.mask();
        return matcher;
      };
      const cold = medianTime(RUNS, () => {
        clearCaches();
        toFirstMask();
      });
      const parse = medianTime(RUNS, () => void JSON.parse(schema));
      series.add("TTFM, cold", "µs", size, 1000 * cold);
      series.add("TTFM, new schema", "µs", size, 1000 * medianTime(RUNS, () => void toFirstMask()));
      series.add("JSON.parse of it", "µs", size, 1000 * parse);
      const coldMean = medianOfMeans(RUNS, ids, () => {
        clearCaches();
        return toFirstMask();
      });
      series.add("TBM, cold, mean", "µs", size, coldMean);
      series.add("TBM, new schema, mean", "µs", size, medianOfMeans(RUNS, ids, toFirstMask));
      const { grammar } = toFirstMask();
      const known = medianOfMeans(KNOWN_RUNS, ids, () => new Matcher(grammar, vocabulary));
      series.add("TBM, known, mean", "µs", size, known);
    }
    return series.build();
  },
};

const RUNS = 9;
const KNOWN_RUNS = 101;
