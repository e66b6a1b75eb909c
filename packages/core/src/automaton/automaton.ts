/**
 * The pushdown automaton of a grammar over bytes: deterministic, with one state a frame, and lazy: a state's transitions
 * are made when they are first asked for.
 *
 * A frame state is a number whose two low bits say what kind it is: a place in the structure (brackets, commas), a JSON
 * string's content, a text lexeme (numbers, and whole outputs that are not JSON), or a JSON literal. Every state that a
 * transition leads to is live: some continuation ends the output.
 */
import {
  type ByteAutomaton,
  type JsonStringAutomaton,
  PairMemo,
  type TextAutomaton,
} from "../language/index.js";
import type { AlikeObjects } from "./alike-objects.js";
import { ByteTrail } from "./byte-trail.js";
import type { CompletionSource } from "./completion-source.js";
import { type Config, Configs } from "./configs.js";
import type { Engine } from "./engine.js";
import { HOLDS, type Result } from "./goals.js";
import { classesBefore, NO_CLASS, structureClass } from "./json-bytes.js";
import { KeyMemo } from "./key-memo.js";
import type { LiteralAutomaton } from "./literals.js";
import { OutputPart } from "./output-part.js";

export const enum FrameKind {
  Structure,
  String,
  Text,
  Literal,
}
export type FrameState = number;

export const frameState = (kind: FrameKind, id: number): FrameState => (id << 2) | kind;
export const frameKind = (state: FrameState): FrameKind => (state & 3) as FrameKind;
export const frameId = (state: FrameState): number => state >> 2;

const NO_LIMITS = { maskMilliseconds: Number.POSITIVE_INFINITY };
const NO_TRAIL = new ByteTrail();
const QUOTE = 0x22;
const DEAD = -1;
const UNKNOWN = 0;
/** Of all bytes. */
const ALL_CLASSES = -1;
const HAS_ROW: number = 1 << NO_CLASS;
/**
 * What waits behind a transition: it stays in its frame, ends it, or asks for the text of the last key or item, before the byte
 * or behind it.
 */
const SAME_FRAME = 0;
const CLOSES = -1;
const ASKS = -2;
const UNSURE = -3;

/** What a byte does in a state. */
export const enum Step {
  /** It leads nowhere. */
  Dead,
  /** `nextState` and `nextParent` say where it leads. */
  Read,
  /** It depends on text that was read before, and no trail was given. */
  Asks,
  /**
   * It can be read whatever was read before, and opens a string, or one of endlessly many objects. `nextState` reads it, but
   * for one value at most, which depends on what was read before and must not come again.
   */
  ReadsUnsure,
}

