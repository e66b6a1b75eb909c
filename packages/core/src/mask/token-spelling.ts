/** How few tokens spell a completion. */
import type { Completion } from "../automaton/completion.js";
import type { Vocabulary } from "../vocabulary/index.js";

/** The count of tokens where none spell the bytes. */
const NEVER = 0x3fffffff;

/**
 * The least numbers of tokens that spell completions, by dynamic programming from their ends. Completions share what ends
 * the frames below, and so do their counts.
 */
export class TokenSpelling {
  private readonly vocabulary: Vocabulary;
  /** By completion: for each offset in its own bytes the number of tokens from there to the end. */
  private readonly counts = new WeakMap<Completion, Int32Array>();
  /** The trie's nodes below the root, by byte. */
  private readonly firsts = new Int32Array(256).fill(-1);

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    const { trie } = vocabulary;
    for (let node = trie.firstChild(0); node >= 0; node = trie.nextChild(0, node)) {
      this.firsts[trie.bytes[node] as number] = node;
    }
  }

  /** The least number of tokens from an offset on; Infinity where the vocabulary has none that spell it. */
  count(completion: Completion, offset = 0): number {
    const at = behind(completion, offset);
    const count = at === undefined ? 0 : this.countFrom(at.completion, at.offset);
    return count >= NEVER ? Number.POSITIVE_INFINITY : count;
  }

  /** The first of so few tokens that spell a completion from an offset on; -1 at its end and where there are none. */
  tokenAt(completion: Completion, offset: number): number {
    const at = behind(completion, offset);
    if (at === undefined || this.countFrom(at.completion, at.offset) >= NEVER) return -1;
    if (at.completion.token !== undefined) return at.completion.token;
    return this.vocabulary.trie.tokens[this.best(at.completion, at.offset).node] as number;
  }

  private countFrom(completion: Completion, offset: number): number {
    const open: Completion[] = [];
    for (let at: Completion | undefined = completion; at !== undefined; at = at.next) {
      if (this.counts.has(at)) break;
      open.push(at);
    }
    for (let i = open.length - 1; i >= 0; i--) this.compute(open[i] as Completion);
    return this.at(completion, offset);
  }

  private at(completion: Completion | undefined, offset: number): number {
    let at = completion;
    while (at !== undefined && offset === at.bytes.length) {
      at = at.next;
      offset = 0;
    }
    return at === undefined ? 0 : ((this.counts.get(at) as Int32Array)[offset] as number);
  }

  private compute(completion: Completion): void {
    const counts = new Int32Array(completion.bytes.length);
    this.counts.set(completion, counts);
    if (completion.token !== undefined) {
      counts.fill(NEVER);
      counts[0] = Math.min(NEVER, 1 + this.at(completion.next, 0));
      return;
    }
    for (let offset = counts.length - 1; offset >= 0; offset--) {
      counts[offset] = this.best(completion, offset).count;
    }
  }

  /** The token to take at an offset, as a trie node, and the number of tokens from there on. */
  private best(completion: Completion, offset: number): { count: number; node: number } {
    const { trie } = this.vocabulary;
    const best = { count: NEVER, node: -1 };
    let at: Completion | undefined = completion;
    let position = offset;
    let node = 0;
    for (;;) {
      while (at !== undefined && position === at.bytes.length) {
        at = at.next;
        position = 0;
      }
      if (at === undefined || at.token !== undefined) return best;
      const byte = at.bytes[position] as number;
      node = node === 0 ? (this.firsts[byte] as number) : trie.child(node, byte);
      if (node < 0) return best;
      position++;
      if ((trie.tokens[node] as number) < 0) continue;
      const count = 1 + this.at(at, position);
      // Among as few tokens the longest first one, as tokenizers like it.
      if (count <= best.count && count < NEVER) {
        best.count = count;
        best.node = node;
      }
    }
  }
}

/** The part of a completion in which an offset lies; undefined at its end. */
function behind(
  completion: Completion,
  offset: number,
): { completion: Completion; offset: number } | undefined {
  let at: Completion | undefined = completion;
  while (at !== undefined && offset >= at.bytes.length) {
    offset -= at.bytes.length;
    at = at.next;
  }
  return at && { completion: at, offset };
}
