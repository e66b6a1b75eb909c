/**
 * A lazy automaton over bytes that reads the code points of a language: what JSON strings and raw text share, which
 * is the table of transitions and UTF-8.
 *
 * States are dense integers. A row of transitions and a cell in it are computed when they are first asked for. The
 * first states have full rows, one array read each. The others have a cell for each class of bytes that they do not
 * tell apart (about 6), and share the maps from bytes to columns: four reads. Neither allocates.
 */
import type { LanguageArena } from "./arena.js";
import { type ByteAutomaton, DEAD, NO_LANGUAGE } from "./byte-automaton.js";
import { CODE_POINT_END } from "./code-point-set.js";
import { ColumnMaps } from "./column-maps.js";
import { completionOf } from "./completion.js";
import { LanguageLimitError } from "./limits.js";
import { ListMemo } from "./list-memo.js";
import { doubled, Kind, type Language } from "./nodes.js";
import { PairMemo } from "./pair-memo.js";
import { type Slice, SliceBuilder, SliceTable } from "./slices.js";

/** What a state stands for; the operand is named in the comments. */
export const enum Place {
  Dead,
  /** Between code points: (language). */
  Content,
  /** After the end, where nothing can follow: (what is left of the language). */
  End,
  /** In a UTF-8 sequence with this many bits to come: (slice). */
  Utf8,
  /** After a backslash: (slice of all code points). */
  Escape,
  /** In `\uXXXX` with this many bits to come: (slice). */
  Hex,
  /** After the first half of a surrogate pair: (slice of 1,024 code points). */
  LowSurrogate,
  /** After the first half of a surrogate pair and a backslash: (slice of 1,024 code points). */
  LowSurrogateU,
}

const UNKNOWN = -1;
/** So many states have rows of 1 KB, which are read at once; later ones share column maps. */
const DENSE_STATES = 1024;
/** Languages with more segments have their column maps made one by one. */
const MAX_SHAPE = 16;
/** The bytes that can continue a character. */
const UTF8_BYTES = Uint8Array.from({ length: 64 }, (_, i) => 0x80 + i);
/** The bytes that can follow in an escape. */
const ESCAPE_BYTES = Uint8Array.from('"\\/0123456789ABCDEFabcdefnrtu', (letter) => letter.charCodeAt(0));

/**
 * By first byte of a longer UTF-8 sequence: how many bytes follow, where each of them may be any; -1 where not all code
 * points with the byte may be written so; 0 for other bytes.
 */
const LEAD_SIZES = Int8Array.from({ length: 256 }, (_, byte) => {
  const bits = bitsAfter(byte);
  if (bits === 0) return 0;
  const first = firstOf(byte, bits);
  const isWhole = first >= smallestWith(bits) && first + (1 << bits) <= CODE_POINT_END && byte !== 0xed;
  return isWhole ? bits / 6 : -1;
});

export abstract class LexemeAutomaton implements ByteAutomaton {
  protected readonly slices = new SliceTable();
  #places = new Uint8Array(1024);
  #operands = new Int32Array(1024);
  #bits = new Uint8Array(1024);
  /** Where a state's row starts in the cells. 0: no row yet; the cell there is unknown. */
  #rows = new Int32Array(1024);
  /** Where a state's column map starts. The first map has one column only. */
  #rowMaps = new Int32Array(1024);
  #cells = new Int32Array(8192);
  /** Rows of 256 cells, for the first states. */
  #dense = new Int32Array(16 * 256).fill(UNKNOWN);
  #cellsUsed = 2;
  readonly #maps = new ColumnMaps();
  /** `maps.columns`. */
  #columns = this.#maps.columns;
  #count = 0;
  /** Column maps by the shape of a language, see `#shape`. */
  readonly #shapes = new ListMemo();
  readonly #newShape: number[] = [];
  /** The content state of a language. */
  #contents = new Int32Array(1024).fill(-1);
  readonly #partial = new PairMemo();
  readonly #keys = new Int32Array(256);

  constructor(readonly arena: LanguageArena) {
    this.#create(Place.Dead, 0, 0);
    this.#maps.ofKeys(this.#keys);
    this.#cells[0] = UNKNOWN;
    this.#cells[1] = DEAD;
    this.#rows[DEAD] = 1;
  }

  /** The number of states so far; states are 0 to count - 1. */
  get count(): number {
    return this.#count;
  }

  /**
   * The state in which all of a language is to come, `DEAD` if it has no member.
   * @throws LanguageLimitError
   */
  start(language: Language): number {
    return this.content(language);
  }

