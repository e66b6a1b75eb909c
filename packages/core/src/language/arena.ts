/**
 * Regular languages over Unicode code points: closed under union, intersection, complement, concatenation and
 * counted repetition, read by derivatives. A language is the number of a hash-consed node; it is at the same time
 * the state of a lazy automaton, because a derivative is a language again.
 *
 * Simplification brings many equal languages to one node, but not all: different numbers may still be the same
 * language. Emptiness is exact. An arena only grows: drop it as a whole (one per compiled schema, or with eviction).
 *
 * ```ts
 * const arena = new LanguageArena();
 * const word = arena.repeat(arena.codePoints(arena.sets.range(0x61, 0x7a)), 1, Infinity);
 * const allowed = arena.difference(word, arena.choice(["if", "else"]));
 * arena.matches(allowed, "elsewhere"); // true
 * arena.shortest(allowed); // "a"
 * ```
 */
import {
  type Algebra,
  flatten,
  type LeafRun,
  type LeafTheory,
  plainGoal,
  sortedDistinct,
} from "./algebra.js";
import { type CodePointSet, CodePointSets } from "./code-point-set.js";
import {
  type AtLeast,
  atLeastOf,
  behindOption,
  boundedRunOf,
  enoughToEnd,
  horizonOf,
  type Limited,
  limitedOf,
  lowersMinimum,
  type Run,
  saturated,
  type TextBounds,
  toldWithin,
  withoutExceptions,
} from "./horizon.js";
import { intersectionOf, isFiltered } from "./intersection.js";
import { DEFAULT_LANGUAGE_LIMITS, type LanguageLimits } from "./limits.js";
import { ListMemo } from "./list-memo.js";
import { firstMembers, isFiniteLanguage, membersOf } from "./members.js";
import { addLengths, Fact, Kind, type Language, multiplyLengths, NodeTable, UNBOUNDED } from "./nodes.js";
import { PairMemo } from "./pair-memo.js";
import { type Region, regionsOf } from "./regions.js";
import { isEmptyLanguage, shortestMember } from "./search.js";
import { Steps } from "./steps.js";
import { type FarTargets, farTargets, firstCodePoints, loopsWithin, writeAsciiTargets } from "./targets.js";
import {
  type Candidates,
  codePointsOf,
  isWellFormed,
  type OneMore,
  stringOf,
  type TextSet,
  Texts,
} from "./texts.js";
import { unionOf } from "./union.js";

export type { Language } from "./nodes.js";

/** Longer shortest members are not kept. */
const MAX_KEPT = 256;

/** Longer classes are not listed. */
const MAX_CHARACTERS = 64;

/** Operands of a union or intersection to others with the same result. */
type Rewrite = (items: readonly Language[]) => readonly Language[];

export class LanguageArena implements Algebra {
  readonly sets = new CodePointSets();
  readonly nodes: NodeTable;
  readonly texts: Texts;
  /** The language without members. */
  readonly empty: Language;
  /** The language of the empty text alone. */
  readonly epsilon: Language;
  /** Every text of one code point. */
  readonly anyCodePoint: Language;
  /** Every text. */
  readonly any: Language;
  readonly #theories: LeafTheory[] = [];
  readonly #theoryIndices = new Map<LeafTheory, number>();
  readonly #equations: (() => Language)[] = [];
  readonly #intersectionRewrites: Rewrite[] = [];
  readonly #unionRewrites: Rewrite[] = [];
  readonly #steps: Steps;
  readonly #unions = new PairMemo();
  readonly #intersections = new PairMemo();
  readonly #manyUnions = new ListMemo();
  readonly #manyIntersections = new ListMemo();
  readonly #regions = new Map<string, readonly Region[] | null>();
  readonly #shortest = new Map<Language, string | undefined>();