/** What the automaton's states mean; implemented by each front end. */
export interface Frames {
  /** JSON strings and keys. */
  readonly strings: JsonStringAutomaton;
  /** Numbers and texts that are not JSON. */
  readonly texts: TextAutomaton;
  readonly literals: LiteralAutomaton;
  /** The structural state that an output starts in. */
  readonly start: FrameState;
  /** The state below it, which waits for the text that comes before the value; undefined: there is none. */
  readonly startBelow: FrameState | undefined;
  /** The bytes that a structural state may have transitions on, as bits of their `structureClass`. */
  candidates(structure: number): number;
  /** Computes a structural state's transition on a byte that JSON's structure is made of; undefined: none. */
  transition(structure: number, byte: number): Transition | undefined;
  /** The structural state after the frame that it waits for ended with a result. */
  resume(structure: number, result: Result): FrameState;
  /** Whether the state waits for a key. */
  waitsForKey(structure: number): boolean;
  /** The same, for keys. */
  resumeKey(structure: number, key: string): FrameState;
  /** The state after a key that is not looked at: it reads what follows every key, up to where the value begins. */
  afterAnyKey(structure: number): FrameState;
  /**
   * The state after a key as far as its value is concerned: the same for all keys whose values have the same goal. What
   * comes behind the value asks for the key, or is that of all names that no schema mentions.
   */
  beforeValueOf(structure: number, key: string): FrameState;
  /** The state that stands for all that no token can tell from this one, as far as it only begins the next key. */
  standIn(structure: number, alike: AlikeObjects): number;
  /** Whether a quote opens a key in this state, if there can be one. */
  isBeforeKey(structure: number): boolean;
  /** Whether there can be one in such a state: it asks less than the transition. */
  opensKey(structure: number): boolean;
  /** Whether the state waits for a value behind a key that it does not know. */
  asksForKey(structure: number): boolean;
  /** Whether any state that has been made so far waits for an item whose text decides what comes after it. */
  readonly anyWaitsForItem: boolean;
  /** Whether the state waits for an item whose text decides what comes after it. */
  waitsForItem(structure: number): boolean;
  /** The same as `resume`, for such items; the text of a property begins with its key. */
  resumeItem(structure: number, result: Result, text: string): FrameState;
  /**
   * The state after such an item that is not looked at: it reads what follows every item, up to where the next one begins.
   * 0 where that depends on the item.
   */
  afterAnyItem(structure: number, result: Result): FrameState;
  /**
   * The state that waits for an item that must differ from others as if none had come before it, where only whole texts tell
   * the two apart: endlessly many can be items; 0 otherwise.
   */
  waitsAsFirst(structure: number): FrameState;
  /** Whether an item that a state waits for can be a text. */
  itemCanBe(structure: number, text: string): boolean;
  /** Which part of the output a structural state at the bottom of the stack is in. */
  partOf(structure: number): OutputPart;
  /** The result that the final state of a lexeme stands for. */
  lexemeResult(kind: FrameKind, state: number): Result;
  /** Whether the output may end in this structural state. */
  isDone(structure: number): boolean;
  /** How structural states can end shortly; undefined where there are none but the one behind an output. */
  readonly completions: CompletionSource | undefined;
}

/**
 * `next` alone: stay in the frame. With `waiting`: `next` is a new frame on top of `waiting`. `result`: the frame ends.
 * `asksText`: what follows depends on the last key or item, which was not looked at. `isUnsure`: `next` is a string that may
 * be all that it reads but one text at most, the last key or item, or one of endlessly many objects.
 */
export type Transition =
  | { readonly next: FrameState; readonly waiting?: FrameState; readonly isUnsure?: boolean }
  | { readonly result: Result }
  | { readonly asksText: true };

export class Automaton implements Engine {
  readonly frames: Frames;
  readonly companions = new Map<object, unknown>();
  readonly configs = new Configs();
  readonly start: Config;
  /** After `Step.Read`: the state on top, and the config below it. */
  nextState: FrameState = 0;
  nextParent: Config = 0;

  private readonly strings: ByteAutomaton;
  private readonly texts: ByteAutomaton;
  private readonly literals: ByteAutomaton;
  /** By structural state: where its row of cells begins. */
  private readonly rows: number[] = [];
  /** By structural state: the classes of the bytes that its row has cells for, and `HAS_ROW`; 0: there is no row yet. */
  private readonly rowClasses: number[] = [];
  /** By structural state: those of them that it may have transitions on, as far as that is known. */
  private readonly liveClasses: number[] = [];
  /** In a row, by class of those that it has: where the transition is in `moves`, DEAD or UNKNOWN. */
  private readonly cells: number[] = [];
  /** Where transitions lead: the next state or the result, and what waits for it. */
  private readonly moves: number[] = [0, 0];
  /** By waiting state and result. */
  private readonly resumed = new PairMemo();
  /** The same by waiting state for `HOLDS`, which nearly all results are, where it does not depend on text; 0: not known. */
  private readonly held: number[] = [];
  private readonly keys = new KeyMemo();

  /** Time for one mask, or for accepting one token. */
  readonly maskMilliseconds: number;

  constructor(frames: Frames, limits: { readonly maskMilliseconds: number } = NO_LIMITS) {
    this.frames = frames;
    this.maskMilliseconds = limits.maskMilliseconds;
    this.strings = frames.strings;
    this.texts = frames.texts;
    this.literals = frames.literals;
    const { start, startBelow } = frames;
    this.start = this.configs.intern(
      start,
      startBelow === undefined ? 0 : this.configs.intern(startBelow, 0),
    );
  }

