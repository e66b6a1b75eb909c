import { Arrays } from "../automaton/arrays.js";
import { Automaton } from "../automaton/automaton.js";
import { type Goal, Goals } from "../automaton/goals.js";
import { JsonFrames } from "../automaton/json-frames.js";
import { layoutPolicy } from "../automaton/layout.js";
import { checkLeadIn, type LeadIn, leadInText } from "../automaton/lead-in.js";
import { Objects } from "../automaton/objects.js";
import { PlainNumbers } from "../automaton/plain-numbers.js";
import { PropertyNames } from "../automaton/property-order.js";
import type { JsonNode } from "../json/index.js";

import { languageLimit } from "../json-schema/errors.js";
import { JsonType } from "../json-schema/formula.js";

import { DEFAULT_SCHEMA_LIMITS, type SchemaLimits } from "../json-schema/limits.js";

import { schemaReport } from "../json-schema/report.js";
import { SchemaSet } from "../json-schema/schema-set.js";
import { Unenforceable } from "../json-schema/warnings.js";
import {
  compilePattern,
  type LanguageArena,
  LanguageLimitError,
  PatternError,
  within,
} from "../language/index.js";
import { type Generation, type Grammar, RenewableGrammar } from "./grammar.js";
import { withGuidance } from "./guidance.js";
import type { JsonSchemaOptions } from "./json-schema-options.js";
import { type DocumentResolver, readSchema, SchemaDocuments } from "./schema-documents.js";
import { assertsFormats, namesInOrder, readFormulas } from "./schema-reading.js";

/**
 * Compiles a JSON Schema.
 *
 * @param schema the schema as a value, or as JSON text (which keeps the order of integer-like keys and exact numbers)
 * @throws InvalidSchemaError where it is not a schema, UnsupportedSchemaError where it says something that cannot be
 *   enforced, UnsatisfiableSchemaError where no value matches, SchemaLimitError where a limit is reached, LayoutError
 *   for options out of range, PatternError for a `whitespacePattern` that cannot be compiled
 */
export function compileJsonSchema(schema: unknown, options: JsonSchemaOptions = {}): Grammar {
  const limits = limitsOf(options);
  const documents = new SchemaDocuments(options.schemas, limits);
  return compile(readSchema(schema, limits), documents, options, limits);
}

/** Options of a schema whose references lead to documents that are loaded when they are met. */
export interface AsyncJsonSchemaOptions extends JsonSchemaOptions {
  /** Loads a document that is not among `schemas`. The same URI is asked for once. */
  readonly resolve: DocumentResolver;
}

/**
 * Compiles a JSON Schema like `compileJsonSchema`, after loading the documents that its references, and theirs, lead to.
 * What is not referred to is not asked for, and nothing is fetched but by `resolve`. At most `limits.maxDocuments`
 * documents of together `limits.maxBytes`.
 *
 * @throws what `compileJsonSchema` throws; MissingDocumentError, with the pointer of the reference, where `resolve`
 *   fails or has no document
 */
export async function compileJsonSchemaAsync(
  schema: unknown,
  options: AsyncJsonSchemaOptions,
): Promise<Grammar> {
  const limits = limitsOf(options);
  const json = readSchema(schema, limits);
  const documents = new SchemaDocuments(options.schemas, limits);
  await documents.load(json, options.resolve, withGuidance(json, options).lenient === true);
  return compile(json, documents, options, limits);
}

export function limitsOf(options: JsonSchemaOptions): SchemaLimits {
  return options.limits === undefined
    ? DEFAULT_SCHEMA_LIMITS
    : { ...DEFAULT_SCHEMA_LIMITS, ...options.limits };
}

/** Beyond that, well below the limits, the next matcher gets a new automaton. */
const FULL_ARENA = 120_000;
const FULL_CONFIGS = 2_000_000;

function compile(
  json: JsonNode,
  { source }: SchemaDocuments,
  given: JsonSchemaOptions,
  limits: SchemaLimits,
): Grammar {
  const options = withGuidance(json, given);
  const unenforceable = new Unenforceable(options.lenient === true);
  const { compileMilliseconds } = limits;
  const build = () =>
    within("compileMilliseconds", compileMilliseconds, () =>
      buildAutomaton(
        new SchemaSet(json, limits, source, (error) => unenforceable.passOver(error)),
        options,
        limits,
        unenforceable,
      ),
    );
  try {
    return new RenewableGrammar(build(), build);
  } catch (error) {
    if (!(error instanceof LanguageLimitError)) throw error;
    throw languageLimit(error, { pointer: "" });
  }
}

function buildAutomaton(
  documents: SchemaSet,
  options: JsonSchemaOptions,
  limits: SchemaLimits,
  unenforceable: Unenforceable,
): Generation {
  const reading = readFormulas(documents, options, limits, unenforceable);
  const { lexemes, store, schemas, derivatives, satisfiability, root } = reading;
  const { arena } = lexemes;
  const hasBrackets = () =>
    satisfiability.value(store.and([root, store.type(JsonType.Object | JsonType.Array)]));
  const leadIn = (given: LeadIn) => leadInText(arena, checkLeadIn(given), hasBrackets);
  const goals = new Goals(store, derivatives, satisfiability, limits);
  const { order = "schema", extraProperties: extra = "any" } = options;
  const namesOf = (goal: Goal) => namesInOrder(goal.formulas, reading);
  const frames = new JsonFrames({
    store,
    goals,
    objects: new Objects(store, goals, satisfiability, new PropertyNames(), order, extra, namesOf, schemas),
    arrays: new Arrays(goals, satisfiability, (value) => schemas.constant(value)),
    strings: lexemes.strings(options.escapes ?? "any"),
    texts: lexemes.texts,
    plainNumbers: options.numbers === "plain" ? new PlainNumbers(arena) : undefined,
    whitespace: layoutPolicy(options, lexemes.texts),
    root,
    leadIn: options.leadIn === undefined ? undefined : leadIn(options.leadIn),
  });
  const automaton = new Automaton(frames, limits);
  const isFull = () =>
    arena.nodes.count > FULL_ARENA ||
    store.size > limits.maxFormulaNodes / 2 ||
    automaton.configs.size > FULL_CONFIGS;
  const report = () =>
    schemaReport(documents, {
      limits,
      formulaNodes: store.size,
      assertsFormats: ({ resource }) => assertsFormats(resource, options),
      isUnicode: (pattern) => isUnicode(arena, pattern),
      warnings: unenforceable.warnings,
    });
  return { automaton, isFull, report };
}

/** True also of a pattern that is passed over. */
function isUnicode(arena: LanguageArena, pattern: string): boolean {
  try {
    return compilePattern(arena, pattern).unicode;
  } catch (error) {
    if (error instanceof PatternError) return true;
    throw error;
  }
}

/** Any JSON value. */
export function compileJson(options: JsonSchemaOptions = {}): Grammar {
  return compileJsonSchema(true, options);
}

/** Any JSON object. */
export function compileJsonObject(options: JsonSchemaOptions = {}): Grammar {
  return compileJsonSchema({ type: "object" }, options);
}
