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
  /** Whether there are schemas in its value. */
  readonly hasSchemas: boolean;
  /** Whether its schemas apply to the same value as the one that has it. */
  readonly isInPlace: boolean;
  /** Whether its value refers to a schema, which applies in place. */
  readonly isReference: boolean;
}

type Entry = readonly [name: string, keyword: Pick<Keyword, "shape" | "role" | "since" | "until">];

const IN_PLACE = new Set<string>([
  ...["allOf", "anyOf", "oneOf", "not", "if", "then", "else"],
  ...["dependentSchemas", "dependencies"],
]);

/** The keywords whose value is a reference to a schema. */
export const REFERENCES: readonly string[] = ["$ref", "$dynamicRef", "$recursiveRef"];

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
      hasSchemas: keyword.shape.startsWith("schema") || keyword.shape === "dependencies",
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

export const TYPE_NAMES = ["null", "boolean", "object", "array", "number", "string", "integer"] as const;

const isSchema = (value: JsonNode) => typeof value === "boolean" || value instanceof JsonObject;
const isString = (value: JsonNode) => typeof value === "string";
const isTypeName = (value: JsonNode) => (TYPE_NAMES as readonly JsonNode[]).includes(value);

function everyMember(object: JsonObject, holds: (value: JsonNode) => boolean): boolean {
  for (let i = 0; i < object.size; i++) if (!holds(object.valueAt(i))) return false;
  return true;
}

/** Why the value is not what the keyword needs, as the end of a sentence "must be ..."; undefined: it is. */
export function shapeMismatch(shape: KeywordShape, value: JsonNode): string | undefined {
  switch (shape) {
    case "schema":
      return isSchema(value) ? undefined : "a schema (an object or a boolean)";
    case "schemas":
      return isJsonArray(value) && value.length > 0 && value.every(isSchema)
        ? undefined
        : "an array of at least one schema";
    case "schema-or-schemas":
      return isSchema(value) || (isJsonArray(value) && value.every(isSchema))
        ? undefined
        : "a schema or an array of schemas";
    case "schema-map":
      return value instanceof JsonObject && everyMember(value, isSchema)
        ? undefined
        : "an object whose values are schemas";
    case "count":
      return value instanceof JsonNumber && isIntegerNumber(value.text) && !value.text.startsWith("-")
        ? undefined
        : "an integer of at least 0";
    case "number":
      return value instanceof JsonNumber ? undefined : "a number";
    case "number-or-boolean":
      return value instanceof JsonNumber || typeof value === "boolean" ? undefined : "a number";
    case "string":
      return isString(value) ? undefined : "a string";
    case "names":
      return isJsonArray(value) && value.every(isString) ? undefined : "an array of strings";
    case "types":
      return isTypeName(value) || (isJsonArray(value) && value.length > 0 && value.every(isTypeName))
        ? undefined
        : `one of ${TYPE_NAMES.map((name) => `"${name}"`).join(", ")} or an array of them`;
    case "values":
      return isJsonArray(value) ? undefined : "an array";
    case "dependencies":
      return value instanceof JsonObject &&
        everyMember(value, (v) => isSchema(v) || (isJsonArray(v) && v.every(isString)))
        ? undefined
        : "an object whose values are schemas or arrays of strings";
    case "names-map":
      return value instanceof JsonObject && everyMember(value, (v) => isJsonArray(v) && v.every(isString))
        ? undefined
        : "an object whose values are arrays of strings";
    case "boolean":
      return typeof value === "boolean" ? undefined : "a boolean";
    case "any":
      return undefined;
  }
}
