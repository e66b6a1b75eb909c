import { checkTime, type GrammarLimits } from "../../language/index.js";
import type { Vocabulary } from "../../vocabulary/index.js";
import type { ByteTrail } from "../byte-trail.js";
import type { Engine } from "../engine.js";
import { type Capture, CaptureFinder, type RuleCapture } from "./captures.js";
import type { OutputStep } from "./chart.js";
import { type ItemSetId, ItemSets, SELF, WHOLE } from "./item-sets.js";
import { LexemeLiveness } from "./lexeme-liveness.js";
import { LimitedReader } from "./limited-reader.js";
import type { Rules } from "./rules.js";
import { SetBuilder } from "./set-builder.js";
import { TerminalEnds } from "./terminal-ends.js";
import { Ending, type Terminal } from "./terminals.js";

const UNKNOWN = -1;

export interface ItemAutomatonOptions {
  readonly rules: Rules;
  readonly limits: GrammarLimits;
  /** The dot of a rule that may stand between any two terminals that end at the longest (whitespace, comments); or none. */
  readonly ignored?: { readonly dot: number; readonly isAtStart: boolean };
  /** By rule: what is captured of it. */
  readonly captures?: ReadonlyMap<number, RuleCapture>;
}

/**
 * Runs a context-free grammar over bytes: an Earley recogniser whose sets of items are hash-consed, so that what is known
 * of one (its transitions, its mask) is known wherever an output comes to the same set again. Any grammar will do:
 * recursive at either side, ambiguous, with empty rules.
 *
 * A set is deterministic for its reader; alternatives are in it side by side. A terminal that ends anywhere stays open and
 * has ended at the same time. Terminals that end at the longest are read together, and end where a byte continues none
 * of them: that byte is then read behind those that can have ended before it.
 */
export class ItemAutomaton implements Engine {
  readonly companions = new Map<object, unknown>();
  readonly rules: Rules;
  readonly sets: ItemSets;
  readonly start: ItemSetId;
  readonly maskMilliseconds: number;
  /** Whether any terminal is a token. */
  readonly hasTokens: boolean;
  private readonly hasLimits: boolean;
  private readonly captureFinder: CaptureFinder | undefined;
  private readonly builder: SetBuilder;
  private readonly terminals: TerminalEnds;
  /** The dot of what is ignored. */
  private readonly ignored: number | undefined;
  private readonly liveness: LexemeLiveness | undefined;
  /** By set: where each byte leads. */
  private readonly rows: (Int32Array | undefined)[] = [];
  /** By set: what follows where the longest terminals end, -1 before it is known. */
  private readonly ends: number[] = [];
  /** Scratch: states behind a byte, by item. */
  private states = new Int32Array(64);

  constructor({ rules, limits, ignored, captures }: ItemAutomatonOptions) {
    this.rules = rules;
    this.captureFinder =
      captures === undefined || captures.size === 0 ? undefined : new CaptureFinder(rules, captures, ignored);
    this.sets = new ItemSets(limits.maxPositions);
    // Those that end at the longest or shortest begin and end together.
    const tellsBegun =
      ignored !== undefined && rules.terminals.some(({ ending }) => ending === Ending.Anywhere);
    this.builder = new SetBuilder(rules, this.sets, limits.maxItems, tellsBegun);
    this.maskMilliseconds = limits.maskMilliseconds;
    this.ignored = ignored?.dot;
    this.terminals = new TerminalEnds(rules, this.sets, this.builder, ignored?.dot);
    this.hasLimits = rules.terminals.some(({ reader }) => reader instanceof LimitedReader);
    this.hasTokens = rules.terminals.some(({ tokens }) => tokens !== undefined);
    const hasLongest = rules.terminals.some(({ ending }) => ending !== Ending.Anywhere);
    if (hasLongest) this.liveness = new LexemeLiveness(this);
    this.builder.begin();
    this.builder.advance(rules.startDot, WHOLE, SELF);
    if (ignored?.isAtStart === true) this.terminals.addIgnored();
    this.start = this.builder.finish();
  }