  /** @param limits bounds on what this arena may grow to and on a single question; missing ones have defaults. */
  constructor(limits: Partial<LanguageLimits> = {}) {
    const nodes = new NodeTable({ ...DEFAULT_LANGUAGE_LIMITS, ...limits });
    this.nodes = nodes;
    this.empty = nodes.create(Kind.Empty, 0, 0, 0, 0);
    nodes.describe(this.empty, Fact.Plain | Fact.Dead, UNBOUNDED, 0);
    this.epsilon = nodes.create(Kind.Epsilon, 0, 0, 0, 0);
    nodes.describe(this.epsilon, Fact.Plain | Fact.Nullable | Fact.Live, 0, 0);
    this.texts = new Texts(nodes, {
      empty: this.empty,
      epsilon: this.epsilon,
      codePoints: (list) => this.codePoints(this.sets.ofRanges(list.flatMap((c) => [c, c]))),
    });
    this.#steps = new Steps(this, this.#theories, this.#equations);
    this.anyCodePoint = this.codePoints(this.sets.all);
    this.any = this.repeat(this.anyCodePoint, 0, UNBOUNDED);
  }

  /** Whether a language is a list of texts, and not a long one: such meet without a search. */
  isListed(node: Language): boolean {
    return this.nodes.kind[node] === Kind.Class || isFiltered(this, node);
  }

  /** The texts of such a language; undefined for others, and for many texts of a character. */
  listedTexts(node: Language): string[] | undefined {
    if (node === this.epsilon) return [""];
    if (this.nodes.kind[node] === Kind.Class)
      return this.sets.characters(this.nodes.a[node]!, MAX_CHARACTERS);
    return isFiltered(this, node) ? this.texts.members(node).map(stringOf) : undefined;
  }

  /** The union of two such languages: a list again, where a union keeps its operands apart. */
  joinedLists(x: Language, y: Language): Language {
    const isList = (node: Language) => node !== this.epsilon && this.nodes.kind[node] !== Kind.Class;
    if (isList(x) && isList(y)) return this.texts.both(x, y);
    const [texts, others] = [this.listedTexts(x), this.listedTexts(y)];
    return texts === undefined || others === undefined
      ? this.union([x, y])
      : this.choice([...texts, ...others]);
  }

  /** The list of texts that this one was made from by leaving one out; undefined: it was made in another way. */
  oneMore(node: Language): OneMore | undefined {
    return this.texts.oneMore(node);
  }

  /** The one text. A string with a lone surrogate is no text: `empty`. */
  text(text: string): Language {
    return this.texts.text(codePointsOf(text));
  }

  /** Any of these texts; 100,000 of them cost a sort, and nodes only where they are read. */
  choice(texts: Iterable<string>): Language {
    return this.texts.choice(texts);
  }

  /** Prepares distinct texts for `choiceAmong`. */
  candidates(texts: readonly string[]): Candidates {
    return this.texts.candidates(texts);
  }

  /** Any of the candidates that have a 1 at their index: a choice without its sort. */
  choiceAmong(candidates: Candidates, kept: Uint8Array): Language {
    return this.texts.choiceAmong(candidates, kept);
  }

  /** Any of these distinct texts, as a set to be `grown`. */
  textSet(texts: readonly string[]): TextSet {
    return this.texts.textSet(texts);
  }

  /** A set with one more text that it does not have. */
  grown(set: TextSet, text: string): TextSet {
    return this.texts.grown(set, text);
  }

  /** Every text of one code point of the set (a number from `sets`). */
  codePoints(set: CodePointSet): Language {
    if (set === this.sets.none) return this.empty;
    const { nodes } = this;
    const known = nodes.find(Kind.Class, set, 0, 0, 0);
    return known >= 0
      ? known
      : nodes.describe(nodes.create(Kind.Class, set, 0, 0, 0), Fact.Plain | Fact.Live, 1, 1);
  }

  /** A text of each language, one after the other. */
  concat(...parts: Language[]): Language {
    let result = this.epsilon;
    for (let i = parts.length - 1; i >= 0; i--)
      result = this.#concat(plainGoal(this, parts[i]!), plainGoal(this, result));
    return result;
  }

  union(items: readonly Language[]): Language {
    if (items.length !== 2) return this.#manyUnions.remember(items, (list) => this.#unite(list));
    const [x, y] = items as [Language, Language];
    if (x === y) return plainGoal(this, x);
    const known = this.#unions.get(Math.min(x, y), Math.max(x, y));
    if (known >= 0) return known;
    const result = this.#unite(items);
    this.#unions.set(Math.min(x, y), Math.max(x, y), result);
    return result;
  }

