/**
 * Converts plain values, which most are: null, booleans, strings, numbers, arrays and object literals. For others it gives
 * up, and the converter of `from-value.ts` says what is wrong.
 */
import { type JsonNode, JsonNumber, JsonObject } from "./node.js";

/** Recursive: deeper values are for the other converter. */
const MAX_DEPTH = 400;
/** Longer arrays may have more holes than values. */
const MAX_ITEMS = 1_000_000;

/** Where something else was found; no node is undefined. */
const OTHER = undefined;

/** How many values there may still be. */
interface Room {
  values: number;
}

/** The node of a plain value at most `maxDepth` levels deep, of at most `maxNodes` values; undefined: it is something else. */
export function quickFromValue(value: unknown, maxDepth: number, maxNodes: number): JsonNode | undefined {
  try {
    return converted(value, Math.min(maxDepth, MAX_DEPTH), { values: maxNodes });
  } catch {
    return OTHER;
  }
}

function converted(value: unknown, levels: number, room: Room): JsonNode | undefined {
  if (--room.values < 0) return OTHER;
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number")
    return Number.isFinite(value) ? new JsonNumber(JSON.stringify(value)) : OTHER;
  if (typeof value !== "object" || levels === 0) return OTHER;
  if (Array.isArray(value)) return items(value, levels - 1, room);
  return Object.getPrototypeOf(value) === Object.prototype ? members(value, levels - 1, room) : OTHER;
}

function items(source: readonly unknown[], levels: number, room: Room): JsonNode[] | undefined {
  const { length } = source;
  if (length > MAX_ITEMS || "toJSON" in source) return OTHER;
  const nodes = new Array<JsonNode>(length);
  for (let i = 0; i < length; i++) {
    const node = converted(source[i], levels, room);
    if (node === OTHER) return OTHER;
    nodes[i] = node;
  }
  return nodes;
}

function members(source: object, levels: number, room: Room): JsonObject | undefined {
  if ("toJSON" in source) return OTHER;
  const names = Object.keys(source);
  const nodes = new Array<JsonNode>(names.length);
  for (let i = 0; i < names.length; i++) {
    const node = converted((source as Record<string, unknown>)[names[i] as string], levels, room);
    // Members that are undefined are left out: not here.
    if (node === OTHER) return OTHER;
    nodes[i] = node;
  }
  return new JsonObject(names, nodes);
}
