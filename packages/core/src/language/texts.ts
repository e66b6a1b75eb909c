/**
 * Single texts and large sets of texts as nodes: a set is a sorted list, and a node is a range of it at a depth, so
 * that a prefix trie of 100,000 texts costs one node at first and grows only where it is read. Single texts are
 * interned by what is left of them (with a hash of each suffix), so equal rests are equal nodes.
 */
import { isSurrogate } from "./code-point-set.js";
import { Fact, Kind, type Language, type NodeTable } from "./nodes.js";
import { mix } from "./pair-memo.js";
import {
  compareCodePoints,
  compareRests,
  hashOfRests,
  lastWith,
  lowerBound,
  sameTexts,
  sharedLength,
  suffixHashes,
  textHash,
} from "./sorted-texts.js";
import type { StepBuilder } from "./step-builder.js";

/** What is needed of the arena: the constants and one-code-point languages. */
interface Base {
  readonly empty: Language;
  readonly epsilon: Language;
  /** Any one of these code points. */
  codePoints(codePoints: readonly number[]): Language;
}

/** Sets of so few rests are one node if they are equal, in whichever lists: names without the used ones are often. */
const MAX_SHARED = 64;
/** The steps of lists of more texts are made from those of a larger list. */
const MANY = 16;
/** So many strings are kept decoded. */
const MAX_DECODED = 20_000;

/** Distinct texts, sorted once, to choose among them again and again. */
export interface Candidates {
  /** By code points, without those that have a lone surrogate. */
  readonly sorted: readonly Int32Array[];
  readonly hashes: readonly number[];
  /** Where each stands in the list that was given. */
  readonly indices: readonly number[];
}

/** Distinct texts, sorted, and their language: for sets that grow by a text at a time. */
export interface TextSet {
  readonly sorted: readonly Int32Array[];
  readonly hashes: readonly number[];
  readonly language: Language;
}

/** A list with one text more than another. */
export interface OneMore {
  readonly language: Language;
  readonly text: Int32Array;
  /** With so many of its code points, texts of the other list begin, too. */
  readonly shared: number;
}

/** What a list was made from by leaving a text out: a node, and the number of the text among its members. */
interface Origin {
  readonly node: Language;
  readonly index: number;
}

const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

export class Texts {
  readonly #texts: Int32Array[] = [];
  /** For each text the hash of each suffix. */
  readonly #hashes: Int32Array[] = [];
  readonly #lists: (readonly Int32Array[])[] = [];
  /** For each list the sums of its texts' hashes up to each index. */
  readonly #sums: Int32Array[] = [];
  /** By list. */
  readonly #origins: (Origin | undefined)[] = [];
  /** The list that a text was added to, and the text, by the list that this made. */
  readonly #grown: (readonly [Language, Language] | undefined)[] = [];
  readonly #decoded = new Map<string, Int32Array>();
  readonly #listsByHash = new Map<number, number[]>();

  constructor(
    private readonly nodes: NodeTable,
    private readonly base: Base,
  ) {}

