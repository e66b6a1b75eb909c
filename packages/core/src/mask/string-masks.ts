import { type JsonStringAutomaton, NO_LANGUAGE } from "../language/index.js";
import { bitsetAdd, bitsetDelete, createBitset, type Vocabulary } from "../vocabulary/index.js";
import { MaskCache } from "./mask-cache.js";
import { tokensByLength } from "./tokens-by-length.js";
import { pathTo } from "./trie-path.js";

/** So many long tokens are looked at one by one; beyond, the walk over all is quicker. */
const MAX_CHECKED = 4000;

/** The tokens of a vocabulary against one state of a string, whatever is on the stack below. */
export interface StringMask {
  /** The tokens that stay in the string or end with its closing quote. */
  readonly words: Uint32Array;
  /** Exits: trie nodes at the closing quote of tokens that go on behind it. */
  readonly exits: Int32Array;
}

/** The mask of a string without conditions, which most others are compared with. */
interface FreeMask {
  /** The tokens that stay in the string. */
  readonly stays: Uint32Array;
  /** All trie nodes at a closing quote, ascending. */
  readonly quotes: Int32Array;
}

/** Memory for the masks of one automaton and vocabulary, in bytes. */
const MASK_MEMORY = 32 * 1024 * 1024;

const shared = new WeakMap<JsonStringAutomaton, WeakMap<Vocabulary, StringMasks>>();

/** The string masks of a vocabulary, shared by all grammars that read strings with the same automaton. */
export function stringMasks(strings: JsonStringAutomaton, vocabulary: Vocabulary): StringMasks {
  let byVocabulary = shared.get(strings);
  if (byVocabulary === undefined) {
    byVocabulary = new WeakMap();
    shared.set(strings, byVocabulary);
  }
  let masks = byVocabulary.get(vocabulary);
  if (masks === undefined) {
    masks = new StringMasks(strings, vocabulary, MASK_MEMORY);
    byVocabulary.set(vocabulary, masks);
  }
  return masks;
}

/**
 * Masks of string states relative to their frame. A string state's mask is the same in every object, so it is computed
 * once; what differs, the few tokens that go on behind the closing quote, is resolved against the stack.
 *
 * Two rules save most walks over the vocabulary. Counters that no token reaches the end of count as unbounded. And as far
 * as the language lives whatever comes (its live horizon), the tokens that stay are those of the free string; only the
 * longer ones and the closing quotes are looked at.
 */
export class StringMasks {
  private readonly strings: JsonStringAutomaton;
  private readonly vocabulary: Vocabulary;
  private readonly states: Int32Array;
  private readonly cache: MaskCache<number, StringMask>;
  private freeMask: FreeMask | undefined;

  /** @param maxBytes memory for cached masks; the least recently used half goes when it is full. */
  constructor(strings: JsonStringAutomaton, vocabulary: Vocabulary, maxBytes: number) {
    this.strings = strings;
    this.vocabulary = vocabulary;
    this.states = new Int32Array(vocabulary.trie.maxDepth + 1);
    this.cache = new MaskCache(Math.floor(maxBytes / (vocabulary.size / 8 + 1024)));
  }

  get(state: number): StringMask {
    const known = this.cache.get(state);
    if (known !== undefined) return known;
    const mask = this.compute(state);
    this.cache.set(state, mask);
    return mask;
  }

  private compute(state: number): StringMask {
    const { strings, vocabulary } = this;
    const language = strings.language(state);
    // In the middle of a character the walk is short.
    if (language === NO_LANGUAGE) return this.walk(state);
    const { arena } = strings;
    const saturated = strings.start(arena.saturate(language, vocabulary.maxTokenBytes));
    if (saturated !== state) return this.get(saturated);
    const horizon = arena.horizon(language);
    return this.longerThan(horizon) <= MAX_CHECKED ? this.nearlyFree(state, horizon) : this.walk(state);
  }

  /** Every token of the trie against the state. */
  private walk(state: number): StringMask {
    const words = createBitset(this.vocabulary.size);
    const quotes: number[] = [];
    this.visit(state, words, quotes);
    return this.withQuotes(words, quotes);
  }

  /** The tokens that stay in a free string but for the long ones that do not, and the closing quotes that the state allows. */
  private nearlyFree(state: number, horizon: number): StringMask {
    const { quotes } = this.free;
    const stays = this.free.stays.slice();
    const { trie } = this.vocabulary;
    const { ids } = tokensByLength(trie);
    const longer = this.longerThan(horizon);
    for (let i = 0; i < longer; i++) {
      const id = ids[i] as number;
      const bytes = this.vocabulary.tokenBytes(id) as Uint8Array;
      let at = state;
      for (let k = 0; k < bytes.length && at !== 0; k++) at = this.strings.step(at, bytes[k] as number);
      if (at !== 0) continue;
      for (let twin = id; twin >= 0; twin = trie.nextDuplicate[twin] as number) bitsetDelete(stays, twin);
    }
    const allowed: number[] = [];
    for (const node of quotes) {
      const path = pathTo(node, this.vocabulary);
      let at = state;
      for (let i = 0; i < path.length && at !== 0; i++) at = this.strings.step(at, path[i] as number);
      if (at !== 0) allowed.push(node);
    }
    return this.withQuotes(stays, allowed);
  }

  /** How many tokens have more bytes than that. */
  private longerThan(length: number): number {
    const { longer, ids } = tokensByLength(this.vocabulary.trie);
    if (length < 0) return ids.length;
    return length < longer.length ? (longer[length] as number) : 0;
  }

  private get free(): FreeMask {
    if (this.freeMask === undefined) {
      const stays = createBitset(this.vocabulary.size);
      const quotes: number[] = [];
      this.visit(this.strings.start(this.strings.arena.any), stays, quotes);
      this.freeMask = { stays, quotes: Int32Array.from(quotes) };
    }
    return this.freeMask;
  }

  /** Adds the tokens that stay in the string to `words`, and the nodes at its closing quotes to `quotes`. */
  private visit(state: number, words: Uint32Array, quotes: number[]): void {
    const { strings, states } = this;
    const { size, bytes, depth, subtreeEnd, tokens, nextDuplicate } = this.vocabulary.trie;
    states[0] = state;
    let node = 1;
    while (node < size) {
      const d = depth[node] as number;
      const next = strings.step(states[d - 1] as number, bytes[node] as number);
      if (next === 0) {
        node = subtreeEnd[node] as number;
      } else if (strings.hasNext(next)) {
        for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) bitsetAdd(words, id);
        states[d] = next;
        node++;
      } else {
        quotes.push(node);
        node = subtreeEnd[node] as number;
      }
    }
  }

  private withQuotes(words: Uint32Array, quotes: readonly number[]): StringMask {
    const { subtreeEnd, tokens, nextDuplicate } = this.vocabulary.trie;
    for (const node of quotes) {
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) bitsetAdd(words, id);
    }
    const exits = quotes.filter((node) => (subtreeEnd[node] as number) > node + 1);
    return { words, exits: Int32Array.from(exits) };
  }
}
