import { type Automaton, FrameKind, frameId, frameKind, Step } from "../automaton/automaton.js";
import type { ByteTrail } from "../automaton/byte-trail.js";
import type { Config } from "../automaton/configs.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { DifferentItems } from "./different-items.js";
import type { StringExits } from "./exit-lists.js";
import { FrameWalk } from "./frame-walk.js";
import { MaskCache } from "./mask-cache.js";
import { type MaskStore, maskStore } from "./mask-store.js";
import { PrefixIds } from "./prefix-ids.js";
import type { StringMasks } from "./string-masks.js";
import type { TokenCollector } from "./token-collector.js";
import { endMask, LayeredMask, NO_TOKENS, tokensMask } from "./token-mask.js";
import { pathTo } from "./trie-path.js";
import { TrieWalk } from "./trie-walk.js";

/** What tokens do in a config whatever text led there. */
interface ConfigMask {
  readonly mask: LayeredMask;
  /** The trie nodes where it depends on that text. */
  readonly asks: Int32Array;
}

/** The tokens of a frame that is no string, whatever is on the stack below. */
interface FrameMask {
  /** The tokens that stay in the frame. */
  readonly inside: LayeredMask;
  readonly asks: Int32Array;
  /** Where other tokens end the frame, and its results there: see `FrameWalk`. */
  readonly exits: Int32Array;
  readonly exitResults: Int32Array;
}

/** The masks of one grammar for one vocabulary, shared by all of its matchers. */
export class Masks {
  readonly vocabulary: Vocabulary;
  private readonly automaton: Automaton;
  private readonly collector: TokenCollector;
  private readonly frameWalk: FrameWalk;
  private readonly trieWalk: TrieWalk;
  private readonly strings: StringMasks;
  private readonly wholeTexts: StringMasks;
  private readonly prefixes = new PrefixIds();
  private readonly items: DifferentItems;
  /** By config. */
  private readonly configs: MaskCache<ConfigMask>;
  /** By config and the open text that its mask depends on. */
  private readonly texts: MaskCache<LayeredMask>;
  /** By frame state. */
  private readonly frames: MaskCache<FrameMask>;
  /** What can follow the end of a string, by the config behind it and the string's exits. */
  private readonly endings: MaskCache<ConfigMask>;
  private knownEnd: LayeredMask | undefined;

  constructor(automaton: Automaton, vocabulary: Vocabulary, store: MaskStore = maskStore(vocabulary)) {
    const { budget } = store;
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.strings = store.strings(automaton.frames.strings);
    this.wholeTexts = store.wholeTexts(automaton.frames.texts);
    this.collector = store.collector;
    const texts = store.texts(automaton.frames.texts);
    this.frameWalk = new FrameWalk(automaton, vocabulary.trie, this.strings, texts, this.collector);
    this.items = new DifferentItems(automaton);
    this.trieWalk = new TrieWalk(automaton, vocabulary, this.collector);
    this.configs = new MaskCache(budget);
    this.texts = new MaskCache(budget);
    this.frames = new MaskCache(budget);
    this.endings = new MaskCache(budget);
  }

  /** The tokens allowed in a config after `length` bytes of output, which the trail holds. */
  get(config: Config, trail: ByteTrail, length: number): LayeredMask {
    const { mask, asks } = this.configMask(config);
    return asks.length === 0 ? mask : this.withText(config, mask, asks, trail, length);
  }

  /** The mask behind the end of an output: nothing but the end of the sequence. */
  get end(): LayeredMask {
    this.knownEnd ??= endMask(this.vocabulary);
    return this.knownEnd;
  }

  private configMask(config: Config): ConfigMask {
    let found = this.configs.get(config, 0);
    if (found === undefined) {
      found = this.compute(config);
      this.configs.set(config, 0, found, found.mask.bytes + found.asks.byteLength);
    }
    return found;
  }

