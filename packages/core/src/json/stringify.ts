import { isJsonArray, type JsonNode, JsonNumber, type JsonObject } from "./node.js";
import { canonicalNumber, sameNumber } from "./number.js";

/** The node as compact JSON text: keys in their order, numbers as they were written. */
export function stringifyJson(node: JsonNode): string {
  return write(
    node,
    (object) => object.entries(),
    (number) => number.text,
  );
}

/**
 * A text that two nodes share exactly where they are equal as JSON Schema means it: objects with sorted keys, numbers
 * by `canonicalNumber`. Good as a key of a Map. It is not RFC 8785, which rounds numbers to doubles.
 */
export function canonicalJson(node: JsonNode): string {
  return write(node, sortedEntries, (number) => canonicalNumber(number.text));
}

/** Equality as JSON Schema means it: 1 = 1.0 = 10e-1, exactly and at any size; the order of keys does not matter. */
export function jsonEquals(a: JsonNode, b: JsonNode): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof JsonNumber || b instanceof JsonNumber) {
    return a instanceof JsonNumber && b instanceof JsonNumber && sameNumber(a.text, b.text);
  }
  return compositesEqual(a, b);
}

function compositesEqual(a: readonly JsonNode[] | JsonObject, b: readonly JsonNode[] | JsonObject): boolean {
  if (isJsonArray(a) !== isJsonArray(b) || sizeOf(a) !== sizeOf(b)) return false;
  return canonicalJson(a) === canonicalJson(b);
}

function sizeOf(node: readonly JsonNode[] | JsonObject): number {
  return isJsonArray(node) ? node.length : node.size;
}

function sortedEntries(object: JsonObject): Iterator<[string, JsonNode]> {
  return [...object.entries()].sort((a, b) => (a[0] < b[0] ? -1 : 1)).values();
}

interface Open {
  readonly items: Iterator<JsonNode> | undefined;
  readonly members: Iterator<[string, JsonNode]> | undefined;
  first: boolean;
}

/** Writes a node of any depth: the stack is on the heap. */
function write(
  root: JsonNode,
  entries: (object: JsonObject) => Iterator<[string, JsonNode]>,
  numberText: (number: JsonNumber) => string,
): string {
  let text = "";
  const stack: Open[] = [];
  const begin = (node: JsonNode): void => {
    if (node === null || typeof node !== "object") {
      text += JSON.stringify(node);
    } else if (node instanceof JsonNumber) {
      text += numberText(node);
    } else if (isJsonArray(node)) {
      text += "[";
      stack.push({ items: node.values(), members: undefined, first: true });
    } else {
      text += "{";
      stack.push({ items: undefined, members: entries(node), first: true });
    }
  };

  begin(root);
  for (let open = stack.at(-1); open !== undefined; open = stack.at(-1)) {
    const comma = open.first ? "" : ",";
    open.first = false;
    if (open.items) {
      const next = open.items.next();
      if (next.done) {
        text += "]";
        stack.pop();
      } else {
        text += comma;
        begin(next.value);
      }
    } else if (open.members) {
      const next = open.members.next();
      if (next.done) {
        text += "}";
        stack.pop();
      } else {
        text += `${comma}${JSON.stringify(next.value[0])}:`;
        begin(next.value[1]);
      }
    }
  }
  return text;
}
