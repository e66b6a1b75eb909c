import { AlikeObjects } from "../automaton/alike-objects.js";
import { type Automaton, FrameKind, type FrameState, Step } from "../automaton/automaton.js";
import type { Config } from "../automaton/configs.js";
import { NO_CLASS, QUOTE, structureClass } from "../automaton/json-bytes.js";
import type { Vocabulary } from "../vocabulary/index.js";
import type { StringExits } from "./exit-lists.js";
import type { Front, FrontStep } from "./fronts.js";
import type { ConfigMask, InternedMasks, NewMask } from "./interned-masks.js";
import { MaskCache, type MaskCaches } from "./mask-cache.js";
import type { MaskStore } from "./mask-store.js";
import { NodeList } from "./node-list.js";
import type { StringMasks } from "./string-masks.js";
import type { TextMasks } from "./text-masks.js";
import { LayeredMask, NO_TOKENS, tokensMask } from "./token-mask.js";

const ROOT = 0;
/** No state. */
const UNKNOWN = -1;
/** Below a front with fewer steps what is found is not kept: it is found again as quickly. */
const MIN_KEPT = 4;
/** In place of a mask's number in a key: it depends on text. */
const ASKS = 0;

/** What follows a step in a key: see `InternedMasks`. Above it is the byte. */
const enum Does {
  /** The byte can be read, and no token goes on. */
  Ends,
  /** The number of the mask below. */
  GoesOn,
  /** For each node of the string that opens its part's number, and those of the masks behind the part's ends. */
  Opens,
  /** The state of a text such as a number, and for each of its ends the number of the mask behind it, or `ASKS`. */
  OpensText,
  /** Everything depends on text. */
  Asks,
  /** The state of a string of which one text may be excluded, or a few where there are endlessly many. */
  OpensUnsure,
  /** The classes of the bytes that can follow in one of endlessly many objects, of which one may be excluded. */
  OpensObject,
}
const BYTE = 8;
/** Keys of what follows the end of a string, and of whole strings, have no steps. */
const BEHIND_VALUE = -1;
const BEHIND_KEY = -2;
const BEHIND_ASKS = -3;
const STRING = -4;
const JOINED = -5;

/**
 * Finds the tokens that can be read in a config whatever text led there, by following the automaton along the vocabulary's
 * trie. What it finds at each place becomes a key of `InternedMasks`, so that only what no grammar has met is
 * put together. Where a token opens a string the string's own mask is taken, and the walk goes on behind its end.
 */
export class StackWalk {
  private readonly automaton: Automaton;
  private readonly vocabulary: Vocabulary;
  private readonly store: MaskStore;
  private readonly strings: StringMasks;
  private readonly texts: TextMasks;
  private readonly interned: InternedMasks;
  /** By config and front. */
  private readonly known: MaskCache<ConfigMask>;
  /** What can follow the end of a string, by the config behind it and the string's exits. */
  private readonly endings: MaskCache<ConfigMask>;
  private readonly asks = new NodeList();
  private readonly alike: AlikeObjects;
  /** By structural state: see `standIn`. */
  private readonly standIns: FrameState[] = [];

