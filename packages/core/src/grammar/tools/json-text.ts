import { type JsonNode, JsonObject, parseJson, stringifyJson } from "../../json/index.js";
import type { ToolCall } from "./types.js";

/** Where whitespace ends that begins at an offset. */
export function behindSpace(text: string, offset: number): number {
  while (/[ \t\r\n]/.test(text.charAt(offset))) offset++;
  return offset;
}

/** The offset behind the object or array that begins at an offset; -1: it does not end. */
export function behindJson(text: string, offset: number): number {
  let depth = 0;
  let isInString = false;
  for (let i = offset; i < text.length; i++) {
    const character = text[i];
    if (isInString) {
      if (character === "\\") i++;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return i + 1;
  }
  return -1;
}

/** The call that an object of JSON text says; undefined: it is none. Numbers stay as they are written. */
export function callOf(json: string, argumentsKey: string): ToolCall | undefined {
  let node: JsonNode;
  try {
    node = parseJson(json);
  } catch {
    return undefined;
  }
  if (!(node instanceof JsonObject)) return undefined;
  const name = node.get("name");
  const args = node.get(argumentsKey) ?? new JsonObject();
  return typeof name === "string" ? { name, arguments: stringifyJson(args) } : undefined;
}

/** JSON text without whitespace; the text itself where it is not JSON. */
export function compactJson(json: string): string {
  try {
    return stringifyJson(parseJson(json));
  } catch {
    return json;
  }
}
