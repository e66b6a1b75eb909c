import { type Automaton, FrameKind, type FrameState, Step } from "../automaton/automaton.js";
import type { Config } from "../automaton/configs.js";
import { structureClass } from "../automaton/json-bytes.js";
import type { TokenTrie } from "../vocabulary/index.js";
import type { StringExits } from "./exit-lists.js";
import { NodeList } from "./node-list.js";
import type { StringMasks } from "./string-masks.js";
import { structureSkips } from "./structure-skips.js";
import type { TextMasks } from "./text-masks.js";
import type { TokenCollector } from "./token-collector.js";

/**
 * Walks the vocabulary's trie from a state, and finds the tokens that can be read there whatever was read before, and,
 * above parent 0, whatever is on the stack below. Where a token opens a string the string's own mask is taken, and the
 * walk goes on behind the string's end.
 */
export class FrameWalk {
  /** The nodes from which on it depends on text that was read before: behind a key, from its closing quote. */
  readonly asks = new NodeList();
  /** The nodes where the lowest frame ends (above parent 0 only). */
  readonly exits = new NodeList();
  /** For each of them the frame's result, twice, plus one if the byte of the node belongs to the frame. */
  readonly exitResults = new NodeList();
  private readonly automaton: Automaton;
  private readonly trie: TokenTrie;
  private readonly skips: Int32Array;
  private readonly strings: StringMasks;
  private readonly texts: TextMasks;
  private readonly collector: TokenCollector;
  // By depth in the trie: what the automaton is in after that many bytes of the path.
  private readonly states: Int32Array;
  private readonly parents: Int32Array;

  /** @param collector gets the tokens. */
  constructor(
    automaton: Automaton,
    trie: TokenTrie,
    strings: StringMasks,
    texts: TextMasks,
    collector: TokenCollector,
  ) {
    this.automaton = automaton;
    this.trie = trie;
    this.skips = structureSkips(trie);
    this.strings = strings;
    this.texts = texts;
    this.collector = collector;
    this.states = new Int32Array(trie.maxDepth + 1);
    this.parents = new Int32Array(trie.maxDepth + 1);
  }

  /** Begins a new collection. */
  clear(): void {
    this.collector.clear();
    this.asks.length = 0;
    this.exits.length = 0;
    this.exitResults.length = 0;
  }

  /** Collects the tokens below a node, where the automaton is in `state` above `parent`; no string is open there. */
  below(root: number, state: FrameState, parent: Config): void {
    if ((state & 3) === FrameKind.Text) {
      this.text(root, state >> 2, parent);
      return;
    }
    const { depth, subtreeEnd } = this.trie;
    const top = depth[root] as number;
    this.states[top] = state;
    this.parents[top] = parent;
    const end = subtreeEnd[root] as number;
    for (let node = root + 1; node < end; ) node = this.visit(node);
  }

  /** Collects the tokens at and below a node, whose byte comes in `state` above `parent`. */
  from(node: number, state: FrameState, parent: Config): void {
    const top = (this.trie.depth[node] as number) - 1;
    this.states[top] = state;
    this.parents[top] = parent;
    const end = this.trie.subtreeEnd[node] as number;
    for (let next = node; next < end; ) next = this.visit(next);
  }

  /** Reads the byte of a node; returns the next node to visit. */
  private visit(node: number): number {
    const { automaton, states, parents, collector } = this;
    const { bytes, depth, subtreeEnd } = this.trie;
    const d = depth[node] as number;
    const above = states[d - 1] as number;
    const byte = bytes[node] as number;
    if ((above & 3) === FrameKind.Structure && structureClass[byte] === 0) return this.skips[node] as number;
    const step = automaton.advance(above, parents[d - 1] as number, byte, undefined, 0);
    if (step === Step.Read) {
      const state = automaton.nextState;
      const parent = automaton.nextParent;
      collector.addNode(node);
      const after = subtreeEnd[node] as number;
      if (after === node + 1) return after;
      if ((state & 3) === FrameKind.String) {
        this.string(node, state >> 2, parent);
        return after;
      }
      if ((state & 3) === FrameKind.Text) {
        // It sets states further down only.
        this.text(node, state >> 2, parent);
        return after;
      }
      states[d] = state;
      parents[d] = parent;
      return node + 1;
    }
    if (step === Step.Asks) this.asks.push(node);
    else if (step === Step.ReadsUnsure) {
      collector.addNode(node);
      this.allButOne(node, automaton.nextState >> 2);
    } else if (step === Step.Exits) {
      this.exits.push(node);
      this.exitResults.push(automaton.exitResult * 2 + (automaton.exitConsumes ? 1 : 0));
    }
    return subtreeEnd[node] as number;
  }

  /**
   * The tokens below the opening quote of a string that may be any text of a state but one: where several are left they can
   * be read whichever that is, where one is they ask.
   */
  private allButOne(node: number, state: number): void {
    const { strings } = this.automaton.frames;
    for (let child = this.trie.firstChild(node); child >= 0; child = this.trie.nextChild(node, child)) {
      const next = strings.step(state, this.trie.bytes[child] as number);
      if (next === 0) continue;
      if (strings.hasSeveral(next)) {
        this.collector.addNode(child);
        this.allButOne(child, next);
      } else this.asks.push(child);
    }
  }

  /** The tokens below the node at the opening quote of a string. */
  private string(node: number, state: number, parent: Config): void {
    const mask = this.strings.under(node, state);
    this.collector.addAll(mask.inside.added);
    for (let i = 0; i < mask.exits.length; i++) {
      const { end, nodes } = mask.exits[i] as StringExits;
      this.behind(end, nodes, parent);
    }
  }

  /** The tokens below a node where a text such as a number is open. */
  private text(node: number, state: number, parent: Config): void {
    const { automaton, asks } = this;
    const { inside, ends, endStates } = this.texts.under(node, state);
    this.collector.addAll(inside);
    let last = -1;
    let step = Step.Dead;
    let below = 0;
    let config = 0;
    let exit = 0;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] as number;
      if (endStates[i] !== last) {
        last = endStates[i] as number;
        const result = automaton.frames.lexemeResult(FrameKind.Text, last);
        step = automaton.endText(result, parent, undefined, 0);
        below = automaton.nextState;
        config = automaton.nextParent;
        exit = automaton.exitResult;
      }
      if (step === Step.Asks) asks.push(end);
      else if (step === Step.Exits) {
        this.exits.push(end);
        this.exitResults.push(exit * 2);
      } else this.from(end, below, config);
    }
  }

  /** Collects the tokens that close a string above `parent` at some nodes, in its final state `end`. */
  behind(end: number, nodes: Int32Array, parent: Config): void {
    const { automaton, collector, asks } = this;
    const isKey = automaton.isKey(parent);
    const step = automaton.closeString(end, parent, undefined, 0);
    const state = automaton.nextState;
    const below = automaton.nextParent;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] as number;
      if (step === Step.Asks) asks.push(node);
      else {
        const before = asks.length;
        collector.addNode(node);
        this.below(node, state, below);
        // What asks below is the key's: it is told at its end.
        if (isKey && asks.length > before) {
          asks.length = before;
          asks.push(node);
        }
      }
    }
  }
}