  intersection(items: readonly Language[]): Language {
    if (items.length !== 2) return this.#manyIntersections.remember(items, (list) => this.#intersect(list));
    const [x, y] = items as [Language, Language];
    if (x === y) return plainGoal(this, x);
    const known = this.#intersections.get(Math.min(x, y), Math.max(x, y));
    if (known >= 0) return known;
    const result = this.#intersect(items);
    this.#intersections.set(Math.min(x, y), Math.max(x, y), result);
    return result;
  }

  /** What two languages have in common, if it was asked for. */
  knownIntersection(x: Language, y: Language): Language | undefined {
    const known = this.#intersections.get(Math.min(x, y), Math.max(x, y));
    return known >= 0 ? known : undefined;
  }

  /** Has the operands of every intersection rewritten first, by a theory that knows how its languages meet. */
  onIntersection(rewrite: Rewrite): void {
    this.#intersectionRewrites.push(rewrite);
  }

  /** The same for unions. */
  onUnion(rewrite: Rewrite): void {
    this.#unionRewrites.push(rewrite);
  }

  /** Every text that is not a member. */
  complement(of: Language): Language {
    const { nodes } = this;
    const child = plainGoal(this, of);
    if (child === this.empty) return this.any;
    if (child === this.epsilon) return this.repeat(this.anyCodePoint, 1, UNBOUNDED);
    switch (nodes.kind[child]) {
      case Kind.Complement:
        return nodes.a[child]!;
      case Kind.Repeat:
        if (nodes.a[child] === this.anyCodePoint)
          return this.#complementOfWindow(nodes.b[child]!, nodes.c[child]!);
        break;
      case Kind.Union:
      case Kind.Intersection: {
        // A complement inside comes out, so that it can meet others: ¬(x ∪ ¬y) = ¬x ∩ y.
        const items = nodes.items(child);
        const inner = items.find((item) => nodes.kind[item] === Kind.Complement);
        if (inner === undefined) break;
        const rest = items.filter((item) => item !== inner);
        if (nodes.kind[child] === Kind.Union) {
          return this.intersection([nodes.a[inner]!, this.complement(this.union(rest))]);
        }
        return this.union([nodes.a[inner]!, this.complement(this.intersection(rest))]);
      }
    }
    const known = nodes.find(Kind.Complement, child, 0, 0, 0);
    if (known >= 0) return known;
    const nullable = !this.nullable(child);
    const live = nullable || nodes.maxLength[child] !== UNBOUNDED;
    const facts = (nullable ? Fact.Nullable : 0) | (live ? Fact.Live : 0);
    return nodes.describe(nodes.create(Kind.Complement, child, 0, 0, 0), facts, nullable ? 0 : 1, UNBOUNDED);
  }

  /** The members of one language that are not in the other. */
  difference(from: Language, without: Language): Language {
    return this.intersection([from, this.complement(without)]);
  }

  /**
   * At least `min` and at most `max` members one after the other; counters are kept as such and never unrolled.
   * @param max Infinity for no bound. Counts from 2^31 - 1 on are unbounded as `max` and 2^31 - 2 as `min`, longer
   *   than any JavaScript string.
   */
  repeat(of: Language, min: number, max: number): Language {
    const { nodes } = this;
    let child = plainGoal(this, of);
    min = Math.min(min, UNBOUNDED - 1);
    max = Math.min(max, UNBOUNDED);
    if (min > max) return this.empty;
    if (max === 0 || child === this.epsilon) return this.epsilon;
    if (child === this.empty) return min === 0 ? this.epsilon : this.empty;
    if (this.nullable(child)) {
      min = 0;
      if (nodes.kind[child] === Kind.Union)
        child = this.union(nodes.items(child).filter((item) => item !== this.epsilon));
    }
    if (min === 1 && max === 1) return child;
    if (nodes.kind[child] === Kind.Repeat) {
      const innerMin = nodes.b[child]!;
      const innerMax = nodes.c[child]!;
      if (
        min === max ||
        addLengths(multiplyLengths(min, innerMax), 1) >= multiplyLengths(min + 1, innerMin)
      ) {
        return this.repeat(nodes.a[child]!, multiplyLengths(min, innerMin), multiplyLengths(max, innerMax));
      }
    }
    const known = nodes.find(Kind.Repeat, child, min, max, 0);
    if (known >= 0) return known;
    let facts = nodes.facts[child]! & (Fact.Plain | Fact.Inexact | Fact.Live);
    if (min === 0) facts |= Fact.Nullable | Fact.Live;
    const node = nodes.create(Kind.Repeat, child, min, max, 0);
    const minLength = multiplyLengths(min, nodes.minLength[child]!);
    return nodes.describe(node, facts, minLength, multiplyLengths(max, nodes.maxLength[child]!));
  }

