import { mix } from "./pair-memo.js";

/** The column of bytes that lead nowhere; every row has it first. */
const DEAD_COLUMN = 0;
/** So many bytes that can follow are told one by one. */
const MAX_FEW = 12;

/**
 * Maps from bytes to the columns of a row of transitions: bytes that a state does not tell apart have one column. Equal maps
 * are kept once. A map's number is where its 256 columns start in `columns`.
 */
export class ColumnMaps {
  /** Replaced by a larger copy where it is full. */
  columns = new Uint8Array(256 * 64);
  /** The same, four columns each. */
  #words = new Int32Array(this.columns.buffer);
  /** By map: how many columns it has. */
  readonly #counts: number[] = [];
  /** By map: the bytes that lead somewhere; null: they are many. */
  readonly #fewBytes: (Uint8Array | null | undefined)[] = [];
  readonly #mapsByHash = new Map<number, number[]>();
  readonly #newColumns = new Uint8Array(256);
  readonly #newWords = new Int32Array(this.#newColumns.buffer);
  /** By new column its key; that of `DEAD_COLUMN` is 0. */
  readonly #newKeys = new Int32Array(257);

  /** How many columns a map has. */
  count(map: number): number {
    return this.#counts[map >> 8]!;
  }

  /** The map where bytes have one column if their keys are equal. Key 0 is that of bytes that lead nowhere. */
  ofKeys(keys: Int32Array): number {
    const columns = this.#newColumns;
    // By column: its key. There are few.
    const keyOf = this.#newKeys;
    let count = 1;
    let previous = 0;
    let column = DEAD_COLUMN;
    for (let byte = 0; byte < 256; byte++) {
      const key = keys[byte]!;
      if (key !== previous) {
        column = 0;
        while (column < count && keyOf[column] !== key) column++;
        if (column === count) keyOf[count++] = key;
        previous = key;
      }
      columns[byte] = column;
    }
    return this.#intern(count);
  }

  /** The bytes that lead somewhere, ascending; undefined where they are many. */
  fewBytes(map: number): Uint8Array | undefined {
    let few = this.#fewBytes[map >> 8];
    if (few === undefined) {
      few = this.#findFew(map);
      this.#fewBytes[map >> 8] = few;
    }
    return few ?? undefined;
  }

  #findFew(map: number): Uint8Array | null {
    const bytes: number[] = [];
    for (let byte = 0; byte < 256 && bytes.length <= MAX_FEW; byte++)
      if (this.columns[map + byte] !== DEAD_COLUMN) bytes.push(byte);
    return bytes.length <= MAX_FEW ? Uint8Array.from(bytes) : null;
  }

  /** The number of a map equal to `#newColumns`, stored if it is new. */
  #intern(count: number): number {
    const words = this.#newWords;
    let hash = 0;
    for (let i = 0; i < words.length; i++) hash = mix(hash, words[i]!);
    let bucket = this.#mapsByHash.get(hash);
    if (!bucket) this.#mapsByHash.set(hash, (bucket = []));
    for (const map of bucket) if (this.#isNew(map)) return map;
    const map = this.#counts.push(count) * 256 - 256;
    if (map + 256 > this.columns.length) {
      const grown = new Uint8Array(this.columns.length * 2);
      grown.set(this.columns);
      this.columns = grown;
      this.#words = new Int32Array(grown.buffer);
    }
    this.columns.set(this.#newColumns, map);
    bucket.push(map);
    return map;
  }

  /** Whether a map equals `#newColumns`. */
  #isNew(map: number): boolean {
    const words = this.#words;
    const start = map >> 2;
    for (let i = 0; i < 64; i++) if (words[start + i] !== this.#newWords[i]) return false;
    return true;
  }
}
