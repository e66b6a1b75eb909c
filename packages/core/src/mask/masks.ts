import { type Automaton, FrameKind, frameId, frameKind } from "../automaton/automaton.js";
import type { ByteTrail } from "../automaton/byte-trail.js";
import type { Config } from "../automaton/configs.js";
import { bitsetAdd, createBitset, type Vocabulary } from "../vocabulary/index.js";
import { MaskCache } from "./mask-cache.js";
import { type StringMasks, stringMasks } from "./string-masks.js";
import { freezeMask, type TokenMask } from "./token-mask.js";
import { pathTo } from "./trie-path.js";
import { TrieWalk } from "./trie-walk.js";

const QUOTE = 0x22;

/** The bytes of the open key so far, one character each. */
function keyPrefix(trail: ByteTrail, length: number): string {
  let prefix = "";
  for (let i = trail.keyStart; i < length; i++) prefix += String.fromCharCode(trail.bytes[i] as number);
  return prefix;
}

/** The masks of one grammar for one vocabulary, shared by all of its matchers, cached by config. */
export class Masks {
  readonly vocabulary: Vocabulary;
  private readonly automaton: Automaton;
  private readonly walk: TrieWalk;
  private readonly strings: StringMasks;
  private readonly cache: MaskCache<number | string>;
  private endMask: TokenMask | undefined;

  /** @param maxBytes memory for cached masks, in bytes. */
  constructor(automaton: Automaton, vocabulary: Vocabulary, maxBytes: number) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.walk = new TrieWalk(automaton, vocabulary.trie);
    this.strings = stringMasks(automaton.frames.strings, vocabulary);
    this.cache = new MaskCache(Math.floor(maxBytes / (vocabulary.size / 8 + 256)));
  }

  /** The tokens allowed in a config after `length` bytes of output, which the trail holds. */
  get(config: Config, trail: ByteTrail, length: number): TokenMask {
    if (this.isInUnique(config)) return this.compute(config, trail, length);
    const key = this.isInKey(config) ? `${config}:${keyPrefix(trail, length)}` : config;
    let mask = this.cache.get(key);
    if (mask === undefined) {
      mask = this.compute(config, trail, length);
      this.cache.set(key, mask);
    }
    return mask;
  }

  /** Where items must differ, what comes after one depends on the text, and masks are not the config's. */
  private isInUnique(config: Config): boolean {
    const { configs, frames } = this.automaton;
    for (let at = configs.parent(config); at !== 0; at = configs.parent(at)) {
      if (frames.waitsForItem(frameId(configs.state(at)))) return true;
    }
    return false;
  }

  /** What a token allows behind a key depends on the key, which is not part of the config. */
  private isInKey(config: Config): boolean {
    const { configs, frames } = this.automaton;
    const isString = frameKind(configs.state(config)) === FrameKind.String;
    return isString && frames.waitsForKey(frameId(configs.state(configs.parent(config))));
  }

  /** The mask behind the end of an output: nothing but the end of the sequence. */
  get end(): TokenMask {
    if (this.endMask === undefined) {
      const words = createBitset(this.vocabulary.size);
      for (const id of this.vocabulary.eosTokenIds) bitsetAdd(words, id);
      this.endMask = freezeMask(words);
    }
    return this.endMask;
  }

  private compute(config: Config, trail: ByteTrail, length: number): TokenMask {
    const { automaton, vocabulary } = this;
    trail.reserve(length + vocabulary.maxTokenBytes + 1);
    const state = automaton.configs.state(config);
    const parent = automaton.configs.parent(config);
    let words: Uint32Array;
    if (frameKind(state) === FrameKind.String) {
      const mask = this.strings.get(frameId(state));
      words = mask.words.slice();
      for (const node of mask.exits) this.resolveExit(node, state, parent, trail, length, words);
    } else {
      words = createBitset(vocabulary.size);
      this.walk.run(0, state, parent, trail, length, words);
    }
    if (automaton.isComplete(config)) for (const id of vocabulary.eosTokenIds) bitsetAdd(words, id);
    return freezeMask(words);
  }

  /** Tokens that close the string at a trie node and go on: the rest is for the frames below. */
  private resolveExit(
    node: number,
    state: number,
    parent: Config,
    trail: ByteTrail,
    length: number,
    words: Uint32Array,
  ): void {
    const path = pathTo(node, this.vocabulary);
    const depth = path.length;
    // The path is written behind the output, for keys that end there.
    trail.bytes.set(path, length);
    // The string's state just before the quote.
    let lexeme = frameId(state);
    for (let i = 0; i < depth - 1; i++) {
      lexeme = this.automaton.frames.strings.step(lexeme, path[i] as number);
    }
    const before = (lexeme << 2) | FrameKind.String;
    if (this.automaton.advance(before, parent, QUOTE, trail, length + depth - 1)) {
      this.walk.run(node, this.automaton.nextState, this.automaton.nextParent, trail, length, words);
    }
  }
}