  /** Every text of `min` to `max` code points. */
  length(min: number, max: number): Language {
    return this.repeat(this.anyCodePoint, min, max);
  }

  /**
   * A language equal to `goal` whose derivatives carry those of the parts along, so that where a text ends one can
   * read which parts contain it. For the top level: inside other constructors it is just its goal.
   */
  observe(goal: Language, parts: readonly Language[]): Language {
    const { nodes } = this;
    const items = [goal, ...parts].map((item) => plainGoal(this, item));
    if (items[0] === this.empty) return this.empty;
    if (parts.length === 0) return items[0]!;
    const known = nodes.findList(Kind.Observe, items);
    if (known >= 0) return known;
    const [target] = items as [Language];
    const node = nodes.createList(Kind.Observe, items);
    return nodes.describe(node, nodes.facts[target]!, nodes.minLength[target]!, nodes.maxLength[target]!);
  }

  /**
   * The smallest language Z with Z = unfold(), where the result may contain Z behind at least one code point: a loop
   * whose body looks beyond its end. `exit` is a part of it that has the empty text if and only if Z does.
   */
  fixpoint(exit: Language, unfold: () => Language): Language {
    const { nodes } = this;
    const index = this.#equations.push(unfold) - 1;
    const facts = nodes.facts[exit]! & (Fact.Nullable | Fact.Live);
    const node = nodes.create(Kind.Fixpoint, index, 0, 0, 0);
    return nodes.describe(node, facts, this.nullable(exit) ? 0 : 1, UNBOUNDED);
  }

  /** What an observed language is equal to; any other language itself. */
  goal(node: Language): Language {
    return plainGoal(this, node);
  }

  /** What is left of the parts of an observed language (a part contains the text read if it is nullable); else none. */
  parts(node: Language): Language[] {
    return this.nodes.kind[node] === Kind.Observe ? this.nodes.items(node).slice(1) : [];
  }

  /** What is left of a language where a text ends in it: `epsilon` or `empty`, and so for each part. */
  ended(node: Language): Language {
    const end = (part: Language) => (this.nullable(part) ? this.epsilon : this.empty);
    return this.observe(end(node), this.parts(node).map(end));
  }

  /** A state of a theory as a language. The theory object's identity counts, so keep one for equal parameters. */
  leaf(theory: LeafTheory, state: number): Language {
    const { nodes } = this;
    let index = this.#theoryIndices.get(theory);
    if (index === undefined) {
      index = this.#theories.push(theory) - 1;
      this.#theoryIndices.set(theory, index);
    }
    const known = nodes.find(Kind.Leaf, index, state, 0, 0);
    if (known >= 0) return known;
    const facts = Fact.Plain | Fact.Inexact | Fact.Live | (theory.nullable(state) ? Fact.Nullable : 0);
    return nodes.describe(
      nodes.create(Kind.Leaf, index, state, 0, 0),
      facts,
      theory.minLength(state),
      UNBOUNDED,
    );
  }

  /** The theory of a leaf; undefined for other languages. */
  theory(node: Language): LeafTheory | undefined {
    return this.nodes.kind[node] === Kind.Leaf ? this.#theories[this.nodes.a[node]!] : undefined;
  }

