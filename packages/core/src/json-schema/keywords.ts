import { isIntegerNumber, isJsonArray, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import { Dialect } from "./dialect.js";

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
  | "any";

export interface Keyword {
  readonly shape: KeywordShape;
  /** `enforced`: compiled; `annotation`: says nothing about validity; `unsupported`: refused. */
  readonly role: "enforced" | "annotation" | "unsupported";
  readonly since: Dialect;
  /** The last dialect that has it. */
  readonly until: Dialect;
}

const keyword = (
  shape: KeywordShape,
  role: Keyword["role"],
  since = Dialect.Draft04,
  until = Dialect.Draft202012,
): Keyword => ({ shape, role, since, until });

/** Every keyword of the five dialects. A keyword that is not here, or not in the dialect, is an annotation. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ["$ref", keyword("string", "enforced")],
  ["$defs", keyword("schema-map", "enforced", Dialect.Draft201909)],
  ["definitions", keyword("schema-map", "enforced")],
  ["type", keyword("types", "enforced")],
  ["enum", keyword("values", "enforced")],
  ["const", keyword("any", "enforced", Dialect.Draft06)],
  ["allOf", keyword("schemas", "enforced")],
  ["anyOf", keyword("schemas", "enforced")],
  ["properties", keyword("schema-map", "enforced")],
  ["required", keyword("names", "enforced")],
  ["additionalProperties", keyword("schema", "enforced")],
  ["items", keyword("schema-or-schemas", "enforced")],
  ["prefixItems", keyword("schemas", "enforced", Dialect.Draft202012)],
  ["minItems", keyword("count", "enforced")],
  ["maxItems", keyword("count", "enforced")],
  ["minLength", keyword("count", "enforced")],
  ["maxLength", keyword("count", "enforced")],
  ["minimum", keyword("number", "enforced")],
  ["maximum", keyword("number", "enforced")],
  ["exclusiveMinimum", keyword("number-or-boolean", "enforced")],
  ["exclusiveMaximum", keyword("number-or-boolean", "enforced")],

  ["$schema", keyword("string", "annotation")],
  ["$comment", keyword("any", "annotation", Dialect.Draft07)],
  ["title", keyword("any", "annotation")],
  ["description", keyword("any", "annotation")],
  ["default", keyword("any", "annotation")],
  ["examples", keyword("any", "annotation", Dialect.Draft06)],
  ["deprecated", keyword("any", "annotation", Dialect.Draft201909)],
  ["readOnly", keyword("any", "annotation", Dialect.Draft07)],
  ["writeOnly", keyword("any", "annotation", Dialect.Draft07)],
  ["contentEncoding", keyword("any", "annotation", Dialect.Draft07)],
  ["contentMediaType", keyword("any", "annotation", Dialect.Draft07)],
  ["contentSchema", keyword("schema", "annotation", Dialect.Draft201909)],

  ["$id", keyword("string", "unsupported", Dialect.Draft06)],
  ["id", keyword("string", "unsupported", Dialect.Draft04, Dialect.Draft04)],
  ["$anchor", keyword("string", "unsupported", Dialect.Draft201909)],
  ["$dynamicRef", keyword("string", "unsupported", Dialect.Draft202012)],
  ["$dynamicAnchor", keyword("string", "unsupported", Dialect.Draft202012)],
  ["$recursiveRef", keyword("string", "unsupported", Dialect.Draft201909, Dialect.Draft201909)],
  ["$recursiveAnchor", keyword("any", "unsupported", Dialect.Draft201909, Dialect.Draft201909)],
  ["$vocabulary", keyword("any", "unsupported", Dialect.Draft201909)],
  ["oneOf", keyword("schemas", "unsupported")],
  ["not", keyword("schema", "unsupported")],
  ["if", keyword("schema", "unsupported", Dialect.Draft07)],
  ["then", keyword("schema", "unsupported", Dialect.Draft07)],
  ["else", keyword("schema", "unsupported", Dialect.Draft07)],
  ["dependentSchemas", keyword("schema-map", "unsupported", Dialect.Draft201909)],
  ["dependentRequired", keyword("any", "unsupported", Dialect.Draft201909)],
  ["dependencies", keyword("any", "unsupported")],
  ["patternProperties", keyword("schema-map", "unsupported")],
  ["propertyNames", keyword("schema", "unsupported", Dialect.Draft06)],
  ["minProperties", keyword("count", "unsupported")],
  ["maxProperties", keyword("count", "unsupported")],
  ["additionalItems", keyword("schema", "unsupported")],
  ["uniqueItems", keyword("any", "unsupported")],
  ["contains", keyword("schema", "unsupported", Dialect.Draft06)],
  ["minContains", keyword("count", "unsupported", Dialect.Draft201909)],
  ["maxContains", keyword("count", "unsupported", Dialect.Draft201909)],
  ["unevaluatedItems", keyword("schema", "unsupported", Dialect.Draft201909)],
  ["unevaluatedProperties", keyword("schema", "unsupported", Dialect.Draft201909)],
  ["pattern", keyword("string", "unsupported")],
  ["format", keyword("string", "unsupported")],
  ["multipleOf", keyword("number", "unsupported")],
]);

/** The keyword as the dialect has it; undefined: an annotation there. */
export function keywordIn(dialect: Dialect, name: string): Keyword | undefined {
  const found = KEYWORDS.get(name);
  return found !== undefined && found.since <= dialect && dialect <= found.until ? found : undefined;
}

export const TYPE_NAMES = ["null", "boolean", "object", "array", "number", "string", "integer"] as const;

const isSchema = (value: JsonNode) => typeof value === "boolean" || value instanceof JsonObject;
const isString = (value: JsonNode) => typeof value === "string";
const isTypeName = (value: JsonNode) => (TYPE_NAMES as readonly JsonNode[]).includes(value);

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
      return value instanceof JsonObject && [...value].every(([, schema]) => isSchema(schema))
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
    case "any":
      return undefined;
  }
}
