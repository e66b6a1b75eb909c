import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileJsonSchema,
  type Grammar,
  type JsonSchemaOptions,
  Matcher,
  SchemaError,
} from "../src/index.js";
import { isLimitError } from "../src/json-schema/errors.js";
import { always } from "./always.js";
import { byteVocabulary } from "./byte-vocabulary.js";
import { strangeValues, textOf, wildSchemas } from "./schema-fuzz.js";
import { randomNumbers, randomWalk } from "./walk.js";

const DOCUMENTS = Number(process.env.GRAMMASK_FUZZ_DOCUMENTS ?? 400);
/** So many of them are the same in each run. */
const ALWAYS = always(DOCUMENTS);
/** Milliseconds of one document. */
const MILLISECONDS = 3000;
const TIMEOUT = 60_000 + DOCUMENTS * 200;
const vocabulary = byteVocabulary();

const counts = { compiled: 0, limits: 0 } as Record<string, number>;

/** Compiles a document and writes an output. Everything but a typed error fails, and so does what takes too long. */
function survives(document: unknown, options: JsonSchemaOptions, walkSeed: number): void {
  const started = process.cpuUsage();
  const limits = { compileMilliseconds: MILLISECONDS, maskMilliseconds: MILLISECONDS };
  let grammar: Grammar | undefined;
  try {
    grammar = compileJsonSchema(document, { ...options, limits });
    counts.compiled = (counts.compiled ?? 0) + 1;
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    expect(error.message.length).toBeLessThan(20_000);
    counts[error.code] = (counts[error.code] ?? 0) + 1;
  }
  // A limit of time is asked about now and then only. Processor time: the machine may be busy.
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1000).toBeLessThan(3 * MILLISECONDS);
  if (grammar === undefined) return;
  try {
    JSON.stringify(grammar.report);
    const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(walkSeed));
    JSON.parse(text);
  } catch (error) {
    if (!isLimitError(error)) throw error;
    counts.limits = (counts.limits ?? 0) + 1;
  }
}

const options: fc.Arbitrary<JsonSchemaOptions> = fc.record({
  order: fc.constantFrom<"schema" | "any">("schema", "any"),
  lenient: fc.boolean(),
  formats: fc.constantFrom<"assert" | "annotate">("assert", "annotate"),
});

describe("documents of any kind", () => {
  it(
    "compile to grammars whose outputs end, or to typed errors, in bounded time",
    () => {
      const property = fc.property(
        ...[wildSchemas, options, fc.boolean(), fc.nat()],
        (schema, given, asText, walkSeed) => {
          survives(asText ? textOf(schema) : schema, given, walkSeed);
        },
      );
      // What is drawn reaches all kinds of endings; counted among what is drawn in each run.
      fc.assert(property, { numRuns: ALWAYS, seed: 1 });
      expect(counts.compiled).toBeGreaterThan(ALWAYS / 4);
      expect(counts["invalid-schema"]).toBeGreaterThan(ALWAYS / 20);
      expect(counts["unsatisfiable-schema"]).toBeGreaterThan(0);
      fc.assert(property, { numRuns: DOCUMENTS - ALWAYS, endOnFailure: DOCUMENTS > 1000 });
      if (process.env.GRAMMASK_FUZZ_DOCUMENTS) console.log(counts);
    },
    TIMEOUT,
  );

  it(
    "as text that is cut or changed: a typed error, or a schema",
    () => {
      fc.assert(
        fc.property(
          wildSchemas,
          fc.array(
            fc.tuple(
              fc.double({ min: 0, max: 1, noNaN: true }),
              fc.string({ unit: "binary", maxLength: 3 }),
              fc.nat(4),
            ),
            {
              minLength: 1,
              maxLength: 3,
            },
          ),
          fc.nat(),
          (schema, edits, walkSeed) => {
            let text = textOf(schema);
            for (const [at, insert, drop] of edits) {
              const index = Math.floor(at * text.length);
              text = text.slice(0, index) + insert + text.slice(index + drop);
            }
            survives(text, {}, walkSeed);
          },
        ),
        { numRuns: DOCUMENTS, endOnFailure: DOCUMENTS > 1000 },
      );
    },
    TIMEOUT,
  );

  it(
    "as values that JSON does not have: a typed error, or what JSON makes of them",
    () => {
      fc.assert(
        fc.property(strangeValues, fc.nat(), (make, walkSeed) => survives(make(), {}, walkSeed)),
        { numRuns: DOCUMENTS, endOnFailure: DOCUMENTS > 1000 },
      );
    },
    TIMEOUT,
  );
});
