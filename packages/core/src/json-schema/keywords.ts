import { isIntegerNumber, isJsonArray, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import { Dialect } from "./dialect.js";
import { type SchemaRules, Vocabulary } from "./vocabularies.js";

/** What a keyword's value must be. */
export type KeywordShape =
  | "schema"
  | "schemas"
  | "schema-or-schemas"
  | "schema-map"
  | "count"
  | "number"
  | "number-or-boolean"
  | "string"
  | "names"
  | "types"
  | "values"
  | "dependencies"
  | "names-map"
  | "boolean"
  | "any";

/** What enforced keywords are about, so that what no keyword is about is not looked at. Sets are their sums. */
export const enum KeywordGroup {
  None = 0,
  /** The same value, by other schemas. */
  InPlace = 1,
  Constants = 2,
  Strings = 4,
  Numbers = 8,
  Arrays = 16,
  Objects = 32,
  Unevaluated = 64,
  /** Objects, by other keywords than most schemas of objects have. */
  MoreObjects = 128,
}

export interface Keyword {
  readonly name: string;
  readonly shape: KeywordShape;
  /** `enforced`: compiled; `definitions`: schemas for others to refer to; `annotation`: says nothing about validity. */
  readonly role: "enforced" | "definitions" | "annotation";
  readonly since: Dialect;
  /** The last dialect that has it. */
  readonly until: Dialect;
  /** Where a metaschema leaves this out, it is no keyword. */
  readonly vocabulary: Vocabulary;
  /** What it says something about; `None` of what has no formula of its own. */
  readonly group: KeywordGroup;
  /** Whether a value is what the keyword needs. */
  readonly fits: (value: JsonNode) => boolean;
  /** Whether there are schemas in its value. */
  readonly hasSchemas: boolean;
  /** Whether these are always the members of its value. */
  readonly hasNamedSchemas: boolean;
  /** Whether its schemas apply to the same value as the one that has it. */
  readonly isInPlace: boolean;
  /** Whether its value refers to a schema, which applies in place. */
  readonly isReference: boolean;
}

export const TYPE_NAMES = ["null", "boolean", "object", "array", "number", "string", "integer"] as const;

const TYPES: ReadonlySet<JsonNode> = new Set(TYPE_NAMES);

const isSchema = (value: JsonNode) => typeof value === "boolean" || value instanceof JsonObject;
const isString = (value: JsonNode) => typeof value === "string";
const isTypeName = (value: JsonNode) => TYPES.has(value);
const isStrings = (value: JsonNode) => isJsonArray(value) && everyItem(value, isString);

function everyItem(array: readonly JsonNode[], holds: (value: JsonNode) => boolean): boolean {
  for (let i = 0; i < array.length; i++) if (!holds(array[i] as JsonNode)) return false;
  return true;
}

function everyMember(object: JsonObject, holds: (value: JsonNode) => boolean): boolean {
  for (let i = 0; i < object.size; i++) if (!holds(object.valueAt(i))) return false;
  return true;
}

/** A test of a value, and what is needed, as the end of a sentence "must be ...". */
interface Shape {
  readonly fits: (value: JsonNode) => boolean;
  readonly needs: string;
}

const SHAPES: Readonly<Record<KeywordShape, Shape>> = {
  schema: { fits: isSchema, needs: "a schema (an object or a boolean)" },
  schemas: {
    fits: (value) => isJsonArray(value) && value.length > 0 && everyItem(value, isSchema),
    needs: "an array of at least one schema",
  },
  "schema-or-schemas": {
    fits: (value) => isSchema(value) || (isJsonArray(value) && everyItem(value, isSchema)),
    needs: "a schema or an array of schemas",
  },
  "schema-map": {
    fits: (value) => value instanceof JsonObject && everyMember(value, isSchema),
    needs: "an object whose values are schemas",
  },
  count: {
    fits: (value) =>
      value instanceof JsonNumber && isIntegerNumber(value.text) && !value.text.startsWith("-"),
    needs: "an integer of at least 0",
  },
  number: { fits: (value) => value instanceof JsonNumber, needs: "a number" },
  "number-or-boolean": {
    fits: (value) => value instanceof JsonNumber || typeof value === "boolean",
    needs: "a number",
  },
  string: { fits: isString, needs: "a string" },
  names: { fits: isStrings, needs: "an array of strings" },
  types: {
    fits: (value) =>
      isTypeName(value) || (isJsonArray(value) && value.length > 0 && everyItem(value, isTypeName)),
    needs: `one of ${TYPE_NAMES.map((name) => `"${name}"`).join(", ")} or an array of them`,
  },
  values: { fits: isJsonArray, needs: "an array" },
  dependencies: {
    fits: (value) =>
      value instanceof JsonObject && everyMember(value, (one) => isSchema(one) || isStrings(one)),
    needs: "an object whose values are schemas or arrays of strings",
  },
  "names-map": {
    fits: (value) => value instanceof JsonObject && everyMember(value, isStrings),
    needs: "an object whose values are arrays of strings",
  },
  boolean: { fits: (value) => typeof value === "boolean", needs: "a boolean" },
  any: { fits: () => true, needs: "any value" },
};

/** Why a value that does not fit is not what the keyword needs, as the end of a sentence "must be ...". */
export function needsOf({ shape }: Keyword): string {
  return SHAPES[shape].needs;
}

type Entry = readonly [name: string, keyword: Pick<Keyword, "shape" | "role" | "since" | "until">];

const IN_PLACE = new Set<string>([
  ...["allOf", "anyOf", "oneOf", "not", "if", "then", "else"],
  ...["dependentSchemas", "dependencies"],
]);

/** The keywords whose value is a reference to a schema. */
export const REFERENCES: readonly string[] = ["$ref", "$dynamicRef", "$recursiveRef"];

const group = (group: KeywordGroup, names: readonly string[]) =>
  names.map((name): [string, KeywordGroup] => [name, group]);

/** `type` is in none: nearly all schemas have it. */
const GROUPS: ReadonlyMap<string, KeywordGroup> = new Map([
  ...group(KeywordGroup.InPlace, [...REFERENCES, "allOf", "anyOf", "oneOf", "not", "if", "then", "else"]),
  ...group(KeywordGroup.Constants, ["enum", "const"]),
  ...group(KeywordGroup.Strings, ["minLength", "maxLength", "pattern", "format"]),
  ...group(KeywordGroup.Numbers, [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
  ]),
  ...group(KeywordGroup.Arrays, ["items", "prefixItems", "additionalItems", "minItems", "maxItems"]),
  ...group(KeywordGroup.Arrays, ["contains", "minContains", "maxContains", "uniqueItems"]),
  ...group(KeywordGroup.Objects, ["properties", "additionalProperties", "required"]),
  ...group(KeywordGroup.Objects | KeywordGroup.MoreObjects, [
    ...["patternProperties", "propertyNames", "minProperties", "maxProperties"],
    ...["dependentRequired", "dependentSchemas", "dependencies"],
  ]),
  ...group(KeywordGroup.Unevaluated, ["unevaluatedProperties", "unevaluatedItems"]),
]);

const keyword = (
  shape: KeywordShape,
  role: Keyword["role"],
  since = Dialect.Draft04,
  until = Dialect.Unnamed,
): Entry[1] => ({ shape, role, since, until });

const vocabulary = (vocabulary: Vocabulary, entries: readonly Entry[]) =>
  entries.map(([name, keyword]): [string, Keyword] => [
    name,
    {
      ...{ name, ...keyword, vocabulary },
      fits: SHAPES[keyword.shape].fits,
      hasSchemas: keyword.shape.startsWith("schema") || keyword.shape === "dependencies",
      hasNamedSchemas: keyword.shape === "schema-map" || keyword.shape === "dependencies",
      group: GROUPS.get(name) ?? KeywordGroup.None,
      isInPlace: IN_PLACE.has(name),
      isReference: REFERENCES.includes(name),
    },
  ]);

const D4 = Dialect.Draft04;
const D6 = Dialect.Draft06;
const D7 = Dialect.Draft07;
const D19 = Dialect.Draft201909;
const D20 = Dialect.Draft202012;

/** Every keyword of the five dialects. A keyword that is not here, or not in the dialect, is an annotation. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ...vocabulary(Vocabulary.Core, [
    ["$ref", keyword("string", "enforced")],
    ["$dynamicRef", keyword("string", "enforced", D20)],
    ["$recursiveRef", keyword("string", "enforced", D19, D19)],
    ["$defs", keyword("schema-map", "definitions", D19)],
    ["definitions", keyword("schema-map", "definitions")],
    ["$schema", keyword("string", "annotation")],
    ["$id", keyword("string", "annotation", D6)],
    ["id", keyword("any", "annotation", D4, D4)],
    ["$anchor", keyword("string", "annotation", D19)],
    ["$dynamicAnchor", keyword("string", "annotation", D20)],
    ["$recursiveAnchor", keyword("boolean", "annotation", D19, D19)],
    ["$vocabulary", keyword("any", "annotation", D19)],
    ["$comment", keyword("any", "annotation", D7)],
  ]),
  ...vocabulary(Vocabulary.Applicator, [
    ["allOf", keyword("schemas", "enforced")],
    ["anyOf", keyword("schemas", "enforced")],
    ["oneOf", keyword("schemas", "enforced")],
    ["not", keyword("schema", "enforced")],
    ["if", keyword("schema", "enforced", D7)],
    ["then", keyword("schema", "enforced", D7)],
    ["else", keyword("schema", "enforced", D7)],
    ["properties", keyword("schema-map", "enforced")],
    ["patternProperties", keyword("schema-map", "enforced")],
    ["additionalProperties", keyword("schema", "enforced")],
    ["propertyNames", keyword("schema", "enforced", D6)],
    ["dependentSchemas", keyword("schema-map", "enforced", D19)],
    ["dependencies", keyword("dependencies", "enforced", D4, D7)],
    ["items", keyword("schema-or-schemas", "enforced")],
    ["additionalItems", keyword("schema", "enforced", D4, D19)],
    ["prefixItems", keyword("schemas", "enforced", D20)],
    ["contains", keyword("schema", "enforced", D6)],
  ]),
  ...vocabulary(Vocabulary.Unevaluated, [
    ["unevaluatedProperties", keyword("schema", "enforced", D19)],
    ["unevaluatedItems", keyword("schema", "enforced", D19)],
  ]),
  ...vocabulary(Vocabulary.Validation, [
    ["type", keyword("types", "enforced")],
    ["enum", keyword("values", "enforced")],
    ["const", keyword("any", "enforced", D6)],
    ["required", keyword("names", "enforced")],
    ["minProperties", keyword("count", "enforced")],
    ["maxProperties", keyword("count", "enforced")],
    ["dependentRequired", keyword("names-map", "enforced", D19)],
    ["minItems", keyword("count", "enforced")],
    ["maxItems", keyword("count", "enforced")],
    ["uniqueItems", keyword("boolean", "enforced")],
    ["minContains", keyword("count", "enforced", D19)],
    ["maxContains", keyword("count", "enforced", D19)],
    ["minLength", keyword("count", "enforced")],
    ["maxLength", keyword("count", "enforced")],
    ["pattern", keyword("string", "enforced")],
    ["minimum", keyword("number", "enforced")],
    ["maximum", keyword("number", "enforced")],
    ["exclusiveMinimum", keyword("number-or-boolean", "enforced")],
    ["exclusiveMaximum", keyword("number-or-boolean", "enforced")],
    ["multipleOf", keyword("number", "enforced")],
  ]),
  ...vocabulary(Vocabulary.Format, [["format", keyword("string", "enforced")]]),
  ...vocabulary(Vocabulary.MetaData, [
    ["title", keyword("any", "annotation")],
    ["description", keyword("any", "annotation")],
    ["default", keyword("any", "annotation")],
    ["examples", keyword("any", "annotation", D6)],
    ["deprecated", keyword("any", "annotation", D19)],
    ["readOnly", keyword("any", "annotation", D7)],
    ["writeOnly", keyword("any", "annotation", D7)],
  ]),
  ...vocabulary(Vocabulary.Content, [
    ["contentEncoding", keyword("any", "annotation", D7)],
    ["contentMediaType", keyword("any", "annotation", D7)],
    ["contentSchema", keyword("any", "annotation", D19)],
  ]),
]);

/** The keyword as the dialect and its vocabularies have it; undefined: an annotation there. */
export function keywordIn({ dialect, vocabularies }: SchemaRules, name: string): Keyword | undefined {
  const found = KEYWORDS.get(name);
  if (found === undefined || dialect < found.since || (vocabularies & found.vocabulary) === 0)
    return undefined;
  return dialect <= found.until || dialect === Dialect.Unnamed ? found : undefined;
}
