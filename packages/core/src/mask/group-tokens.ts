import { bitsetAdd, bitsetDelete, bitsetHas, type TokenTrie, type Vocabulary } from "../vocabulary/index.js";
import { type FreeStrings, MANY_CODE_POINTS, WITHIN } from "./free-strings.js";
import { type NodesByAbove, nodesByAbove } from "./nodes-by-above.js";
import { onceFor } from "./once.js";
import { groupsAt, subtreeBytes } from "./subtree-bytes.js";
import { DenseTokens } from "./token-mask.js";

/** So many sets of groups have their tokens kept. */
const MAX_KEPT = 128;
/** So many sets of groups, those of most tokens, tell which known tokens are nearest. */
const MANY_SETS = 48;

/** The tokens of some groups that need at most so many code points. */
interface Known {
  readonly groups: number;
  readonly words: Uint32Array;
}

/** A vocabulary's tokens by the groups of bytes that they are made of (see `subtree-bytes.ts`). */
export class GroupTokens {
  /** The nodes at the last byte of white space beyond ASCII, ascending. */
  readonly wideSpaces: Int32Array;
  /** The nodes of a free string, by their byte, and by what is above them. */
  readonly nodes: NodesByAbove;
  /** By trie node: the groups of the bytes above it. */
  private readonly above: Int32Array;
  private readonly trie: TokenTrie;
  private readonly wide: Uint32Array;
  private readonly free: FreeStrings;
  /** The sets of groups that tokens of a free string are made of, those of most tokens first. */
  private readonly sets: Int32Array;
  /** By set: where its tokens begin in `ids`. One more at the end. */
  private readonly firstOfSet: Int32Array;
  /** The tokens of each set, those that need fewer code points first. */
  private readonly ids: Int32Array;
  /** How many code points each of them needs, at most `MANY_CODE_POINTS`. */
  private readonly lengths: Uint8Array;
  private readonly longest: number;
  private readonly known = new Map<number, DenseTokens>();
  /** By number of code points: what others are put together from. */
  private readonly byLength: Known[][] = [];

  constructor({ size: tokenCount, trie }: Vocabulary, free: FreeStrings) {
    const { size, bytes, depth, tokens, nextDuplicate, maxDepth } = trie;
    const { wide } = subtreeBytes(trie);
    const above = new Int32Array(size);
    const lengths = new Uint8Array(tokenCount);
    const wideSpaces: number[] = [];
    const bySet = new Map<number, number[]>();
    // By depth.
    const paths = new Int32Array(maxDepth + 1);
    for (let node = 1; node < size; node++) {
      const d = depth[node] as number;
      above[node] = paths[d - 1] as number;
      if (bitsetHas(wide, node)) wideSpaces.push(node);
      const all = above[node]! | groupsAt(node, bytes, wide);
      paths[d] = all;
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) {
        if (!bitsetHas(free.stays.words, id)) continue;
        lengths[id] = Math.min((free.codePoints[node]! & ~WITHIN) + 1, MANY_CODE_POINTS);
        const ids = bySet.get(all);
        if (ids === undefined) bySet.set(all, [id]);
        else ids.push(id);
      }
    }
    const sets = Array.from(bySet).sort(([, a], [, b]) => b.length - a.length);
    this.sets = Int32Array.from(sets, ([set]) => set);
    this.firstOfSet = new Int32Array(sets.length + 1);
    this.ids = new Int32Array(tokenCount);
    let count = 0;
    for (const [i, [, ids]] of sets.entries()) {
      ids.sort((a, b) => lengths[a]! - lengths[b]!);
      this.ids.set(ids, count);
      count += ids.length;
      this.firstOfSet[i + 1] = count;
    }
    this.lengths = Uint8Array.from(this.ids.subarray(0, count), (id) => lengths[id] as number);
    this.trie = trie;
    this.wide = wide;
    this.free = free;
    this.above = above;
    this.longest = Math.min(maxDepth, MANY_CODE_POINTS);
    this.wideSpaces = Int32Array.from(wideSpaces);
    this.nodes = nodesByAbove(trie, above, free.live);
  }

  /** The tokens of a free string that need at most `length` code points, all bytes of some groups. */
  of(groups: number, length: number): DenseTokens {
    const most = Math.min(length, this.longest);
    const key = groups * (this.longest + 1) + most;
    let tokens = this.known.get(key);
    if (tokens === undefined) {
      const isKept = this.known.size < MAX_KEPT;
      tokens = new DenseTokens(this.compute(groups, most), isKept);
      if (isKept) {
        this.known.set(key, tokens);
        this.knownOf(most).push({ groups, words: tokens.words });
      }
    }
    return tokens;
  }

  /** From what is nearest among those known, by the tokens of the sets that one of the two has. */
  private compute(groups: number, most: number): Uint32Array {
    const { sets, firstOfSet, ids, lengths } = this;
    const nearest = this.nearest(groups, this.knownOf(most));
    const words = nearest.words.slice();
    for (let set = 0; set < sets.length; set++) {
      const isIn = (sets[set]! & ~groups) === 0;
      if (isIn === ((sets[set]! & ~nearest.groups) === 0)) continue;
      const end = firstOfSet[set + 1] as number;
      for (let i = firstOfSet[set] as number; i < end && lengths[i]! <= most; i++)
        if (isIn) bitsetAdd(words, ids[i] as number);
        else bitsetDelete(words, ids[i] as number);
    }
    return words;
  }

  /** What is known of tokens that need so many code points: none and all of them to begin with. */
  private knownOf(most: number): Known[] {
    let known = this.byLength[most];
    if (known === undefined) {
      const { stays, byNeed } = this.free;
      const all = most === this.longest ? stays : byNeed.within(most);
      known = [
        { groups: 0, words: new Uint32Array(stays.words.length) },
        { groups: ~0, words: all.words },
      ];
      this.byLength[most] = known;
    }
    return known;
  }

  private nearest(groups: number, known: readonly Known[]): Known {
    const { sets, firstOfSet } = this;
    const count = Math.min(sets.length, MANY_SETS);
    let best = known[0] as Known;
    let least = Infinity;
    for (const candidate of known) {
      let differing = 0;
      for (let set = 0; set < count && differing < least; set++)
        if (((sets[set]! & ~groups) === 0) !== ((sets[set]! & ~candidate.groups) === 0))
          differing += firstOfSet[set + 1]! - firstOfSet[set]!;
      if (differing >= least) continue;
      least = differing;
      best = candidate;
    }
    return best;
  }

  /** The groups of the bytes above a node. */
  aboveOf(node: number): number {
    return this.above[node] as number;
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
