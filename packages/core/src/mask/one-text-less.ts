import { type JsonStringAutomaton, type Language, type OneMore, SHORT_ESCAPES } from "../language/index.js";
import type { TokenTrie } from "../vocabulary/index.js";
import type { StringExits } from "./exit-lists.js";
import type { TrieChildren } from "./trie-children.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The letters of short escapes, by code point. */
const SHORT = new Map(Array.from(SHORT_ESCAPES, ([letter, codePoint]) => [codePoint, letter]));
const encoder = new TextEncoder();

/** What a string loses with a text of its list. */
export interface Loss {
  /** Tokens that stay in the string with that text alone, ascending. */
  readonly tokens: Int32Array;
  /** The trie nodes at the closing quotes behind it. */
  readonly ends: ReadonlySet<number>;
}

/**
 * Finds what a string loses where its language, a list of texts, has one text less: looked for along the spellings of that
 * text alone, so it costs the text's length, whatever the list's.
 */
export class OneTextLess {
  private readonly strings: JsonStringAutomaton;
  private readonly trie: TokenTrie;
  private readonly children: TrieChildren;
  // By depth in the trie: the state, and that of the larger list.
  private readonly states: Int32Array;
  private readonly references: Int32Array;
  private list: Language = 0;
  private more: OneMore = { language: 0, text: new Int32Array(0), shared: 0 };
  private tokens: number[] = [];
  private ends = new Set<number>();

  constructor(strings: JsonStringAutomaton, trie: TokenTrie, children: TrieChildren) {
    this.strings = strings;
    this.trie = trie;
    this.children = children;
    this.states = new Int32Array(trie.maxDepth + 1);
    this.references = new Int32Array(trie.maxDepth + 1);
  }

  /** What a list loses against one with a text more, below the trie node at which the string begins. */
  below(root: number, list: Language, more: OneMore): Loss {
    this.list = list;
    this.more = more;
    this.tokens = [];
    this.ends = new Set();
    this.spell(root, 0);
    return { tokens: Int32Array.from(this.tokens).sort(), ends: this.ends };
  }

  /** Goes on from a node behind so many code points of the text. */
  private spell(node: number, at: number): void {
    const { text, shared } = this.more;
    const { children } = this;
    if (at === text.length) {
      const quote = children.get(node, QUOTE);
      if (quote >= 0) this.ends.add(quote);
      return;
    }
    const codePoint = text[at] as number;
    const backslash = children.get(node, BACKSLASH);
    if (backslash >= 0) {
      // Where other texts go on with other code points, their escapes begin alike.
      if (at === shared) this.compare(backslash, at);
      else {
        if (at > shared) this.lose(backslash);
        for (const spelling of escapes(codePoint)) this.follow(backslash, spelling, 0, at);
      }
    }
    if (codePoint < 0x20 || codePoint === QUOTE || codePoint === BACKSLASH) return;
    if (codePoint < 0x80) this.follow(node, [[codePoint]], 0, at);
    else {
      const bytes = Array.from(encoder.encode(String.fromCodePoint(codePoint)), (byte) => [byte]);
      const first = children.get(node, bytes[0]?.[0] as number);
      if (first >= 0 && at === shared) this.compare(first, at);
      else this.follow(node, bytes, 0, at);
    }
  }

  /** Follows what spells a code point: one of some bytes at each place. */
  private follow(node: number, spelling: readonly (readonly number[])[], place: number, at: number): void {
    if (place === spelling.length) {
      this.spell(node, at + 1);
      return;
    }
    const isLost = at >= this.more.shared;
    for (const byte of spelling[place] as readonly number[]) {
      const child = this.children.get(node, byte);
      if (child < 0) continue;
      if (isLost) this.lose(child);
      this.follow(child, spelling, place + 1, at);
    }
  }

  private lose(node: number): void {
    const { tokens, nextDuplicate } = this.trie;
    for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) this.tokens.push(id);
  }

  /** Reads both lists from a child of a node on, behind so many code points. */
  private compare(child: number, at: number): void {
    const { strings, states, references, more } = this;
    const { arena } = strings;
    const { bytes, depth, subtreeEnd } = this.trie;
    let list = this.list;
    let larger = more.language;
    for (let i = 0; i < at; i++) {
      list = arena.derivative(list, more.text[i] as number);
      larger = arena.derivative(larger, more.text[i] as number);
    }
    const above = (depth[child] as number) - 1;
    states[above] = strings.start(list);
    references[above] = strings.start(larger);
    const to = subtreeEnd[child] as number;
    for (let node = child; node < to; ) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const next = strings.step(states[d - 1] as number, byte);
      const reference = strings.step(references[d - 1] as number, byte);
      if (next === reference) {
        node = subtreeEnd[node] as number;
        continue;
      }
      if (strings.hasNext(reference)) {
        if (next === 0) this.lose(node);
        states[d] = next;
        references[d] = reference;
        node++;
      } else {
        this.ends.add(node);
        node = subtreeEnd[node] as number;
      }
    }
  }
}

/** The ways to spell a code point behind a backslash. */
function escapes(codePoint: number): number[][][] {
  const short = SHORT.get(codePoint);
  const digits: number[][] = [];
  const text = String.fromCodePoint(codePoint);
  for (let unit = 0; unit < text.length; unit++) {
    if (unit > 0) digits.push([BACKSLASH]);
    digits.push([0x75]);
    for (const digit of text.charCodeAt(unit).toString(16).padStart(4, "0")) {
      const bytes = new Set([digit.charCodeAt(0), digit.toUpperCase().charCodeAt(0)]);
      digits.push([...bytes]);
    }
  }
  return short === undefined ? [digits] : [[[short]], digits];
}

/** Exits without the nodes that were lost, numbered by `intern`. */
export function exitsWithout(
  exits: readonly StringExits[],
  lost: ReadonlySet<number>,
  intern: (nodes: Int32Array) => Omit<StringExits, "end">,
): readonly StringExits[] {
  if (lost.size === 0) return exits;
  const kept = exits.map((group) => {
    const nodes = group.nodes.filter((node) => !lost.has(node));
    return nodes.length === group.nodes.length ? group : { end: group.end, ...intern(nodes) };
  });
  return kept.filter(({ nodes }) => nodes.length > 0);
}
