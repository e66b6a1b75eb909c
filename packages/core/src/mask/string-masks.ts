import { type JsonStringAutomaton, NO_LANGUAGE } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { type FreeStrings, freeStrings } from "./free-strings.js";
import { type MaskBudget, MaskCache } from "./mask-cache.js";
import { TokenCollector } from "./token-collector.js";
import { DenseTokens, LayeredMask, MAX_LISTED, NO_TOKENS, tokensMask } from "./token-mask.js";
import { type TokensByLength, tokensByLength } from "./tokens-by-length.js";
import { pathTo } from "./trie-path.js";
import type { WholeTexts } from "./whole-texts.js";

const ROOT = 0;
/** So many tokens are looked at one by one where only long ones can differ. */
const MAX_LONG = 1000;

/** The tokens below a trie node against one state of a string, whatever is on the stack below. */
export interface StringMask {
  /** The tokens that stay in the string. */
  readonly inside: LayeredMask;
  /** Where tokens end the string, by the state that it ends in: one, but where the ends tell parts of a language. */
  readonly exits: readonly StringExits[];
}

export interface StringExits {
  /** The final state. */
  readonly end: number;
  /** Trie nodes at the closing quote, ascending. */
  readonly nodes: Int32Array;
  /** Equal numbers: equal nodes. */
  readonly id: number;
}

/**
 * Masks of string states relative to their frame: the same for every depth, request and schema.
 *
 * A state is compared with the free string's, byte by byte of the vocabulary's trie. Where both reach the same state, all
 * tokens below are those of the free string and none of them is looked at. So a key, which is any text but those used,
 * costs the paths of the used ones. Two more rules save walks. Counters that no token reaches the end of count as
 * unbounded. And as far as a language lives whatever comes (its horizon), the tokens that stay are those of the free
 * string; only longer ones and the closing quotes are looked at.
 */
export class StringMasks {
  private readonly strings: JsonStringAutomaton | WholeTexts;
  private readonly vocabulary: Vocabulary;
  private readonly collector: TokenCollector;
  private readonly cache: MaskCache<StringMask>;
  // By depth in the trie: the state, and the free string's.
  private readonly states: Int32Array;
  private readonly references: Int32Array;
  private readonly freeState: number;
  private readonly freeEnd: number;
  private readonly byLength: TokensByLength;
  private readonly freeExits: readonly StringExits[];
  /** Few tokens have more bytes. */
  private readonly shortLength: number;
  private lastExits: number;

  constructor(strings: JsonStringAutomaton | WholeTexts, vocabulary: Vocabulary, budget: MaskBudget) {
    const { trie } = vocabulary;
    this.strings = strings;
    this.vocabulary = vocabulary;
    this.collector = new TokenCollector(vocabulary.size, trie);
    this.cache = new MaskCache(budget);
    this.states = new Int32Array(trie.maxDepth + 1);
    this.references = new Int32Array(trie.maxDepth + 1);
    this.freeState = strings.start(strings.arena.any);
    this.freeEnd = strings.step(this.freeState, 0x22);
    this.byLength = tokensByLength(trie);
    this.shortLength = this.byLength.longer.findIndex((count) => count <= MAX_LONG);
    this.lastExits = trie.size;
    this.freeExits = [{ end: this.freeEnd, nodes: this.free.exits, id: 0 }];
  }

  /** The mask of a state. */
  get(state: number): StringMask {
    const known = this.cache.get(state, ROOT);
    if (known !== undefined) return known;
    return this.keep(state, ROOT, this.compute(state));
  }

  /** The tokens below a trie node, where the string is in `state` at that node. */
  under(node: number, state: number): StringMask {
    const known = this.cache.get(state, node);
    if (known !== undefined) return known;
    return this.keep(state, node, this.walk(node, state));
  }

  private keep(state: number, node: number, mask: StringMask): StringMask {
    let bytes = mask.inside.bytes;
    for (const { nodes } of mask.exits) if (nodes !== this.free.exits) bytes += 64 + nodes.byteLength;
    const { base } = mask.inside;
    if (base !== undefined && base !== this.free.stays) bytes += base.words.byteLength;
    this.cache.set(state, node, mask, bytes);
    return mask;
  }

  private get free(): FreeStrings {
    return freeStrings(this.strings, this.vocabulary);
  }

