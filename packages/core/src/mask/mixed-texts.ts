import type { JsonStringAutomaton } from "../language/index.js";
import type { TokenTrie, Vocabulary } from "../vocabulary/index.js";
import { type FreeStrings, MANY_CODE_POINTS, WITHIN } from "./free-strings.js";
import { type GroupTokens, groupTokens } from "./group-tokens.js";
import type { LiveGroups, LiveText } from "./live-groups.js";
import { type NodesByLength, nodesByLength } from "./nodes-by-length.js";
import { BEYOND_ASCII, groupOf, type SubtreeBytes, subtreeBytes, WIDE_SPACE } from "./subtree-bytes.js";
import { TokenCollector } from "./token-collector.js";
import type { DenseTokens } from "./token-mask.js";
import type { WholeTexts } from "./whole-texts.js";

/** Where fewer tokens are made of what can be mixed, they are walked. */
const MIN_TOKENS = 256;
/** So many nodes are walked at most, and so many looked at: more take as long as a walk from the root. */
const MAX_WALKED = 6000;
const MAX_LOOKED_AT = 60_000;
/** So many nodes with bytes of the groups behind all that is read for sure. */
const MAX_BEHIND = 20_000;
/** Most tokens have bytes of these groups; without them a walk is short. */
const MANY = BEYOND_ASCII | groupOf[0x6f]! | groupOf[0x4f]!;
/** So many steps at most to find the bytes that can be read. */
const MAX_STEPS = 4096;

/** How to find a state's tokens: those of some groups of bytes, and what begins so and goes on otherwise. */
export interface MixedText {
  /** The tokens of these groups alone, as far as they can be read for sure. */
  readonly tokens: DenseTokens;
  /** Whether the state is the same above all nodes. */
  readonly isLoop: boolean;
  /**
   * Nodes, ascending, none below another one. Above them is nothing but the groups. They have another byte, from which on
   * tokens are walked, or are deep.
   */
  readonly nodes: Int32Array;
  /** The nodes at which walks begin, and those below deep ones. */
  readonly walked: number;
  /** Whether one of the nodes is as deep as the groups can be read for sure, and has a byte of them: what is below it is walked. */
  readonly isDeep: (node: number) => boolean;
}

/**
 * Finds what many tokens have in common: for most patterns there are groups of bytes of which any text can be read, in any
 * order. All tokens of them are known at once, for all states and languages, and the others are found by the byte that is
 * in no such group.
 */
export class MixedTexts {
  private readonly strings: JsonStringAutomaton | WholeTexts;
  private readonly trie: TokenTrie;
  private readonly free: FreeStrings;
  private readonly liveGroups: LiveGroups;
  private readonly subtrees: SubtreeBytes;
  private readonly tokens: GroupTokens;
  private readonly found: TokenCollector;
  private readonly isRead = new Uint8Array(256);
  /** Whether a byte of the groups can be read behind all that is read for sure. */
  private readonly isReadBehind = new Uint8Array(256);
  private readonly byLength: NodesByLength;
  private readonly freeState: number;

  constructor(
    strings: JsonStringAutomaton | WholeTexts,
    vocabulary: Vocabulary,
    free: FreeStrings,
    liveGroups: LiveGroups,
  ) {
    this.strings = strings;
    this.trie = vocabulary.trie;
    this.free = free;
    this.freeState = strings.start(strings.arena.any);
    this.liveGroups = liveGroups;
    this.subtrees = subtreeBytes(vocabulary.trie);
    this.tokens = groupTokens(vocabulary, free);
    this.byLength = nodesByLength(vocabulary, free);
    this.found = new TokenCollector(vocabulary.trie.size, vocabulary.trie);
  }

  /** The mixed text with the fewest nodes to walk; undefined where a walk from the root is expected to be as short. */
  of(state: number): MixedText | undefined {
    const { liveGroups } = this;
    if ((liveGroups.groups(state) & MANY) === 0) return undefined;
    let best: MixedText | undefined;
    for (const text of liveGroups.texts(state)) {
      const mixed = this.mixed(state, text, best?.walked ?? MAX_WALKED);
      if (mixed !== undefined) best = mixed;
    }
    return best;
  }

