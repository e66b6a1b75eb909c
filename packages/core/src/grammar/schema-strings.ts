import { Derivatives } from "../json-schema/derivative.js";
import { formatLanguage, isKnownFormat } from "../json-schema/formats/index.js";
import { type Formula, FormulaStore, JsonType } from "../json-schema/formula.js";
import { DEFAULT_SCHEMA_LIMITS } from "../json-schema/limits.js";
import type { Position } from "../json-schema/position.js";
import { SchemaFormulas } from "../json-schema/schema-formulas.js";
import { SchemaSet } from "../json-schema/schema-set.js";
import { Unenforceable } from "../json-schema/warnings.js";
import { jsonNumber, type Language, type LanguageArena, normalisedNumber } from "../language/index.js";
import type { JsonSchemaOptions } from "./json-schema-options.js";
import { readSchema, SchemaDocuments } from "./schema-documents.js";

/**
 * The strings that are valid against a schema, as they are, without quotes and escapes: for formats that write them so.
 * @throws SchemaError and its kinds, as `compileJsonSchema`
 */
export function stringsOf(schema: unknown, options: JsonSchemaOptions, arena: LanguageArena): Language {
  const limits = { ...DEFAULT_SCHEMA_LIMITS, ...options.limits };
  const { source } = new SchemaDocuments(options.schemas ?? {}, limits);
  const documents = new SchemaSet(readSchema(schema, limits), limits, source);
  const store = new FormulaStore(arena, { maxNodes: limits.maxFormulaNodes });
  const strings = (formula: Formula): Language =>
    derivatives.stringLanguage(derivatives.specialise(formula, JsonType.String));
  const asserts = options.formats !== "annotate";
  const format = {
    asserts: (name: string, { resource }: Position) => asserts && isKnownFormat(name, resource.dialect),
    language: (name: string, { resource }: Position) =>
      asserts ? formatLanguage(arena, name, resource.dialect) : undefined,
  };
  const unenforceable = new Unenforceable(options.lenient === true);
  const schemas = new SchemaFormulas(documents, store, strings, format, unenforceable);
  schemas.checkAll();
  const numbers = { all: jsonNumber(arena), normalised: normalisedNumber(arena) };
  const derivatives = new Derivatives(store, schemas.expand, numbers);
  return strings(schemas.reference(documents.root));
}
