import type { TokenMask } from "./token-mask.js";

/**
 * A map that keeps at most about `maxEntries` entries: those used since the last change of generations, and those of
 * the generation before.
 */
export class MaskCache<Key, Value = TokenMask> {
  private readonly half: number;
  private recent = new Map<Key, Value>();
  private older = new Map<Key, Value>();

  constructor(maxEntries: number) {
    this.half = Math.max(2, maxEntries >> 1);
  }

  get(key: Key): Value | undefined {
    const found = this.recent.get(key);
    if (found !== undefined) return found;
    const old = this.older.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.recent.size >= this.half) {
      this.older = this.recent;
      this.recent = new Map();
    }
    this.recent.set(key, value);
  }
}
