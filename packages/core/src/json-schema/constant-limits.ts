import { isJsonArray, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import { LanguageLimitError, type LanguageLimits, numberFits } from "../language/index.js";
import { InvalidSchemaError, languageLimit } from "./errors.js";
import { type Member, type Position, placeOf } from "./position.js";

/** What is limited in a keyword's value: the texts and numbers in it, or its keys, or it is a list of names. */
const LIMITED: ReadonlyMap<string, "value" | "keys" | "names"> = new Map([
  ["minimum", "value"],
  ["maximum", "value"],
  ["exclusiveMinimum", "value"],
  ["exclusiveMaximum", "value"],
  ["multipleOf", "value"],
  ["enum", "value"],
  ["const", "value"],
  ["required", "names"],
  ["dependentRequired", "value"],
  ["properties", "keys"],
  ["dependentSchemas", "keys"],
  ["dependencies", "keys"],
]);

/**
 * Whether the numbers, texts and names that a keyword has are within the limits of languages: those that an output may
 * have to write.
 *
 * @throws SchemaLimitError where one is not; InvalidSchemaError for a `multipleOf` that is not positive
 */
export function checkConstants(member: Member, position: Position, limits: LanguageLimits): void {
  const { keyword, value } = member;
  const limited = LIMITED.get(keyword.name);
  if (limited === undefined) return;
  let limit: keyof LanguageLimits | undefined;
  if (limited === "keys") limit = exceededByKeys(value as JsonObject, limits);
  else if (limited === "names") limit = exceededByNames(value as readonly string[], limits);
  else limit = exceeded(value, limits);
  if (limit !== undefined) {
    throw languageLimit(new LanguageLimitError(limit, limits[limit]), placeOf(position), keyword.name);
  }
  if (keyword.name === "multipleOf" && !/^[0.]*[1-9]/.test((value as JsonNumber).text)) {
    const reason = "a number can be a multiple of a positive number only";
    throw new InvalidSchemaError({ ...placeOf(position), keyword: "multipleOf", reason });
  }
}

/** The limit that something in a value exceeds. */
export function exceeded(root: JsonNode, limits: LanguageLimits): keyof LanguageLimits | undefined {
  const pending: JsonNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const limit = exceededByOne(node, limits, pending);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

/** The limit that a value by itself exceeds; what is in it becomes pending. */
function exceededByOne(
  node: JsonNode,
  limits: LanguageLimits,
  pending: JsonNode[],
): keyof LanguageLimits | undefined {
  if (typeof node === "string") return exceededByText(node, limits);
  if (node instanceof JsonNumber) return numberFits(node.text, limits) ? undefined : "maxDigits";
  if (node instanceof JsonObject) {
    for (let i = 0; i < node.size; i++) pending.push(node.valueAt(i));
    return exceededByKeys(node, limits);
  }
  if (isJsonArray(node)) for (let i = 0; i < node.length; i++) pending.push(node[i] as JsonNode);
  return undefined;
}

function exceededByKeys(object: JsonObject, limits: LanguageLimits): keyof LanguageLimits | undefined {
  for (let i = 0; i < object.size; i++) {
    const limit = exceededByText(object.keyAt(i), limits);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

function exceededByNames(names: readonly string[], limits: LanguageLimits): keyof LanguageLimits | undefined {
  for (let i = 0; i < names.length; i++) {
    const limit = exceededByText(names[i] as string, limits);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

function exceededByText(text: string, { maxTextLength }: LanguageLimits): "maxTextLength" | undefined {
  return text.length > maxTextLength && [...text].length > maxTextLength ? "maxTextLength" : undefined;
}