  step(state: number, byte: number): number {
    const target =
      state < DENSE_STATES
        ? this.#dense[(state << 8) | byte]!
        : this.#cells[this.#rows[state]! + this.#columns[this.#rowMaps[state]! + byte]!]!;
    return target !== UNKNOWN ? target : this.#fill(state, byte);
  }

  /** The bytes that can follow in a state, and perhaps others; undefined where they are many. */
  fewBytes(state: number): Uint8Array | undefined {
    if (this.#rows[state] === 0) this.#createRow(state);
    return this.#maps.fewBytes(this.#rowMaps[state]!);
  }

  /** Whether a closing quote ends the lexeme, and characters may be escaped. */
  protected abstract readonly isQuoted: boolean;

  abstract isFinal(state: number): boolean;
  abstract hasNext(state: number): boolean;

  language(state: number): Language {
    const place = this.#places[state];
    if (place === Place.Content || place === Place.End) return this.#operands[state]!;
    return place === Place.Dead ? this.arena.empty : NO_LANGUAGE;
  }

  /** Bytes that lead from a live state to a final one in a short way; undefined for `DEAD`. See `completionOf`. */
  completion(state: number): number[] | undefined {
    return completionOf(this.arena, this, state, this.isQuoted);
  }

  /** Sets the key of each byte between code points: equal keys have equal targets, 0 none. See `codePointKeys`. */
  protected abstract contentKeys(language: Language, keys: Int32Array): void;
  /** Where an ASCII byte leads between code points. */
  protected abstract contentTarget(language: Language, byte: number): number;
  /** As `contentKeys`, in an escape. */
  protected escapeKeys(_state: number, _keys: Int32Array): void {}
  /** As `contentTarget`, in an escape. */
  protected escapeTarget(_state: number, _byte: number): number {
    return DEAD;
  }

  protected place(state: number): Place {
    return this.#places[state]!;
  }

  protected operand(state: number): number {
    return this.#operands[state]!;
  }

  protected bits(state: number): number {
    return this.#bits[state]!;
  }

  /** The state between code points with this language to come; `DEAD` if it is empty. */
  protected content(language: Language): number {
    const known = language < this.#contents.length ? this.#contents[language]! : -1;
    if (known >= 0) return known;
    const state = this.arena.isEmpty(language) ? DEAD : this.#create(Place.Content, language, 0);
    while (language >= this.#contents.length) {
      const grown = new Int32Array(this.#contents.length * 2).fill(-1);
      grown.set(this.#contents);
      this.#contents = grown;
    }
    this.#contents[language] = state;
    return state;
  }

  /** A state that is told by its place, bits and operand; `DEAD` for the slice that leads nowhere. */
  protected partial(place: Place, bits: number, operand: number): number {
    if (operand === 0 && place !== Place.End) return DEAD;
    const key = place * 32 + bits;
    const known = this.#partial.get(key, operand);
    if (known >= 0) return known;
    const state = this.#create(place, operand, bits);
    this.#partial.set(key, operand, state);
    return state;
  }

  /** What the code points from `from` to `to - 1` lead to, relative to `base`, in segments. Surrogates lead nowhere. */
  protected addSegments(language: Language, from: number, to: number, base: number, out: SliceBuilder): void {
    if (from < 0xd800 && to > 0xd800) {
      this.addSegments(language, from, 0xd800, base, out);
      out.add(0xd800 - base, DEAD);
      if (to > 0xe000) this.addSegments(language, 0xe000, to, base, out);
      return;
    }
    const { nodes } = this.arena;
    this.arena.prepare(language);
    const start = nodes.stepStart[language]!;
    const end = start + nodes.stepCount[language]!;
    for (let i = start; i < end && nodes.stepBounds[i]! < to; i++) {
      if (i + 1 < end && nodes.stepBounds[i + 1]! <= from) continue;
      out.add(Math.max(from, nodes.stepBounds[i]!) - base, this.content(nodes.stepTargets[i]!));
    }
  }

  /** Sets the keys of the bytes from `first` on, where ASCII bytes stand for their code points, between code points. */
  protected codePointKeys(language: Language, first: number, keys: Int32Array): void {
    this.arena.prepare(language);
    const { nodes, empty } = this.arena;
    const { stepBounds, stepTargets } = nodes;
    const end = nodes.stepStart[language]! + nodes.stepCount[language]!;
    // The segment that the byte's first code point is in: bytes and code points both ascend.
    let i = nodes.stepStart[language]!;
    for (let byte = first; byte < 0x80; byte++) {
      while (i + 1 < end && stepBounds[i + 1]! <= byte) i++;
      const target = stepTargets[i]!;
      keys[byte] = target === empty ? 0 : (target + 1) * 4;
    }
    while (i + 1 < end && stepBounds[i + 1]! <= 0x80) i++;
    if (i + 1 === end) {
      // Most languages do not tell code points beyond ASCII apart.
      const target = stepTargets[i]!;
      if (target === empty) keys.fill(0, 0x80);
      else {
        for (let byte = 0x80; byte < 256; byte++) {
          const size = LEAD_SIZES[byte]!;
          keys[byte] = size > 0 ? target * 4 + size : size === 0 ? 0 : -byte;
        }
      }
      return;
    }
    for (let byte = 0x80; byte < 256; byte++) {
      const bits = bitsAfter(byte);
      keys[byte] = 0;
      if (bits === 0) continue;
      const from = Math.max(firstOf(byte, bits), smallestWith(bits));
      const to = Math.min(firstOf(byte, bits) + (1 << bits), CODE_POINT_END);
      while (i + 1 < end && stepBounds[i + 1]! <= from) i++;
      const target = stepTargets[i]!;
      const constant = i + 1 === end || stepBounds[i + 1]! >= to;
      if (constant && target === empty) continue;
      const whole = constant && to - from === 1 << bits && byte !== 0xed;
      // Keys of targets and of bytes are kept apart by their sign.
      keys[byte] = whole ? target * 4 + bits / 6 : -byte;
    }
  }

  /** Where the first byte of a longer UTF-8 sequence leads. */
  protected leadTarget(language: Language, byte: number): number {
    const bits = bitsAfter(byte);
    if (bits === 0) return DEAD;
    const base = firstOf(byte, bits);
    const from = Math.max(base, smallestWith(bits));
    const to = Math.min(base + (1 << bits), CODE_POINT_END);
    const slice = new SliceBuilder();
    slice.add(0, DEAD);
    this.addSegments(language, from, to, base, slice);
    if (to < base + (1 << bits)) slice.add(to - base, DEAD);
    return this.partial(Place.Utf8, bits, this.slices.intern(slice.bounds, slice.targets));
  }

  /** The key of the next `width` bits of a slice of which `bits` are to come. */
  protected sliceKey(slice: Slice, bits: number, width: number, value: number): number {
    const size = 1 << (bits - width);
    const constant = this.slices.constantOn(slice, value * size, size);
    return constant >= 0 ? constant : -1 - value;
  }

  /** Where the next `width` bits of a slice lead. */
  protected sliceTarget(place: Place, slice: Slice, bits: number, width: number, value: number): number {
    if (bits === width) return this.slices.at(slice, value);
    const size = 1 << (bits - width);
    return this.partial(place, bits - width, this.slices.part(slice, value * size, size));
  }

  #fill(state: number, byte: number): number {
    if (this.#rows[state] === 0) this.#createRow(state);
    const map = this.#rowMaps[state]!;
    const column = this.#columns[map + byte]!;
    const cell = this.#rows[state]! + column;
    // Computing the target can create states and move the tables, so it comes before the writes.
    const target = this.#cells[cell] === UNKNOWN ? this.#target(state, byte) : this.#cells[cell]!;
    this.#cells[cell] = target;
    if (state < DENSE_STATES) this.#dense[(state << 8) | byte] = target;
    return target;
  }

  #target(state: number, byte: number): number {
    const operand = this.#operands[state]!;
    switch (this.#places[state]) {
      case Place.Content:
        return byte < 0x80 ? this.contentTarget(operand, byte) : this.leadTarget(operand, byte);
      case Place.Utf8:
        return this.sliceTarget(Place.Utf8, operand, this.#bits[state]!, 6, byte & 0x3f);
      case Place.Dead:
      case Place.End:
        return DEAD;
      default:
        return this.escapeTarget(state, byte);
    }
  }

  #createRow(state: number): void {
    const operand = this.#operands[state]!;
    const place = this.#places[state] as Place;
    let isShort = true;
    if (place === Place.Content) isShort = this.#shape(operand);
    else this.#setKeys(state, operand);
    if (place === Place.Utf8) this.#shapeOfKeys(UTF8_BYTES, place);
    else if (place > Place.Utf8) this.#shapeOfKeys(ESCAPE_BYTES, place);
    else if (place !== Place.Content) this.#newShape.length = 0;
    let map = isShort ? this.#shapes.get(this.#newShape) : -1;
    if (map < 0) {
      if (place === Place.Content) this.#setKeys(state, operand);
      map = this.#maps.ofKeys(this.#keys);
      this.#columns = this.#maps.columns;
      if (isShort) this.#shapes.set(this.#newShape, map);
    }
    const count = this.#maps.count(map);
    const row = this.#cellsUsed;
    while (row + count > this.#cells.length) this.#cells = doubled(this.#cells);
    this.#rowMaps[state] = map;
    this.#cells[row] = DEAD;
    this.#cells.fill(UNKNOWN, row + 1, row + count);
    this.#cellsUsed = row + count;
    this.#rows[state] = row;
  }

  /**
   * Writes what decides the column map of a language: where its segments begin, and which have the same target. Languages
   * of one shape have one map, which is not made again. False: there are many segments.
   */
  #shape(language: Language): boolean {
    this.arena.prepare(language);
    const { nodes, empty } = this.arena;
    const { stepBounds, stepTargets } = nodes;
    const count = nodes.stepCount[language]!;
    if (count > MAX_SHAPE) return false;
    const shape = this.#newShape;
    const start = nodes.stepStart[language]!;
    shape.length = 0;
    shape.push(this.isQuoted && this.arena.nullable(language) ? 1 : 0);
    for (let i = 0; i < count; i++) {
      const target = stepTargets[start + i]!;
      let same = 0;
      if (target !== empty) while (stepTargets[start + same] !== target) same++;
      shape.push(stepBounds[start + i]!, target === empty ? 0 : same + 1);
    }
    return true;
  }

  /** The same for other states, of which the keys are known: only these bytes have any. */
  #shapeOfKeys(bytes: Uint8Array, place: Place): void {
    const keys = this.#keys;
    const shape = this.#newShape;
    shape.length = 0;
    // Languages begin with 0 or 1.
    shape.push(place);
    let previous = 0;
    let same = 0;
    for (let i = 0; i < bytes.length; i++) {
      const key = keys[bytes[i]!]!;
      if (key !== previous) {
        same = 0;
        if (key !== 0) {
          while (keys[bytes[same]!] !== key) same++;
          same++;
        }
        previous = key;
      }
      shape.push(same);
    }
  }

  #setKeys(state: number, operand: number): void {
    const keys = this.#keys.fill(0);
    switch (this.#places[state]) {
      case Place.Dead:
      case Place.End:
        break;
      case Place.Content:
        this.contentKeys(operand, keys);
        break;
      case Place.Utf8:
        for (let value = 0; value < 64; value++)
          keys[0x80 + value] = this.sliceKey(operand, this.#bits[state]!, 6, value);
        break;
      default:
        this.escapeKeys(state, keys);
    }
  }

  #create(place: Place, operand: number, bits: number): number {
    const state = this.#count;
    const { maxStates } = this.arena.nodes.limits;
    if (state >= maxStates) throw new LanguageLimitError("maxStates", maxStates);
    if (state === this.#operands.length) {
      const places = new Uint8Array(state * 2);
      places.set(this.#places);
      this.#places = places;
      const allBits = new Uint8Array(state * 2);
      allBits.set(this.#bits);
      this.#bits = allBits;
      this.#operands = doubled(this.#operands);
      this.#rows = doubled(this.#rows);
      this.#rowMaps = doubled(this.#rowMaps);
    }
    if (state << 8 === this.#dense.length && state < DENSE_STATES) {
      this.#dense = doubled(this.#dense);
      this.#dense.fill(UNKNOWN, state << 8);
    }
    this.#count++;
    this.#places[state] = place;
    this.#operands[state] = operand;
    this.#bits[state] = bits;
    return state;
  }
}

/** How many bits of the code point follow this first byte of a longer UTF-8 sequence; 0 if it is none. */
function bitsAfter(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return 0;
  return byte < 0xe0 ? 6 : byte < 0xf0 ? 12 : 18;
}

/** The code point of a first byte with zeros following. */
function firstOf(byte: number, bits: number): number {
  return (byte & (bits === 6 ? 0x1f : bits === 12 ? 0x0f : 0x07)) << bits;
}

/** The smallest code point that needs this many bits after the first byte; below it the sequence is overlong. */
function smallestWith(bits: number): number {
  return bits === 6 ? 0x80 : bits === 12 ? 0x800 : 0x10000;
}

/** Whether a language has a member besides the empty text. */
export function hasContinuation(arena: LanguageArena, language: Language): boolean {
  const { nodes } = arena;
  if (language === arena.epsilon || nodes.maxLength[language] === 0) return false;
  if (nodes.kind[language] === Kind.Observe) return hasContinuation(arena, arena.goal(language));
  arena.prepare(language);
  const start = nodes.stepStart[language]!;
  for (let i = start; i < start + nodes.stepCount[language]!; i++) {
    if (!arena.isEmpty(nodes.stepTargets[i]!)) return true;
  }
  return false;
}
