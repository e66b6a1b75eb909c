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

/**
 * What an object's text that is cut becomes without whitespace, as far as that is certain: numbers and names may go on, so
 * up to the last sign or string.
 */
export function compactBeginning(json: string): string {
  let compact = "";
  let certain = "";
  for (let i = 0; i < json.length; i++) {
    const character = json.charAt(i);
    if (character === '"') {
      const end = /^"(?:[^"\\]|\\.)*"/.exec(json.slice(i))?.[0];
      // Within a string: without an escape that is cut, or half of a pair.
      if (end === undefined) {
        const [begun = ""] = /^"(?:[^"\\]|\\(?:u[0-9a-fA-F]{4}|[^u]))*/.exec(json.slice(i)) ?? [];
        return compact + begun.replace(/(?:[\ud800-\udbff]|\\u[dD][89abAB][0-9a-fA-F]{2})$/, "");
      }
      compact += end;
      i += end.length - 1;
    } else if (!/[ \t\r\n]/.test(character)) compact += character;
    if (/["{}[\],:]/.test(character)) certain = compact;
  }
  return certain;
}

/** JSON text without whitespace; the text itself where it is not JSON. */
export function compactJson(json: string): string {
  try {
    return stringifyJson(parseJson(json));
  } catch {
    return json;
  }
}
