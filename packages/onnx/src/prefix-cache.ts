import type { KvRows } from "./kv-rows.js";

interface Entry {
  readonly ids: readonly number[];
  readonly rows: KvRows;
}

/** What the model makes of the prompts that were read last, for prompts that begin alike; bounded in memory. */
export class PrefixCache {
  readonly #mostBytes: number;
  readonly #chunk: number;
  /** In the order of use, the latest last. */
  #entries: Entry[] = [];
  #bytes = 0;

  /**
   * @param mostBytes memory for the rows; 0 keeps nothing
   * @param chunk prompts are read in pieces of so many tokens, and known up to the end of one
   */
  constructor(mostBytes: number, chunk: number) {
    this.#mostBytes = mostBytes;
    this.#chunk = chunk;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The rows of the longest known beginning of a prompt, and how many of them are good for it. */
  find(ids: readonly number[]): { readonly rows: KvRows; readonly count: number } | undefined {
    let best: Entry | undefined;
    let count = 0;
    for (const entry of this.#entries) {
      // The last token is read in any case, for its logits.
      const common = Math.min(commonLength(entry.ids, ids), ids.length - 1);
      const whole = common - (common % this.#chunk);
      if (whole > count) {
        [best, count] = [entry, whole];
      }
    }
    if (best === undefined) {
      return undefined;
    }
    this.#entries = [...this.#entries.filter((entry) => entry !== best), best];
    return { rows: best.rows, count };
  }

  /** Keeps a prompt's rows, unless a longer prompt that begins with it is known. */
  add(ids: readonly number[], copy: () => KvRows): void {
    if (this.#mostBytes === 0 || this.#entries.some((entry) => commonLength(entry.ids, ids) === ids.length)) {
      return;
    }
    const rows = copy();
    if (rows.data.byteLength > this.#mostBytes) {
      return;
    }
    // What this prompt begins with is known by it.
    this.#keep((entry) => commonLength(entry.ids, ids) < entry.ids.length);
    this.#entries.push({ ids: [...ids], rows });
    this.#bytes += rows.data.byteLength;
    while (this.#bytes > this.#mostBytes) {
      const [oldest] = this.#entries;
      this.#keep((entry) => entry !== oldest);
    }
  }

  clear(): void {
    this.#keep(() => false);
  }

  #keep(wanted: (entry: Entry) => boolean): void {
    this.#entries = this.#entries.filter(wanted);
    this.#bytes = this.#entries.reduce((sum, entry) => sum + entry.rows.data.byteLength, 0);
  }
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  let common = 0;
  while (common < length && a[common] === b[common]) {
    common++;
  }
  return common;
}