  /** Whether an output can begin at all. */
  get isLive(): boolean {
    return this.liveness === undefined || this.liveness.isLive(this.start);
  }

  isComplete(set: ItemSetId): boolean {
    if (this.sets.isAccepting(set)) return true;
    const end = this.endOf(set);
    return end !== 0 && this.sets.isAccepting(end);
  }

  read(
    set: ItemSetId,
    bytes: Uint8Array,
    trail: ByteTrail,
    length: number,
    from = 0,
    to = bytes.length,
  ): ItemSetId {
    trail.reserve(length + to - from);
    for (let i = from; i < to && set !== 0; i++) {
      trail.bytes[length + i - from] = bytes[i] as number;
      set = this.step(set, bytes[i] as number);
    }
    return set;
  }

  /** The set behind a byte; 0: none. */
  step(set: ItemSetId, byte: number): ItemSetId {
    let row = this.rows[set];
    if (row === undefined) {
      row = new Int32Array(256).fill(UNKNOWN);
      this.rows[set] = row;
    }
    let next = row[byte] as number;
    if (next === UNKNOWN) {
      next = this.raw(set, byte);
      if (next !== 0 && this.liveness?.isLive(next) === false) next = 0;
      row[byte] = next;
    }
    return next;
  }

  readToken(set: ItemSetId, id: number, vocabulary: Vocabulary, trail: ByteTrail, length: number): ItemSetId {
    const bytes = vocabulary.tokenBytes(id);
    const asBytes = bytes === undefined ? 0 : this.read(set, bytes, trail, length);
    return this.hasTokens ? this.union(asBytes, this.stepToken(set, id, vocabulary)) : asBytes;
  }

  endToken(set: ItemSetId): ItemSetId {
    if (!this.hasLimits) return set;
    const { sets, builder } = this;
    const count = sets.scanCount(set);
    builder.begin();
    for (let i = 0; i < count; i++) {
      const { reader, ending } = this.terminalOf(set, i);
      let state = sets.scanState(set, i);
      if (reader instanceof LimitedReader) {
        const before = state;
        state = reader.behindToken(state);
        // What follows a terminal that ends anywhere is in the set already.
        if (state !== before && ending === Ending.Anywhere && !reader.hasNext(state)) continue;
      }
      builder.reopen(set, i, state);
    }
    if (sets.isAccepting(set)) builder.accept();
    return builder.finish();
  }

  temperature(set: ItemSetId): number | undefined {
    let highest: number | undefined;
    for (let i = 0; i < this.sets.scanCount(set); i++) {
      const { temperature } = this.terminalOf(set, i);
      if (temperature !== undefined && !(temperature < (highest ?? 0))) highest = temperature;
    }
    return highest;
  }

  captures(bytes: Uint8Array, steps: readonly OutputStep[], vocabulary: Vocabulary): readonly Capture[] {
    return this.captureFinder?.find(bytes, steps, vocabulary) ?? [];
  }

  asksForTokens(set: ItemSetId): boolean {
    return this.hasTokens && (this.hasTokenItem(set) || this.hasTokenItem(this.endOf(set)));
  }

  private hasTokenItem(set: ItemSetId): boolean {
    for (let i = 0; set !== 0 && i < this.sets.scanCount(set); i++) {
      if (this.terminalOf(set, i).tokens !== undefined) return true;
    }
    return false;
  }

  /** What may stand between any two terminals that end at the longest; undefined: nothing. */
  get ignoredTerminal(): Terminal | undefined {
    const { ignored, rules } = this;
    return ignored === undefined ? undefined : rules.terminals[rules.terminal[ignored] as number];
  }

  /** Whether an item reads what may stand between terminals. */
  isIgnored(set: ItemSetId, item: number): boolean {
    return this.sets.scanDot(set, item) === this.ignored;
  }

