import { isJsonArray, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import { LanguageLimitError, type LanguageLimits, numberFits } from "../language/index.js";
import { InvalidSchemaError, languageLimit } from "./errors.js";
import { type Member, type Position, placeOf } from "./position.js";

/** What is limited in a keyword's value: the texts and numbers in it, or its keys. */
const LIMITED: ReadonlyMap<string, "value" | "keys"> = new Map([
  ["minimum", "value"],
  ["maximum", "value"],
  ["exclusiveMinimum", "value"],
  ["exclusiveMaximum", "value"],
  ["multipleOf", "value"],
  ["enum", "value"],
  ["const", "value"],
  ["required", "value"],
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
  const limit =
    limited === "value" ? exceeded(value, limits) : exceeded([...(value as JsonObject).keys()], limits);
  if (limit !== undefined) {
    throw languageLimit(new LanguageLimitError(limit, limits[limit]), placeOf(position), keyword.name);
  }
  if (keyword.name === "multipleOf" && !/^[0.]*[1-9]/.test((value as JsonNumber).text)) {
    const reason = "a number can be a multiple of a positive number only";
    throw new InvalidSchemaError({ ...placeOf(position), keyword: "multipleOf", reason });
  }
}

/** The limit that something in a value exceeds. */
function exceeded(root: JsonNode, limits: LanguageLimits): keyof LanguageLimits | undefined {
  const pending: JsonNode[] = [root];
  for (let json = pending.pop(); json !== undefined; json = pending.pop()) {
    if (typeof json === "string") {
      if (json.length > limits.maxTextLength && [...json].length > limits.maxTextLength)
        return "maxTextLength";
    } else if (json instanceof JsonNumber) {
      if (!numberFits(json.text, limits)) return "maxDigits";
    } else if (isJsonArray(json)) {
      for (const item of json) pending.push(item);
    } else if (json instanceof JsonObject) {
      for (const [key, value] of json) pending.push(key, value);
    }
  }
  return undefined;
}
