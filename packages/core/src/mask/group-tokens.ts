import { bitsetAdd, bitsetHas, createBitset, type TokenTrie, type Vocabulary } from "../vocabulary/index.js";
import { type FreeStrings, MANY_CODE_POINTS, WITHIN } from "./free-strings.js";
import { onceFor } from "./once.js";
import { groupsAt, subtreeBytes } from "./subtree-bytes.js";
import { DenseTokens } from "./token-mask.js";

/** In place of the groups of a token that no string has: in no set of groups. */
const NEVER = -1;
/** So many sets of groups have their tokens kept. */
const MAX_KEPT = 128;

/** A vocabulary's tokens by the groups of bytes that they are made of (see `subtree-bytes.ts`). */
export class GroupTokens {
  /** By trie node: the groups of the bytes above it. */
  readonly above: Int32Array;
  /** The nodes at the last byte of white space beyond ASCII, ascending. */
  readonly wideSpaces: Int32Array;
  private readonly trie: TokenTrie;
  private readonly wide: Uint32Array;
  /** By token: its groups, or `NEVER`. */
  private readonly groups: Int32Array;
  /** By token: how many code points it needs, at most `MANY_CODE_POINTS`. */
  private readonly lengths: Uint8Array;
  private readonly longest: number;
  private readonly known = new Map<number, DenseTokens>();

  constructor({ size: tokenCount, trie }: Vocabulary, free: FreeStrings) {
    const { size, bytes, depth, tokens, nextDuplicate, maxDepth } = trie;
    const { wide } = subtreeBytes(trie);
    const above = new Int32Array(size);
    const groups = new Int32Array(tokenCount).fill(NEVER);
    const lengths = new Uint8Array(tokenCount);
    const wideSpaces: number[] = [];
    // By depth.
    const paths = new Int32Array(maxDepth + 1);
    for (let node = 1; node < size; node++) {
      const d = depth[node] as number;
      above[node] = paths[d - 1] as number;
      if (bitsetHas(wide, node)) wideSpaces.push(node);
      const all = above[node]! | groupsAt(node, bytes, wide);
      paths[d] = all;
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) {
        lengths[id] = Math.min((free.codePoints[node]! & ~WITHIN) + 1, MANY_CODE_POINTS);
        if (bitsetHas(free.stays.words, id)) groups[id] = all;
      }
    }
    this.trie = trie;
    this.wide = wide;
    this.above = above;
    this.groups = groups;
    this.lengths = lengths;
    this.longest = Math.min(maxDepth, MANY_CODE_POINTS);
    this.wideSpaces = Int32Array.from(wideSpaces);
  }

  /** The tokens of a free string that need at most `length` code points, all bytes of some groups. */
  of(groups: number, length: number): DenseTokens {
    const most = Math.min(length, this.longest);
    const key = groups * (this.longest + 1) + most;
    let tokens = this.known.get(key);
    if (tokens === undefined) {
      const isKept = this.known.size < MAX_KEPT;
      tokens = this.compute(groups, most, isKept);
      if (isKept) this.known.set(key, tokens);
    }
    return tokens;
  }

  private compute(groups: number, most: number, isKept: boolean): DenseTokens {
    const words = createBitset(this.groups.length);
    for (let id = 0; id < this.groups.length; id++)
      if ((this.groups[id]! & ~groups) === 0 && this.lengths[id]! <= most) bitsetAdd(words, id);
    return new DenseTokens(words, isKept);
  }

  /** The groups of the bytes above a node and of its own. */
  through(node: number): number {
    return this.above[node]! | groupsAt(node, this.trie.bytes, this.wide);
  }
}

const known = new WeakMap<FreeStrings, GroupTokens>();

/** Made once for each kind of free string of a vocabulary. */
export function groupTokens(vocabulary: Vocabulary, free: FreeStrings): GroupTokens {
  return onceFor(known, free, () => new GroupTokens(vocabulary, free));
}