  private compute(config: Config): ConfigMask {
    const { automaton } = this;
    const state = automaton.configs.state(config);
    const parent = automaton.configs.parent(config);
    if (frameKind(state) === FrameKind.String) return this.ofString(frameId(state), parent);
    if (frameKind(state) === FrameKind.Text && parent === 0) return this.ofWholeText(config, frameId(state));
    const frame = this.frameMask(state);
    const behind = this.behindText(state, parent);
    this.frameWalk.clear();
    for (const node of frame.asks) this.frameWalk.asks.push(node);
    this.exits(frame, parent, behind !== undefined);
    if (automaton.isComplete(config)) this.collector.addAll(this.vocabulary.eosTokenIds as number[]);
    if (behind !== undefined) this.addBehind(behind, frameId(state));
    const { mask, asks } = this.collected();
    return { mask: frame.inside.with(mask.added), asks };
  }

  /** A string's mask: that of its state, and the tokens that go on behind its end. */
  private ofString(state: number, parent: Config): ConfigMask {
    const { inside, exits } = this.strings.get(state);
    const [only] = exits;
    if (only === undefined) return { mask: inside, asks: NO_TOKENS };
    const first = this.ending(only, parent);
    let { asks } = first;
    let added = first.mask.added;
    if (exits.length > 1 || inside.added.length > 0) {
      const others = exits.slice(1).map((group) => this.ending(group, parent));
      this.collector.clear();
      this.collector.addAll(inside.added);
      this.collector.addAll(added);
      for (const { mask } of others) this.collector.addAll(mask.added);
      added = this.collector.take();
      asks = Int32Array.from([first, ...others].flatMap((ending) => [...ending.asks]));
    }
    return { mask: new LayeredMask(this.vocabulary.size, inside.base, added, inside.removed), asks };
  }

  /** The mask of an output that is a text: its state's tokens, and its end. */
  private ofWholeText(config: Config, state: number): ConfigMask {
    const { inside } = this.wholeTexts.get(state);
    if (!this.automaton.isComplete(config)) return { mask: inside, asks: NO_TOKENS };
    this.collector.clear();
    this.collector.addAll(inside.added);
    this.collector.addAll(this.vocabulary.eosTokenIds as number[]);
    const added = this.collector.take();
    return {
      mask: new LayeredMask(this.vocabulary.size, inside.base, added, inside.removed),
      asks: NO_TOKENS,
    };
  }

  /** The tokens that end a string above `parent` at some nodes. */
  private ending({ end, nodes, id }: StringExits, parent: Config): ConfigMask {
    const { automaton, frameWalk, endings } = this;
    let config = 0;
    // Where the end asks for text, the answer is to ask at every node; behind a key nothing ends. Both hold whatever is
    // on the stack below.
    if (automaton.closeString(end, parent, undefined, 0) !== Step.Asks) {
      config = automaton.configs.intern(
        automaton.nextState,
        automaton.isKey(parent) ? 0 : automaton.nextParent,
      );
    }
    let found = endings.get(config, id);
    if (found === undefined) {
      frameWalk.clear();
      frameWalk.behind(end, nodes, parent);
      found = this.collected();
      endings.set(config, id, found, found.mask.bytes + found.asks.byteLength);
    }
    return found;
  }

  private frameMask(state: number): FrameMask {
    let frame = this.frames.get(state, 0);
    if (frame === undefined) {
      const { frameWalk } = this;
      frameWalk.clear();
      frameWalk.below(0, state, 0);
      frame = {
        inside: tokensMask(this.vocabulary.size, this.collector.take()),
        asks: frameWalk.asks.copy(),
        exits: frameWalk.exits.copy(),
        exitResults: frameWalk.exitResults.copy(),
      };
      const dense = frame.inside.base?.words.byteLength ?? 0;
      const nodes = frame.asks.length + 2 * frame.exits.length;
      this.frames.set(state, 0, frame, frame.inside.bytes + dense + 4 * nodes);
    }
    return frame;
  }

  /**
   * Collects the tokens that end a frame and go on above `parent`; where a text can end before the next token, and the
   * mask behind it is known, that mask has those which do not continue the text.
   */
  private exits({ exits, exitResults }: FrameMask, parent: Config, isBehindKnown: boolean): void {
    const { automaton, frameWalk, collector } = this;
    const { depth } = this.vocabulary.trie;
    for (let i = 0; i < exits.length; i++) {
      const node = exits[i] as number;
      const result = (exitResults[i] as number) >> 1;
      const consumes = ((exitResults[i] as number) & 1) === 1;
      if (isBehindKnown && !consumes && depth[node] === 1) continue;
      if (automaton.finish(result, parent, undefined, 0) === Step.Asks) frameWalk.asks.push(node);
      else if (consumes) {
        collector.addNode(node);
        frameWalk.below(node, automaton.nextState, automaton.nextParent);
      } else frameWalk.from(node, automaton.nextState, automaton.nextParent);
    }
  }

