import { SHORT_ESCAPES } from "../language/index.js";
import type { TokenTrie } from "../vocabulary/index.js";
import { onceFor } from "./once.js";

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** The letters of short escapes, by code point. */
const SHORT = new Map(Array.from(SHORT_ESCAPES, ([letter, codePoint]) => [codePoint, letter]));
const CODE_POINTS = 0x110000;

/** The trie nodes at beginnings of an escape: few tokens have any, and no string state is needed to find them. */
export class EscapeNodes {
  private readonly trie: TokenTrie;
  /** By backslash and code point. */
  private readonly known = new Map<number, readonly number[] | null>();

  constructor(trie: TokenTrie) {
    this.trie = trie;
  }

  /**
   * The nodes from a backslash on that begin an escape of a code point, whichever. Undefined where a token has a whole
   * escape: what follows it depends on the string.
   */
  of(backslash: number, codePoint: number): readonly number[] | undefined {
    const key = backslash * CODE_POINTS + codePoint;
    let nodes = this.known.get(key);
    if (nodes === undefined) {
      nodes = this.find(backslash, codePoint) ?? null;
      this.known.set(key, nodes);
    }
    return nodes ?? undefined;
  }

  private find(backslash: number, codePoint: number): number[] | undefined {
    const { trie } = this;
    const short = SHORT.get(codePoint);
    if (short !== undefined && trie.child(backslash, short) >= 0) return undefined;
    const nodes = [backslash];
    const text = String.fromCodePoint(codePoint);
    for (let unit = 0, above = [backslash]; unit < text.length; unit++) {
      if (unit > 0) above = this.along(above, [BACKSLASH], nodes);
      above = this.along(above, [LETTER_U], nodes);
      for (const digit of text.charCodeAt(unit).toString(16).padStart(4, "0")) {
        const bytes = new Set([digit.charCodeAt(0), digit.toUpperCase().charCodeAt(0)]);
        above = this.along(above, bytes, nodes);
      }
      if (unit === text.length - 1 && above.length > 0) return undefined;
    }
    return nodes;
  }

  /** The children of some nodes along some bytes; adds them to a list. */
  private along(above: readonly number[], bytes: Iterable<number>, all: number[]): number[] {
    const found: number[] = [];
    for (const byte of bytes) {
      for (const node of above) {
        const child = this.trie.child(node, byte);
        if (child >= 0) found.push(child);
      }
    }
    all.push(...found);
    return found;
  }
}

const known = new WeakMap<TokenTrie, EscapeNodes>();

/** Those of a trie, found once. */
export function escapeNodes(trie: TokenTrie): EscapeNodes {
  return onceFor(known, trie, () => new EscapeNodes(trie));
}
