import type { Automaton, FrameState } from "../automaton/automaton.js";
import type { ByteTrail } from "../automaton/byte-trail.js";
import type { Config } from "../automaton/configs.js";
import type { DifferentItems } from "../automaton/different-items.js";
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  isSpace,
  NO_CLASS,
  QUOTE,
  structureClass,
} from "../automaton/json-bytes.js";
import { contentText } from "../automaton/string-content.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { arrayBytes, MaskCache, type MaskCaches } from "./mask-cache.js";
import { TokenCollector } from "./token-collector.js";
import { pathTo } from "./trie-path.js";
import { TrieWalk } from "./trie-walk.js";

/**
 * The tokens that close an item and have whole texts of the next ones, such as `","",`, where items must differ. Where
 * endlessly many texts can be items it only matters whether one of these texts has come before: what else has does not,
 * so the rest is found once for all items.
 */
export class NextItems {
  private readonly automaton: Automaton;
  private readonly vocabulary: Vocabulary;
  private readonly items: DifferentItems;
  private readonly collector: TokenCollector;
  private readonly exact: TrieWalk;
  private ownCollector: TokenCollector | undefined;
  /** By the config that waits for an item as if it were the first, and the trie node. */
  private readonly known: MaskCache<Int32Array>;
  /** By trie node: see `nextText`. */
  private readonly texts = new Map<number, string | undefined>();

  /**
   * @param collector gets the tokens
   * @param exact finds them by the text before
   */
  constructor(
    automaton: Automaton,
    vocabulary: Vocabulary,
    items: DifferentItems,
    collector: TokenCollector,
    exact: TrieWalk,
    caches: MaskCaches,
  ) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.items = items;
    this.collector = collector;
    this.exact = exact;
    this.known = new MaskCache(caches.budget, caches);
  }

  /** As `TrieWalk.at`, in a string. */
  at(node: number, state: FrameState, parent: Config, trail: ByteTrail, length: number): void {
    const found = this.whicheverItem(node, state, parent, trail, length);
    if (found === undefined) this.exact.at(node, state, parent, trail, length);
    else this.collector.addAll(found);
  }

  /** The tokens, where all but a few items that can be open have the same; undefined otherwise. */
  private whicheverItem(
    node: number,
    state: FrameState,
    parent: Config,
    trail: ByteTrail,
    length: number,
  ): Int32Array | undefined {
    const { automaton, known } = this;
    const { configs, frames } = automaton;
    const waiting = configs.state(parent) >> 2;
    const below = configs.parent(parent);
    const first = frames.waitsAsFirst(waiting);
    if (first === 0 || this.items.isAmong(below)) return undefined;
    if (!this.texts.has(node)) this.texts.set(node, this.nextText(node));
    const next = this.texts.get(node);
    if (next === undefined) return undefined;
    const open = this.openText(trail, length);
    if (next === open || !frames.itemCanBe(waiting, next)) return NONE;
    // Any more texts in the tokens are empty.
    const canBeEmpty = frames.itemCanBe(first >> 2, "");
    if (canBeEmpty && next !== "" && (open === "" || !frames.itemCanBe(waiting, ""))) return undefined;
    const asFirst = configs.intern(first, below);
    let tokens = known.get(asFirst, node);
    if (tokens === undefined) {
      this.ownCollector ??= new TokenCollector(this.vocabulary.size, this.vocabulary.trie);
      this.ownCollector.clear();
      new TrieWalk(automaton, this.vocabulary, this.ownCollector).at(node, state, asFirst, trail, length);
      tokens = this.ownCollector.take();
      known.set(asFirst, node, tokens, arrayBytes(tokens));
    }
    return tokens;
  }

  /** The text of the item that is open at the end of the output. */
  private openText(trail: ByteTrail, length: number): string {
    const { bytes } = trail;
    let from = this.automaton.itemStart(trail, length, 0);
    while (bytes[from] !== QUOTE) from++;
    return contentText(bytes.subarray(from + 1, length));
  }

  /**
   * The whole text that tokens below a node have behind the quote that closes the open one: it ends at the node, and the rest
   * of them is commas, white space, closing brackets and empty texts; undefined for other nodes.
   */
  private nextText(node: number): string | undefined {
    const path = pathTo(node, this.vocabulary);
    if (path[0] !== QUOTE) return undefined;
    const opening = path.indexOf(QUOTE, 1);
    const closing = closingQuote(path, opening);
    if (opening < 0 || closing < 0) return undefined;
    if (closing !== path.length - 1 || !path.subarray(1, opening).every(isBetween)) return undefined;
    return this.hasTextsBelow(node, false) ? undefined : contentText(path.subarray(opening + 1, closing));
  }

  /** Whether below a node there are values other than empty texts, or names. */
  private hasTextsBelow(node: number, inText: boolean): boolean {
    const { trie } = this.vocabulary;
    for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child)) {
      const byte = trie.bytes[child] as number;
      if (byte === QUOTE) {
        if (this.hasTextsBelow(child, !inText)) return true;
      } else if (inText || (structureClass[byte] !== NO_CLASS && !isBetween(byte))) return true;
      else if (structureClass[byte] !== NO_CLASS && this.hasTextsBelow(child, false)) return true;
    }
    return false;
  }
}

const NONE = new Int32Array(0);

/** Where the text ends whose quote is at `opening`; below 0: nowhere. */
function closingQuote(path: Uint8Array, opening: number): number {
  for (let i = opening + 1; i < path.length; i++) {
    if (path[i] === 0x5c) i++;
    else if (path[i] === QUOTE) return i;
  }
  return -1;
}

function isBetween(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACKET || byte === CLOSE_BRACE || isSpace(byte);
}
