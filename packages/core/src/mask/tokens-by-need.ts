import { bitsetAdd, bitsetDelete, createBitset, type TokenTrie } from "../vocabulary/index.js";
import { DenseTokens } from "./token-mask.js";

/**
 * The tokens that stay in a free string, those that need most code points first. A token needs those that are whole in it,
 * and one more where it ends in the middle of one.
 */
export class TokensByNeed {
  /** The trie nodes at the end of each different token. */
  readonly nodes: Int32Array;
  private readonly trie: TokenTrie;
  private readonly all: DenseTokens;
  /** By number of code points: how many tokens need more. */
  private readonly more: Int32Array;
  private readonly limited: (DenseTokens | undefined)[] = [];

  /**
   * @param all the tokens
   * @param needs by trie node what a token that ends there needs; 0 where no token of the set does
   */
  constructor(trie: TokenTrie, all: DenseTokens, needs: Uint16Array) {
    this.trie = trie;
    this.all = all;
    const { size, maxDepth } = trie;
    // A counting sort.
    const more = new Int32Array(maxDepth + 1);
    for (let node = 1; node < size; node++) {
      const need = needs[node] as number;
      if (need > 0) more[need - 1]!++;
    }
    let most = maxDepth;
    while (most > 0 && more[most - 1] === 0) most--;
    for (let need = most - 1; need >= 0; need--) more[need]! += more[need + 1] as number;
    this.more = more.slice(0, most + 1);
    const next = more.slice();
    this.nodes = new Int32Array(more[0] as number);
    for (let node = 1; node < size; node++) {
      const need = needs[node] as number;
      if (need > 0) this.nodes[next[need]!++] = node;
    }
  }

  /** The most that a token needs. */
  get most(): number {
    return this.more.length - 1;
  }

  /** How many different tokens, the first ones of `nodes`, need more than so many code points. */
  countAbove(codePoints: number): number {
    if (codePoints < 0) return this.nodes.length;
    return codePoints < this.more.length ? (this.more[codePoints] as number) : 0;
  }

  /** The least number of code points that is enough for all but `count` tokens. */
  enoughForAllBut(count: number): number {
    return this.more.findIndex((above) => above <= count);
  }

  /** The tokens that need at most so many code points. */
  within(codePoints: number): DenseTokens {
    if (codePoints >= this.most) return this.all;
    let tokens = this.limited[codePoints];
    if (tokens === undefined) {
      tokens = this.compute(this.countAbove(codePoints));
      this.limited[codePoints] = tokens;
    }
    return tokens;
  }

  /** All tokens but the first `above` ones of `nodes`: from the set whose number of first ones is nearest. */
  private compute(above: number): DenseTokens {
    const { nodes, all } = this;
    const { tokens, nextDuplicate } = this.trie;
    let words: Uint32Array | undefined;
    let from = nodes.length;
    const consider = (candidate: DenseTokens, first: number) => {
      if (Math.abs(first - above) >= Math.abs(from - above)) return;
      words = candidate.words;
      from = first;
    };
    consider(all, 0);
    for (const [codePoints, known] of this.limited.entries())
      if (known !== undefined) consider(known, this.countAbove(codePoints));
    const result = words?.slice() ?? createBitset(all.words.length * 32);
    for (let i = Math.min(from, above); i < Math.max(from, above); i++) {
      for (let id = tokens[nodes[i] as number] as number; id >= 0; id = nextDuplicate[id] as number) {
        if (from > above) bitsetAdd(result, id);
        else bitsetDelete(result, id);
      }
    }
    return new DenseTokens(result, true);
  }
}
