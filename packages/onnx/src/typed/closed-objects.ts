type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/** Keywords whose schemas are about values of their own, so that closing them takes nothing away from others. */
const LISTS = new Set(["prefixItems", "anyOf", "oneOf"]);
const MAPS = new Set(["properties", "patternProperties"]);
const SINGLE = new Set(["items", "additionalProperties", "additionalItems", "unevaluatedItems"]);
const DEFINITIONS = ["$defs", "definitions"];

/** Keywords that read a sub-schema together with what stands around it: there a closed object means something else. */
const COMBINING = new Set(["allOf", "not", "if", "then", "else", "dependentSchemas", "contains"]);
/** Keywords of which one may stand alone; two of them describe the same object together. */
const ALONE = ["properties", "$ref", "$dynamicRef", "anyOf", "oneOf"];
const OTHER_PROPERTIES = ["additionalProperties", "unevaluatedProperties", "patternProperties"];

/**
 * A JSON Schema whose objects have the properties that they name and no others, as the type libraries mean them: these
 * ignore or strip what is not declared, and say so to no JSON Schema. Objects that say something about other properties
 * stay as they are, as do those that are combined with others (`allOf`, `if`, `not`) and definitions that may be.
 *
 * @param schema a schema that is JSON
 */
export function closeObjects(schema: JsonObject): JsonObject {
  const combined = DEFINITIONS.some((name) => name in schema) && combines(schema);
  return close(schema, !combined) as JsonObject;
}

function close(schema: Json, withDefinitions: boolean): Json {
  if (!isObject(schema)) return schema;
  const isAlone = !describesTogether(schema);
  const closed: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (LISTS.has(key) && Array.isArray(value)) {
      const isOwn = isAlone || key === "prefixItems";
      closed[key] = isOwn ? value.map((each) => close(each, withDefinitions)) : value;
    } else if (MAPS.has(key) || (withDefinitions && DEFINITIONS.includes(key))) {
      closed[key] = closeEach(value, withDefinitions);
    } else {
      closed[key] = SINGLE.has(key) ? close(value, withDefinitions) : value;
    }
  }
  const isOpen = "properties" in schema && isAlone && !OTHER_PROPERTIES.some((key) => key in schema);
  if (isOpen) closed.additionalProperties = false;
  return closed;
}

function describesTogether(schema: JsonObject): boolean {
  const alone = ALONE.filter((key) => key in schema);
  return alone.length > 1 || Object.keys(schema).some((key) => COMBINING.has(key));
}

function closeEach(schemas: Json, withDefinitions: boolean): Json {
  if (!isObject(schemas)) return schemas;
  return Object.fromEntries(
    Object.entries(schemas).map(([name, each]) => [name, close(each, withDefinitions)]),
  );
}

/** Whether a definition might be combined with others: told generously, by the keywords in the whole document. */
function combines(value: Json): boolean {
  if (Array.isArray(value)) return value.some(combines);
  return isObject(value) && (describesTogether(value) || Object.values(value).some(combines));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
