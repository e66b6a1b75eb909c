/** A schema as text for a prompt, so that the model knows what is asked for. */

import { readSchema, SchemaDocuments } from "../grammar/schema-documents.js";
import { isJsonArray, type JsonNode, JsonObject, jsonPointer, stringifyJson } from "../json/index.js";
import { DEFAULT_SCHEMA_LIMITS } from "../json-schema/limits.js";
import { SchemaSet } from "../json-schema/schema-set.js";
import { exampleValue } from "./example-value.js";
import type { Detail, LeftOut, SchemaOutline } from "./outline.js";
import { OutlineBuilder } from "./outline-builder.js";
import { typescriptType } from "./typescript-type.js";

/**
 * `typescript`: a type, with descriptions and bounds as comments; `example`: the form of a value, with `<string>` in the
 * place of a string; `json-schema`: the schema itself.
 */
export type SchemaTextForm = "typescript" | "example" | "json-schema";

export interface SchemaTextOptions {
  readonly form: SchemaTextForm;
  /** The most characters of the text, at least 1. What does not fit is told in less detail. Default: 6,000. */
  readonly maxCharacters?: number;
  /** Other documents that references may lead to, as in `compileJsonSchema`. */
  readonly schemas?: Readonly<Record<string, unknown>>;
}

export interface SchemaText {
  /** Empty where nothing fits. */
  readonly text: string;
  /** What the schema says and the text does not; all of it, as one entry without a keyword, where the text is empty. */
  readonly leftOut: readonly LeftOut[];
}

const DEFAULT_CHARACTERS = 6000;

/** From all to little: the first that fits is taken. */
const DETAILS: readonly Detail[] = [
  { description: 400, constraints: true, examples: true, enumValues: 100, depth: 30 },
  { description: 200, constraints: true, examples: false, enumValues: 30, depth: 30 },
  { description: 80, constraints: false, examples: false, enumValues: 20, depth: 30 },
  { description: 0, constraints: false, examples: false, enumValues: 10, depth: 30 },
  ...[5, 4, 3, 2, 1].map((depth) => ({
    description: 0,
    constraints: false,
    examples: false,
    enumValues: 10,
    depth,
  })),
];

/** Keywords of JSON Schema that say nothing about which values are valid. */
const ANNOTATIONS = new Set(["description", "title", "examples", "default", "$comment", "deprecated"]);

/**
 * Tells what a schema asks for, for a prompt: the same text for the same schema. It is meant to be read, and may say less
 * than the schema does, never something else; `leftOut` has what it does not say.
 *
 * @param schema the schema as a value, or as JSON text
 * @throws RangeError where `maxCharacters` is not a positive integer; InvalidSchemaError, MissingDocumentError and
 *   SchemaLimitError as `compileJsonSchema`
 */
export function describeSchema(schema: unknown, options: SchemaTextOptions): SchemaText {
  const { form, maxCharacters = DEFAULT_CHARACTERS, schemas = {} } = options;
  if (!Number.isInteger(maxCharacters) || maxCharacters < 1) {
    throw new RangeError(`maxCharacters must be a positive integer, not ${maxCharacters}`);
  }
  const json = readSchema(schema, DEFAULT_SCHEMA_LIMITS);
  const documents = new SchemaDocuments(schemas, DEFAULT_SCHEMA_LIMITS);
  const set = new SchemaSet(json, DEFAULT_SCHEMA_LIMITS, documents.source);
  const fits = ({ text }: SchemaText) => text.length <= maxCharacters;
  const found = form === "json-schema" ? schemaText(json, fits) : outlineText(set, form, fits);
  return found ?? { text: "", leftOut: [{ pointer: "", keyword: "" }] };
}

/** The most detailed text that fits. Less detail is never longer, so few have to be made. */
function outlineText(
  set: SchemaSet,
  form: "typescript" | "example",
  fits: (made: SchemaText) => boolean,
): SchemaText | undefined {
  const print = (outline: SchemaOutline) =>
    form === "typescript" ? typescriptType(outline, "Answer") : exampleValue(outline);
  let found: SchemaText | undefined;
  let [from, to] = [0, DETAILS.length];
  // All is tried first: it nearly always fits.
  for (let at = 0; from < to; at = (from + to) >> 1) {
    const outline = new OutlineBuilder(set, DETAILS[at] as Detail).build();
    const made = { text: print(outline), leftOut: outline.leftOut };
    if (fits(made)) {
      found = made;
      to = at;
    } else from = at + 1;
  }
  return found;
}

function schemaText(json: JsonNode, fits: (made: SchemaText) => boolean): SchemaText | undefined {
  const whole = { text: stringifyJson(json), leftOut: [] };
  if (fits(whole)) return whole;
  const leftOut: LeftOut[] = [];
  const bare = { text: stringifyJson(withoutAnnotations(json, "", leftOut)), leftOut };
  return fits(bare) ? bare : undefined;
}

/** A schema without annotations. A key below `properties` and its like is a name, and values of `const` stay. */
function withoutAnnotations(json: JsonNode, pointer: string, leftOut: LeftOut[]): JsonNode {
  if (isJsonArray(json)) {
    return json.map((item, i) => withoutAnnotations(item, pointer + jsonPointer(i), leftOut));
  }
  if (!(json instanceof JsonObject)) return json;
  const kept: [string, JsonNode][] = [];
  for (const [key, value] of json) {
    const below = pointer + jsonPointer(key);
    if (ANNOTATIONS.has(key)) leftOut.push({ pointer, keyword: key });
    else if (key === "const" || key === "enum") kept.push([key, value]);
    else if (MAPS.has(key) && value instanceof JsonObject) {
      const members = [...value].map(
        ([name, child]) => [name, withoutAnnotations(child, below + jsonPointer(name), leftOut)] as const,
      );
      kept.push([key, new JsonObject(members)]);
    } else kept.push([key, withoutAnnotations(value, below, leftOut)]);
  }
  return new JsonObject(kept);
}

const MAPS = new Set([
  ...["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"],
]);