  /** Whether something may come before the value, and a code fence around it. */
  get hasLeadIn(): boolean {
    return this.frames.startBelow !== undefined;
  }

  /** The part of the output that the byte before a config belongs to. */
  partOf(config: Config): OutputPart {
    const parent = this.configs.parent(config);
    // Within a value the stack may be deep: what comes before it is two frames at most.
    if (parent !== 0 && this.configs.parent(parent) !== 0) return OutputPart.Value;
    const state = this.configs.state(parent === 0 ? config : parent);
    return frameKind(state) === FrameKind.Structure ? this.frames.partOf(frameId(state)) : OutputPart.Value;
  }

  /** Where the value begins in a trail of which it has at least a byte. */
  private valueStart(trail: ByteTrail): number {
    const { start, startBelow } = this.frames;
    if (startBelow === undefined) return 0;
    let state = frameId(start);
    for (let at = 0; ; at++) {
      state = this.texts.step(state, trail.bytes[at] as number);
      if (state === 0) return at;
    }
  }

  /** Where an item begins: see `ByteTrail`. */
  itemStart(trail: ByteTrail, end: number, depth: number): number {
    return trail.itemStart(this.valueStart(trail), end, depth);
  }

  /**
   * Reads a byte in state `state` above `parent`. With a trail, `position` is the byte's offset in it, where it must be
   * written already, and the answer is `Dead` or `Read`. Without one, the answer holds whatever was read before. Where it is
   * not `Read`, nothing changes.
   */
  advance(
    state: FrameState,
    parent: Config,
    byte: number,
    trail: ByteTrail | undefined,
    position: number,
  ): Step {
    for (;;) {
      const id = state >> 2;
      switch ((state & 3) as FrameKind) {
        case FrameKind.Structure: {
          const transition = this.transition(id, byte);
          if (transition === DEAD) return Step.Dead;
          const next = this.moves[transition] as number;
          const waiting = this.moves[transition + 1] as number;
          if (waiting === CLOSES) return this.finish(next, parent, trail, position + 1);
          if (waiting === ASKS) return Step.Asks;
          this.nextState = next;
          if (waiting === UNSURE) return Step.ReadsUnsure;
          if (waiting === SAME_FRAME) this.nextParent = parent;
          else {
            this.nextParent = this.configs.intern(waiting, parent);
            if (trail !== undefined && byte === QUOTE && this.frames.waitsForKey(waiting >> 2))
              trail.keyStart = position + 1;
          }
          return Step.Read;
        }
        case FrameKind.String: {
          const next = this.strings.step(id, byte);
          if (next === 0) return Step.Dead;
          if (byte === QUOTE && !this.strings.hasNext(next))
            return this.closeString(next, parent, trail, position);
          this.nextState = (next << 2) | FrameKind.String;
          this.nextParent = parent;
          return Step.Read;
        }
        case FrameKind.Literal: {
          const next = this.literals.step(id, byte);
          if (next === 0) return Step.Dead;
          if (!this.literals.hasNext(next)) {
            const result = this.frames.lexemeResult(FrameKind.Literal, next);
            return this.finish(result, parent, trail, position + 1);
          }
          this.nextState = (next << 2) | FrameKind.Literal;
          this.nextParent = parent;
          return Step.Read;
        }
        default: {
          const next = this.texts.step(id, byte);
          if (next !== 0) {
            this.nextState = (next << 2) | FrameKind.Text;
            this.nextParent = parent;
            return Step.Read;
          }
          // A number ends where a byte does not continue it; the byte is for the frame below.
          // Behind a text that is the whole output nothing comes.
          if (parent === 0 || !this.texts.isFinal(id)) return Step.Dead;
          const result = this.frames.lexemeResult(FrameKind.Text, id);
          const step = this.finish(result, parent, trail, position);
          if (step !== Step.Read) return step;
          state = this.nextState;
          parent = this.nextParent;
        }
      }
    }
  }

