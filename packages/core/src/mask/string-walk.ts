import { type JsonStringAutomaton, NO_LANGUAGE } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { type EscapeNodes, escapeNodes } from "./escape-nodes.js";
import { ExitChanges, ExitList, type ExitLists, type StringExits } from "./exit-lists.js";
import { type FreeStrings, freeStrings, MANY_CODE_POINTS } from "./free-strings.js";
import { type FreeBelow, FreeStringsBelow } from "./free-strings-below.js";
import { LiveGroups } from "./live-groups.js";
import { type MixedText, MixedTexts } from "./mixed-texts.js";
import { MostlyFree } from "./mostly-free.js";
import { type NodesByLength, nodesByLength } from "./nodes-by-length.js";
import { OneTextLess } from "./one-text-less.js";
import { StateFacts } from "./state-facts.js";
import { StateList } from "./state-list.js";
import { BEYOND_ASCII, CONTROL, type SubtreeBytes, subtreeBytes } from "./subtree-bytes.js";
import { TokenCollector } from "./token-collector.js";
import { DenseTokens, LayeredMask, MAX_LISTED, NO_TOKENS } from "./token-mask.js";
import { type TrieChildren, trieChildren } from "./trie-children.js";
import { WholeTexts } from "./whole-texts.js";

const ROOT = 0;
const BACKSLASH = 0x5c;
/** Escapes of more code points are read. */
const MAX_ESCAPED = 16;
/** Smaller subtrees are walked: looking at their bytes first would not save anything. */
const SMALL = 8;
/** In larger subtrees the nodes with bytes that leave a state are looked up. */
const LARGE = 64;
/** Behind fewer code points there are more nodes than a walk from the root looks at. */
const MIN_HORIZON = 8;
/** Bytes that a string has only in some tokens. */
const NOT_ALWAYS = BEYOND_ASCII | CONTROL;

/** The tokens below a trie node against one state of a string, whatever is on the stack below. */
export interface StringMask {
  /** The tokens that stay in the string. */
  readonly inside: LayeredMask;
  /** Where tokens end the string, by the state that it ends in: one, but where the ends tell parts of a language. */
  readonly exits: readonly StringExits[];
  /**
   * Behind any of the tokens that need at most `reach` code points the string is in one of these states, or one code point
   * behind one, or as near to an end as from one of these; undefined where it is not known.
   */
  readonly visited: Int32Array | undefined;
  readonly reach: number;
}

/**
 * Walks the trie with a string's states. Where bytes lead from a state to itself nothing is looked at: neither subtrees
 * with no others, nor, below large ones, what is between the nodes with the few others. So a pattern such as `[a-z]+` or
 * `[^:]+:` costs the places where a token leaves its set, not the vocabulary.
 */
export class StringWalk {
  readonly free: FreeStrings;
  readonly exitLists: ExitLists;
  readonly freeExits: readonly StringExits[];
  readonly strings: JsonStringAutomaton | WholeTexts;
  private readonly vocabulary: Vocabulary;
  private readonly collector: TokenCollector;
  private readonly facts: StateFacts;
  private readonly liveGroups: LiveGroups;
  private readonly mixedTexts: MixedTexts;
  private readonly subtrees: SubtreeBytes;
  private readonly children: TrieChildren;
  private readonly mostlyFree: MostlyFree;
  private readonly byLength: NodesByLength;
  // By depth in the trie: the state, and the free string's.
  private readonly states: Int32Array;
  private readonly references: Int32Array;
  private readonly freeBelow: FreeStringsBelow;
  /** Where any escape can be read. */
  private readonly escapes: EscapeNodes | undefined;
  /** For lists of texts, where any escape can be read. */
  readonly oneTextLess: OneTextLess | undefined;
  /** By byte: an index in the nodes with that byte, before which all have been passed. */
  private readonly places = new Int32Array(256);
  /** Whether all tokens begin in the string, between code points. */
  private isWhole = false;
  /** The bytes that `states` are behind, as many as were read last. */
  private readonly path: Uint8Array;
  private pathLength = 0;
  private readonly visited: StateList = new StateList();
  private isVisitedKnown = true;
  readonly freeState: number;
  private readonly freeEnd: number;

