import { isJsonArray, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import { LanguageLimitError, type LanguageLimits, numberFits } from "../language/index.js";
import { InvalidSchemaError, languageLimit, type Place } from "./errors.js";

/** Keywords whose value is numbers, texts or names that an output may have to write. */
const VALUES = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "enum",
  "const",
  "required",
  "dependentRequired",
] as const;
/** Keywords whose keys are names. */
const NAMED = ["properties", "dependentSchemas", "dependencies"] as const;

/**
 * Whether the numbers, texts and names that a schema's keywords have are within the limits of languages.
 * @throws SchemaLimitError with the keyword of the first that is not; InvalidSchemaError for a `multipleOf` that is not
 *   positive
 */
export function checkConstants(
  found: ReadonlyMap<string, JsonNode>,
  place: Place,
  limits: LanguageLimits,
): void {
  const check = (keyword: string, limit: keyof LanguageLimits | undefined) => {
    if (limit !== undefined)
      throw languageLimit(new LanguageLimitError(limit, limits[limit]), place, keyword);
  };
  for (const keyword of VALUES) check(keyword, exceeded(found.get(keyword) ?? null, limits));
  for (const keyword of NAMED) {
    const named = found.get(keyword);
    if (named instanceof JsonObject) check(keyword, exceeded([...named.keys()], limits));
  }
  const multipleOf = found.get("multipleOf");
  if (multipleOf instanceof JsonNumber && !/^[0.]*[1-9]/.test(multipleOf.text)) {
    const reason = "a number can be a multiple of a positive number only";
    throw new InvalidSchemaError({ ...place, keyword: "multipleOf", reason });
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
