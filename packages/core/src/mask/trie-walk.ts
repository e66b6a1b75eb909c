import { type Automaton, FrameKind, type FrameState, frameId, frameKind } from "../automaton/automaton.js";
import type { ByteTrail } from "../automaton/byte-trail.js";
import type { Config } from "../automaton/configs.js";
import { bitsetAdd, type TokenTrie } from "../vocabulary/index.js";

const QUOTE = 0x22;

/**
 * Finds the tokens that an automaton can read, by walking the vocabulary's trie: a byte that leads nowhere skips the
 * subtree of all tokens that go on with it.
 */
export class TrieWalk {
  private readonly automaton: Automaton;
  private readonly trie: TokenTrie;
  // By depth in the trie: what the automaton is in after that many bytes of the path.
  private readonly states: Int32Array;
  private readonly parents: Int32Array;
  private readonly keyStarts: Int32Array;

  constructor(automaton: Automaton, trie: TokenTrie) {
    this.automaton = automaton;
    this.trie = trie;
    this.states = new Int32Array(trie.maxDepth + 1);
    this.parents = new Int32Array(trie.maxDepth + 1);
    this.keyStarts = new Int32Array(trie.maxDepth + 1);
  }

  /**
   * Adds to `words` the tokens below `root` (a trie node whose path has been read) that can be read in `state` above
   * `parent`. `length` is the number of bytes of output before the token; the trail must have room for the longest
   * token behind it, and hold the path to `root` where that lies in a key.
   */
  run(
    root: number,
    state: FrameState,
    parent: Config,
    trail: ByteTrail,
    length: number,
    words: Uint32Array,
  ): void {
    const { automaton, states, parents, keyStarts } = this;
    const { bytes, depth, subtreeEnd, tokens, nextDuplicate } = this.trie;
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
      const above = states[d - 1] as number;
      const below = parents[d - 1] as number;
      path[length + d - 1] = byte;
      const isLeaf = subtreeEnd[node] === node + 1;
      if (isLeaf && byte === QUOTE && this.inKey(above, below)) {
        // The key's text decides what comes after it, but no token asks.
        if (automaton.frames.strings.step(frameId(above), QUOTE) === 0) {
          node++;
          continue;
        }
      } else {
        trail.keyStart = keyStarts[d - 1] as number;
        if (!automaton.advance(above, below, byte, trail, length + d - 1)) {
          node = subtreeEnd[node] as number;
          continue;
        }
        states[d] = automaton.nextState;
        parents[d] = automaton.nextParent;
        keyStarts[d] = trail.keyStart;
      }
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) bitsetAdd(words, id);
      node++;
    }
    trail.keyStart = keyStarts[top] as number;
  }

  private inKey(state: FrameState, parent: Config): boolean {
    if (frameKind(state) !== FrameKind.String) return false;
    return this.automaton.frames.waitsForKey(frameId(this.automaton.configs.state(parent)));
  }
}
