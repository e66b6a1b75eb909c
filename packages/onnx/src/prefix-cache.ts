import type { KvRows } from "./kv-rows.js";
import { pieceEnd } from "./prompt-cuts.js";

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
   * @param chunk prompts are read in pieces of so many tokens at most, and known up to the end of one
   */
  constructor(mostBytes: number, chunk: number) {
    this.#mostBytes = mostBytes;
    this.#chunk = chunk;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The rows of the longest known beginning of a prompt, piece by piece.
   *
   * @param cuts where pieces end besides, see `promptCuts`
   */
  find(ids: readonly number[], cuts: readonly number[] = []): readonly KvRows[] {
    this.#uses++;
    const found: KvRows[] = [];
    let blocks = this.#first;
    // The last token is read in any case, for its logits.
    for (let at = 0, end = 0; ; at = end) {
      end = pieceEnd(at, cuts, this.#chunk);
      const block = end < ids.length ? blocks.get(keyOf(ids, at, end)) : undefined;
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
   * @param cuts as for `find`
   */
  add(
    ids: readonly number[],
    copy: (from: number, count: number) => KvRows,
    cuts: readonly number[] = [],
  ): void {
    this.#uses++;
    let siblings = this.#first;
    for (let at = 0, end = 0; ; at = end) {
      end = pieceEnd(at, cuts, this.#chunk);
      if (end > ids.length) {
        return;
      }
      const key = keyOf(ids, at, end);
      let block = siblings.get(key);
      if (block === undefined) {
        const rows = copy(at, end - at);
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

function keyOf(ids: readonly number[], from: number, to: number): string {
  return ids.slice(from, to).join(" ");
}
