import type { Vocabulary } from "../../vocabulary/index.js";
import { LimitedReader } from "./limited-reader.js";
import type { Rules } from "./rules.js";
import { Ending, type Terminal } from "./terminals.js";

/** A token of an output, or a piece of text with the id -1, and where it ends. */
export interface OutputStep {
  readonly id: number;
  readonly end: number;
}

/** A place in the output where a terminal stands. */
export interface TerminalSpan {
  readonly start: number;
  readonly end: number;
}

/** Where a rule ends, and in which order the ends were found. */
export type RuleEnds = ReadonlyMap<number, number>;

/** An item before or in its terminal. */
interface Scan {
  readonly dot: number;
  /** Where its rule began. */
  readonly origin: number;
  /** Where the item stands: before what is ignored. */
  readonly at: number;
  /** Where its terminal begins. */
  readonly begin: number;
  readonly state: number;
  /** Of what is ignored: the items that stand where it begins. */
  readonly behind: readonly Scan[] | undefined;
}

const NO_ENDS: RuleEnds = new Map();
const NO_SPANS: readonly TerminalSpan[] = [];

/**
 * A whole output read again with places in it: where each rule and terminal that can stand somewhere ends (a chart, Earley
 * 1970). It reads as `ItemAutomaton` does, whose sets keep no places, so that they can be shared.
 */
export class Chart {
  private readonly rules: Rules;
  private readonly ignored: number | undefined;
  private readonly ends = new Map<number, Map<number, number>>();
  private readonly spans = new Map<number, TerminalSpan[]>();
  private readonly places: number;
  private found = 0;
  /** By place: items that have been there. */
  private readonly met: Set<number>[] = [];
  /** By place and nonterminal: who waits for it there. */
  private readonly waits: Map<number, { dot: number; origin: number }[]>[] = [];
  private scans: Scan[] = [];
  private hasAdvanced = false;
  private readonly hasTokens: boolean;
  /** What `behindFinals` has found, and where. */
  private behind: readonly Scan[] = [];
  private behindAt = -1;

  /** @param ignored the dot of what may stand between terminals that end at the longest */
  constructor(rules: Rules, ignored: number | undefined, bytes: Uint8Array) {
    this.rules = rules;
    this.ignored = ignored;
    this.hasTokens = rules.terminals.some(({ tokens }) => tokens !== undefined);
    this.places = bytes.length + 1;
    for (let place = 0; place < this.places; place++) {
      this.met.push(new Set());
      this.waits.push(new Map());
    }
  }

  /** Where a rule can end that begins at a place. */
  endsOf(rule: number, place: number): RuleEnds {
    return this.ends.get(rule * this.places + place) ?? NO_ENDS;
  }

  /** Where the terminal at a dot can stand if the output is at that dot at a place. */
  spansOf(dot: number, place: number): readonly TerminalSpan[] {
    return this.spans.get(dot * this.places + place) ?? NO_SPANS;
  }

  /** Reads an output to its end. */
  read(
    bytes: Uint8Array,
    steps: readonly OutputStep[],
    vocabulary: Vocabulary,
    ignoresAtStart: boolean,
  ): void {
    this.advance(this.rules.startDot, 0, 0);
    this.addIgnored(0, ignoresAtStart);
    let place = 0;
    for (const { id, end } of steps) {
      const behindToken = id < 0 ? [] : this.tokensEnding(id, place, vocabulary);
      const isName = id >= 0 && vocabulary.tokenBytes(id) === undefined;
      if (isName) this.scans = [];
      while (!isName && place < end) this.step(bytes[place] as number, place++);
      place = end;
      this.hasAdvanced = false;
      for (const scan of behindToken) this.endTerminal(scan, place);
      this.addIgnored(place, false);
      if (id >= 0) this.endToken();
    }
    this.behindFinals(place);
  }

  private terminalAt(dot: number): Terminal {
    return this.rules.terminals[this.rules.terminal[dot] as number] as Terminal;
  }

  private step(byte: number, place: number): void {
    let scans = this.scans;
    let living = this.living(scans, byte);
    if (living.length === 0) {
      const others = scans.filter(({ dot }) => this.terminalAt(dot).ending === Ending.Anywhere);
      const behind = this.behindFinals(place);
      living = this.living(behind, byte);
      scans = [...others, ...behind];
    }
    this.scans = [];
    this.hasAdvanced = false;
    const hasEnded = living.some((scan) => this.isOver(scan, Ending.Shortest));
    for (const scan of living) {
      if (!hasEnded) this.scans.push(scan);
    }
    if (hasEnded) for (const scan of living) if (this.isFinal(scan)) this.endTerminal(scan, place + 1);
    for (const scan of scans) {
      const { ending, reader } = this.terminalAt(scan.dot);
      if (ending !== Ending.Anywhere) continue;
      const state = reader.step(scan.state, byte);
      if (state === 0) continue;
      const next = { ...scan, state };
      if (reader.hasNext(state)) this.scans.push(next);
      if (reader.isFinal(state)) this.endTerminal(next, place + 1);
    }
    this.addIgnored(place + 1, false);
  }

