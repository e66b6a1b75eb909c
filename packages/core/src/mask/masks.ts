import { type Automaton, FrameKind, type FrameState, frameId, frameKind } from "../automaton/automaton.js";
import type { ByteTrail } from "../automaton/byte-trail.js";
import type { Config } from "../automaton/configs.js";
import { DifferentItems } from "../automaton/different-items.js";
import type { Vocabulary } from "../vocabulary/index.js";
import type { ConfigMask } from "./interned-masks.js";
import { MaskCache, MaskCaches } from "./mask-cache.js";
import { type MaskStore, maskStore } from "./mask-store.js";
import { NextItems } from "./next-items.js";
import { PrefixIds } from "./prefix-ids.js";
import { StackWalk } from "./stack-walk.js";
import { endMask, type LayeredMask, NO_TOKENS } from "./token-mask.js";
import { pathTo } from "./trie-path.js";
import { TrieWalk } from "./trie-walk.js";

/** The number of a mask that is no part of others. */
const NO_ID = 0;

/** A mask that depends on the text before. */
interface NewTextMask {
  readonly mask: LayeredMask;
  /** Whether it is kept with what masks are made of, and its memory counted there. */
  readonly isShared: boolean;
}

/** The masks of one grammar for one vocabulary, shared by all of its matchers. */
export class Masks {
  readonly vocabulary: Vocabulary;
  private readonly automaton: Automaton;
  private readonly store: MaskStore;
  private readonly stackWalk: StackWalk;
  private readonly trieWalk: TrieWalk;
  private readonly prefixes = new PrefixIds();
  private readonly items: DifferentItems;
  private readonly nextItems: NextItems;
  /** By config. */
  private readonly configs: MaskCache<ConfigMask>;
  /** By config and the open text that its mask depends on. */
  private readonly texts: MaskCache<LayeredMask>;
  private knownEnd: LayeredMask | undefined;

  constructor(automaton: Automaton, vocabulary: Vocabulary, store: MaskStore = maskStore(vocabulary)) {
    const { budget } = store;
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.store = store;
    const caches = new MaskCaches(budget);
    this.stackWalk = new StackWalk(automaton, vocabulary, store, caches);
    this.items = new DifferentItems(automaton);
    this.trieWalk = new TrieWalk(automaton, vocabulary, store.collector);
    const { items, trieWalk } = this;
    this.nextItems = new NextItems(automaton, vocabulary, items, store.collector, trieWalk, caches);
    this.configs = new MaskCache(budget, caches);
    this.texts = new MaskCache(budget, caches);
  }

  /** The tokens allowed in a config after `length` bytes of output, which the trail holds. */
  get(config: Config, trail: ByteTrail, length: number): LayeredMask {
    const found = this.configMask(config);
    return found.asks.length === 0 ? found.mask : this.withText(config, found, trail, length);
  }

  /** The mask behind the end of an output: nothing but the end of the sequence. */
  get end(): LayeredMask {
    this.knownEnd ??= endMask(this.vocabulary);
    return this.knownEnd;
  }

  private configMask(config: Config): ConfigMask {
    return this.configs.get(config, 0) ?? this.newConfigMask(config);
  }

  private newConfigMask(config: Config): ConfigMask {
    this.stackWalk.clear();
    const found = this.compute(config);
    this.configs.set(config, 0, found, 0);
    return found;
  }

  private compute(config: Config): ConfigMask {
    const { automaton, stackWalk, store } = this;
    const state = automaton.configs.state(config);
    const parent = automaton.configs.parent(config);
    switch (frameKind(state)) {
      case FrameKind.String:
        return stackWalk.ofString(frameId(state), parent);
      case FrameKind.Text:
        if (parent === 0) return this.ofWholeText(config, frameId(state));
        return this.orEnd(config, stackWalk.ofText(frameId(state), parent));
      default:
        return this.orEnd(config, stackWalk.below(store.fronts.root, stackWalk.standIn(state), parent));
    }
  }

