/**
 * A JSON value as it was written: numbers keep their spelling, objects keep the order of their keys.
 *
 * Plain JavaScript values lose both: `JSON.parse` rounds 1e400 and 0.1000000000000000000001, moves integer-like keys
 * to the front, and 1.0 cannot be told from 1.
 */
export type JsonNode = null | boolean | string | JsonNumber | readonly JsonNode[] | JsonObject;

/** A number, by its spelling. Compare with `jsonEquals` or by `canonicalNumber(text)`, never by `text`. */
export class JsonNumber {
  /** The number as RFC 8259 writes it, for example `-0.50e+3`. */
  readonly text: string;

  /** @param text a number in JSON's syntax; not checked. */
  constructor(text: string) {
    this.text = text;
  }
}

/** An object: its members in the order of the source, with every key treated alike (`__proto__`, `10`, ``). */
export class JsonObject {
  readonly #members: ReadonlyMap<string, JsonNode>;

  /** @param members pairs of key and value; where a key repeats, its last value stands at its first place. */
  constructor(members: Iterable<readonly [string, JsonNode]> = []) {
    this.#members = new Map(members);
  }

  get size(): number {
    return this.#members.size;
  }

  get(key: string): JsonNode | undefined {
    return this.#members.get(key);
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#members.keys();
  }

  entries(): IterableIterator<[string, JsonNode]> {
    return this.#members.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, JsonNode]> {
    return this.#members.entries();
  }
}

/** `Array.isArray`, for which TypeScript does not narrow read-only arrays. */
export function isJsonArray(node: JsonNode | undefined): node is readonly JsonNode[] {
  return Array.isArray(node);
}
