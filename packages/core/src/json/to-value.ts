import { isJsonArray, type JsonNode, JsonNumber, type JsonObject } from "./node.js";

/**
 * The node as a plain JavaScript value, as `JSON.parse` would have made it: numbers become the nearest double
 * (Infinity beyond 1.8e308), integer-like keys come first, and `__proto__` is an ordinary own property.
 */
export function jsonToValue(root: JsonNode): unknown {
  // A queue instead of recursion: nodes of any depth. Containers are made empty and filled later.
  const pending: { from: readonly JsonNode[] | JsonObject; to: unknown[] | Record<string, unknown> }[] = [];
  const convert = (node: JsonNode): unknown => {
    if (node === null || typeof node !== "object") return node;
    if (node instanceof JsonNumber) return Number(node.text);
    const to = isJsonArray(node) ? [] : {};
    pending.push({ from: node, to });
    return to;
  };

  const result = convert(root);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { from, to } = next;
    if (isJsonArray(from)) {
      for (const item of from) (to as unknown[]).push(convert(item));
    } else {
      for (const [key, value] of from) {
        // Assignment to `__proto__` would set the prototype.
        Object.defineProperty(to, key, {
          value: convert(value),
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
    }
  }
  return result;
}