  private compute(state: number): StringMask {
    const { strings, vocabulary } = this;
    const language = strings.language(state);
    // In the middle of a character the walk is short.
    if (language === NO_LANGUAGE) return this.walk(ROOT, state);
    const { arena } = strings;
    const saturated = strings.start(arena.saturate(language, vocabulary.maxTokenBytes));
    if (saturated !== state) return this.get(saturated);
    const horizon = arena.horizon(language);
    const longer = this.longerThan(horizon);
    if (longer <= MAX_LISTED) return this.nearlyFree(state, longer);
    const coarse = strings.start(arena.saturate(language, this.shortLength));
    if (coarse !== state) return this.nearly(state, this.get(coarse));
    return this.mostlyFree(state) ? this.difference(state) : this.walk(ROOT, state);
  }

  /** Whether most of the trie is below bytes that the state can read. */
  private mostlyFree(state: number): boolean {
    const { size, bytes, subtreeEnd } = this.vocabulary.trie;
    let live = 0;
    for (let node = 1; node < size; node = subtreeEnd[node] as number) {
      if (this.strings.step(state, bytes[node] as number) !== 0) live += (subtreeEnd[node] as number) - node;
    }
    return live * 2 > size;
  }

  /** The tokens below a trie node, told one by one. */
  private walk(root: number, state: number): StringMask {
    const { strings, states, collector } = this;
    const { bytes, depth, subtreeEnd } = this.vocabulary.trie;
    const exits = new ExitList();
    collector.clear();
    const end = subtreeEnd[root] as number;
    states[depth[root] as number] = state;
    let node = root + 1;
    while (node < end) {
      const d = depth[node] as number;
      const next = strings.step(states[d - 1] as number, bytes[node] as number);
      if (next !== 0 && strings.hasNext(next)) {
        collector.addNode(node);
        states[d] = next;
        node++;
      } else {
        if (next !== 0) exits.add(node, next);
        node = subtreeEnd[node] as number;
      }
    }
    const ids = collector.take();
    // Below a node, tokens are asked for as a list.
    const inside = root === ROOT ? tokensMask(this.vocabulary.size, ids) : this.layered(undefined, ids);
    return { inside, exits: this.grouped(exits) };
  }