  /** Any texts with which members begin, as a leaf at the beginning says it; undefined: none does. */
  leafRun(node: Language): LeafRun | undefined {
    const { nodes } = this;
    // All that has leaves is so.
    if (!nodes.has(node, Fact.Inexact)) return undefined;
    switch (nodes.kind[node]) {
      case Kind.Leaf:
        return this.theory(node)?.run?.(nodes.b[node]!);
      case Kind.Concat:
        return nodes.has(nodes.b[node]!, Fact.Live) ? this.leafRun(nodes.a[node]!) : undefined;
      case Kind.Union:
        for (const item of nodes.items(node)) {
          const run = this.leafRun(item);
          if (run !== undefined) return run;
        }
        return undefined;
      default:
        return undefined;
    }
  }

  /** Whether such a language lists a text, given by its code points, among those that it does not have. */
  excepts(node: Language, codePoints: Int32Array): boolean {
    return this.texts.hasCodePoints(this.nodes.a[node]!, codePoints);
  }

  /** The code points of all that it excepts and that has no more of them than so many. */
  exceptedUpTo(node: Language, length: number): Int32Array[] {
    return this.texts.membersUpTo(this.nodes.a[node]!, length);
  }

  /** Whether it has all texts but some listed ones: see `excepts`. */
  isAllButListed(node: Language): boolean {
    const { kind, a } = this.nodes;
    if (kind[node] !== Kind.Complement) return false;
    const child = kind[a[node]!];
    return child === Kind.Literal || child === Kind.Texts;
  }

  /** Whether the empty text is a member. */
  nullable(node: Language): boolean {
    return (this.nodes.facts[node]! & Fact.Nullable) !== 0;
  }

  /** What may follow this code point; `empty` for a surrogate. The result can be without members: see `isEmpty`. */
  derivative(node: Language, codePoint: number): Language {
    return this.#steps.derivative(node, codePoint);
  }

  get isOpen(): boolean {
    return this.#steps.isOpen;
  }

  derivativeOfText(node: Language, text: string): Language {
    for (const character of text) node = this.#steps.derivative(node, character.codePointAt(0)!);
    return node;
  }

  /** Computes all derivatives of a node. */
  prepare(node: Language): void {
    this.#steps.prepare(node);
  }

  matches(node: Language, text: string): boolean {
    const { nodes } = this;
    switch (nodes.kind[node]) {
      // Lists are searched: reading them makes a node for each character.
      case Kind.Literal:
      case Kind.Texts:
        return this.texts.has(node, text);
      case Kind.Complement:
        return isWellFormed(text) && !this.matches(nodes.a[node]!, text);
      case Kind.Repeat:
        if (node === this.any) return isWellFormed(text);
    }
    return this.nullable(this.derivativeOfText(node, text));
  }

  /**
   * Whether there is no member; exact.
   * @throws LanguageLimitError when more than `maxSearch` states would have to be explored.
   */
  isEmpty(node: Language): boolean {
    const facts = this.nodes.facts[node]! & (Fact.Live | Fact.Dead);
    if (facts !== 0) return facts === Fact.Dead;
    return this.nodes.bounded(() => isEmptyLanguage(this, node));
  }

  /** Whether there is a member for all that is known without a search; false says nothing. */
  isSurelyLive(node: Language): boolean {
    return this.nodes.has(node, Fact.Live);
  }

