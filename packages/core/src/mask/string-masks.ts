import {
  type CodePointSet,
  type JsonStringAutomaton,
  type Language,
  NO_LANGUAGE,
} from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { ExitList, type ExitLists, exitBytes, type StringExits } from "./exit-lists.js";
import { type MaskBudget, MaskCache } from "./mask-cache.js";
import { exitsWithout, type OneTextLess } from "./one-text-less.js";
import { StringParts } from "./string-parts.js";
import { type StringMask, StringWalk } from "./string-walk.js";
import { mostTokenEntries } from "./token-entries.js";
import { type LayeredMask, MAX_LISTED } from "./token-mask.js";
import { pathTo } from "./trie-path.js";
import { WholeTexts } from "./whole-texts.js";

const ROOT = 0;
/** So many tokens are looked at one by one where only long ones can differ. */
const MAX_LONG = 1000;
/** Counters that no token exhausts are found behind so many other parts. */
const BEHIND = 3;
/** So many tokens are taken out of a set as a list. */
const MAX_REMOVED = 256;

/**
 * Masks of string states relative to their frame: the same for every depth, request and schema.
 *
 * A state is compared with the free string's, byte by byte of the vocabulary's trie. Where both reach the same state, all
 * tokens below are those of the free string and none of them is looked at. So a key, which is any text but those used,
 * costs the paths of the used ones. More rules save walks. Counters that no token reaches the end of count as unbounded, be
 * it because tokens are too short or because they have too few words.
 * A bounded number of code points of some set (all, as where only the length is limited, or those of a class) has the
 * tokens of the unbounded one that need as many code points at most. As far as a language lives whatever comes (its
 * horizon), the tokens that stay are those of the free string; only longer ones and the closing quotes are looked at.
 */
export class StringMasks {
  private readonly strings: JsonStringAutomaton | WholeTexts;
  private readonly vocabulary: Vocabulary;
  private readonly walk: StringWalk;
  private readonly cache: MaskCache<StringMask>;
  /** What strings have in tokens that open them. */
  readonly parts: StringParts;
  /** Few tokens need more code points. */
  private readonly shortLength: number;
  private readonly entries: (set: CodePointSet) => number;

  constructor(
    strings: JsonStringAutomaton | WholeTexts,
    vocabulary: Vocabulary,
    lists: ExitLists,
    budget: MaskBudget,
  ) {
    this.strings = strings;
    this.vocabulary = vocabulary;
    this.walk = new StringWalk(strings, vocabulary, lists);
    this.parts = new StringParts(this.walk, budget);
    this.cache = new MaskCache(budget);
    const hasEscapes = !(strings instanceof WholeTexts);
    this.entries = (set) => mostTokenEntries(vocabulary, hasEscapes, strings.arena.sets, set);
    this.shortLength = this.walk.free.byNeed.enoughForAllBut(MAX_LONG);
  }

  /** The mask of a state. */
  get(state: number): StringMask {
    const known = this.cache.get(state, ROOT);
    if (known !== undefined) return known;
    return this.keep(state, this.compute(state));
  }

  private keep(state: number, mask: StringMask): StringMask {
    let bytes = 96 + mask.inside.bytes + (mask.visited?.byteLength ?? 0) + exitBytes(mask.exits);
    const { base } = mask.inside;
    if (base?.isKept === false) bytes += base.words.byteLength;
    this.cache.set(state, ROOT, mask, bytes);
    return mask;
  }

  private compute(state: number): StringMask {
    const { strings, vocabulary, walk } = this;
    const { arena } = strings;
    const { byNeed } = walk.free;
    const language = strings.language(state);
    if (language === NO_LANGUAGE) return walk.mask(state);
    const less = this.withoutOne(language);
    if (less !== undefined) return less;
    const saturated = this.saturated(state, vocabulary.maxTokenBytes, BEHIND);
    if (saturated !== undefined) return saturated;
    const run = arena.boundedRun(language);
    if (run !== undefined) return this.bounded(state, this.get(strings.start(run.free)), run.min, run.max);
    const horizon = arena.horizon(language);
    const longer = byNeed.countAbove(horizon);
    if (longer <= MAX_LISTED) return walk.nearlyFree(state, longer);
    const atLeast = arena.atLeast(language);
    if (atLeast !== undefined)
      return this.endingBehind(this.get(strings.start(atLeast.language)), atLeast.min);
    const limited = arena.limited(language);
    if (limited !== undefined && this.countBetween(limited.max - 1, limited.max) <= MAX_LONG) {
      const { max } = limited;
      const mask = this.get(strings.start(limited.language));
      const far = mask.reach === 0 ? 0 : Math.min(max - walk.enough(mask.visited), mask.reach);
      if (this.countBetween(far, max) <= MAX_LONG) {
        const short = { ...mask, inside: this.needingAtMost(mask.inside, max) };
        return { ...this.nearly(state, short, far, max), visited: undefined, reach: 0 };
      }
    }
    return (
      this.excepting(state, language) ??
      this.saturated(state, this.shortLength) ??
      walk.beyondHorizon(state, horizon) ??
      walk.mask(state)
    );
  }