  /** The free string's tokens without those that die, found by walking only where the states differ. */
  private difference(state: number): StringMask {
    const { strings, states, references, collector, free } = this;
    const { size, bytes, depth, subtreeEnd } = this.vocabulary.trie;
    const exits = new ExitChanges();
    collector.clear();
    states[0] = state;
    references[0] = this.freeState;
    let node = 1;
    while (node < size) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const next = strings.step(states[d - 1] as number, byte);
      const reference = strings.step(references[d - 1] as number, byte);
      if (next === reference) {
        // The same from here on.
        node = subtreeEnd[node] as number;
      } else if (next !== 0 && strings.hasNext(next)) {
        states[d] = next;
        references[d] = reference;
        node++;
      } else {
        const after = subtreeEnd[node] as number;
        if (next !== 0) exits.change(node, next);
        else {
          collector.addNodesWithin(node, after, free.stays.words);
          exits.lose(node, after);
        }
        node = after;
      }
    }
    const removed = collector.take();
    if (removed.length <= MAX_LISTED)
      return { inside: this.layered(free.stays, NO_TOKENS, removed), exits: this.changed(exits) };
    const words = free.stays.words.slice();
    for (const id of removed) words[id >>> 5]! &= ~(1 << (id & 31));
    return { inside: this.layered(new DenseTokens(words), NO_TOKENS), exits: this.changed(exits) };
  }

  /** The free string's tokens without the longest ones that die, of which there are at most `longer`. */
  private nearlyFree(state: number, longer: number): StringMask {
    const { collector, free, vocabulary } = this;
    const { tokens } = vocabulary.trie;
    const { nodes } = this.byLength;
    collector.clear();
    for (let i = 0; i < longer; i++) {
      const node = nodes[i] as number;
      const id = tokens[node] as number;
      if ((free.stays.words[id >>> 5]! & (1 << (id & 31))) === 0) continue;
      const path = vocabulary.tokenBytes(id) as Uint8Array;
      if (this.read(state, path, 0, path.length) === 0) collector.addNode(node);
    }
    const removed = collector.take();
    const exits = new ExitChanges();
    const { exits: exitNodes, exitPaths, exitOffsets } = free;
    for (let i = 0; i < exitNodes.length; i++) {
      const node = exitNodes[i] as number;
      const end = this.read(state, exitPaths, exitOffsets[i] as number, exitOffsets[i + 1] as number);
      if (end === 0) exits.lose(node, node + 1);
      else if (end !== this.freeEnd) exits.change(node, end);
    }
    return { inside: this.layered(free.stays, NO_TOKENS, removed), exits: this.changed(exits) };
  }

  /**
   * The mask of a state that short tokens cannot tell from another one, whose language is larger: that one's, without the
   * long tokens that die. So counters share a mask until they are short.
   */
  private nearly(state: number, { inside, exits }: StringMask): StringMask {
    const { collector, vocabulary, shortLength } = this;
    const { tokens, depth } = vocabulary.trie;
    const { nodes } = this.byLength;
    collector.clear();
    for (let i = 0; i < this.longerThan(shortLength); i++) {
      const node = nodes[i] as number;
      const id = tokens[node] as number;
      if (!inside.has(id)) continue;
      const path = vocabulary.tokenBytes(id) as Uint8Array;
      if (this.read(state, path, 0, path.length) === 0) collector.addNode(node);
    }
    const dead = collector.take();
    const kept = new ExitList();
    for (const { end, nodes } of exits) {
      for (const node of nodes) {
        const length = depth[node] as number;
        if (length > shortLength && this.read(state, pathTo(node, vocabulary), 0, length) === 0) continue;
        kept.add(node, end);
      }
    }
    const isSame = kept.nodes.length === exits.reduce((sum, { nodes }) => sum + nodes.length, 0);
    return {
      inside: dead.length === 0 ? inside : inside.without(dead),
      exits: isSame ? exits : this.grouped(kept),
    };
  }

  /** The state after some bytes of a path, or 0. */
  private read(state: number, path: Uint8Array, from: number, to: number): number {
    let at = state;
    for (let i = from; i < to && at !== 0; i++) at = this.strings.step(at, path[i] as number);
    return at;
  }

  /** How many tokens have more bytes than that. */
  private longerThan(length: number): number {
    const { longer, nodes } = this.byLength;
    if (length < 0) return nodes.length;
    return length < longer.length ? (longer[length] as number) : 0;
  }

  private layered(base: DenseTokens | undefined, added: Int32Array, removed?: Int32Array): LayeredMask {
    return new LayeredMask(this.vocabulary.size, base, added, removed);
  }

  /** The free string's exits, but for changes. */
  private changed({ lost, nodes, ends }: ExitChanges): readonly StringExits[] {
    if (lost.length + nodes.length === 0) return this.freeExits;
    const all = new ExitList();
    let change = 0;
    let loss = 0;
    for (const node of this.free.exits) {
      while (loss < lost.length && (lost[loss + 1] as number) <= node) loss += 2;
      if (loss < lost.length && (lost[loss] as number) <= node) continue;
      if (nodes[change] === node) all.add(node, ends[change++] as number);
      else all.add(node, this.freeEnd);
    }
    return this.grouped(all);
  }

  /** The exits by the state that they end in. */
  private grouped({ nodes, ends }: ExitList): StringExits[] {
    const groups: StringExits[] = [];
    for (const end of new Set(ends)) {
      const own = nodes.filter((_, i) => ends[i] === end);
      const { exits } = this.free;
      const isFree = own.length === exits.length && own.every((node, i) => node === exits[i]);
      groups.push({
        end,
        nodes: isFree ? exits : Int32Array.from(own),
        id: isFree ? 0 : own.length === 1 ? (own[0] as number) : ++this.lastExits,
      });
    }
    return groups;
  }
}

/** How a state's exits differ from the free string's; in the order of the nodes. */
class ExitChanges {
  /** Ranges of nodes in which there are none: first nodes and ends by turns. */
  readonly lost: number[] = [];
  /** Exits with another final state, and these. */
  readonly nodes: number[] = [];
  readonly ends: number[] = [];

  lose(from: number, to: number): void {
    this.lost.push(from, to);
  }

  change(node: number, end: number): void {
    this.nodes.push(node);
    this.ends.push(end);
  }
}

class ExitList {
  readonly nodes: number[] = [];
  readonly ends: number[] = [];

  add(node: number, end: number): void {
    this.nodes.push(node);
    this.ends.push(end);
  }
}
