import { JsonLimitError, JsonSyntaxError, parseJson } from "@grammask/core";
import { type ApiError, invalid } from "../errors.js";
import { jsonDepth } from "./json-text.js";

/** Of arrays and objects inside each other, as schemas may have. */
const MOST_LEVELS = 512;
const MOST_LENGTH = 16 * 2 ** 20;

/** @throws ApiError with status 400 where it is not UTF-8 */
export function decodeBody(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notJson("The body is not UTF-8.");
  }
}

/**
 * The platform's parser is the quickest; the other one says what is wrong.
 *
 * @throws ApiError with status 400 where it is not JSON, or too deep
 */
export function parseBody(text: string): unknown {
  try {
    if (jsonDepth(text) <= MOST_LEVELS && text.length <= MOST_LENGTH) {
      return JSON.parse(text);
    }
  } catch {
    // Not JSON.
  }
  try {
    parseJson(text, { maxDepth: MOST_LEVELS, maxBytes: MOST_LENGTH });
  } catch (thrown) {
    if (thrown instanceof JsonSyntaxError || thrown instanceof JsonLimitError) {
      throw notJson(`The body is not JSON: ${thrown.message}`);
    }
    throw thrown;
  }
  throw notJson("The body is not JSON.");
}

export function notJson(message: string): ApiError {
  return invalid(undefined, message, "invalid_json");
}
