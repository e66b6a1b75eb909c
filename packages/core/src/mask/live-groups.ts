import { type JsonStringAutomaton, type Language, NO_LANGUAGE } from "../language/index.js";
import { BEYOND_ASCII, CONTROL, groupOf, SPECIAL, sizeOf, WIDE_SPACE, WIDE_SPACES } from "./subtree-bytes.js";
import type { WholeTexts } from "./whole-texts.js";

/** No set of groups, since `SPECIAL` never is in one. */
const UNKNOWN = -1;
/** A search ends where it has found more states, or gone so far: it would take longer than the walk that it saves. */
const MAX_STATES = 128;
const MAX_LENGTH = 24;
/** Of fewer bytes it is of no use. */
const MIN_LENGTH = 2;
/** So many nodes are walked below a state before it is asked what lives. */
const WORTH = 256;
/** After so many searches in one walk that found nothing there are no more: each character leads elsewhere. */
const MAX_FAILURES = 4;

/** Groups of which any text of at most `length` bytes can be read. */
export interface LiveText {
  readonly groups: number;
  readonly length: number;
}

/** Some of the groups' bytes lead to a state. */
interface Edge {
  readonly to: number;
  readonly groups: number;
}

interface LiveTexts {
  readonly texts: readonly LiveText[];
  /** The states on the way, between code points. */
  readonly states: Int32Array;
  /** Whether some of them stand for others from which more can be read. */
  readonly areLess: boolean;
}

const NONE: LiveTexts = { texts: [], states: new Int32Array(0), areLess: false };

/**
 * Which texts a string state can read whatever their order: of what groups of bytes (see `groupOf`), and up to what length.
 * Patterns such as `(?:[a-z]{4})*` or `[a-z]+(\.[a-z]+)*` have many states and no loops, but any word can be read from most
 * of them. It is a lower bound: of the groups that no text may freely mix, some are left out.
 */
export class LiveGroups {
  private readonly strings: JsonStringAutomaton | WholeTexts;
  private readonly longest: number;
  private readonly longestRuns: Uint8Array;
  private groupsByState = new Int32Array(1024).fill(UNKNOWN);
  /** By state: how many nodes have been below it. */
  private askedByState = new Int32Array(1024);
  private readonly edgesByState = new Map<number, readonly Edge[]>();
  private readonly known = new Map<number, LiveTexts>();
  /** States that stand for others from which more can be read. */
  private readonly lesser = new Set<number>();
  /** The groups of bytes that no string has. */
  private readonly unread: number;
  private failures = 0;
  /** By state: the groups of which any text begins a member, as far as that is known without a step, and up to what length. */
  private runGroupsByState = new Int32Array(1024).fill(UNKNOWN);
  private runLengthByState = new Uint8Array(1024);
  /** What the ASCII bytes lead to, of the language that is looked at. */
  private readonly targets = new Int32Array(0x80);

  /**
   * @param longest no text that is asked for has more bytes
   * @param longestRuns no more bytes of a group next to each other, see `SubtreeBytes`
   */
  constructor(strings: JsonStringAutomaton | WholeTexts, longest: number, longestRuns: Uint8Array) {
    this.strings = strings;
    this.longest = longest;
    this.longestRuns = longestRuns;
    this.unread = ~0;
    const free = strings.start(strings.arena.any);
    for (let byte = 0; byte < 256; byte++)
      if (strings.step(free, byte) !== 0) this.unread &= ~(groupOf[byte] as number);
    this.unread &= ~WIDE_SPACE;
  }

  /** To be called before each walk. */
  begin(): void {
    this.failures = 0;
  }

  /**
   * Whether any text of at most `length` bytes of some groups can be read from a state because its language begins with such
   * texts: nothing is read for that, and it is not known where they lead.
   */
  isRun(state: number, groups: number, length: number): boolean {
    if (state >= this.runGroupsByState.length) this.grow(state);
    let run = this.runGroupsByState[state] as number;
    if (run === UNKNOWN) {
      run = this.findRun(state);
      this.runGroupsByState[state] = run;
    }
    return (groups & ~run) === 0 && length <= (this.runLengthByState[state] as number);
  }

