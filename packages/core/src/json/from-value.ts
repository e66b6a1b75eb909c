import { JsonLimitError, JsonValueError } from "./errors.js";
import { type JsonNode, JsonNumber, JsonObject } from "./node.js";
import { DEFAULT_MAX_DEPTH } from "./parse.js";
import { jsonPointer } from "./pointer.js";
import { quickFromValue } from "./quick-from-value.js";

export interface JsonFromValueOptions {
  /** Most levels of arrays and objects inside each other. Default 512; a scalar has depth 0. */
  readonly maxDepth?: number;
  /** Most values in all. A value that is reached twice counts twice. Default 2,000,000. */
  readonly maxNodes?: number;
}

const DEFAULT_MAX_NODES = 2_000_000;

/** An array or object whose children are being converted. */
interface Open {
  readonly source: object;
  readonly items: JsonNode[] | undefined;
  /** The keys of an object, in order; of an array only the length matters. */
  readonly keys: readonly string[];
  readonly length: number;
  readonly members: JsonObject;
  next: number;
}

/**
 * A JavaScript value as a node: what `JSON.parse(JSON.stringify(value))` would keep, but never silently less.
 *
 * Taken: null, booleans, strings, finite numbers, bigints, arrays, plain objects (own enumerable string keys in the
 * engine's order), nodes (`JsonNumber`, `JsonObject`), and anything with a `toJSON` method. Properties that are
 * `undefined` are left out, as JSON.stringify does.
 *
 * @throws JsonValueError with a JSON Pointer for anything else: functions, symbols, NaN, infinities, `undefined` in an
 *   array or at the root, class instances without `toJSON`, cycles, and getters or `toJSON` methods that throw
 * @throws JsonLimitError when the value is larger or deeper than the limits
 */
export function jsonFromValue(value: unknown, options: JsonFromValueOptions = {}): JsonNode {
  const { maxDepth = DEFAULT_MAX_DEPTH, maxNodes = DEFAULT_MAX_NODES } = options;
  return quickFromValue(value, maxDepth, maxNodes) ?? new Converter(maxDepth, maxNodes).run(value);
}

class Converter {
  /** On the heap: a value of any depth is a limit error, not a stack overflow. */
  readonly #stack: Open[] = [];
  /** The sources on the stack, to find cycles. */
  readonly #open = new Set<object>();
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  #nodes = 0;

  constructor(maxDepth: number, maxNodes: number) {
    this.#maxDepth = maxDepth;
    this.#maxNodes = maxNodes;
  }

  run(root: unknown): JsonNode {
    let done = this.#begin(this.#resolve(root, ""));
    for (let open = this.#stack.at(-1); open !== undefined; open = this.#stack.at(-1)) {
      if (done !== undefined) {
        if (open.items) open.items.push(done);
        else open.members.set(open.keys[open.next] as string, done);
        open.next++;
      }
      done = this.#step(open);
    }
    return done as JsonNode;
  }

  /** Begins the next child; returns the node that is complete now, if any. */
  #step(open: Open): JsonNode | undefined {
    for (; open.next < open.length; open.next++) {
      const key = open.keys[open.next] ?? String(open.next);
      const value = this.#resolve(this.#read(open.source, key), key);
      if (value !== undefined || open.items) return this.#begin(value);
    }
    this.#stack.pop();
    this.#open.delete(open.source);
    // The child index of the parent is still at this node: it is what `done` belongs to.
    return open.items ?? open.members;
  }

  #read(source: object, key: string): unknown {
    try {
      if (source instanceof JsonObject) return source.get(key);
      return (source as Record<string, unknown>)[key];
    } catch (cause) {
      throw this.#error("The getter throws", cause);
    }
  }

  /** Applies `toJSON`, which gets the key as from JSON.stringify. */
  #resolve(value: unknown, key: string): unknown {
    if (typeof value !== "object" || value === null) return value;
    try {
      const toJson = (value as { toJSON?: unknown }).toJSON;
      return typeof toJson === "function" ? toJson.call(value, key) : value;
    } catch (cause) {
      throw this.#error("toJSON throws", cause);
    }
  }

  /** The node of a scalar, or undefined after an array or object has been opened. */
  #begin(value: unknown): JsonNode | undefined {
    if (++this.#nodes > this.#maxNodes) throw new JsonLimitError("maxNodes", this.#maxNodes);
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "bigint":
        return new JsonNumber(String(value));
      case "number":
        if (!Number.isFinite(value)) throw this.#error(`${value} is not a JSON number`);
        return new JsonNumber(JSON.stringify(value));
      case "object":
        return value === null ? value : this.#push(value);
      case "undefined":
        throw this.#error("undefined has no JSON form");
      default:
        throw this.#error(`A ${typeof value} has no JSON form`);
    }
  }

  /** Opens an array or object; a number's node is returned. */
  #push(source: object): JsonNumber | undefined {
    if (this.#open.has(source)) throw this.#error("The value contains itself");
    let isArray: boolean;
    let keys: readonly string[];
    let length: number;
    try {
      if (source instanceof JsonNumber) return source;
      isArray = Array.isArray(source);
      if (!isArray && !(source instanceof JsonObject) && !isPlainObject(source)) {
        throw this.#error(`An instance of ${className(source)} has no JSON form`);
      }
      keys = isArray ? [] : source instanceof JsonObject ? [...source.keys()] : Object.keys(source);
      length = isArray ? (source as readonly unknown[]).length : keys.length;
    } catch (cause) {
      if (cause instanceof JsonValueError) throw cause;
      throw this.#error("The object cannot be read: its proxy throws", cause);
    }
    if (this.#stack.length >= this.#maxDepth) throw new JsonLimitError("maxDepth", this.#maxDepth);
    this.#stack.push({
      source,
      items: isArray ? [] : undefined,
      keys,
      length,
      members: new JsonObject(),
      next: 0,
    });
    this.#open.add(source);
    return undefined;
  }

  #error(reason: string, cause?: unknown): JsonValueError {
    const path = this.#stack.map((open) => open.keys[open.next] ?? open.next);
    return new JsonValueError(reason, jsonPointer(...path), cause === undefined ? undefined : { cause });
  }
}

/** An object literal or `Object.create(null)`, of this or another realm (an iframe, a vm context). */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function className(value: object): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? name : "a class";
}