  /** A shortest member (in code points), undefined if there is none. Throws as `isEmpty` does. */
  shortest(node: Language): string | undefined {
    if (this.#shortest.has(node)) return this.#shortest.get(node);
    const codePoints = this.nodes.bounded(() => shortestMember(this, node));
    const text = codePoints && stringOf(codePoints);
    // It is asked again and again of the same names.
    if (text === undefined || text.length <= MAX_KEPT) this.#shortest.set(node, text);
    return text;
  }

  /**
   * The regions that some languages split a language into, each with a text: see `regions.ts`. Undefined: it is better
   * asked for each combination. Throws as `isEmpty` does.
   */
  regions(within: Language, languages: readonly Language[]): readonly Region[] | undefined {
    const key = `${within}:${languages.join()}`;
    let regions = this.#regions.get(key);
    if (regions === undefined) {
      regions = this.nodes.bounded(() => regionsOf(this, within, languages)) ?? null;
      this.#regions.set(key, regions);
    }
    return regions ?? undefined;
  }

  /** Whether there are finitely many members. Throws as `isEmpty` does. */
  isFinite(node: Language): boolean {
    return this.nodes.bounded(() => isFiniteLanguage(this, node));
  }

  /** Whether there are infinitely many members for all that is known without a search; false says nothing. */
  isSurelyInfinite(node: Language): boolean {
    const { nodes } = this;
    if (nodes.maxLength[node] !== UNBOUNDED) return false;
    if (nodes.kind[node] === Kind.Complement) return nodes.maxLength[nodes.a[node]!] !== UNBOUNDED;
    return nodes.has(node, Fact.Plain) && nodes.has(node, Fact.Live) && !nodes.has(node, Fact.Inexact);
  }

  /** Whether there are several members for all that is known without a search; false says nothing. */
  isSurelySeveral(node: Language): boolean {
    return this.nodes.kind[node] === Kind.Texts || this.isSurelyInfinite(node);
  }

  /** All members, undefined if there are more than `atMost`. Throws as `isEmpty` does. */
  members(node: Language, atMost: number): string[] | undefined {
    return this.nodes.bounded(() => membersOf(this, node, atMost));
  }

  /** Up to `atMost` members of a language that has finitely many. Throws as `isEmpty` does. */
  someMembers(node: Language, atMost: number): string[] {
    return this.nodes.bounded(() => firstMembers(this, node, atMost));
  }

  /** The text of a language that has exactly one; else undefined. Throws as `isEmpty` does. */
  asText(node: Language): string | undefined {
    const { nodes } = this;
    if (
      nodes.has(node, Fact.Plain) &&
      !nodes.has(node, Fact.Inexact) &&
      nodes.minLength[node] !== nodes.maxLength[node]
    ) {
      return undefined;
    }
    return membersOf(this, node, 1)?.[0];
  }

  /** A number h such that every text of at most h code points begins a member (a lower bound); -1 if there is none. */
  horizon(node: Language): number {
    return horizonOf(this, node);
  }

  /** The language as a bounded number of code points of one set; undefined if it is something else. */
  boundedRun(node: Language): Run | undefined {
    return boundedRunOf(this, node);
  }

  /** A language and "at most so many code points", where the language is an intersection with that; else undefined. */
  limited(node: Language): Limited | undefined {
    return limitedOf(this, node);
  }

  /** So many code points are enough to end a text from here, and from wherever one code point leads; Infinity: unknown. */
  enoughToEnd(node: Language): number {
    return enoughToEnd(this, node);
  }

  /** Whether all code points from `from` to `to - 1`, surrogates left out, lead from a language to itself. */
  loopsWithin(node: Language, from: number, to: number): boolean {
    return loopsWithin(this, node, from, to);
  }

  /** The code points that members begin with, ascending; undefined where there may be more than `most`. */
  firstCodePoints(node: Language, most: number): number[] | undefined {
    return firstCodePoints(this, node, most);
  }

  /** Writes what each ASCII code point leads to, at its number; an empty language may be none that says so: see `isEmpty`. */
  writeAsciiTargets(node: Language, targets: Int32Array): void {
    writeAsciiTargets(this, node, targets);
  }

  /** What the code points beyond ASCII in some ranges, and the others, surrogates left out, lead to: see `farTargets`. */
  farTargets(node: Language, ranges: readonly number[]): FarTargets {
    return farTargets(this, node, ranges);
  }

  /** A language and "at least so many code points", where both have the same beginnings; else undefined. */
  atLeast(node: Language): AtLeast | undefined {
    return atLeastOf(this, node);
  }

  /** What follows an optional part at the beginning: fewer texts; undefined: there is none. */
  behindOption(node: Language): Language | undefined {
    return behindOption(this, node);
  }

  /** A language with finitely many texts more; undefined: the given one does not say what it excludes. */
  withoutExceptions(node: Language): Language | undefined {
    return withoutExceptions(this, node);
  }

  /** Whether `saturate` lowers a counter's minimum, so that a text may end earlier. */
  lowersMinimum(node: Language, texts: TextBounds, behind = 0): boolean {
    return lowersMinimum(this, node, texts, behind);
  }

  /**
   * A language that cannot be told from this one by texts within some bounds, without larger counters; those behind so many
   * other parts included.
   */
  saturate(node: Language, texts: TextBounds, behind = 0): Language {
    return saturated(this, node, texts, behind);
  }

  /** So many code points cannot tell the result of `saturate` from the language either: as many as the bounds say at least. */
  toldWithin(node: Language, texts: TextBounds, behind = 0): number {
    return toldWithin(this, node, texts, behind);
  }

  #unite(items: readonly Language[]): Language {
    if (this.#unionRewrites.length === 0) return unionOf(this, items);
    let operands: readonly Language[] = sortedDistinct(items.map((item) => plainGoal(this, item)));
    for (const rewrite of this.#unionRewrites) operands = rewrite(operands);
    return unionOf(this, operands);
  }

  #intersect(items: readonly Language[]): Language {
    let operands: readonly Language[] = flatten(this, items, Kind.Intersection);
    for (const rewrite of this.#intersectionRewrites) operands = rewrite(operands);
    return this.nodes.bounded(() => intersectionOf(this, operands));
  }

  #concat(head: Language, tail: Language): Language {
    const { nodes } = this;
    if (head === this.empty || tail === this.empty) return this.empty;
    if (head === this.epsilon) return tail;
    if (tail === this.epsilon) return head;
    const spine: Language[] = [];
    for (; nodes.kind[head] === Kind.Concat; head = nodes.b[head]!) spine.push(nodes.a[head]!);
    let result = this.#prepend(head, tail);
    for (let i = spine.length - 1; i >= 0; i--) result = this.#prepend(spine[i]!, result);
    return result;
  }

  /** Concatenates a head that is no Concat, merging counters: r·r{n,m} = r{n+1,m+1}. */
  #prepend(head: Language, tail: Language): Language {
    const { nodes } = this;
    if ((head === this.any && this.nullable(tail)) || (tail === this.any && this.nullable(head)))
      return this.any;
    const tailIsConcat = nodes.kind[tail] === Kind.Concat;
    const next = tailIsConcat ? nodes.a[tail]! : tail;
    if (this.#base(head) === this.#base(next)) {
      const [min, max] = this.#counts(head);
      const [nextMin, nextMax] = this.#counts(next);
      const merged = this.repeat(this.#base(head), addLengths(min, nextMin), addLengths(max, nextMax));
      return tailIsConcat ? this.#concat(merged, nodes.b[tail]!) : merged;
    }
    const known = nodes.find(Kind.Concat, head, tail, 0, 0);
    if (known >= 0) return known;
    const both = nodes.facts[head]! & nodes.facts[tail]! & (Fact.Nullable | Fact.Plain | Fact.Live);
    const inexact = (nodes.facts[head]! | nodes.facts[tail]!) & Fact.Inexact;
    const node = nodes.create(Kind.Concat, head, tail, 0, 0);
    const min = addLengths(nodes.minLength[head]!, nodes.minLength[tail]!);
    return nodes.describe(
      node,
      both | inexact,
      min,
      addLengths(nodes.maxLength[head]!, nodes.maxLength[tail]!),
    );
  }

  #base(node: Language): Language {
    return this.nodes.kind[node] === Kind.Repeat ? this.nodes.a[node]! : node;
  }

  #counts(node: Language): [number, number] {
    const { nodes } = this;
    return nodes.kind[node] === Kind.Repeat ? [nodes.b[node]!, nodes.c[node]!] : [1, 1];
  }

  #complementOfWindow(min: number, max: number): Language {
    const shorter = min > 0 ? this.length(0, min - 1) : this.empty;
    const longer = max < UNBOUNDED ? this.length(max + 1, UNBOUNDED) : this.empty;
    return this.union([shorter, longer]);
  }
}