  /** A mask, and the end of the sequence where the output may end. */
  private orEnd(config: Config, found: ConfigMask): ConfigMask {
    if (!this.automaton.isComplete(config)) return found;
    return { ...found, mask: found.mask.with(this.end.list()) };
  }

  /** The mask of an output that is a text: its state's tokens, and its end. */
  private ofWholeText(config: Config, state: number): ConfigMask {
    const { inside } = this.store.wholeTexts(this.automaton.frames.texts).get(state);
    return this.orEnd(config, { id: NO_ID, mask: inside, asks: NO_TOKENS });
  }

  /** A mask with the tokens that depend on the text before. */
  private withText(config: Config, place: ConfigMask, trail: ByteTrail, length: number): LayeredMask {
    const { texts } = this;
    const from = this.textStart(config, trail, length);
    const prefix = this.prefixes.id(trail.bytes, from, length);
    const known = texts.get(config, prefix);
    if (known !== undefined) return known;
    trail.reserve(length + this.vocabulary.maxTokenBytes + 1);
    this.stackWalk.clear();
    const { mask, isShared } = this.newWithText(config, place, trail, length);
    texts.set(config, prefix, mask, isShared ? 0 : mask.bytes);
    return mask;
  }

  private newWithText(config: Config, place: ConfigMask, trail: ByteTrail, length: number): NewTextMask {
    const { automaton } = this;
    const parent = automaton.configs.parent(config);
    const state = automaton.configs.state(config);
    if (frameKind(state) === FrameKind.String && automaton.isKey(parent))
      return this.ofKey(place, state, parent, trail, length);
    this.store.collector.clear();
    const mask = this.asking(place.mask, place.asks, state, parent, trail, length);
    return { mask, isShared: false };
  }

  /** A mask with the tokens below some nodes that can be read behind the text, and those in the collector. */
  private asking(
    mask: LayeredMask,
    asks: Iterable<number>,
    state: FrameState,
    parent: Config,
    trail: ByteTrail,
    length: number,
  ): LayeredMask {
    const walk = frameKind(state) === FrameKind.String ? this.nextItems : this.trieWalk;
    for (const node of asks) walk.at(node, state, parent, trail, length);
    return mask.with(this.store.collector.take());
  }

  /** The mask of an open key. What its closing quotes ask for is the same for many texts and keys. */
  private ofKey(
    place: ConfigMask,
    state: FrameState,
    parent: Config,
    trail: ByteTrail,
    length: number,
  ): NewTextMask {
    const values: ConfigMask[] = [];
    let asking: number[] | undefined;
    for (let i = 0; i < place.asks.length; i++) {
      const value = this.behindKey(place.asks[i] as number, parent, trail, length);
      values.push(value);
      if (value.asks.length === 0) continue;
      asking ??= [];
      for (const node of value.asks) asking.push(node);
    }
    if (asking === undefined) return { mask: this.stackWalk.joined(place, values), isShared: true };
    const { collector } = this.store;
    collector.clear();
    for (const { mask } of values) collector.addAll(mask.added);
    const mask = this.asking(place.mask, asking, state, parent, trail, length);
    return { mask, isShared: false };
  }

  /** The tokens below a node at the closing quote of a key, as far as the goal of the value says. */
  private behindKey(node: number, parent: Config, trail: ByteTrail, length: number): ConfigMask {
    const { automaton, stackWalk, store } = this;
    let path = store.keyPaths.get(node);
    if (path === undefined) store.keyPaths.set(node, (path = pathTo(node, this.vocabulary)));
    trail.bytes.set(path, length);
    const state = stackWalk.standIn(automaton.beforeValueOf(parent, trail, length + path.length - 1));
    return stackWalk.keptBelow(store.fronts.belowNode(node), state, automaton.configs.parent(parent));
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