  private mixed(state: number, text: LiveText, most: number): MixedText | undefined {
    const { trie, subtrees, tokens, free, found, liveGroups, isRead, isReadBehind } = this;
    const { length } = text;
    let { groups } = text;
    // White space beyond ASCII begins with the same bytes as other characters there.
    if ((groups & BEYOND_ASCII) === 0) groups &= ~WIDE_SPACE;
    const isBounded = length < MANY_CODE_POINTS;
    const ends = isBounded ? this.endStates(state, text) : undefined;
    const states = liveGroups.states(state);
    const all = ends === undefined ? states : Int32Array.from([...states, ...ends]);
    if (!this.findRead(all, groups, liveGroups.readMore(state))) return undefined;
    const { wideSpaces } = tokens;
    const { above, firstNode, firstPart, nodes: byAbove } = tokens.nodes;
    const { firstOfByte } = subtrees;
    const { codePoints } = free;
    let looked = 0;
    for (let byte = 0; byte < 256; byte++) {
      if (isRead[byte] === 0 && (ends === undefined || isReadBehind[byte] === 0)) continue;
      looked += (firstOfByte[byte + 1] as number) - (firstOfByte[byte] as number);
    }
    const deep = isBounded && ends === undefined ? this.byLength.behind(length) : undefined;
    if (looked + (deep?.length ?? 0) > MAX_LOOKED_AT) return undefined;
    // Behind the last code point of the groups there is another one at most.
    const deepest = ends === undefined ? length - 1 : length;
    found.clear();
    let walked = 0;
    for (let byte = 0; byte < 256 && walked < most; byte++) {
      const isEverywhere = isRead[byte] !== 0;
      if (!isEverywhere && (ends === undefined || isReadBehind[byte] === 0)) continue;
      for (let part = firstPart[byte] as number; part < (firstPart[byte + 1] as number); part++) {
        if ((above[part]! & ~groups) !== 0) continue;
        const end = firstNode[part + 1] as number;
        for (let i = firstNode[part] as number; i < end; i++) {
          const node = byAbove[i] as number;
          const depth = codePoints[node] as number;
          if (isBounded && (isEverywhere ? (depth & ~WITHIN) > deepest : depth !== length)) continue;
          found.add(node);
          walked++;
        }
      }
    }
    // White space is told from other characters beyond ASCII behind their first bytes.
    const hasWide = (groups & (BEYOND_ASCII | WIDE_SPACE)) !== BEYOND_ASCII;
    if (!hasWide) {
      for (const node of wideSpaces) {
        if ((tokens.aboveOf(node) & ~groups) !== 0 || free.live[node] === 0) continue;
        if (isBounded && (codePoints[node]! & ~WITHIN) > deepest) continue;
        found.add(node);
        walked++;
      }
    }
    for (let i = 0; deep !== undefined && i < deep.length && walked < most; i++) {
      const node = deep[i] as number;
      if ((tokens.through(node) & ~groups) !== 0 || free.live[node] === 0) continue;
      found.add(node);
      walked += (trie.subtreeEnd[node] as number) - node;
    }
    if (walked >= most) {
      found.clear();
      return undefined;
    }
    const nodes = found.take();
    const known = tokens.of(groups, length);
    if (known.count < MIN_TOKENS) return undefined;
    const isLoop =
      hasWide &&
      !liveGroups.readMore(state) &&
      states.length === 1 &&
      states[0] === state &&
      length === Infinity;
    const isDeep = (node: number) =>
      deep !== undefined && this.byLength.isBehind(node, length) && (tokens.through(node) & ~groups) === 0;
    return { tokens: known, isLoop, nodes, walked, isDeep };
  }

  /**
   * The states behind `length` code points of the groups, where few of these can be read from them; finds the bytes of the
   * groups that can. Undefined: all tokens that go on behind them are walked.
   */
  private endStates(state: number, { groups, length }: LiveText): Int32Array | undefined {
    const { strings, liveGroups, isReadBehind, subtrees } = this;
    const { firstOfByte } = subtrees;
    if (liveGroups.readMore(state)) return undefined;
    const states = liveGroups.statesBehind(state, groups, length);
    if (states === undefined) return undefined;
    isReadBehind.fill(0);
    let looked = 0;
    for (let byte = 0; byte < 256; byte++) {
      if ((groupOf[byte]! & groups) === 0) continue;
      for (let i = 0; i < states.length && isReadBehind[byte] === 0; i++)
        if (strings.step(states[i] as number, byte) !== 0) isReadBehind[byte] = 1;
      if (isReadBehind[byte] !== 0)
        looked += (firstOfByte[byte + 1] as number) - (firstOfByte[byte] as number);
      if (looked > MAX_BEHIND) return undefined;
    }
    return states;
  }

  /**
   * Finds the bytes that are in none of the groups, and can be read from one of the states. False: that takes too long.
   * @param anywhere all that can be read in any string
   */
  private findRead(states: Int32Array, groups: number, anywhere: boolean): boolean {
    const { strings, isRead, freeState } = this;
    const others: number[] = [];
    for (let byte = 0; byte < 256; byte++) {
      const isOther = (groupOf[byte]! & groups) === 0 && strings.step(freeState, byte) !== 0;
      isRead[byte] = isOther && anywhere ? 1 : 0;
      if (isOther) others.push(byte);
    }
    if (anywhere) return true;
    if (states.length * others.length > MAX_STEPS) return false;
    for (const state of states)
      for (const byte of others) if (isRead[byte] === 0 && strings.step(state, byte) !== 0) isRead[byte] = 1;
    return true;
  }
}