  read(
    config: Config,
    bytes: Uint8Array,
    trail: ByteTrail,
    length: number,
    from = 0,
    to = bytes.length,
  ): Config {
    const { configs, strings } = this;
    trail.reserve(length + to - from);
    const written = trail.bytes;
    const top = configs.state(config);
    const below = configs.parent(config);
    let state = top;
    let parent = below;
    for (let i = from, position = length; i < to; i++, position++) {
      const byte = bytes[i] as number;
      written[position] = byte;
      // As `advance`, where most bytes are.
      if ((state & 3) === FrameKind.String) {
        const next = strings.step(state >> 2, byte);
        if (next === 0) return 0;
        // Only a quote ends it.
        if (byte !== QUOTE || strings.hasNext(next)) {
          state = (next << 2) | FrameKind.String;
          continue;
        }
        if (this.closeString(next, parent, trail, position) !== Step.Read) return 0;
      } else if (this.advance(state, parent, byte, trail, position) !== Step.Read) return 0;
      state = this.nextState;
      parent = this.nextParent;
    }
    return state === top && parent === below ? config : configs.intern(state, parent);
  }

  /**
   * Whether a byte can be read in a state that nothing is read from behind it: for a quote that opens a key this asks less
   * than `advance`. Undefined: it is another byte, and `advance` has to tell.
   */
  opensKey(state: FrameState, byte: number): boolean | undefined {
    const isOpening = byte === QUOTE && (state & 3) === FrameKind.Structure;
    return isOpening && this.frames.isBeforeKey(state >> 2) ? this.frames.opensKey(state >> 2) : undefined;
  }

  /** Whether a string above `parent` is a key. */
  isKey(parent: Config): boolean {
    return this.frames.waitsForKey(this.configs.state(parent) >> 2);
  }

  /**
   * The state of an object behind a key, as far as the value is concerned: the same for all keys whose values have the same
   * goal. The key, whose closing quote is at `end`, is above `parent`.
   */
  beforeValueOf(parent: Config, trail: ByteTrail, end: number): FrameState {
    return this.frames.beforeValueOf(this.configs.state(parent) >> 2, trail.key(end));
  }

  /** Ends a string or key that is in its final state `end`, by the quote at `position`. As `advance`. */
  closeString(end: number, parent: Config, trail: ByteTrail | undefined, position: number): Step {
    const waiting = this.configs.state(parent) >> 2;
    if (this.frames.waitsForKey(waiting)) {
      this.nextParent = this.configs.parent(parent);
      this.nextState =
        trail === undefined ? this.frames.afterAnyKey(waiting) : this.behindKey(waiting, trail, position);
      return Step.Read;
    }
    return this.finish(this.frames.lexemeResult(FrameKind.String, end), parent, trail, position + 1);
  }

  /** The state behind the key whose closing quote is at `end`. */
  private behindKey(waiting: number, trail: ByteTrail, end: number): FrameState {
    const { keys } = this;
    const { bytes, keyStart } = trail;
    let state = keys.get(waiting, bytes, keyStart, end);
    if (state === 0) {
      state = this.frames.resumeKey(waiting, trail.key(end));
      keys.set(waiting, bytes, keyStart, end, state);
    }
    return state;
  }

  /** Hands a frame's result to the frame below, which waits for it. The frame's text ends before `end`. As `advance`. */
  finish(result: Result, parent: Config, trail: ByteTrail | undefined, end: number): Step {
    const waiting = this.configs.state(parent) >> 2;
    if (result === HOLDS && trail !== undefined && waiting < this.held.length) {
      const known = this.held[waiting] as number;
      if (known !== 0) {
        this.nextState = known;
        this.nextParent = this.configs.parent(parent);
        return Step.Read;
      }
    }
    if (trail === undefined && this.frames.asksForKey(waiting)) return Step.Asks;
    const waitsForItem = this.frames.waitsForItem(waiting);
    if (waitsForItem && trail !== undefined) {
      this.nextState = this.frames.resumeItem(
        waiting,
        result,
        trail.text(this.itemStart(trail, end, 0), end),
      );
    } else {
      let state = this.resumed.get(waiting, result);
      if (state < 0) {
        state = waitsForItem
          ? this.frames.afterAnyItem(waiting, result)
          : this.frames.resume(waiting, result);
        this.resumed.set(waiting, result, state);
      }
      if (state === 0) return Step.Asks;
      this.nextState = state;
      if (result === HOLDS && !waitsForItem) {
        while (waiting >= this.held.length) this.held.push(0);
        this.held[waiting] = state;
      }
    }
    this.nextParent = this.configs.parent(parent);
    return Step.Read;
  }

