/**
 * JSON strings: the transducer from bytes to code points (UTF-8, short escapes, `\uXXXX`, surrogate pairs; RFC 8259)
 * composed with a language over code points. In the middle of an escape or of a UTF-8 sequence a state lives only if
 * a code point that it can still become lives.
 */
import type { LanguageArena } from "./arena.js";
import { DEAD } from "./byte-automaton.js";
import { CODE_POINT_END } from "./code-point-set.js";
import { LexemeAutomaton, Place } from "./lexeme-automaton.js";
import type { Language } from "./nodes.js";
import { type Slice, SliceBuilder } from "./slices.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** The short escapes: the byte after the backslash and the code point it stands for. */
export const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map([
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x2f, 0x2f],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

/** Keys of the quote and the backslash, which no code point has. */
const QUOTE_KEY = -1;
const BACKSLASH_KEY = -2;

export interface JsonStringOptions {
  /**
   * Which escapes are allowed: `any` that JSON has (the default), or only the `minimal` ones that `JSON.stringify`
   * writes (`\"`, `\\`, and control characters by their short form or else `\u00XX`).
   */
  readonly escapes?: "any" | "minimal";
}

/**
 * Reads JSON strings whose content is in a language; `start(language)` is the state after the opening quote, and the
 * closing quote leads to a final state.
 */
export class JsonStringAutomaton extends LexemeAutomaton {
  protected override readonly isQuoted = true;
  readonly #minimal: boolean;

  constructor(arena: LanguageArena, options: JsonStringOptions = {}) {
    super(arena);
    this.#minimal = options.escapes === "minimal";
  }

  /** Whether only the `minimal` escapes are allowed. */
  get isMinimal(): boolean {
    return this.#minimal;
  }

  override isFinal(state: number): boolean {
    return this.place(state) === Place.End;
  }

  override hasNext(state: number): boolean {
    const place = this.place(state);
    return place !== Place.End && place !== Place.Dead;
  }

  /**
   * Whether at least two different texts can follow, so that one remains when any single one is excluded. It may say no
   * where they are hard to tell apart.
   */
  hasSeveral(state: number): boolean {
    let at = state;
    for (;;) {
      const place = this.place(at);
      if (place === Place.Dead || place === Place.End) return false;
      if (place === Place.Content) return this.arena.members(this.operand(at), 1) === undefined;
      const targets = this.slices.liveTargets(this.operand(at));
      if (targets.length !== 1) return targets.length > 1;
      at = targets[0]!;
    }
  }

  /** Whether endlessly many texts can follow; it may say no where that takes a search. */
  hasEndless(state: number): boolean {
    const place = this.place(state);
    if (place === Place.Dead || place === Place.End) return false;
    if (place === Place.Content) return this.arena.isSurelyInfinite(this.operand(state));
    return this.slices.liveTargets(this.operand(state)).some((target) => this.hasEndless(target));
  }

  protected override contentKeys(language: Language, keys: Int32Array): void {
    this.codePointKeys(language, 0x20, keys);
    keys[QUOTE] = this.arena.nullable(language) ? QUOTE_KEY : 0;
    keys[BACKSLASH] = BACKSLASH_KEY;
  }

  protected override contentTarget(language: Language, byte: number): number {
    if (byte === QUOTE) return this.partial(Place.End, 0, this.arena.ended(language));
    if (byte === BACKSLASH) return this.#escape(language);
    return this.content(this.arena.derivative(language, byte));
  }

  protected override escapeKeys(state: number, keys: Int32Array): void {
    const slice = this.operand(state);
    switch (this.place(state)) {
      case Place.Escape:
        for (const [byte, codePoint] of SHORT_ESCAPES) keys[byte] = this.slices.at(slice, codePoint);
        keys[LETTER_U] = -1;
        return;
      case Place.LowSurrogate:
        keys[BACKSLASH] = -1;
        return;
      case Place.LowSurrogateU:
        keys[LETTER_U] = -1;
        return;
      default:
        for (let byte = 0x30; byte <= 0x66; byte++) {
          const digit = hexDigit(byte);
          if (digit >= 0) keys[byte] = this.sliceKey(slice, this.bits(state), 4, digit);
        }
    }
  }

  protected override escapeTarget(state: number, byte: number): number {
    const slice = this.operand(state);
    switch (this.place(state)) {
      case Place.Escape:
        if (byte === LETTER_U) return this.#hexOf(slice);
        return SHORT_ESCAPES.has(byte) ? this.slices.at(slice, SHORT_ESCAPES.get(byte)!) : DEAD;
      case Place.LowSurrogate:
        return byte === BACKSLASH ? this.partial(Place.LowSurrogateU, 0, slice) : DEAD;
      case Place.LowSurrogateU:
        return byte === LETTER_U ? this.#lowSurrogates(slice) : DEAD;
      default: {
        const digit = hexDigit(byte);
        return digit < 0 ? DEAD : this.sliceTarget(Place.Hex, slice, this.bits(state), 4, digit);
      }
    }
  }

  /** After a backslash: what every code point that may be escaped leads to. */
  #escape(language: Language): number {
    const slice = new SliceBuilder();
    if (this.#minimal) {
      this.addSegments(language, 0, 0x20, 0, slice);
      slice.add(0x20, DEAD);
      for (const codePoint of [QUOTE, BACKSLASH]) {
        slice.add(codePoint, this.content(this.arena.derivative(language, codePoint)));
        slice.add(codePoint + 1, DEAD);
      }
    } else this.addSegments(language, 0, CODE_POINT_END, 0, slice);
    return this.partial(Place.Escape, 0, this.slices.intern(slice.bounds, slice.targets));
  }

  /** After `\u`: code points of the basic plane by their number, others by the first half of their surrogate pair. */
  #hexOf(escaped: Slice): number {
    const slice = new SliceBuilder();
    if (this.#minimal) {
      this.slices.forEach(escaped, 0, 0x20, (start, _, target) => slice.add(start, target));
      slice.add(0x20, DEAD);
      return this.partial(Place.Hex, 16, this.#without(slice, [0x08, 0x09, 0x0a, 0x0c, 0x0d]));
    }
    this.slices.forEach(escaped, 0, 0xd800, (start, _, target) => slice.add(start, target));
    for (let high = 0; high < 0x400; ) {
      const first = 0x10000 + high * 0x400;
      slice.add(0xd800 + high, this.partial(Place.LowSurrogate, 0, this.slices.part(escaped, first, 0x400)));
      // All first halves whose code points lead to one place are alike.
      const end = Math.min(this.slices.constantUntil(escaped, first), CODE_POINT_END);
      high += Math.max(1, Math.floor((end - first) / 0x400));
    }
    slice.add(0xdc00, DEAD);
    this.slices.forEach(escaped, 0xe000, 0x10000, (start, _, target) => slice.add(start, target));
    return this.partial(Place.Hex, 16, this.slices.intern(slice.bounds, slice.targets));
  }

  #lowSurrogates(pairs: Slice): number {
    const slice = new SliceBuilder();
    slice.add(0, DEAD);
    this.slices.forEach(pairs, 0, 0x400, (start, _, target) => slice.add(0xdc00 + start, target));
    slice.add(0xe000, DEAD);
    return this.partial(Place.Hex, 16, this.slices.intern(slice.bounds, slice.targets));
  }

  #without(slice: SliceBuilder, codePoints: readonly number[]): Slice {
    const all = this.slices.intern(slice.bounds, slice.targets);
    const kept = new SliceBuilder();
    let from = 0;
    for (const codePoint of codePoints) {
      this.slices.forEach(all, from, codePoint, (start, _, target) => kept.add(start, target));
      kept.add(codePoint, DEAD);
      from = codePoint + 1;
    }
    this.slices.forEach(all, from, 0x10000, (start, _, target) => kept.add(start, target));
    return this.slices.intern(kept.bounds, kept.targets);
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