  constructor(strings: JsonStringAutomaton | WholeTexts, vocabulary: Vocabulary, exitLists: ExitLists) {
    const { trie } = vocabulary;
    this.strings = strings;
    this.vocabulary = vocabulary;
    this.free = freeStrings(strings, vocabulary);
    this.collector = new TokenCollector(vocabulary.size, trie);
    this.facts = new StateFacts(strings);
    this.subtrees = subtreeBytes(trie);
    this.liveGroups = new LiveGroups(strings, vocabulary.maxTokenBytes, this.subtrees.longestRuns);
    this.mixedTexts = new MixedTexts(strings, vocabulary, this.free, this.liveGroups);
    this.children = trieChildren(trie);
    this.mostlyFree = new MostlyFree(strings, trie);
    this.byLength = nodesByLength(vocabulary, this.free);
    this.states = new Int32Array(trie.maxDepth + 1);
    this.references = new Int32Array(trie.maxDepth + 1);
    this.path = new Uint8Array(trie.maxDepth + 1);
    this.freeBelow = new FreeStringsBelow(strings, trie);
    const isAny = !(strings instanceof WholeTexts || strings.isMinimal);
    this.escapes = isAny ? escapeNodes(trie) : undefined;
    this.oneTextLess = isAny ? new OneTextLess(strings, trie, this.children) : undefined;
    this.freeState = strings.start(strings.arena.any);
    this.freeEnd = strings.step(this.freeState, 0x22);
    this.exitLists = exitLists;
    this.freeExits = [{ end: this.freeEnd, ...this.exitLists.intern(this.free.exits) }];
  }

  /** The tokens of a state, found in the way that is expected to be shorter. */
  mask(state: number): StringMask {
    const isContent = this.strings.language(state) !== NO_LANGUAGE;
    // In the middle of a character the walk is short.
    if (!isContent) return this.below(ROOT, state);
    // Nor have few bytes a whole group of letters.
    if (this.strings.fewBytes(state) !== undefined) return this.below(ROOT, state);
    this.liveGroups.begin();
    const mixed = this.mixedTexts.of(state);
    if (mixed !== undefined) return this.withMixed(state, mixed);
    return this.mostlyFree.is(state) ? this.difference(state) : this.below(ROOT, state);
  }