  /** The mask of a list of texts from that of the list with one text more, if that is known. */
  private withoutOne(list: Language): StringMask | undefined {
    const { strings, walk } = this;
    const more = walk.oneTextLess === undefined ? undefined : strings.arena.oneMore(list);
    if (more === undefined) return undefined;
    const known = this.cache.get(strings.start(more.language), ROOT);
    if (known === undefined) return undefined;
    const { tokens, ends } = (walk.oneTextLess as OneTextLess).below(ROOT, list, more);
    return {
      inside: tokens.length === 0 ? known.inside : known.inside.without(tokens),
      exits: exitsWithout(known.exits, ends, (nodes) => walk.exitLists.intern(nodes)),
      visited: undefined,
      reach: 0,
    };
  }

  /** How many tokens need more than `far` code points but at most `max`. */
  private countBetween(far: number, max: number): number {
    const { byNeed } = this.walk.free;
    return byNeed.countAbove(far) - byNeed.countAbove(max);
  }

  /** The mask of a language without some texts, such as names that were used, from that of the language with them. */
  private excepting(state: number, language: Language): StringMask | undefined {
    const { strings, walk } = this;
    const larger = strings.arena.withoutExceptions(language);
    if (larger === undefined) return undefined;
    const other = strings.start(larger);
    return walk.excepting(state, other, this.get(other));
  }

  /** The mask from that of the state without larger counters, which short tokens cannot tell from this one, if there is one. */
  private saturated(state: number, length: number, behind = 0): StringMask | undefined {
    const { strings } = this;
    const { arena } = strings;
    const language = strings.language(state);
    const texts = { length, entries: this.entries };
    const other = strings.start(arena.saturate(language, texts, behind));
    if (other === state) return undefined;
    const told = arena.toldWithin(language, texts, behind);
    const mask = this.nearly(state, this.get(other), told);
    const reach = arena.lowersMinimum(language, texts, behind) ? 0 : Math.min(mask.reach, told);
    return { ...mask, reach };
  }

  /** Of a string of any number of code points of some set, what one of `min` to `max` of them has. */
  private bounded(state: number, { inside, exits }: StringMask, min: number, max: number): StringMask {
    return {
      inside: this.needingAtMost(inside, max),
      exits: this.withLengths(exits, min, max),
      visited: Int32Array.of(state),
      reach: Infinity,
    };
  }

  /** A mask without the ends of strings of less than `min` code points. */
  private endingBehind({ inside, exits }: StringMask, min: number): StringMask {
    return { inside, exits: this.withLengths(exits, min, Infinity), visited: undefined, reach: 0 };
  }

  /** The exits behind `min` to `max` code points. */
  private withLengths(exits: readonly StringExits[], min: number, max: number): StringExits[] {
    const { exits: freeNodes, exitLengths } = this.walk.free;
    const within = (nodes: Int32Array): Int32Array => {
      let i = 0;
      return nodes.filter((node) => {
        while ((freeNodes[i] as number) < node) i++;
        const length = exitLengths[i] as number;
        return min <= length && length <= max;
      });
    };
    const kept = exits.map(({ end, nodes }) => ({ end, ...this.walk.exitLists.intern(within(nodes)) }));
    return kept.filter(({ nodes }) => nodes.length > 0);
  }

  /** The tokens of a mask that need at most so many code points. */
  private needingAtMost(mask: LayeredMask, max: number): LayeredMask {
    const { byNeed, stays } = this.walk.free;
    const above = byNeed.countAbove(max);
    if (above > MAX_REMOVED || mask.base === stays) return mask.within(byNeed.within(max), stays);
    const { tokens, nextDuplicate } = this.vocabulary.trie;
    const gone: number[] = [];
    for (let i = 0; i < above; i++) {
      let id = tokens[byNeed.nodes[i] as number] as number;
      if (mask.has(id)) for (; id >= 0; id = nextDuplicate[id] as number) gone.push(id);
    }
    return gone.length === 0 ? mask : mask.without(Int32Array.from(gone).sort());
  }

  /**
   * The mask of a state that tokens of at most `length` code points cannot tell from another one, whose language is
   * larger: that one's, without the longer tokens that die. So counters share a mask until they are short.
   * @param max the mask has no token of more code points
   */
  private nearly(state: number, mask: StringMask, length: number, max = Infinity): StringMask {
    const { inside, exits, visited, reach } = mask;
    const { walk, vocabulary } = this;
    const { depth } = vocabulary.trie;
    if (walk.free.byNeed.countAbove(length) === 0) return mask;
    const dead = walk.deadBetween(state, length, max, inside);
    const kept = new ExitList();
    for (const { end, nodes } of exits) {
      for (const node of nodes) {
        const bytes = depth[node] as number;
        if (bytes > length && walk.read(state, pathTo(node, vocabulary), 0, bytes) === 0) continue;
        kept.add(node, end);
      }
    }
    const isSame = kept.nodes.length === exits.reduce((sum, { nodes }) => sum + nodes.length, 0);
    return {
      inside: dead.length === 0 ? inside : inside.without(dead),
      exits: isSame ? exits : walk.exitLists.grouped(kept),
      visited,
      reach,
    };
  }
}