  /** The terminals that end at the longest or shortest, behind a byte. */
  private living(scans: readonly Scan[], byte: number): Scan[] {
    const living: Scan[] = [];
    for (const scan of scans) {
      const { ending, reader } = this.terminalAt(scan.dot);
      const state = ending === Ending.Anywhere ? 0 : reader.step(scan.state, byte);
      if (state !== 0) living.push({ ...scan, state });
    }
    return living;
  }

  private isFinal({ dot, state }: Scan): boolean {
    return this.terminalAt(dot).reader.isFinal(state);
  }

  private isOver(scan: Scan, ending: Ending): boolean {
    return this.terminalAt(scan.dot).ending === ending && this.isFinal(scan);
  }

  /** Those that end at the longest or shortest and can have ended. */
  private finals(scans: readonly Scan[]): Scan[] {
    return scans.filter((scan) => {
      return this.terminalAt(scan.dot).ending !== Ending.Anywhere && this.isFinal(scan);
    });
  }

  /** What follows where those end that can have ended before the next byte; asked for twice at most at a place. */
  private behindFinals(place: number): readonly Scan[] {
    if (this.behindAt === place) return this.behind;
    const { scans } = this;
    this.scans = [];
    this.hasAdvanced = false;
    for (const scan of this.finals(scans)) this.endTerminal(scan, place);
    this.addIgnored(place, false);
    this.behind = this.scans;
    this.behindAt = place;
    this.scans = scans;
    return this.behind;
  }

  /** The items that a token ends as such, in what is open or behind it. */
  private tokensEnding(id: number, place: number, vocabulary: Vocabulary): Scan[] {
    if (!this.hasTokens) return [];
    const scans = [...this.scans, ...this.behindFinals(place)];
    return scans.filter(({ dot }) => this.terminalAt(dot).tokens?.has(id, vocabulary) === true);
  }

  /** Counts a token in terminals that may take so many. */
  private endToken(): void {
    this.scans = this.scans.flatMap((scan) => {
      const { reader, ending } = this.terminalAt(scan.dot);
      if (!(reader instanceof LimitedReader)) return [scan];
      const state = reader.behindToken(scan.state);
      if (state !== scan.state && ending === Ending.Anywhere && !reader.hasNext(state)) return [];
      return [{ ...scan, state }];
    });
  }

  private endTerminal({ dot, origin, at, begin, behind }: Scan, place: number): void {
    if (behind !== undefined) {
      // What was there before it is there again.
      for (const scan of behind) this.scans.push({ ...scan, begin: place });
      return;
    }
    const key = dot * this.places + at;
    const spans = this.spans.get(key);
    const span = { start: begin, end: place };
    if (spans === undefined) this.spans.set(key, [span]);
    else if (!spans.some((known) => known.start === begin && known.end === place)) spans.push(span);
    this.advance(this.rules.next[dot] as number, origin, place);
  }

  private addIgnored(place: number, isAtStart: boolean): void {
    const { ignored } = this;
    if (ignored === undefined || !(this.hasAdvanced || isAtStart)) return;
    if (place === 0 && !isAtStart) return;
    const fresh = this.scans.filter(({ begin, behind }) => begin === place && behind === undefined);
    if (fresh.length === 0) return;
    const behind: Scan[] = [...fresh];
    const { start } = this.terminalAt(ignored);
    const scan: Scan = { dot: ignored, origin: place, at: place, begin: place, state: start, behind };
    // It may come several times.
    behind.push(scan);
    this.scans.push(scan);
  }

  /** Adds an item and all that follows from it at a place. */
  private advance(dot: number, origin: number, place: number): void {
    const { rules } = this;
    this.hasAdvanced = true;
    const work: { dot: number; origin: number }[] = [];
    const met = this.met[place] as Set<number>;
    const waits = this.waits[place] as Map<number, { dot: number; origin: number }[]>;
    const push = (item: { dot: number; origin: number }) => {
      const key = item.dot * this.places + item.origin;
      if (met.has(key)) return;
      met.add(key);
      work.push(item);
    };
    push({ dot, origin });
    for (let item = work.pop(); item !== undefined; item = work.pop()) {
      const { dot, origin } = item;
      const left = rules.left[dot] as number;
      if (rules.mayEnd[dot] === 1 && left >= 0 && origin < place) {
        const key = left * this.places + origin;
        let ends = this.ends.get(key);
        if (ends === undefined) this.ends.set(key, (ends = new Map()));
        if (!ends.has(place)) {
          ends.set(place, this.found++);
          for (const waiting of this.waits[origin]?.get(left) ?? []) {
            push({ dot: rules.next[waiting.dot] as number, origin: waiting.origin });
          }
        }
      }
      const next = rules.next[dot] as number;
      if (next < 0) continue;
      if (rules.isSymbolNullable(dot) && next !== dot) push({ dot: next, origin });
      const rule = rules.nonterminal[dot] as number;
      if (rule < 0) {
        const { start } = this.terminalAt(dot);
        this.scans.push({ dot, origin, at: place, begin: place, state: start, behind: undefined });
        continue;
      }
      const waiting = waits.get(rule);
      if (waiting === undefined) waits.set(rule, [item]);
      else waiting.push(item);
      for (const start of rules.starts[rule] as Int32Array) push({ dot: start, origin: place });
    }
  }
}