  /** The set behind a token that the grammar asks for as such; 0: it does not. */
  stepToken(set: ItemSetId, id: number, vocabulary: Vocabulary): ItemSetId {
    const { builder } = this;
    const end = this.endOf(set);
    builder.begin();
    this.addTokens(set, id, vocabulary);
    if (end !== 0) this.addTokens(end, id, vocabulary);
    return this.terminals.finish();
  }

  /** The terminal at an item of a set. */
  terminalOf(set: ItemSetId, item: number): Terminal {
    return this.rules.terminals[this.rules.terminal[this.sets.scanDot(set, item)] as number] as Terminal;
  }

  /** A set that is two sets at once; either may be 0. */
  union(x: ItemSetId, y: ItemSetId): ItemSetId {
    if (x === y || y === 0) return x;
    if (x === 0) return y;
    const { builder } = this;
    builder.begin();
    builder.include(x);
    builder.include(y);
    return builder.finish();
  }

  /** A set with some items of another only. */
  part(set: ItemSetId, items: readonly number[]): ItemSetId {
    const { builder } = this;
    builder.begin();
    for (const i of items) builder.reopen(set, i);
    return builder.finish();
  }

  /** The set behind an item whose terminal has ended. */
  behind(set: ItemSetId, item: number): ItemSetId {
    const { builder } = this;
    builder.begin();
    this.terminals.end(set, item);
    return this.terminals.finish();
  }

  /** What follows where the terminals of a set end that end at the longest; 0: none can. */
  endOf(set: ItemSetId): ItemSetId {
    while (this.ends.length <= set) this.ends.push(UNKNOWN);
    let end = this.ends[set] as number;
    if (end === UNKNOWN) {
      end = this.computeEnd(set);
      this.ends[set] = end;
    }
    return end;
  }

  /** As `step`, without a look at whether the terminals that are open can end, and not remembered. */
  raw(set: ItemSetId, byte: number): ItemSetId {
    checkTime();
    const { builder } = this;
    if (this.readLongest(set, byte)) {
      builder.begin();
      this.addLongest(set);
      this.readOthers(set, byte);
      return this.terminals.finish();
    }
    const end = this.endOf(set);
    const goesOn = end !== 0 && this.readLongest(end, byte);
    // Most bytes lead nowhere.
    if (!goesOn && !this.othersRead(set, byte) && (end === 0 || !this.othersRead(end, byte))) return 0;
    builder.begin();
    // What follows is read in its place. Its own terminals have not begun, so none of them has ended.
    if (goesOn) this.addLongest(end);
    this.readOthers(set, byte);
    if (end !== 0) this.readOthers(end, byte);
    return this.terminals.finish();
  }

  private othersRead(set: ItemSetId, byte: number): boolean {
    const { sets } = this;
    const count = sets.scanCount(set);
    for (let i = 0; i < count; i++) {
      const { ending, reader } = this.terminalOf(set, i);
      if (ending === Ending.Anywhere && reader.step(sets.scanState(set, i), byte) !== 0) return true;
    }
    return false;
  }

  /** Writes the states of the terminals that end at the longest, or at the shortest, behind a byte; whether any lives. */
  private readLongest(set: ItemSetId, byte: number): boolean {
    const { sets } = this;
    const count = sets.scanCount(set);
    if (count > this.states.length) this.states = new Int32Array(count * 2);
    let lives = false;
    for (let i = 0; i < count; i++) {
      const { ending, reader } = this.terminalOf(set, i);
      const next = ending === Ending.Anywhere ? 0 : reader.step(sets.scanState(set, i), byte);
      this.states[i] = next;
      if (next !== 0) lives = true;
    }
    return lives;
  }

  /** Whether a terminal that ends at the longest or shortest goes on with a byte. */
  livesOn(set: ItemSetId, byte: number): boolean {
    const { sets } = this;
    for (let i = 0; i < sets.scanCount(set); i++) {
      const { ending, reader } = this.terminalOf(set, i);
      if (ending !== Ending.Anywhere && reader.step(sets.scanState(set, i), byte) !== 0) return true;
    }
    return false;
  }