  /** @param caches those of the same grammar */
  constructor(automaton: Automaton, vocabulary: Vocabulary, store: MaskStore, caches: MaskCaches) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.store = store;
    this.strings = store.strings(automaton.frames.strings);
    this.texts = store.texts(automaton.frames.texts);
    this.interned = store.interned(automaton.frames.strings);
    this.alike = new AlikeObjects(store.keyStarts(automaton.frames.strings));
    this.known = new MaskCache(store.budget, caches);
    this.endings = new MaskCache(store.budget, caches);
  }

  /** Forgets what an error has left. */
  clear(): void {
    this.interned.clear();
  }

  /** The tokens below a front in `state` above `parent`; no string is open there. */
  below(front: Front, state: FrameState, parent: Config): ConfigMask {
    if ((state & 3) === FrameKind.Literal) return this.literal(front, state, parent);
    const { structure } = front;
    if (structure.length < MIN_KEPT) return this.walk(front, structure, state, parent);
    return this.keptBelow(front, state, parent);
  }

  /** As `below`, for places that are asked for again and again. */
  keptBelow(front: Front, state: FrameState, parent: Config): ConfigMask {
    const config = this.automaton.configs.intern(state, parent);
    let found = this.known.get(config, front.id);
    if (found === undefined) {
      found = this.walk(front, front.structure, state, parent);
      this.known.set(config, front.id, found, 0);
    }
    return found;
  }

  private walk(front: Front, steps: readonly FrontStep[], state: FrameState, parent: Config): ConfigMask {
    const { interned } = this;
    const start = interned.begin();
    const classes = this.automaton.candidates(state);
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as FrontStep;
      if ((classes & step.class) !== 0) this.follow(step, state, parent);
    }
    return interned.find(front.id, start) ?? interned.add(front.id, start, this.put(front, start));
  }

  /** The state that is looked at in place of one: the first that tokens cannot tell from it. */
  standIn(state: FrameState): FrameState {
    if ((state & 3) !== FrameKind.Structure) return state;
    const { standIns } = this;
    const structure = state >> 2;
    while (structure >= standIns.length) standIns.push(UNKNOWN);
    let other = standIns[structure] as number;
    if (other === UNKNOWN) {
      other = (this.automaton.frames.standIn(structure, this.alike) << 2) | FrameKind.Structure;
      standIns[structure] = other;
    }
    return other;
  }

  private literal(front: Front, state: FrameState, parent: Config): ConfigMask {
    const { literals } = this.automaton.frames;
    const step = front.step(literals.nextByte(state >> 2));
    return this.walk(front, step === undefined ? [] : [step], state, parent);
  }

  /** Adds to the key where a step leads. */
  private follow(step: FrontStep, state: FrameState, parent: Config): void {
    const { automaton, interned } = this;
    const { byte, inner } = step;
    const number = byte * BYTE;
    if (inner.length === 0 && byte === QUOTE) {
      // Nothing is read from the state behind it, so no more is made of it than the quote asks for.
      const opens = automaton.opensKey(state, byte);
      if (opens !== undefined) {
        if (opens) interned.push(number + Does.Ends);
        return;
      }
    }
    const answer = automaton.advance(state, parent, byte, undefined, 0);
    if (answer === Step.Dead) return;
    if (answer === Step.Asks) {
      interned.push(number + Does.Asks);
      return;
    }
    const { nextState, nextParent } = automaton;
    if (inner.length === 0) interned.push(number + Does.Ends);
    else if (answer === Step.ReadsUnsure && (nextState & 3) === FrameKind.Structure) {
      interned.push(number + Does.OpensObject);
      interned.push(automaton.candidates(nextState));
    } else if (answer === Step.ReadsUnsure) {
      interned.push(number + Does.OpensUnsure);
      interned.push(nextState >> 2);
    } else if ((nextState & 3) === FrameKind.String) {
      interned.push(number + Does.Opens);
      for (let i = 0; i < inner.length; i++) {
        const part = this.strings.parts.under(inner[i] as number, nextState >> 2);
        const { exits } = part;
        interned.pushPart(part);
        for (let j = 0; j < exits.length; j++) {
          interned.pushMask(this.behindString(exits[j] as StringExits, nextParent));
        }
      }
    } else if ((nextState & 3) === FrameKind.Text) {
      interned.push(number + Does.OpensText);
      this.text(inner, nextState >> 2, nextParent);
    } else {
      interned.push(number + Does.GoesOn);
      interned.pushMask(this.below(step.below as Front, this.standIn(nextState), nextParent));
    }
  }

  /** Adds to the key a text's state, and what can follow its ends. */
  private text(roots: Int32Array, state: number, parent: Config): void {
    const { automaton, interned, store } = this;
    interned.push(state);
    for (let i = 0; i < roots.length; i++) {
      const { ends } = this.texts.under(roots[i] as number, state);
      for (let j = 0; j < ends.length; j++) {
        const group = ends[j] as StringExits;
        const result = automaton.frames.lexemeResult(FrameKind.Text, group.end);
        if (automaton.finish(result, parent, undefined, 0) === Step.Asks) interned.push(ASKS);
        else {
          const front = store.fronts.at(group);
          interned.pushMask(this.below(front, this.standIn(automaton.nextState), automaton.nextParent));
        }
      }
    }
  }

  /** The tokens that close a string above `parent` at some nodes. */
  behindString(group: StringExits, parent: Config): ConfigMask {
    const { automaton, endings, interned } = this;
    const asks = automaton.closeString(group.end, parent, undefined, 0) === Step.Asks;
    const { nextParent } = automaton;
    const nextState = asks ? 0 : this.standIn(automaton.nextState);
    // 0 where the end asks for text, which holds whatever is on the stack below.
    const config = asks ? 0 : automaton.configs.intern(nextState, nextParent);
    let found = endings.get(config, group.id);
    if (found === undefined) {
      const isKey = !asks && automaton.isKey(parent);
      const below = asks ? undefined : this.below(this.store.fronts.below(group), nextState, nextParent);
      const start = interned.begin();
      interned.push(asks ? BEHIND_ASKS : isKey ? BEHIND_KEY : BEHIND_VALUE);
      if (below !== undefined) interned.pushMask(below);
      const place = 2 * group.id;
      found = interned.find(place, start) ?? interned.add(place, start, this.ended(group, below, isKey));
      endings.set(config, group.id, found, 0);
    }
    return found;
  }

  /** The mask of a string that is open above `parent`: that of its state, and the tokens that go on behind its end. */
  ofString(state: number, parent: Config): ConfigMask {
    const { interned, store } = this;
    const { inside, exits } = this.strings.get(state);
    const start = interned.begin();
    interned.push(STRING);
    interned.push(state);
    for (let i = 0; i < exits.length; i++)
      interned.pushMask(this.behindString(exits[i] as StringExits, parent));
    const place = store.fronts.root.id;
    return interned.find(place, start) ?? interned.add(place, start, this.putOpen(inside, start + 2));
  }

  /** The mask of an open string: its own, and those from `from` on in the key. */
  private putOpen(inside: LayeredMask, from: number): NewMask {
    const { interned, store } = this;
    if (from === interned.end) return { mask: inside, asks: NO_TOKENS };
    this.start();
    store.collector.addAll(inside.added);
    for (let at = from; at < interned.end; at++) this.add(interned.mask(at));
    const added = store.collector.take();
    const mask = new LayeredMask(this.vocabulary.size, inside.base, added, inside.removed);
    return { mask, asks: this.asks.copy() };
  }

  /** A mask of no text, and of the tokens that others add to it: that of equal ones, if it is known. */
  joined(place: ConfigMask, others: readonly ConfigMask[]): LayeredMask {
    const { interned, store } = this;
    const start = interned.begin();
    interned.push(JOINED);
    interned.pushMask(place);
    for (let i = 0; i < others.length; i++) interned.pushMask(others[i] as ConfigMask);
    const root = store.fronts.root.id;
    const found = interned.find(root, start);
    if (found !== undefined) return found.mask;
    const { collector } = store;
    collector.clear();
    for (let i = 0; i < others.length; i++) collector.addAll((others[i] as ConfigMask).mask.added);
    const mask = place.mask.with(collector.take());
    return interned.add(root, start, { mask, asks: NO_TOKENS }).mask;
  }

  /** The mask of a text such as a number that is open in a config. */
  ofText(state: number, parent: Config): ConfigMask {
    const { interned, store } = this;
    const start = interned.begin();
    interned.push(Does.OpensText);
    this.text(Int32Array.of(ROOT), state, parent);
    const place = store.fronts.root.id;
    const found = interned.find(place, start);
    if (found !== undefined) return found;
    this.start();
    this.putText(Int32Array.of(ROOT), state, start + 2);
    return interned.add(place, start, this.whole(store.collector.take()));
  }

  // --- putting masks together ---------------------------------------------------------------------------------------

  private start(): void {
    this.store.collector.clear();
    this.asks.length = 0;
  }

  private add({ mask, asks }: ConfigMask): void {
    this.store.collector.addAll(mask.added);
    for (let i = 0; i < asks.length; i++) this.asks.push(asks[i] as number);
  }

  private addAsks(nodes: Int32Array): void {
    for (let i = 0; i < nodes.length; i++) this.asks.push(nodes[i] as number);
  }

  /** The mask that a key says. */
  private put(front: Front, from: number): NewMask {
    const { interned } = this;
    const to = interned.end;
    const { collector } = this.store;
    this.start();
    for (let at = from; at < to; ) {
      const word = interned.word(at++);
      const { tokens, nodes, inner } = front.step(Math.floor(word / BYTE)) as FrontStep;
      const does = (word & (BYTE - 1)) as Does;
      if (does === Does.Asks) {
        this.addAsks(nodes);
        continue;
      }
      collector.addAll(tokens);
      if (does === Does.GoesOn) this.add(interned.mask(at++));
      else if (does === Does.Opens) at = this.putString(inner.length, at);
      else if (does === Does.OpensText) at = this.putText(inner, interned.word(at), at + 1);
      else if (does === Does.OpensUnsure) {
        const state = interned.word(at++);
        const isEndless = this.automaton.frames.strings.hasEndless(state);
        for (const node of inner) this.allButFew(node, state, isEndless);
      } else if (does === Does.OpensObject) {
        const classes = interned.word(at++);
        for (const node of inner) this.beginsObject(node, classes);
      }
    }
    const ids = collector.take();
    return front === this.store.fronts.root ? this.whole(ids) : this.part(ids);
  }

  private whole(ids: Int32Array): NewMask {
    const mask = tokensMask(this.vocabulary.size, ids);
    return { mask, asks: this.asks.copy(), baseBytes: mask.base?.words.byteLength };
  }

  /** A part of other masks: always a list. */
  private part(ids: Int32Array): NewMask {
    return { mask: new LayeredMask(this.vocabulary.size, undefined, ids), asks: this.asks.copy() };
  }

  private putString(roots: number, at: number): number {
    for (let i = 0; i < roots; i++) {
      const { tokens, exits } = this.interned.part(at++);
      this.store.collector.addAll(tokens);
      for (let j = 0; j < exits.length; j++) this.add(this.interned.mask(at++));
    }
    return at;
  }

  private putText(roots: Int32Array, state: number, at: number): number {
    for (let i = 0; i < roots.length; i++) {
      const { inside, ends } = this.texts.under(roots[i] as number, state);
      this.store.collector.addAll(inside);
      for (let j = 0; j < ends.length; j++, at++) {
        if (this.interned.word(at) === ASKS) this.addAsks((ends[j] as StringExits).nodes);
        else this.add(this.interned.mask(at));
      }
    }
    return at;
  }

  /** What closes a string: the tokens that end there, and those that go on. */
  private ended({ nodes }: StringExits, below: ConfigMask | undefined, isKey: boolean): NewMask {
    const { vocabulary, store, asks } = this;
    this.start();
    if (below === undefined) this.addAsks(nodes);
    else {
      for (const node of nodes) store.collector.addNode(node);
      if (!isKey) this.add(below);
      else {
        store.collector.addAll(below.mask.added);
        // What asks below is the key's: it is told at its end.
        const { subtreeEnd } = vocabulary.trie;
        for (const node of nodes) {
          const end = subtreeEnd[node] as number;
          if (below.asks.some((asking) => node < asking && asking < end)) asks.push(node);
        }
      }
    }
    return this.part(store.collector.take());
  }

  /**
   * The tokens below the opening brace of one of endlessly many objects, whichever one is excluded: all but one have a key, so
   * it can begin; which one asks.
   */
  private beginsObject(node: number, classes: number): void {
    const { trie } = this.vocabulary;
    for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child)) {
      const byte = trie.bytes[child] as number;
      if (byte !== QUOTE) {
        const column = structureClass[byte] as number;
        if (column !== NO_CLASS && (classes & (1 << column)) !== 0) this.asks.push(child);
        continue;
      }
      this.store.collector.addNode(child);
      for (let key = trie.firstChild(child); key >= 0; key = trie.nextChild(child, key)) this.asks.push(key);
    }
  }

  /**
   * The tokens below the opening quote of a string that may be any text of a state but one, or of endlessly many but a few:
   * where enough are left they can be read whichever these are, otherwise they ask.
   */
  private allButFew(node: number, state: number, isEndless: boolean): void {
    const { trie } = this.vocabulary;
    const { strings } = this.automaton.frames;
    for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child)) {
      const next = strings.step(state, trie.bytes[child] as number);
      if (next === 0) continue;
      if (isEndless ? strings.hasEndless(next) : strings.hasSeveral(next)) {
        this.store.collector.addNode(child);
        this.allButFew(child, next, isEndless);
      } else this.asks.push(child);
    }
  }
}
