import type { KvRows } from "./kv-rows.js";

/** The rows of one piece of prompts that are alike up to its end. */
interface Block {
  readonly rows: KvRows;
  /** Blocks that follow, by their tokens. */
  readonly next: Map<string, Block>;
  /** The blocks that it is one of. */
  readonly siblings: Map<string, Block>;
  readonly key: string;
  /** Later uses have larger numbers; a block is used whenever one that follows it is. */
  lastUse: number;
}

/**
 * What the model makes of the prompts that were read last, for prompts that begin alike; bounded in memory. Prompts are kept in
 * pieces, as a tree: what many of them begin with, such as the instructions of an application, is kept once. (The same idea as
 * vLLM's automatic prefix caching and SGLang's radix attention.)
 */
export class PrefixCache {
  readonly #mostBytes: number;
  readonly #chunk: number;
  readonly #first = new Map<string, Block>();
  #bytes = 0;
  #uses = 0;

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

  /** The rows of the longest known beginning of a prompt, piece by piece, each as long as a chunk. */
  find(ids: readonly number[]): readonly KvRows[] {
    this.#uses++;
    const found: KvRows[] = [];
    let blocks = this.#first;
    // The last token is read in any case, for its logits.
    for (let at = 0; at + this.#chunk < ids.length; at += this.#chunk) {
      const block = blocks.get(this.#keyAt(ids, at));
      if (block === undefined) {
        break;
      }
      block.lastUse = this.#uses;
      found.push(block.rows);
      blocks = block.next;
    }
    return found;
  }

  /**
   * Keeps what is not known of a prompt, as much of its beginning as there is memory for.
   *
   * @param copy gives so many rows from one on
   */
  add(ids: readonly number[], copy: (from: number, count: number) => KvRows): void {
    this.#uses++;
    let siblings = this.#first;
    for (let at = 0; at + this.#chunk <= ids.length; at += this.#chunk) {
      const key = this.#keyAt(ids, at);
      let block = siblings.get(key);
      if (block === undefined) {
        const rows = copy(at, this.#chunk);
        if (!this.#makeRoom(rows.data.byteLength)) {
          return;
        }
        block = { rows, next: new Map(), siblings, key, lastUse: 0 };
        siblings.set(key, block);
        this.#bytes += rows.data.byteLength;
      }
      block.lastUse = this.#uses;
      siblings = block.next;
    }
  }

  clear(): void {
    this.#first.clear();
    this.#bytes = 0;
  }

  #keyAt(ids: readonly number[], at: number): string {
    return ids.slice(at, at + this.#chunk).join(" ");
  }

  /** Forgets the ends that were used longest ago. False where there is no room beside what is in use now. */
  #makeRoom(bytes: number): boolean {
    while (this.#bytes + bytes > this.#mostBytes) {
      const oldest = this.#oldestEnd();
      if (oldest === undefined) {
        return false;
      }
      oldest.siblings.delete(oldest.key);
      this.#bytes -= oldest.rows.data.byteLength;
    }
    return true;
  }

  /** Of the blocks that nothing follows and that are not in use now, the one that was used longest ago. */
  #oldestEnd(): Block | undefined {
    let oldest: Block | undefined;
    const open = [this.#first];
    for (let blocks = open.pop(); blocks !== undefined; blocks = open.pop()) {
      for (const block of blocks.values()) {
        if (block.next.size > 0) {
          open.push(block.next);
        } else if (block.lastUse < (oldest?.lastUse ?? this.#uses)) {
          oldest = block;
        }
      }
    }
    return oldest;
  }
}
