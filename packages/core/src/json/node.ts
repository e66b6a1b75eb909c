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

/** Objects of so many members are searched from the start; larger ones have an index, made when it is first needed. */
const MAX_SEARCHED = 8;

/** An object: its members in the order of the source, with every key treated alike (`__proto__`, `10`, ``). */
export class JsonObject {
  private readonly names: string[];
  private readonly nodes: JsonNode[];
  private index: Map<string, number> | undefined;

  /** @param members pairs of key and value; where a key repeats, its last value stands at its first place. */
  constructor(members?: Iterable<readonly [string, JsonNode]>);
  /** The two lists are the object's from then on. @param names no two alike @param nodes as many */
  constructor(names: string[], nodes: JsonNode[]);
  constructor(members: Iterable<readonly [string, JsonNode]> | string[] = [], nodes?: JsonNode[]) {
    this.names = nodes === undefined ? [] : (members as string[]);
    this.nodes = nodes ?? [];
    this.index = undefined;
    if (nodes !== undefined) return;
    for (const [key, value] of members as Iterable<readonly [string, JsonNode]>) this.set(key, value);
  }

  /** An object of some keys, which may repeat, and their values. */
  static of(names: string[], nodes: JsonNode[]): JsonObject {
    if (!hasRepeated(names)) return new JsonObject(names, nodes);
    const object = new JsonObject();
    for (let i = 0; i < names.length; i++) object.set(names[i] as string, nodes[i] as JsonNode);
    return object;
  }

  /** Adds a member, for those who make an object, before they hand it out; where the key repeats, its place stays. */
  set(key: string, value: JsonNode): void {
    const at = this.indexOf(key);
    if (at >= 0) this.nodes[at] = value;
    else {
      this.index?.set(key, this.names.length);
      this.names.push(key);
      this.nodes.push(value);
    }
  }

  get size(): number {
    return this.names.length;
  }

  get(key: string): JsonNode | undefined {
    const at = this.indexOf(key);
    return at < 0 ? undefined : this.nodes[at];
  }

  has(key: string): boolean {
    return this.indexOf(key) >= 0;
  }

  /** Where a key stands among the others; -1: nowhere. */
  indexOf(key: string): number {
    const { names } = this;
    if (names.length > MAX_SEARCHED) {
      this.index ??= indexOfNames(names);
      return this.index.get(key) ?? -1;
    }
    for (let i = 0; i < names.length; i++) if (names[i] === key) return i;
    return -1;
  }

  /** The key at a place below `size`. */
  keyAt(index: number): string {
    return this.names[index] as string;
  }

  /** The value at a place below `size`. */
  valueAt(index: number): JsonNode {
    return this.nodes[index] as JsonNode;
  }

  keys(): IterableIterator<string> {
    return this.names.values();
  }

  *entries(): IterableIterator<[string, JsonNode]> {
    for (let i = 0; i < this.names.length; i++) yield [this.names[i] as string, this.nodes[i] as JsonNode];
  }

  [Symbol.iterator](): IterableIterator<[string, JsonNode]> {
    return this.entries();
  }
}

function indexOfNames(names: readonly string[]): Map<string, number> {
  const index = new Map<string, number>();
  for (let i = 0; i < names.length; i++) index.set(names[i] as string, i);
  return index;
}

function hasRepeated(names: readonly string[]): boolean {
  if (names.length > MAX_SEARCHED) return new Set(names).size < names.length;
  for (let i = 1; i < names.length; i++) {
    for (let k = 0; k < i; k++) if (names[i] === names[k]) return true;
  }
  return false;
}

/** `Array.isArray`, for which TypeScript does not narrow read-only arrays. */
export function isJsonArray(node: JsonNode | undefined): node is readonly JsonNode[] {
  return Array.isArray(node);
}

/** Adds an object's keys to a set, in order. */
export function addKeys(object: JsonObject, keys: Set<string>): void {
  for (let i = 0; i < object.size; i++) keys.add(object.keyAt(i));
}