  /** Where a text (such as a number) can end before the next token: the mask behind it. */
  private behindText(state: number, parent: Config): ConfigMask | undefined {
    if (frameKind(state) !== FrameKind.Text || !this.automaton.frames.texts.isFinal(frameId(state))) return;
    const { automaton } = this;
    const result = automaton.frames.lexemeResult(FrameKind.Text, frameId(state));
    if (automaton.finish(result, parent, undefined, 0) === Step.Asks) return;
    return this.configMask(automaton.configs.intern(automaton.nextState, automaton.nextParent));
  }

  /** Collects the tokens of the mask behind a text, but for those whose first byte belongs to the text. */
  private addBehind({ mask, asks }: ConfigMask, text: number): void {
    const { collector, vocabulary, automaton } = this;
    for (const node of asks) this.frameWalk.asks.push(node);
    for (const id of mask.list()) {
      const bytes = vocabulary.tokenBytes(id);
      if (bytes === undefined || automaton.frames.texts.step(text, bytes[0] as number) === 0)
        collector.add(id);
    }
  }

  /** What the walk has collected. */
  private collected(): ConfigMask {
    const ids = this.collector.take();
    return { mask: new LayeredMask(this.vocabulary.size, undefined, ids), asks: this.frameWalk.asks.copy() };
  }

  /** A mask with the tokens that depend on the text before. */
  private withText(
    config: Config,
    mask: LayeredMask,
    asks: Int32Array,
    trail: ByteTrail,
    length: number,
  ): LayeredMask {
    const { automaton, texts, collector } = this;
    const from = this.textStart(config, trail, length);
    const prefix = this.prefixes.id(trail.bytes, from, length);
    let found = texts.get(config, prefix);
    if (found === undefined) {
      const state = automaton.configs.state(config);
      const parent = automaton.configs.parent(config);
      trail.reserve(length + this.vocabulary.maxTokenBytes + 1);
      const isKey = frameKind(state) === FrameKind.String && automaton.isKey(parent);
      const values = isKey ? Array.from(asks, (node) => this.behindKey(node, parent, trail, length)) : [];
      collector.clear();
      for (const { mask, asks } of values) {
        collector.addAll(mask.added);
        for (const node of asks) this.trieWalk.at(node, state, parent, trail, length);
      }
      if (!isKey) for (const node of asks) this.trieWalk.at(node, state, parent, trail, length);
      found = mask.with(collector.take());
      texts.set(config, prefix, found, found.bytes);
    }
    return found;
  }

  /** The tokens below a node at the closing quote of a key, as far as the goal of the value says. */
  private behindKey(node: number, parent: Config, trail: ByteTrail, length: number): ConfigMask {
    const { automaton, endings, frameWalk } = this;
    const path = pathTo(node, this.vocabulary);
    trail.bytes.set(path, length);
    const config = automaton.beforeValueOf(parent, trail, length + path.length - 1);
    let found = endings.get(config, node);
    if (found === undefined) {
      frameWalk.clear();
      frameWalk.below(node, automaton.configs.state(config), 0);
      found = this.collected();
      endings.set(config, node, found, found.mask.bytes + found.asks.byteLength);
    }
    return found;
  }

  /** Where the text begins that the mask of a config may depend on: the open key, or an item that must differ from others. */
  private textStart(config: Config, trail: ByteTrail, length: number): number {
    const { configs, frames } = this.automaton;
    const parent = configs.parent(config);
    const isKey = parent !== 0 && this.automaton.isKey(parent);
    let start = isKey ? trail.keyStart : length;
    let depth = 0;
    for (let at = config; this.items.isAmong(at); at = configs.parent(at)) {
      const state = configs.state(at);
      if (frameKind(state) !== FrameKind.Structure) continue;
      if (frames.waitsForItem(frameId(state)))
        start = Math.min(start, this.automaton.itemStart(trail, length, depth));
      depth++;
    }
    return start;
  }
}
