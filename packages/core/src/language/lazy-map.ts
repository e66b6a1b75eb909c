/**
 * A map that takes no room until something is put into it. A grammar has dozens of tables for what its schema may have,
 * most of which stay empty; each would cost a hash table, while its first mask takes as long as the memory that it touches.
 */
export class LazyMap<Key, Value> {
  declare private map: Map<Key, Value> | undefined;

  constructor() {
    this.map = undefined;
  }

  get size(): number {
    return this.map === undefined ? 0 : this.map.size;
  }

  get(key: Key): Value | undefined {
    return this.map === undefined ? undefined : this.map.get(key);
  }

  has(key: Key): boolean {
    return this.map?.has(key) === true;
  }

  set(key: Key, value: Value): void {
    this.map ??= new Map();
    this.map.set(key, value);
  }

  delete(key: Key): void {
    this.map?.delete(key);
  }

  clear(): void {
    this.map?.clear();
  }

  *[Symbol.iterator](): IterableIterator<[Key, Value]> {
    if (this.map !== undefined) yield* this.map;
  }
}
