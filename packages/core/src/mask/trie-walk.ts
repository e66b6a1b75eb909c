import { type Automaton, type FrameState, Step } from "../automaton/automaton.js";
import type { ByteTrail } from "../automaton/byte-trail.js";
import type { Config } from "../automaton/configs.js";
import type { Vocabulary } from "../vocabulary/index.js";
import type { TokenCollector } from "./token-collector.js";
import { pathTo } from "./trie-path.js";

/** By depth in the trie: what the automaton is in after that many bytes. */
interface Path {
  readonly states: Int32Array;
  readonly parents: Int32Array;
  readonly keyStarts: Int32Array;
}

const pathOf = (length: number): Path => ({
  states: new Int32Array(length),
  parents: new Int32Array(length),
  keyStarts: new Int32Array(length),
});

/**
 * Finds the tokens that an automaton can read after a certain text, by walking a part of the vocabulary's trie: a byte
 * that leads nowhere skips the subtree of all tokens that go on with it.
 */
export class TrieWalk {
  private readonly automaton: Automaton;
  private readonly vocabulary: Vocabulary;
  private readonly collector: TokenCollector;
  /** Made for the first walk: most grammars need none. */
  private path: Path | undefined;

  /** @param collector gets the tokens. */
  constructor(automaton: Automaton, vocabulary: Vocabulary, collector: TokenCollector) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.collector = collector;
  }

  /**
   * Collects the tokens at and below a trie node that can be read in `state` above `parent` after `length` bytes of
   * output. The trail must have room for the longest token behind them; it is left as it was.
   */
  at(node: number, state: FrameState, parent: Config, trail: ByteTrail, length: number): void {
    const path = pathTo(node, this.vocabulary);
    const { automaton } = this;
    const { keyStart } = trail;
    trail.bytes.set(path, length);
    let isLive = true;
    for (let i = 0; i < path.length && isLive; i++) {
      isLive = automaton.advance(state, parent, path[i] as number, trail, length + i) === Step.Read;
      state = automaton.nextState;
      parent = automaton.nextParent;
    }
    if (isLive) {
      this.collector.addNode(node);
      this.below(node, state, parent, trail, length);
    }
    trail.keyStart = keyStart;
  }

  private below(root: number, state: FrameState, parent: Config, trail: ByteTrail, length: number): void {
    const { automaton } = this;
    const { bytes, depth, subtreeEnd, maxDepth } = this.vocabulary.trie;
    this.path ??= pathOf(maxDepth + 1);
    const { states, parents, keyStarts } = this.path;
    const path = trail.bytes;
    const top = depth[root] as number;
    states[top] = state;
    parents[top] = parent;
    keyStarts[top] = trail.keyStart;
    const end = subtreeEnd[root] as number;
    let node = root + 1;
    while (node < end) {
      const d = depth[node] as number;
      const byte = bytes[node] as number;
      const after = subtreeEnd[node] as number;
      if (after === node + 1) {
        // Most of these states are never reached, so no more is made of them than this token asks for.
        const opens = automaton.opensKey(states[d - 1] as number, byte);
        if (opens !== undefined) {
          if (opens) this.collector.addNode(node);
          node = after;
          continue;
        }
      }
      path[length + d - 1] = byte;
      trail.keyStart = keyStarts[d - 1] as number;
      const step = automaton.advance(
        states[d - 1] as number,
        parents[d - 1] as number,
        byte,
        trail,
        length + d - 1,
      );
      if (step !== Step.Read) {
        node = after;
        continue;
      }
      states[d] = automaton.nextState;
      parents[d] = automaton.nextParent;
      keyStarts[d] = trail.keyStart;
      this.collector.addNode(node);
      node++;
    }
  }
}
