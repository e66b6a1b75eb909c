import type { TextAutomaton } from "../language/index.js";
import { SeparatorAutomaton, type Separators } from "./separators.js";
import { FixedWhitespace, Follow, Gap, type WhitespacePolicy } from "./whitespace-policy.js";

/** In place of a state: there is no way on. A text automaton's is 0. */
const DEAD = -1;
/** More than the states of another policy. */
const OTHERS = 2 ** 22;

/** What a separator's states stand for: one of the text automaton, and one of the other policy. */
interface Pair {
  readonly own: number;
  readonly other: number;
}

/**
 * Puts separators in place of another policy's whitespace around commas and colons. That policy still says what
 * stands at brackets; with a line for each item, the line's break and indent follow the separator. Its shape is a depth.
 */
export class SeparatedWhitespace extends FixedWhitespace {
  readonly indent: string | undefined;
  private readonly texts: TextAutomaton;
  /** By gap: the separator that stands around it; undefined: what the other policy allows. */
  private readonly separators: (SeparatorAutomaton | undefined)[] = [];
  private readonly others: WhitespacePolicy;
  /** By state. */
  private readonly pairs: Pair[] = [{ own: 0, other: 0 }];
  private readonly pairIds = new Map<number, number>();

  /**
   * @throws LayoutError where a separator is not its sign with whitespace around it; PatternError for a pattern that cannot
   *   be compiled
   */
  constructor({ item, key }: Separators, others: WhitespacePolicy, texts: TextAutomaton) {
    super();
    this.others = others;
    this.texts = texts;
    this.indent = others.indent;
    const { separators } = this;
    const items = item === undefined ? undefined : new SeparatorAutomaton("item", item, texts);
    const keys = key === undefined ? undefined : new SeparatorAutomaton("key", key, texts);
    separators[Gap.AfterValue] = separators[Gap.AfterComma] = items;
    separators[Gap.BeforeColon] = separators[Gap.AfterColon] = keys;
  }

  override inner(depth: number): number {
    return this.others.inner(depth);
  }

  step(gap: Gap, depth: number, state: number, byte: number): number {
    const separator = this.separators[gap];
    if (separator === undefined) return this.others.step(gap, depth, state, byte);
    const { own, other } = this.pair(separator, gap, depth, state);
    // The sign ends the whitespace before it.
    const next = own === 0 || byte === separator.sign ? 0 : this.texts.step(own, byte);
    return this.intern(next, this.otherAfter(depth, other, byte));
  }

  follows(gap: Gap, depth: number, state: number): Follow {
    const separator = this.separators[gap];
    if (separator === undefined) return this.others.follows(gap, depth, state);
    const { own, other } = this.pair(separator, gap, depth, state);
    const isEnd = isBefore(gap) ? separator.signFollows(own) : this.texts.isFinal(own);
    const next = own !== 0 && isEnd ? Follow.Next : Follow.None;
    return next | (other === DEAD ? Follow.None : this.others.follows(gap, depth, other) & Follow.Close);
  }

  reachable(gap: Gap, depth: number, state: number): Follow {
    const separator = this.separators[gap];
    if (separator === undefined) return this.others.reachable(gap, depth, state);
    const { own, other } = this.pair(separator, gap, depth, state);
    const next = own === 0 ? Follow.None : Follow.Next;
    return next | (other === DEAD ? Follow.None : this.others.reachable(gap, depth, other) & Follow.Close);
  }

  private pair(separator: SeparatorAutomaton, gap: Gap, depth: number, state: number): Pair {
    if (state !== 0) return this.pairs[state] as Pair;
    const lineBreak = gap === Gap.AfterComma ? this.indent : undefined;
    const own = isBefore(gap) ? separator.before : separator.behind(lineBreak, depth);
    // A closing bracket stands only behind a value.
    return { own, other: gap === Gap.AfterValue ? 0 : DEAD };
  }

  private intern(own: number, other: number): number {
    if (own === 0 && other === DEAD) return -1;
    const key = own * OTHERS + other + 1;
    let state = this.pairIds.get(key);
    if (state === undefined) this.pairIds.set(key, (state = this.pairs.push({ own, other }) - 1));
    return state;
  }

  /** The other policy's next state on the way to a closing bracket behind a value. */
  private otherAfter(depth: number, state: number, byte: number): number {
    if (state === DEAD) return DEAD;
    const next = this.others.step(Gap.AfterValue, depth, state, byte);
    return next < 0 || (this.others.reachable(Gap.AfterValue, depth, next) & Follow.Close) === 0
      ? DEAD
      : next;
  }
}

function isBefore(gap: Gap): boolean {
  return gap === Gap.AfterValue || gap === Gap.BeforeColon;
}