  private findRun(state: number): number {
    const { arena } = this.strings;
    const language = this.strings.language(state);
    const run = language === NO_LANGUAGE ? undefined : arena.leafRun(language);
    if (run === undefined) return 0;
    this.runLengthByState[state] = Math.min(run.length, 255);
    let missing = CONTROL | SPECIAL | BEYOND_ASCII | WIDE_SPACE;
    for (let byte = 0; byte < 0x80; byte++)
      if (!arena.sets.has(run.set, byte)) missing |= groupOf[byte] as number;
    return ~missing;
  }

  /**
   * Whether any text of at most `length` bytes of some groups can be read from a state, without an end of the string, but for
   * bytes that no string has. False until it has been asked for enough of the trie's nodes.
   */
  lives(state: number, groups: number, length: number, nodes: number): boolean {
    if ((groups & ~this.groups(state)) !== 0) return false;
    let found = this.known.get(state);
    if (found === undefined) {
      const asked = (this.askedByState[state] as number) + nodes;
      this.askedByState[state] = asked;
      if (asked < WORTH || this.failures >= MAX_FAILURES) return false;
      found = this.search(state);
    }
    const { texts } = found;
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as LiveText;
      if ((groups & ~text.groups) === 0 && length <= text.length) return true;
    }
    return false;
  }

  /** All groups whose texts are known to live from a state, the most of them first; searched for at once. */
  texts(state: number): readonly LiveText[] {
    return (this.known.get(state) ?? this.search(state)).texts;
  }

  /** Where the texts that live lead, each place between code points. */
  states(state: number): Int32Array {
    return this.known.get(state)?.states ?? NONE.states;
  }

  /** Whether from some place on the way there more can be read than from all of `states`. */
  readMore(state: number): boolean {
    return this.known.get(state)?.areLess ?? false;
  }

  /** Where a number of characters of some groups leads, all of which can be read; undefined where that is not known, or many places. */
  statesBehind(state: number, groups: number, length: number): Int32Array | undefined {
    let reached = new Set([this.likeness(state)]);
    for (let read = 0; read < length; read++) {
      const next = new Set<number>();
      for (const at of reached)
        for (const edge of this.edges(at)) {
          if ((edge.groups & groups) === 0) continue;
          if (this.lesser.has(edge.to)) return undefined;
          next.add(edge.to);
        }
      if (next.size > MAX_STATES) return undefined;
      reached = next;
    }
    return Int32Array.from(reached);
  }

  /** Takes as many groups as can be read, and leaves out those that lead to where others of them cannot be read. */
  private search(state: number): LiveTexts {
    const texts: LiveText[] = [];
    const states = new Set<number>();
    let groups = this.groups(state);
    while ((groups & ~this.unread) !== 0) {
      const { length, without } = this.follow(state, groups, states);
      if (length >= MIN_LENGTH) texts.push({ groups, length });
      if (without === 0) break;
      groups &= ~without;
    }
    const areLess = this.lesser.size > 0 && [...states].some((on) => this.lesser.has(on));
    const found = texts.length === 0 ? NONE : { texts, states: Int32Array.from(states), areLess };
    this.known.set(state, found);
    if (found === NONE) this.failures++;
    // The states that are reached live as long.
    if (texts.length === 1 && texts[0]?.length === Infinity)
      for (const other of states) if (!this.known.has(other)) this.known.set(other, found);
    return found;
  }

  /** How long any text of some groups is read, and without which of them longer ones may be; none: with no less. */
  private follow(
    state: number,
    groups: number,
    states: Set<number>,
  ): { readonly length: number; readonly without: number } {
    // Of a single group tokens have few bytes together, such as three digits: what is read behind them does not matter.
    const only = groups & ~this.unread & ~WIDE_SPACE;
    const isSingle = only !== 0 && (only & (only - 1)) === 0;
    const most = isSingle
      ? Math.min(MAX_LENGTH, this.longestRuns[31 - Math.clz32(only)] as number)
      : MAX_LENGTH;
    const start = this.likeness(state);
    const seen = new Set([start]);
    let reached: Edge[] = [{ to: start, groups: 0 }];
    for (let length = 0; ; length++) {
      for (const edge of reached) {
        const missing = groups & ~this.groups(edge.to);
        if (missing === 0) continue;
        const entered = edge.groups & groups;
        return { length, without: sizeOf(entered) <= sizeOf(missing) ? entered : missing };
      }
      if (length >= most) return { length, without: 0 };
      const next: Edge[] = [];
      for (const { to: at } of reached) {
        states.add(at);
        for (const edge of this.edges(at)) {
          if ((edge.groups & groups) === 0 || seen.has(edge.to)) continue;
          seen.add(edge.to);
          next.push(edge);
        }
      }
      if (next.length === 0) return { length: Infinity, without: 0 };
      if (seen.size > MAX_STATES) return { length: length + 1, without: 0 };
      reached = next;
    }
  }

  /** Where the bytes of a state's groups lead, each place once. */
  private edges(state: number): readonly Edge[] {
    let edges = this.edgesByState.get(state);
    if (edges === undefined) {
      edges = this.computeEdges(state);
      this.edgesByState.set(state, edges);
    }
    return edges;
  }

  private computeEdges(state: number): readonly Edge[] {
    const { strings, unread, targets } = this;
    const { arena } = strings;
    const language = strings.language(state);
    const groups = this.groups(state) & ~unread;
    arena.writeAsciiTargets(language, targets);
    const entered = new Map<Language, number>();
    for (let byte = 0; byte < 0x80; ) {
      const target = targets[byte] as number;
      let entering = 0;
      for (; byte < 0x80 && targets[byte] === target; byte++) entering |= groupOf[byte] as number;
      entering &= groups;
      if (entering !== 0) entered.set(target, (entered.get(target) ?? 0) | entering);
    }
    const { within, outside } = arena.farTargets(language, WIDE_SPACES);
    for (const [group, far] of [
      [BEYOND_ASCII, outside],
      [WIDE_SPACE, within],
    ] as const) {
      if ((groups & group) === 0) continue;
      for (const target of far) entered.set(target, (entered.get(target) ?? 0) | group);
    }
    return Array.from(entered, ([target, by]) => ({
      to: this.likeness(this.behindOption(strings.start(target), groups)),
      groups: by,
    }));
  }

  /**
   * The state behind an optional part, where all of some groups can be read from it too: a lower bound for many states, such
   * as those behind a character that may begin a range.
   */
  private behindOption(state: number, groups: number): number {
    const { strings } = this;
    const rest = strings.arena.behindOption(strings.language(state));
    if (rest === undefined) return state;
    const other = strings.start(rest);
    if (other === 0 || (groups & ~this.groups(other)) !== 0) return state;
    this.lesser.add(other);
    return other;
  }

  /** A state from which the same texts live, as far as those asked for can tell; no nearer to its end. */
  private likeness(state: number): number {
    const { strings, longest } = this;
    const { arena } = strings;
    const language = strings.language(state);
    const texts = { length: longest };
    return arena.lowersMinimum(language, texts) ? state : strings.start(arena.saturate(language, texts));
  }

  /** The groups of which any byte can be read, and those that no string has. */
  groups(state: number): number {
    if (state >= this.groupsByState.length) this.grow(state);
    let groups = this.groupsByState[state] as number;
    if (groups === UNKNOWN) {
      groups = this.computeGroups(state);
      this.groupsByState[state] = groups;
    }
    return groups;
  }

  private computeGroups(state: number): number {
    const { strings, unread, targets } = this;
    const { arena } = strings;
    const language = strings.language(state);
    if (language === NO_LANGUAGE) return 0;
    arena.writeAsciiTargets(language, targets);
    let dead = SPECIAL;
    for (let byte = 0; byte < 0x80; ) {
      const target = targets[byte] as number;
      let entering = 0;
      for (; byte < 0x80 && targets[byte] === target; byte++) entering |= groupOf[byte] as number;
      if ((entering & ~(dead | unread)) !== 0 && arena.isEmpty(target)) dead |= entering & ~unread;
    }
    const { within, outside } = arena.farTargets(language, WIDE_SPACES);
    if (outside.some((target) => arena.isEmpty(target))) dead |= BEYOND_ASCII | WIDE_SPACE;
    else if (within.some((target) => arena.isEmpty(target))) dead |= WIDE_SPACE;
    return ~dead;
  }

  private grow(state: number): void {
    const size = 2 ** Math.ceil(Math.log2(state + 1));
    const groups = new Int32Array(size).fill(UNKNOWN);
    groups.set(this.groupsByState);
    this.groupsByState = groups;
    const runGroups = new Int32Array(size).fill(UNKNOWN);
    runGroups.set(this.runGroupsByState);
    this.runGroupsByState = runGroups;
    const runLengths = new Uint8Array(size);
    runLengths.set(this.runLengthByState);
    this.runLengthByState = runLengths;
    const asked = new Int32Array(size);
    asked.set(this.askedByState);
    this.askedByState = asked;
  }
}
