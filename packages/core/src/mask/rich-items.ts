import { ByteSet } from "../automaton/context-free/byte-set.js";
import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import type { ItemSetId } from "../automaton/context-free/item-sets.js";
import { LimitedReader } from "../automaton/context-free/limited-reader.js";
import { Ending, type LexemeReader } from "../automaton/context-free/terminals.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { crossingNodes } from "./crossing-nodes.js";
import type { RichTerminals } from "./rich-terminals.js";
import { type LayeredMask, NO_TOKENS } from "./token-mask.js";
import { pathTo } from "./trie-path.js";

/** An item whose terminal reads nearly all of the vocabulary, or JSON: its tokens are known without a walk. */
interface RichItem {
  readonly reader: LexemeReader;
  readonly state: number;
  /** The trie's nodes where a token may have left the terminal. */
  readonly crossings: Int32Array;
}

/**
 * The items of a set for which the trie need not be walked: the tokens that stay in the terminal are those of its own
 * mask, which is shared with every other place where the terminal is; and those that leave it have a byte that it can end
 * with before one that can follow, which few have.
 */
export class RichItems {
  /** Them alone, as a set. */
  own: ItemSetId = 0;
  /** The other items, as a set; 0: there are none. */
  rest: ItemSetId = 0;
  private items: RichItem[] = [];
  private readonly automaton: ItemAutomaton;
  private readonly vocabulary: Vocabulary;
  private readonly terminals: RichTerminals;

  constructor(automaton: ItemAutomaton, vocabulary: Vocabulary, terminals: RichTerminals) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.terminals = terminals;
  }

  get count(): number {
    return this.items.length;
  }

  /** Looks for them in a set. */
  begin(set: ItemSetId): void {
    const { automaton } = this;
    const { sets } = automaton;
    this.items = [];
    const own: number[] = [];
    const others: number[] = [];
    let dependsOnOthers = false;
    let hasShortest = false;
    let endsHere = false;
    for (let i = 0; i < sets.scanCount(set); i++) {
      const { ending } = automaton.terminalOf(set, i);
      const item = this.itemOf(set, i);
      if (ending !== Ending.Anywhere) {
        dependsOnOthers = true;
        if (ending === Ending.Shortest) hasShortest = true;
        if (item?.reader.isFinal(item.state) === true) endsHere = true;
      }
      if (item === undefined) others.push(i);
      else {
        own.push(i);
        this.items.push(item);
      }
    }
    // Where the longest wins, items cannot be looked at one by one, and not at all where they can end before the token;
    // nor where the end of one that ends at the shortest ends others.
    if (dependsOnOthers && (others.length > 0 || endsHere)) this.items = [];
    if (hasShortest && sets.scanCount(set) > 1) this.items = [];
    if (this.items.length === 0) return;
    this.own = others.length === 0 ? set : automaton.part(set, own);
    this.rest = others.length === 0 ? 0 : automaton.part(set, others);
  }

  private itemOf(set: ItemSetId, i: number): RichItem | undefined {
    const { automaton } = this;
    const whole = { reader: automaton.terminalOf(set, i).reader, state: automaton.sets.scanState(set, i) };
    const unlimited = whole.reader instanceof LimitedReader ? whole.reader.unlimited(whole.state) : whole;
    if (unlimited === undefined) return undefined;
    const { reader, state } = unlimited;
    if (!this.terminals.has(reader, state)) return undefined;
    const crossings = this.crossingsOf(set, i, reader, state);
    return crossings === undefined ? undefined : { reader, state, crossings };
  }

  /** The tokens that stay in each of them. */
  masks(): LayeredMask[] {
    return this.items.map(({ reader, state }) => this.terminals.mask(reader, state));
  }

  /** The nodes at which tokens may leave them. */
  crossings(): Iterable<number> {
    const [only] = this.items;
    if (this.items.length === 1) return (only as RichItem).crossings;
    return new Set(this.items.flatMap(({ crossings }) => [...crossings]));
  }

  pathOf(node: number): Uint8Array {
    return pathTo(node, this.vocabulary);
  }

  /** Undefined: so many that a walk is no worse. */
  private crossingsOf(
    set: ItemSetId,
    item: number,
    reader: LexemeReader,
    state: number,
  ): Int32Array | undefined {
    const { trie } = this.vocabulary;
    const first = this.firstBytes(this.automaton.behind(set, item));
    if (first === undefined) return NO_TOKENS;
    const nodes = crossingNodes(trie, this.terminals.lastBytesOf(reader, state), first);
    return nodes.length * 16 > trie.size ? undefined : nodes;
  }

  /** The bytes that can come behind a set; undefined: none. */
  private firstBytes(set: ItemSetId): ByteSet | undefined {
    if (set === 0) return undefined;
    const { automaton } = this;
    const { sets } = automaton;
    const first = new ByteSet();
    let isEmpty = true;
    for (const at of [set, automaton.endOf(set)]) {
      for (let i = 0; at !== 0 && i < sets.scanCount(at); i++) {
        const { reader } = automaton.terminalOf(at, i);
        const state = sets.scanState(at, i);
        for (let byte = 0; byte < 256; byte++) {
          if (reader.step(state, byte) === 0) continue;
          first.add(byte);
          isEmpty = false;
        }
      }
    }
    return isEmpty ? undefined : first;
  }
}