  /** The tokens of a mixed text, and those that go on otherwise. */
  private withMixed(state: number, { tokens, isLoop, nodes, isDeep }: MixedText): StringMask {
    const { states } = this;
    const { depth, subtreeEnd } = this.vocabulary.trie;
    this.begin(ROOT, state);
    for (const on of this.liveGroups.states(state)) this.visited.add(on);
    const exits = new ExitList();
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] as number;
      const after = subtreeEnd[node] as number;
      const from = isDeep(node) ? node + 1 : node;
      const above = (depth[from] as number) - 1;
      if (isLoop) states[above] = state;
      else if (!this.readPath(node, above)) continue;
      this.visited.add(states[above] as number);
      this.collect(from, after, exits);
    }
    const found = { exits: this.exitLists.grouped(exits), ...this.led() };
    return { inside: this.andCollected(tokens), ...found };
  }

  /** Some tokens, and those in the collector. */
  private andCollected(tokens: DenseTokens): LayeredMask {
    const { collector } = this;
    if (collector.count <= MAX_LISTED) return this.layered(tokens, collector.take());
    const words = collector.takeWords();
    for (let i = 0; i < words.length; i++) words[i]! |= tokens.words[i]!;
    return this.layered(new DenseTokens(words), NO_TOKENS);
  }

  /**
   * The tokens of a state that lives for `horizon` code points whatever they are: only those that need more are walked.
   * Undefined: so many do that a walk from the root is expected to be shorter.
   */
  beyondHorizon(state: number, horizon: number): StringMask | undefined {
    if (horizon < MIN_HORIZON || horizon >= MANY_CODE_POINTS) return undefined;
    const { free } = this;
    const { depth, subtreeEnd } = this.vocabulary.trie;
    this.begin(ROOT, state);
    // These are told in another way.
    const unused = new ExitList();
    for (const node of this.byLength.behind(horizon)) {
      if (!this.readPath(node, depth[node] as number)) continue;
      this.collect(node + 1, subtreeEnd[node] as number, unused);
    }
    return {
      inside: this.andCollected(free.byNeed.within(horizon)),
      exits: this.endsOf(state),
      visited: undefined,
      reach: 0,
    };
  }

  /** Reads the first `length` bytes of what leads to a node, behind what it has in common with the last one; false: it ends. */
  private readPath(node: number, length: number): boolean {
    const { states, path, strings } = this;
    const { ids, firstId } = this.subtrees;
    const text = this.vocabulary.tokenBytes(ids[firstId[node] as number] as number) as Uint8Array;
    let i = 0;
    while (i < length && i < this.pathLength && path[i] === text[i]) i++;
    for (; i < length; i++) {
      const next = strings.step(states[i] as number, text[i] as number);
      if (next === 0) break;
      path[i] = text[i] as number;
      states[i + 1] = next;
    }
    this.pathLength = i;
    return i === length;
  }

  /** The tokens below a trie node, where the string is in `state` at that node; always as a list below other than the root. */
  below(root: number, state: number): StringMask {
    const { collector } = this;
    this.begin(root, state);
    const exits = new ExitList();
    const isMostlyFree =
      root !== ROOT && state !== this.freeState && this.strings.fewBytes(state) === undefined;
    if (isMostlyFree) this.collectBelow(root, this.freeBelow.get(root), exits);
    else this.collectAt(root, state, exits);
    const isDense = root === ROOT && collector.count > MAX_LISTED;
    const inside = isDense
      ? this.layered(new DenseTokens(collector.takeWords()), NO_TOKENS)
      : this.layered(undefined, collector.take());
    return { inside, exits: this.exitLists.grouped(exits), ...this.led() };
  }

  /** Collects the tokens below a node. Where few bytes can follow, only the children along these are looked at. */
  private collectAt(node: number, state: number, exits: ExitList): void {
    const { subtreeEnd } = this.vocabulary.trie;
    const few = this.strings.fewBytes(state);
    if (few === undefined) {
      this.collect(node + 1, subtreeEnd[node] as number, exits);
      return;
    }
    for (let i = 0; i < few.length; i++) {
      const byte = few[i] as number;
      const child = this.children.get(node, byte);
      if (child < 0 || (byte === BACKSLASH && this.collectEscapes(child, state))) continue;
      this.collect(child, subtreeEnd[child] as number, exits);
    }
  }

  /** Collects the tokens from a backslash on, where few code points can follow and none ends within. False: it may. */
  private collectEscapes(backslash: number, state: number): boolean {
    const { strings, escapes, collector } = this;
    if (escapes === undefined) return false;
    const language = strings.language(state);
    const codePoints =
      language === NO_LANGUAGE ? undefined : strings.arena.firstCodePoints(language, MAX_ESCAPED);
    if (codePoints === undefined) return false;
    const found: (readonly number[])[] = [];
    for (const codePoint of codePoints) {
      const nodes = escapes.of(backslash, codePoint);
      if (nodes === undefined) return false;
      found.push(nodes);
    }
    for (const nodes of found) for (const node of nodes) collector.addNode(node);
    return true;
  }

  /** Collects the tokens of the nodes from `from` to `to - 1`, which are whole subtrees; the states above are known. */
  private collect(from: number, to: number, exits: ExitList): void {
    const { strings, states, collector, facts, free } = this;
    const { bytes, depth, subtreeEnd } = this.vocabulary.trie;
    const { groups, ids, firstId } = this.subtrees;
    // Some tokens are not UTF-8, or have control characters. Which ones is known of those that begin in the string only.
    const { isWhole } = this;
    const unknown = isWhole ? 0 : NOT_ALWAYS;
    for (let node = from; node < to; ) {
      const d = depth[node] as number;
      const above = states[d - 1] as number;
      const next = strings.step(above, bytes[node] as number);
      const after = subtreeEnd[node] as number;
      if (next === 0 || !strings.hasNext(next)) {
        if (next !== 0) exits.add(node, next);
        node = after;
        continue;
      }
      if (next !== above) this.visited.add(next);
      collector.addNode(node);
      states[d] = next;
      if (after - node <= SMALL) node++;
      else if (this.isRun(node, next)) {
        collector.addRange(ids, firstId[node + 1] as number, firstId[after] as number, undefined);
        node = after;
      } else if (strings.fewBytes(next) !== undefined) {
        this.collectAt(node, next, exits);
        node = after;
      } else if (this.mayLoop(node, next) && (groups[node]! & (unknown | ~facts.loops(next))) === 0) {
        const within = (groups[node]! & NOT_ALWAYS) === 0 ? undefined : free.stays.words;
        collector.addRange(ids, firstId[node + 1] as number, firstId[after] as number, within);
        node = after;
      } else if (this.lives(node, after, next, unknown)) {
        const within = (groups[node]! & NOT_ALWAYS) === 0 ? undefined : free.stays.words;
        collector.addRange(ids, firstId[node + 1] as number, firstId[after] as number, within);
        node = after;
      } else if (isWhole && after - node > LARGE && facts.leaving(next) !== undefined) {
        const leaving = facts.leaving(next) as Uint8Array;
        let loops = node + 1;
        while (loops < after) {
          const leaves = this.nextLeaving(leaving, loops, after);
          collector.addRange(ids, firstId[loops] as number, firstId[leaves] as number, free.stays.words);
          if (leaves === after) break;
          loops = subtreeEnd[leaves] as number;
          if (free.live[leaves] === 0) continue;
          states[(depth[leaves] as number) - 1] = next;
          this.collect(leaves, loops, exits);
        }
        node = after;
      } else node++;
    }
  }

  /** Whether a state has other tokens or ends below a node than the free string: a name that has not been used seldom has. */
  differsBelow(root: number, state: number): boolean {
    const { strings, states, references } = this;
    const { arena } = strings;
    const language = strings.language(state);
    if (language !== NO_LANGUAGE && arena.isAllButListed(language))
      return this.freeBelow.get(root).closedTexts.some((text) => arena.excepts(language, text));
    // What lives whatever comes can only end in fewer places, if it has no parts to tell apart. No state is made for that.
    if (language !== NO_LANGUAGE && arena.horizon(language) === Infinity && arena.goal(language) === language)
      return !this.freeBelow.get(root).closed.every((text) => arena.matches(language, text));
    const { bytes, depth, subtreeEnd } = this.vocabulary.trie;
    states[depth[root] as number] = state;
    references[depth[root] as number] = this.freeState;
    const to = subtreeEnd[root] as number;
    for (let node = root + 1; node < to; ) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const next = strings.step(states[d - 1] as number, byte);
      const reference = strings.step(references[d - 1] as number, byte);
      if (next === reference) {
        node = subtreeEnd[node] as number;
        continue;
      }
      if (next === 0 || !strings.hasNext(next)) return true;
      states[d] = next;
      references[d] = reference;
      node++;
    }
    return false;
  }

  /** As `collect`, where most is as in the free string: a name that has not been used. */
  private collectBelow(root: number, known: FreeBelow, exits: ExitList): void {
    const { strings, states, references, collector } = this;
    const { bytes, depth, subtreeEnd } = this.vocabulary.trie;
    const { nodes, exits: ends } = known;
    let place = 0;
    let endPlace = 0;
    references[depth[root] as number] = this.freeState;
    const to = subtreeEnd[root] as number;
    for (let node = root + 1; node < to; ) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const next = strings.step(states[d - 1] as number, byte);
      if (next === 0) {
        node = subtreeEnd[node] as number;
        continue;
      }
      if (next === strings.step(references[d - 1] as number, byte)) {
        const after = subtreeEnd[node] as number;
        while (place < nodes.length && (nodes[place] as number) < node) place++;
        while (place < nodes.length && (nodes[place] as number) < after) {
          collector.addNode(nodes[place++] as number);
        }
        while (endPlace < ends.length && (ends[endPlace] as number) < node) endPlace++;
        while (endPlace < ends.length && (ends[endPlace] as number) < after) {
          exits.add(ends[endPlace++] as number, this.freeEnd);
        }
        node = after;
      } else if (strings.hasNext(next)) {
        collector.addNode(node);
        states[d] = next;
        references[d] = strings.step(references[d - 1] as number, byte);
        node++;
      } else {
        exits.add(node, next);
        node = subtreeEnd[node] as number;
      }
    }
  }

  /** The free string's tokens without those that die, found by walking only where the states differ. */
  private difference(state: number): StringMask {
    const { references, collector, free } = this;
    const exits = new ExitChanges();
    this.begin(ROOT, state);
    references[0] = this.freeState;
    this.drop(ROOT + 1, this.vocabulary.trie.size, exits);
    const ends = this.changed(exits);
    if (collector.count <= MAX_LISTED) {
      const inside = this.layered(free.stays, NO_TOKENS, collector.take());
      return { inside, exits: ends, ...this.led() };
    }
    const words = collector.takeWords();
    for (let i = 0; i < words.length; i++) words[i] = free.stays.words[i]! & ~words[i]!;
    const inside = this.layered(new DenseTokens(words), NO_TOKENS);
    return { inside, exits: ends, ...this.led() };
  }

  /** Collects the free string's tokens that die at the nodes from `from` to `to - 1`, as `collect` does those that stay. */
  private drop(from: number, to: number, exits: ExitChanges): void {
    const { strings, states, references, collector, facts, free } = this;
    const { bytes, depth, subtreeEnd } = this.vocabulary.trie;
    const { groups, ids, firstId } = this.subtrees;
    for (let node = from; node < to; ) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const next = strings.step(states[d - 1] as number, byte);
      const reference = strings.step(references[d - 1] as number, byte);
      const after = subtreeEnd[node] as number;
      if (next === reference) {
        // The same from here on.
        node = after;
        continue;
      }
      if (next === 0 || !strings.hasNext(next)) {
        if (next !== 0) exits.change(node, next);
        else {
          collector.addRange(ids, firstId[node] as number, firstId[after] as number, free.stays.words);
          exits.lose(node, after);
        }
        node = after;
        continue;
      }
      this.visited.add(next);
      states[d] = next;
      references[d] = reference;
      if (after - node <= SMALL) node++;
      else if (this.isRun(node, next)) node = after;
      else if (this.mayLoop(node, next) && (groups[node]! & ~facts.loops(next)) === 0) node = after;
      else if (this.lives(node, after, next, 0)) node = after;
      else if (after - node > LARGE && facts.leaving(next) !== undefined) {
        const leaving = facts.leaving(next) as Uint8Array;
        let loops = node + 1;
        while (loops < after) {
          const leaves = this.nextLeaving(leaving, loops, after);
          if (leaves === after) break;
          loops = subtreeEnd[leaves] as number;
          if (free.live[leaves] === 0) continue;
          const above = (depth[leaves] as number) - 1;
          states[above] = next;
          references[above] = this.freeState;
          this.drop(leaves, loops, exits);
        }
        node = after;
      } else node++;
    }
  }

  /**
   * The mask of a state from that of another one whose language has a few more texts: only where these texts are is walked.
   * Undefined: more than a few tokens tell the two apart.
   */
  excepting(state: number, other: number, { inside, exits }: StringMask): StringMask | undefined {
    const { strings, states, references, collector } = this;
    const { size, bytes, depth, subtreeEnd } = this.vocabulary.trie;
    const { ids, firstId } = this.subtrees;
    const lost = new ExitChanges();
    collector.clear();
    states[0] = state;
    references[0] = other;
    let removed = 0;
    for (let node = 1; node < size; ) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const next = strings.step(states[d - 1] as number, byte);
      const reference = strings.step(references[d - 1] as number, byte);
      const after = subtreeEnd[node] as number;
      if (next === reference) {
        node = after;
      } else if (next === 0) {
        for (let i = firstId[node] as number; i < (firstId[after] as number); i++) {
          if (!inside.has(ids[i] as number)) continue;
          collector.add(ids[i] as number);
          removed++;
        }
        lost.lose(node, after);
        node = after;
      } else if (strings.hasNext(next)) {
        states[d] = next;
        references[d] = reference;
        node++;
      } else return undefined;
      if (removed > MAX_LISTED) return undefined;
    }
    const kept = exits.map((group) => {
      const left = lost.of(group.nodes, group.end).nodes;
      const isSame = left.length === group.nodes.length;
      return isSame ? group : { end: group.end, ...this.exitLists.intern(left) };
    });
    return {
      inside: inside.without(collector.take()),
      exits: kept.filter(({ nodes }) => nodes.length > 0),
      visited: undefined,
      reach: 0,
    };
  }

  /** Whether the first byte below a node leads back to a state: this is asked before the other bytes, as most say no. */
  private mayLoop(node: number, state: number): boolean {
    const byte = this.vocabulary.trie.bytes[node + 1] as number;
    return byte >= 0x80 || this.strings.step(state, byte) === state;
  }

  /** Whether all below a node can be read from a state for what its language begins with. Where that leads is not known. */
  private isRun(node: number, state: number): boolean {
    const { groups, heights } = this.subtrees;
    if (!this.liveGroups.isRun(state, groups[node] as number, heights[node] as number)) return false;
    this.isVisitedKnown = false;
    return true;
  }

  /** Whether whatever is below a node can be read from a state, as far as a string can have it, without an end of the string. */
  private lives(node: number, after: number, state: number, unknown: number): boolean {
    const { liveGroups, subtrees } = this;
    const groups = subtrees.groups[node] as number;
    if ((groups & unknown) !== 0) return false;
    if (!liveGroups.lives(state, groups, subtrees.heights[node] as number, after - node)) return false;
    const states = liveGroups.states(state);
    for (let i = 0; i < states.length; i++) this.visited.add(states[i] as number);
    return true;
  }

  /** The first node from `from` to `to - 1` with one of some bytes; `to` where there is none. */
  private nextLeaving(leaving: Uint8Array, from: number, to: number): number {
    const { places } = this;
    const { byByte, firstOfByte } = this.subtrees;
    let first = to;
    for (let i = 0; i < leaving.length; i++) {
      const byte = leaving[i] as number;
      const end = firstOfByte[byte + 1] as number;
      let place = places[byte] as number;
      // Walks go from the first node to the last one; what was left out is passed over in growing steps.
      for (let stride = 1; place < end && (byByte[place] as number) < from; ) {
        const far = place + stride * 2;
        if (far < end && (byByte[far] as number) < from) {
          place = far;
          stride *= 2;
        } else if (stride > 1) stride = 1;
        else place++;
      }
      places[byte] = place;
      if (place < end && (byByte[place] as number) < first) first = byByte[place] as number;
    }
    return first;
  }

  private begin(root: number, state: number): void {
    this.isWhole = root === ROOT && this.strings.language(state) !== NO_LANGUAGE;
    this.collector.clear();
    this.pathLength = 0;
    this.liveGroups.begin();
    this.states[this.vocabulary.trie.depth[root] as number] = state;
    this.places.set(this.subtrees.firstOfByte.subarray(0, 256));
    this.isVisitedKnown = true;
    this.visited.clear();
    this.visited.add(state);
  }

  /** Where the tokens of the last walk lead. */
  private led(): Pick<StringMask, "visited" | "reach"> {
    if (!this.isVisitedKnown) return { visited: undefined, reach: 0 };
    return { visited: this.visited.copy(), reach: Infinity };
  }

  /** So many code points are enough to end a string from wherever one code point leads from some states, and from these. */
  enough(visited: Int32Array | undefined): number {
    if (visited === undefined) return Infinity;
    let most = 0;
    for (let i = 0; i < visited.length && most < Infinity; i++) {
      const state = visited[i] as number;
      // In the middle of a code point another state tells.
      if (this.strings.language(state) !== NO_LANGUAGE) most = Math.max(most, this.facts.enough(state));
    }
    return most;
  }

  /** The free string's tokens without some of those that need most code points: of the first ones those that die. */
  nearlyFree(state: number, longer: number): StringMask {
    const { collector, free } = this;
    const { nodes } = free.byNeed;
    collector.clear();
    for (let i = 0; i < longer; i++)
      if (this.dies(state, nodes[i] as number)) collector.addNode(nodes[i] as number);
    const removed = collector.take();
    const { arena } = this.strings;
    const language = this.strings.language(state);
    if (longer === 0 && arena.isAllButListed(language)) {
      // Only the texts that are left out end nowhere: no state is made to find them.
      const exits = new ExitChanges();
      const lost: number[] = [];
      for (const text of arena.exceptedUpTo(language, free.longestExit)) {
        const ended = free.exitsByText.get(String.fromCodePoint(...text));
        if (ended !== undefined) lost.push(...ended);
      }
      if (lost.length > 1) lost.sort((a, b) => a - b);
      for (const node of lost) exits.lose(node, node + 1);
      const inside = this.layered(free.stays, NO_TOKENS, removed);
      return { inside, exits: this.changed(exits), visited: undefined, reach: 0 };
    }
    const inside = this.layered(free.stays, NO_TOKENS, removed);
    return { inside, exits: this.endsOf(state), visited: undefined, reach: 0 };
  }

  /** Where tokens end a string, each place read by itself. */
  private endsOf(state: number): readonly StringExits[] {
    const { exits: nodes, exitPaths, exitOffsets } = this.free;
    const changes = new ExitChanges();
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] as number;
      const end = this.read(state, exitPaths, exitOffsets[i] as number, exitOffsets[i + 1] as number);
      if (end === 0) changes.lose(node, node + 1);
      else if (end !== this.freeEnd) changes.change(node, end);
    }
    return this.changed(changes);
  }

  /** The tokens of a mask that need more than `far` code points, but at most `max`, and lead nowhere from a state. */
  deadBetween(state: number, far: number, max: number, mask: LayeredMask): Int32Array {
    const { collector } = this;
    const { tokens } = this.vocabulary.trie;
    const { byNeed } = this.free;
    collector.clear();
    const count = byNeed.countAbove(far);
    for (let i = byNeed.countAbove(max); i < count; i++) {
      const node = byNeed.nodes[i] as number;
      if (mask.has(tokens[node] as number) && this.dies(state, node)) collector.addNode(node);
    }
    return collector.take();
  }

  /** The state after some bytes of a path, or 0. */
  read(state: number, path: Uint8Array, from: number, to: number): number {
    let at = state;
    for (let i = from; i < to && at !== 0; i++) at = this.strings.step(at, path[i] as number);
    return at;
  }

  /** Whether the token that ends at a trie node leads nowhere. */
  private dies(state: number, node: number): boolean {
    const { vocabulary } = this;
    const path = vocabulary.tokenBytes(vocabulary.trie.tokens[node] as number) as Uint8Array;
    return this.read(state, path, 0, path.length) === 0;
  }

  private layered(base: DenseTokens | undefined, added: Int32Array, removed?: Int32Array): LayeredMask {
    return new LayeredMask(this.vocabulary.size, base, added, removed);
  }

  private changed(changes: ExitChanges): readonly StringExits[] {
    if (changes.isEmpty) return this.freeExits;
    return this.exitLists.grouped(changes.of(this.free.exits, this.freeEnd));
  }
}
