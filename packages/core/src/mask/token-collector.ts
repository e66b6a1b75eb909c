import { bitsetWords, type TokenTrie } from "../vocabulary/index.js";
import { NO_TOKENS } from "./token-mask.js";

/**
 * Gathers tokens in any order, and gives them in increasing order without sorting: bits, and above them a bit for each
 * word that has any, so that taking costs what was added.
 */
export class TokenCollector {
  private readonly words: Uint32Array;
  private readonly summary: Uint32Array;
  private readonly trie: TokenTrie;
  private taken: Int32Array = new Int32Array(4096);

  /** @param size the tokens of the vocabulary. */
  constructor(size: number, trie: TokenTrie) {
    this.words = new Uint32Array(bitsetWords(size));
    this.summary = new Uint32Array(bitsetWords(this.words.length));
    this.trie = trie;
  }

  add(id: number): void {
    const word = id >>> 5;
    this.words[word]! |= 1 << (id & 31);
    this.summary[word >>> 5]! |= 1 << (word & 31);
  }

  addAll(ids: Int32Array | readonly number[]): void {
    for (let i = 0; i < ids.length; i++) this.add(ids[i] as number);
  }

  /** The tokens that end at a trie node. */
  addNode(node: number): void {
    const { tokens, nextDuplicate } = this.trie;
    for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) this.add(id);
  }

  /** Tokens of a list from an index to another one; with `within`, those of that set only. */
  addRange(ids: Int32Array, from: number, to: number, within: Uint32Array | undefined): void {
    for (let i = from; i < to; i++) {
      const id = ids[i] as number;
      if (within === undefined || (within[id >>> 5]! & (1 << (id & 31))) !== 0) this.add(id);
    }
  }

  /** Drops what was added, which an error may have left. */
  clear(): void {
    const { words, summary } = this;
    for (let s = 0; s < summary.length; s++) {
      if (summary[s] === 0) continue;
      words.fill(0, s << 5, (s + 1) << 5);
      summary[s] = 0;
    }
  }

  /** How many tokens have been added since the last time. */
  get count(): number {
    const { words, summary } = this;
    let count = 0;
    for (let s = 0; s < summary.length; s++) {
      for (let bits = summary[s]!; bits !== 0; bits &= bits - 1) {
        count += popcount(words[(s << 5) + lowestBit(bits)]!);
      }
    }
    return count;
  }

  /** The same as `take`, as bits. */
  takeWords(): Uint32Array {
    const words = this.words.slice();
    this.clear();
    return words;
  }

  /** The tokens added since the last time, ascending. */
  take(): Int32Array {
    const { words, summary } = this;
    let at = 0;
    for (let s = 0; s < summary.length; s++) {
      let bits = summary[s]!;
      if (bits === 0) continue;
      // A word of the summary stands for 1,024 tokens.
      while (at + 1024 > this.taken.length) this.taken = grown(this.taken);
      const { taken } = this;
      for (; bits !== 0; bits &= bits - 1) {
        const word = (s << 5) + lowestBit(bits);
        for (let rest = words[word]!; rest !== 0; rest &= rest - 1) {
          taken[at++] = (word << 5) + lowestBit(rest);
        }
        words[word] = 0;
      }
      summary[s] = 0;
    }
    return at === 0 ? NO_TOKENS : this.taken.slice(0, at);
  }
}

function grown(list: Int32Array): Int32Array {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function popcount(word: number): number {
  let bits = word;
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