  /** Adds the terminals in these states; where one of them that ends at the shortest does, the others go on no more. */
  private addLongest(set: ItemSetId): void {
    const { sets, builder, states } = this;
    const count = sets.scanCount(set);
    let hasEnded = false;
    for (let i = 0; i < count; i++) {
      const state = states[i] as number;
      if (state === 0) continue;
      const { ending, reader } = this.terminalOf(set, i);
      if (ending === Ending.Shortest && reader.isFinal(state)) hasEnded = true;
    }
    for (let i = 0; i < count; i++) {
      const state = states[i] as number;
      if (state === 0) continue;
      if (!hasEnded) {
        builder.reopen(set, i, state);
      } else if (this.terminalOf(set, i).reader.isFinal(state)) this.terminals.end(set, i);
    }
  }

  private readOthers(set: ItemSetId, byte: number): void {
    const { sets, builder } = this;
    const count = sets.scanCount(set);
    for (let i = 0; i < count; i++) {
      const { ending, reader } = this.terminalOf(set, i);
      if (ending !== Ending.Anywhere) continue;
      const state = reader.step(sets.scanState(set, i), byte);
      if (state === 0) continue;
      if (reader.hasNext(state)) {
        builder.reopen(set, i, state);
      }
      if (reader.isFinal(state)) this.terminals.end(set, i);
    }
  }

  private addTokens(set: ItemSetId, id: number, vocabulary: Vocabulary): void {
    const count = this.sets.scanCount(set);
    for (let i = 0; i < count; i++) {
      if (this.terminalOf(set, i).tokens?.has(id, vocabulary) === true) this.terminals.end(set, i);
    }
  }

  private computeEnd(set: ItemSetId): ItemSetId {
    const { sets } = this;
    return this.terminals.endBefore(set, set, (i) => {
      const { ending, reader } = this.terminalOf(set, i);
      return ending !== Ending.Anywhere && reader.isFinal(sets.scanState(set, i));
    });
  }

  /** What follows a set where, some bytes further, some of its items end before the next byte; 0: nothing. */
  endBehind(set: ItemSetId, ends: (item: number) => boolean): ItemSetId {
    return this.terminals.endBefore(set, 0, ends);
  }

  /** The same where they end with the last byte, as those do that end at the shortest. */
  endWith(set: ItemSetId, ends: (item: number) => boolean): ItemSetId {
    return this.terminals.endWith(set, ends);
  }

  /** A set's items with their terminals in other states, without those in state 0. */
  open(set: ItemSetId, stateOf: (item: number) => number): ItemSetId {
    const { sets, builder } = this;
    builder.begin();
    for (let i = 0; i < sets.scanCount(set); i++) {
      const state = stateOf(i);
      if (state !== 0) builder.reopen(set, i, state);
    }
    return builder.finish();
  }

  /** Whether the terminals that are open in a set can end. */
  isLiveSet(set: ItemSetId): boolean {
    return this.liveness === undefined || this.liveness.isLive(set);
  }

  /** Whether something in a set does not depend on the longest, or the output may end. */
  hasOthers(set: ItemSetId): boolean {
    const { sets } = this;
    if (sets.isAccepting(set)) return true;
    for (let i = 0; i < sets.scanCount(set); i++) {
      if (this.terminalOf(set, i).ending === Ending.Anywhere) return true;
    }
    return false;
  }

  /** The set behind a byte in a set whose terminals have not begun, so that none of them has ended; 0: none. */
  stepFirst(set: ItemSetId, byte: number): ItemSetId {
    const { builder } = this;
    const goesOn = this.readLongest(set, byte);
    builder.begin();
    if (goesOn) this.addLongest(set);
    this.readOthers(set, byte);
    const next = this.terminals.finish();
    return next !== 0 && this.isLiveSet(next) ? next : 0;
  }
}