  /** The language of one text. */
  text(codePoints: Int32Array): Language {
    if (codePoints.length === 0) return this.base.epsilon;
    if (codePoints.some(isSurrogate)) return this.base.empty;
    if (codePoints.length === 1) return this.base.codePoints([codePoints[0]!]);
    const hashes = suffixHashes(codePoints);
    const known = this.nodes.findWhere(hashes[0]!, (node) => this.#rests(node, codePoints));
    if (known >= 0) return known;
    this.#texts.push(codePoints);
    this.#hashes.push(hashes);
    return this.#createLiteral(this.#texts.length - 1, 0);
  }

  /** The language of several texts. */
  choice(texts: Iterable<string>): Language {
    // The order of UTF-16 units is that of code points, unless there are surrogates.
    const sorted = [...new Set(texts)].sort();
    const list = sorted.map((text) => this.#decode(text));
    if (!sorted.some((text) => SURROGATE.test(text))) return this.choiceOf(list);
    return this.choiceOf(list.filter((codePoints) => !codePoints.some(isSurrogate)).sort(compareCodePoints));
  }

  /** The code points of a text; names come again and again. */
  #decode(text: string): Int32Array {
    let codePoints = this.#decoded.get(text);
    if (codePoints === undefined) {
      codePoints = codePointsOf(text);
      if (this.#decoded.size === MAX_DECODED) this.#decoded.clear();
      this.#decoded.set(text, codePoints);
    }
    return codePoints;
  }

  candidates(texts: readonly string[]): Candidates {
    const all = texts.map((text, index) => ({ text: this.#decode(text), index }));
    const valid = all.filter(({ text }) => !text.some(isSurrogate));
    valid.sort((a, b) => compareCodePoints(a.text, b.text));
    const sorted = valid.map(({ text }) => text);
    return { sorted, hashes: sorted.map(textHash), indices: valid.map(({ index }) => index) };
  }

  /** The language of the candidates that have a 1 at their index. */
  choiceAmong({ sorted, hashes, indices }: Candidates, kept: Uint8Array): Language {
    const isKept = (_: unknown, i: number) => kept[indices[i]!] === 1;
    return this.choiceOf(sorted.filter(isKept), hashes.filter(isKept));
  }

  textSet(texts: readonly string[]): TextSet {
    const { sorted, hashes } = this.candidates(texts);
    return { sorted, hashes, language: this.choiceOf(sorted, hashes) };
  }

  /** A set with one more text. */
  grown(set: TextSet, text: string): TextSet {
    const codePoints = this.#decode(text);
    if (codePoints.some(isSurrogate)) return set;
    const low = lowerBound(set.sorted, codePoints);
    const sorted = set.sorted.slice();
    const hashes = set.hashes.slice();
    sorted.splice(low, 0, codePoints);
    hashes.splice(low, 0, textHash(codePoints));
    return { sorted, hashes, language: this.choiceOf(sorted, hashes) };
  }

  /** The language of distinct texts, sorted by code points. */
  choiceOf(sorted: readonly Int32Array[], hashes?: readonly number[]): Language {
    if (sorted.length === 0) return this.base.empty;
    if (sorted.length === 1) return this.text(sorted[0]!);
    if (sorted.at(-1)!.length === 1 && sorted.every((text) => text.length === 1)) {
      return this.base.codePoints(sorted.map((text) => text[0]!));
    }
    const list = this.#internList(sorted, hashes ?? sorted.map(textHash));
    return this.#range(list, 0, sorted.length, 0);
  }

  /** The number of an equal list, stored if it is new. */
  #internList(sorted: readonly Int32Array[], hashes: readonly number[]): number {
    const sums = new Int32Array(sorted.length + 1);
    for (let i = 0; i < sorted.length; i++) sums[i + 1] = sums[i]! + hashes[i]!;
    const hash = sums[sorted.length]!;
    let bucket = this.#listsByHash.get(hash);
    if (!bucket) this.#listsByHash.set(hash, (bucket = []));
    for (const list of bucket) {
      const other = this.#lists[list]!;
      if (other.length === sorted.length && sameTexts(sorted, 0, other, 0, sorted.length)) return list;
    }
    bucket.push(this.#lists.length);
    this.#sums.push(sums);
    return this.#lists.push(sorted) - 1;
  }

  /** How many texts a Literal or Texts node has. */
  count(node: Language): number {
    return this.nodes.kind[node] === Kind.Texts ? this.nodes.c[node]! - this.nodes.b[node]! : 1;
  }

  /** The texts of a Literal or Texts node. */
  members(node: Language): Int32Array[] {
    const { kind, a, b, c, d } = this.nodes;
    if (kind[node] === Kind.Literal) return [this.#texts[a[node]!]!.subarray(b[node]!)];
    const texts = this.#lists[a[node]!]!.slice(b[node]!, c[node]!);
    const offset = d[node]!;
    return offset === 0 ? texts : texts.map((text) => text.subarray(offset));
  }

  /** The texts of a Literal or Texts node that have so many code points at most. */
  membersUpTo(node: Language, length: number): Int32Array[] {
    const { kind, a, b, c, d, minLength } = this.nodes;
    if (minLength[node]! > length) return [];
    if (kind[node] === Kind.Literal) return this.members(node);
    const list = this.#lists[a[node]!]!;
    const offset = d[node]!;
    const found: Int32Array[] = [];
    for (let i = b[node]!; i < c[node]!; i++) {
      const text = list[i]!;
      if (text.length - offset <= length) found.push(text.subarray(offset));
    }
    return found;
  }

  /** The texts of a Literal or Texts node that none of some others has. */
  without(node: Language, others: readonly Language[]): Language {
    const members = this.members(node);
    const isGone = new Uint8Array(members.length);
    let left = members.length;
    let last = 0;
    for (const other of others) {
      let index = 0;
      // Both ascend.
      for (const text of this.members(other)) {
        index = lowerBound(members, text, index);
        if (index === members.length) break;
        if (isGone[index] === 1 || compareCodePoints(members[index]!, text) !== 0) continue;
        isGone[index] = 1;
        last = index;
        left--;
      }
    }
    if (left === members.length) return node;
    const hashes = this.#hashesOf(node, members);
    if (left === members.length - 1) {
      members.splice(last, 1);
      hashes.splice(last, 1);
      const list = this.#lists.length;
      const result = this.choiceOf(members, hashes);
      if (list < this.#lists.length) this.#origins[list] = { node, index: last };
      return result;
    }
    const isKept = (_: unknown, index: number) => isGone[index] === 0;
    return this.choiceOf(members.filter(isKept), hashes.filter(isKept));
  }

  /** The list that this one was made from by leaving a text out; undefined: it was made in another way. */
  oneMore(node: Language): OneMore | undefined {
    const { kind, a, b, c, d } = this.nodes;
    if (kind[node] !== Kind.Texts) return undefined;
    const origin = this.#origins[a[node]!];
    if (origin === undefined) return undefined;
    const { node: whole, index } = origin;
    const [list, first, end, depth] = [this.#lists[a[node]!]!, b[node]!, c[node]!, d[node]!];
    if (index < first || index > end) return undefined;
    const from = a[whole]!;
    const gone = this.#lists[from]![b[whole]! + index]!.subarray(d[whole]!);
    let shared = -1;
    if (index > first) shared = sharedLength(list[index - 1]!, gone);
    if (index < end) shared = Math.max(shared, sharedLength(list[index]!, gone));
    // All texts of the node have a beginning in common.
    if (shared < depth) return undefined;
    const language = this.#range(from, b[whole]! + first, b[whole]! + end + 1, d[whole]! + depth);
    return { language, text: gone.subarray(depth), shared: shared - depth };
  }

  /** A list, and a text that was added to it to make this one; undefined: it was made in another way. */
  grownFrom(node: Language): readonly [Language, Language] | undefined {
    const { kind, a, b, c, d } = this.nodes;
    if (kind[node] !== Kind.Texts || d[node] !== 0) return undefined;
    const isWhole = b[node] === 0 && c[node] === this.#lists[a[node]!]!.length;
    return isWhole ? this.#grown[a[node]!] : undefined;
  }

  /** The texts of two Literal or Texts nodes. */
  both(x: Language, y: Language): Language {
    const [many, few] = this.count(x) < this.count(y) ? [y, x] : [x, y];
    const sorted = this.members(many).slice();
    const hashes = this.#hashesOf(many, sorted);
    for (const text of this.members(few)) {
      const index = lowerBound(sorted, text);
      if (index < sorted.length && compareCodePoints(sorted[index]!, text) === 0) continue;
      sorted.splice(index, 0, text);
      hashes.splice(index, 0, textHash(text));
    }
    const list = this.#lists.length;
    const result = this.choiceOf(sorted, hashes);
    if (sorted.length === this.count(many) + 1 && list < this.#lists.length) this.#grown[list] = [many, few];
    return result;
  }

  #hashesOf(node: Language, members: readonly Int32Array[]): number[] {
    return this.#knownHashes(node) ?? members.map(textHash);
  }

  /** The hashes of a node's texts, where they are whole texts of a list; undefined for others. */
  #knownHashes(node: Language): number[] | undefined {
    const { kind, a, b, c, d } = this.nodes;
    if (kind[node] !== Kind.Texts || d[node] !== 0) return undefined;
    const sums = this.#sums[a[node]!]!;
    const hashes: number[] = [];
    for (let i = b[node]!; i < c[node]!; i++) hashes.push(sums[i + 1]! - sums[i]!);
    return hashes;
  }

  /** Whether a Literal or Texts node has a text. */
  has(node: Language, text: string): boolean {
    const { minLength, maxLength } = this.nodes;
    // A code point is one or two units. Most texts that are asked for are too short.
    if (text.length < minLength[node]! || text.length > 2 * maxLength[node]!) return false;
    return this.hasCodePoints(node, this.#decode(text));
  }

  /** The same for the code points of a text. */
  hasCodePoints(node: Language, codePoints: Int32Array): boolean {
    const { kind, a, b, c, d, minLength, maxLength } = this.nodes;
    if (codePoints.length < minLength[node]! || codePoints.length > maxLength[node]!) return false;
    if (kind[node] === Kind.Literal) return compareRests(this.#texts[a[node]!]!, b[node]!, codePoints) === 0;
    const list = this.#lists[a[node]!]!;
    let low = b[node]!;
    for (let high = c[node]!; low < high; ) {
      const middle = (low + high) >> 1;
      const order = compareRests(list[middle]!, d[node]!, codePoints);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }

  /** Writes the step function of a Literal or Texts node. */
  step(node: Language, out: StepBuilder): void {
    const { kind, a, b, c, d } = this.nodes;
    if (kind[node] === Kind.Literal) {
      const offset = b[node]!;
      out.single(this.#texts[a[node]!]![offset]!, this.#literal(a[node]!, offset + 1), this.base.empty);
      return;
    }
    const list = this.#lists[a[node]!]!;
    const end = c[node]!;
    const depth = d[node]!;
    let first = b[node]!;
    if (end - first > MANY && this.#stepOfLarger(node, out)) return;
    if (list[first]!.length === depth) first++;
    out.add(0, this.base.empty);
    while (first < end) {
      const codePoint = list[first]![depth]!;
      const next = lastWith(list, first, end, depth, codePoint);
      out.add(codePoint, this.#range(a[node]!, first, next, depth + 1));
      out.add(codePoint + 1, this.base.empty);
      first = next;
    }
  }

  /** Writes the step function of a list from that of the list with one text more, if that is known; else false. */
  #stepOfLarger(node: Language, out: StepBuilder): boolean {
    const more = this.oneMore(node);
    if (more === undefined || this.nodes.stepStart[more.language]! < 0) return false;
    const { language, text, shared } = more;
    // Where the text has ended, only that it has tells the two apart.
    const codePoint = text.length === 0 ? -1 : text[0]!;
    const target = shared === 0 ? this.base.empty : this.#behind(node, codePoint);
    const { stepStart, stepCount, stepBounds, stepTargets } = this.nodes;
    const start = stepStart[language]!;
    const end = start + stepCount[language]!;
    for (let i = start; i < end; i++) {
      out.add(stepBounds[i]!, stepTargets[i]!);
      if (codePoint < stepBounds[i]! || (i + 1 < end && codePoint >= stepBounds[i + 1]!)) continue;
      out.add(codePoint, target);
      out.add(codePoint + 1, stepTargets[i]!);
    }
    return true;
  }

  /** What follows a code point, with which a text begins that was left out and one next to it. */
  #behind(node: Language, codePoint: number): Language {
    const { a, b, c, d } = this.nodes;
    const list = this.#lists[a[node]!]!;
    const depth = d[node]!;
    let from = this.#origins[a[node]!]!.index;
    while (from > b[node]! && list[from - 1]![depth] === codePoint) from--;
    return this.#range(a[node]!, from, lastWith(list, from, c[node]!, depth, codePoint), depth + 1);
  }

  #range(list: number, first: number, end: number, depth: number): Language {
    const texts = this.#lists[list]!;
    if (end - first === 1) return this.text(texts[first]!.subarray(depth));
    const isSmall = end - first <= MAX_SHARED;
    // Long lists that differ in a text share the nodes of all ranges that do not have it.
    const sums = this.#sums[list]!;
    const hash = isSmall
      ? hashOfRests(texts, first, end, depth)
      : mix(mix(sums[end]! - sums[first]!, end - first), depth);
    const known = this.nodes.findWhere(hash, (node) =>
      isSmall
        ? this.#isRange(node, texts, first, end, depth)
        : this.#isSameRange(node, texts, first, end, depth),
    );
    if (known >= 0) return known;
    let shortest = texts[first]!.length;
    let longest = shortest;
    for (let i = first + 1; i < end; i++) {
      shortest = Math.min(shortest, texts[i]!.length);
      longest = Math.max(longest, texts[i]!.length);
    }
    const node = this.nodes.create(Kind.Texts, list, first, end, depth, hash);
    const nullable = texts[first]!.length === depth ? Fact.Nullable : 0;
    return this.nodes.describe(node, Fact.Plain | Fact.Live | nullable, shortest - depth, longest - depth);
  }

  /** Whether a node is the range of these texts at this depth. */
  #isSameRange(
    node: Language,
    texts: readonly Int32Array[],
    first: number,
    end: number,
    depth: number,
  ): boolean {
    const { kind, a, b, c, d } = this.nodes;
    if (kind[node] !== Kind.Texts || d[node] !== depth || c[node]! - b[node]! !== end - first) return false;
    return sameTexts(this.#lists[a[node]!]!, b[node]!, texts, first, end - first);
  }

  /** Whether a node is a set of just these rests. */
  #isRange(node: Language, texts: readonly Int32Array[], first: number, end: number, depth: number): boolean {
    const { kind, a, b, c, d } = this.nodes;
    if (kind[node] !== Kind.Texts || c[node]! - b[node]! !== end - first) return false;
    const others = this.#lists[a[node]!]!;
    for (let i = first; i < end; i++) {
      const text = texts[i]!;
      const other = others[b[node]! + i - first]!;
      const skip = d[node]! - depth;
      if (text.length + skip !== other.length) return false;
      for (let k = depth; k < text.length; k++) if (text[k] !== other[k + skip]) return false;
    }
    return true;
  }

  #literal(text: number, offset: number): Language {
    const codePoints = this.#texts[text]!;
    const rest = codePoints.length - offset;
    if (rest === 1) return this.base.codePoints([codePoints[offset]!]);
    const suffix = codePoints.subarray(offset);
    const known = this.nodes.findWhere(this.#hashes[text]![offset]!, (node) => this.#rests(node, suffix));
    return known >= 0 ? known : this.#createLiteral(text, offset);
  }

  #createLiteral(text: number, offset: number): Language {
    const node = this.nodes.create(Kind.Literal, text, offset, 0, 0, this.#hashes[text]![offset]!);
    const rest = this.#texts[text]!.length - offset;
    return this.nodes.describe(node, Fact.Plain | Fact.Live, rest, rest);
  }

  /** Whether a node is the literal with this content. */
  #rests(node: Language, content: Int32Array): boolean {
    if (this.nodes.kind[node] !== Kind.Literal) return false;
    const text = this.#texts[this.nodes.a[node]!]!;
    const offset = this.nodes.b[node]!;
    if (text.length - offset !== content.length) return false;
    if (text.buffer === content.buffer && text.byteOffset + offset * 4 === content.byteOffset) return true;
    for (let i = 0; i < content.length; i++) if (text[offset + i] !== content[i]) return false;
    return true;
  }
}

/** The code points of a string; lone surrogates stay as they are. */
export function codePointsOf(text: string): Int32Array {
  const codePoints = new Int32Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    codePoints[length++] = codePoint;
  }
  return length === codePoints.length ? codePoints : codePoints.slice(0, length);
}

/** Whether a string has no lone surrogate, and so is a text: no JSON in UTF-8 has one. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** The string of code points. */
export function stringOf(codePoints: Iterable<number>): string {
  let text = "";
  for (const codePoint of codePoints) text += String.fromCodePoint(codePoint);
  return text;
}