  /** Whether the output may end in a config. */
  isComplete(config: Config): boolean {
    let state = this.configs.state(config);
    if (frameKind(state) === FrameKind.Text) {
      if (!this.texts.isFinal(frameId(state))) return false;
      const result = this.frames.lexemeResult(FrameKind.Text, frameId(state));
      const parent = this.configs.parent(config);
      // Only the frame below all others can end with the output.
      if (this.configs.parent(parent) !== 0) return false;
      this.finish(result, parent, NO_TRAIL, 0);
      if (this.nextParent !== 0) return false;
      state = this.nextState;
    }
    return frameKind(state) === FrameKind.Structure && this.frames.isDone(frameId(state));
  }

  private transition(structure: number, byte: number): number {
    const column = structureClass[byte] as number;
    if (column === NO_CLASS) return DEAD;
    const classes = structure < this.rowClasses.length ? (this.rowClasses[structure] as number) : 0;
    if (classes === 0) return this.computeTransition(structure, byte, column);
    const bit = 1 << column;
    if ((classes & bit) === 0) return DEAD;
    const cell = (this.rows[structure] as number) + classesBefore(bit, classes);
    const known = this.cells[cell] as number;
    return known !== UNKNOWN ? known : this.computeTransition(structure, byte, column);
  }

  /** The classes of the bytes that a state may have transitions on, as far as that is known at once: all for lexemes. */
  candidates(state: FrameState): number {
    if ((state & 3) !== FrameKind.Structure) return ALL_CLASSES;
    const structure = state >> 2;
    this.ensureRow(structure);
    return this.liveClasses[structure] as number;
  }

  /** A row has cells for the bytes that can come there alone: most states have few, and each new mask makes some states. */
  private ensureRow(structure: number): void {
    const { rows, rowClasses, liveClasses, cells } = this;
    while (structure >= rows.length) {
      rows.push(0);
      rowClasses.push(0);
      liveClasses.push(0);
    }
    if (rowClasses[structure] !== 0) return;
    const classes = this.frames.candidates(structure) & ~HAS_ROW;
    rows[structure] = cells.length;
    for (let left = classes; left !== 0; left &= left - 1) cells.push(UNKNOWN);
    rowClasses[structure] = classes | HAS_ROW;
    liveClasses[structure] = classes;
  }

  private computeTransition(structure: number, byte: number, column: number): number {
    this.ensureRow(structure);
    const { cells } = this;
    const bit = 1 << column;
    const classes = this.rowClasses[structure] as number;
    if ((classes & bit) === 0) return DEAD;
    const cell = (this.rows[structure] as number) + classesBefore(bit, classes);
    let known = cells[cell] as number;
    if (known === UNKNOWN) {
      known = this.addTransition(this.frames.transition(structure, byte));
      cells[cell] = known;
      if (known === DEAD) this.liveClasses[structure]! &= ~bit;
    }
    return known;
  }

  private addTransition(transition: Transition | undefined): number {
    if (transition === undefined) return DEAD;
    if ("asksText" in transition) return this.addMove(0, ASKS);
    if ("result" in transition) return this.addMove(transition.result, CLOSES);
    return this.addMove(transition.next, transition.isUnsure ? UNSURE : (transition.waiting ?? SAME_FRAME));
  }

  private addMove(next: number, waiting: number): number {
    return this.moves.push(next, waiting) - 2;
  }
}
