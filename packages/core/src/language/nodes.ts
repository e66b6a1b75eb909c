/**
 * Storage of language nodes: a struct of arrays with integer hashing. A node is a kind and up to four operands;
 * equal nodes are stored once. Nothing here knows what a node means, except for the four facts kept with each
 * (nullable, plain, live, dead) and its length bounds, which the caller computes.
 */
import { checkTime } from "./deadline.js";
import { beyond, LanguageLimitError, type LanguageLimits } from "./limits.js";
import { mix } from "./pair-memo.js";

/** A regular language: the number of a node in its arena. */
export type Language = number;

/** What a node is; the operands are named in the comments in their order. */
export const enum Kind {
  /** No text. */
  Empty,
  /** The empty text. */
  Epsilon,
  /** One code point of a set: (code point set). */
  Class,
  /** One text of at least two code points, from a position on: (text, offset). */
  Literal,
  /** At least two texts of a sorted list, from a depth on: (list, first, end, depth). */
  Texts,
  /** A state of a theory of its own, such as arithmetic on digits; live: (theory, state). */
  Leaf,
  /** (head, tail); the head is no Concat. */
  Concat,
  /** (child, min, max) */
  Repeat,
  /** (offset in the list pool, count), ascending. */
  Union,
  /** (offset in the list pool, count), ascending. */
  Intersection,
  /** (child) */
  Complement,
  /** (offset in the list pool, count): the goal, then the parts. */
  Observe,
  /** The smallest solution of an equation; unfolded when its step function is computed: (number of the equation). */
  Fixpoint,
}

/** Facts about a node, as bits. */
export const enum Fact {
  /** The empty text is a member. */
  Nullable = 1,
  /** Neither intersection nor complement in it: live by construction, and its shortest length is exact. */
  Plain = 2,
  /** Some text is a member. */
  Live = 4,
  /** No text is a member. */
  Dead = 8,
  /** The shortest length is only a bound although the node is plain (it has a leaf in it). */
  Inexact = 16,
}

/** Stands for "no bound" in lengths and counters. */
export const UNBOUNDED = 0x7fffffff;

/** Adds lengths, saturating at `UNBOUNDED`. */
export function addLengths(x: number, y: number): number {
  return Math.min(x + y, UNBOUNDED);
}

/** Multiplies lengths, saturating at `UNBOUNDED`; 0 times anything is 0. */
export function multiplyLengths(x: number, y: number): number {
  return x === 0 || y === 0 ? 0 : Math.min(x * y, UNBOUNDED);
}

export class NodeTable {
  count = 0;
  kind = new Uint8Array(1024);
  a = new Int32Array(1024);
  b = new Int32Array(1024);
  c = new Int32Array(1024);
  d = new Int32Array(1024);
  facts = new Uint8Array(1024);
  /** A lower bound of the lengths of the members, in code points; exact for plain nodes. */
  minLength = new Int32Array(1024);
  /** An upper bound of the lengths of the members. */
  maxLength = new Int32Array(1024);
  /** Where a node's step function starts in the step pool; -1: not computed. */
  stepStart = new Int32Array(1024);
  stepCount = new Int32Array(1024);
  /** Operands of Union, Intersection and Observe. */
  lists = new Int32Array(1024);
  listsUsed = 0;
  /** Step functions: a segment starts at the bound and leads to the target. */
  stepBounds = new Int32Array(4096);
  stepTargets = new Int32Array(4096);
  stepsUsed = 0;
  #work = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #hashes = new Int32Array(1024);
  #slots = new Int32Array(2048).fill(-1);

  limits: LanguageLimits;

  constructor(limits: LanguageLimits) {
    this.limits = limits;
  }

  /** Runs something that may use more than the limits of what is kept, see `beyond`: what ends an output that hit one. */
  withReserve<T>(run: () => T): T {
    const { limits } = this;
    const { maxLexemeNodes, maxSteps, maxStates } = limits;
    this.limits = {
      ...limits,
      maxLexemeNodes: beyond(maxLexemeNodes),
      maxSteps: beyond(maxSteps),
      maxStates: beyond(maxStates),
    };
    try {
      return run();
    } finally {
      this.limits = limits;
    }
  }

  /** The node of this kind and operands, or -1 if it is not stored. */
  find(kind: Kind, a: number, b: number, c: number, d: number): Language {
    const hash = hashOf(kind, a, b, c, d);
    const mask = this.#slots.length - 1;
    for (let i = hash & mask; this.#slots[i] !== -1; i = (i + 1) & mask) {
      const node = this.#slots[i]!;
      if (this.#hashes[node] === hash && this.kind[node] === kind && this.a[node] === a) {
        if (this.b[node] === b && this.c[node] === c && this.d[node] === d) return node;
      }
    }
    return -1;
  }

  /** The node of this kind with these operands as a list, or -1 if it is not stored. */
  findList(kind: Kind, items: readonly number[]): Language {
    const hash = hashOfList(kind, items);
    return this.findWhere(hash, (node) => this.kind[node] === kind && this.#equalsList(node, items));
  }

  /** The node with this hash that fulfils the condition, or -1. */
  findWhere(hash: number, condition: (node: Language) => boolean): Language {
    const mask = this.#slots.length - 1;
    for (let i = hash & mask; this.#slots[i] !== -1; i = (i + 1) & mask) {
      const node = this.#slots[i]!;
      if (this.#hashes[node] === hash && condition(node)) return node;
    }
    return -1;
  }

  /**
   * Stores a node that `find` did not find.
   * @throws LanguageLimitError when the arena has `maxLexemeNodes` nodes.
   */
  create(kind: Kind, a: number, b: number, c: number, d: number, hash = hashOf(kind, a, b, c, d)): Language {
    if (this.count >= this.limits.maxLexemeNodes)
      throw new LanguageLimitError("maxLexemeNodes", this.limits.maxLexemeNodes);
    if (this.count === this.kind.length) this.#grow();
    const node = this.count++;
    this.kind[node] = kind;
    this.a[node] = a;
    this.b[node] = b;
    this.c[node] = c;
    this.d[node] = d;
    this.#hashes[node] = hash;
    this.stepStart[node] = -1;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    else this.#insert(node);
    return node;
  }

  /** Stores a node that `findList` did not find. */
  createList(kind: Kind, items: readonly number[]): Language {
    const offset = this.listsUsed;
    const node = this.create(kind, offset, items.length, 0, 0, hashOfList(kind, items));
    while (offset + items.length > this.lists.length) this.lists = doubled(this.lists);
    for (let i = 0; i < items.length; i++) this.lists[offset + i] = items[i]!;
    this.listsUsed += items.length;
    return node;
  }

  /** Sets what is known of a new node. */
  describe(node: Language, facts: number, minLength: number, maxLength: number): Language {
    this.facts[node] = facts;
    this.minLength[node] = minLength;
    this.maxLength[node] = maxLength;
    return node;
  }

  /** The operands of a Union, Intersection or Observe. */
  items(node: Language): number[] {
    const items: number[] = [];
    this.pushItems(node, items);
    return items;
  }

  /** Adds the operands to a list. */
  pushItems(node: Language, list: number[]): void {
    const { lists } = this;
    const offset = this.a[node]!;
    const end = offset + this.b[node]!;
    for (let i = offset; i < end; i++) list.push(lists[i]!);
  }

  /**
   * Stores the step function of a node; neighbouring segments with equal targets must have been merged.
   * @throws LanguageLimitError when the arena has `maxSteps` segments.
   */
  setStep(node: Language, bounds: readonly number[], targets: readonly number[]): void {
    const start = this.stepsUsed;
    const end = start + bounds.length;
    if (end > this.limits.maxSteps) throw new LanguageLimitError("maxSteps", this.limits.maxSteps);
    while (end > this.stepBounds.length) {
      this.stepBounds = doubled(this.stepBounds);
      this.stepTargets = doubled(this.stepTargets);
    }
    for (let i = 0; i < bounds.length; i++) {
      this.stepBounds[start + i] = bounds[i]!;
      this.stepTargets[start + i] = targets[i]!;
    }
    this.stepsUsed = end;
    this.stepStart[node] = start;
    this.stepCount[node] = bounds.length;
  }

  /**
   * Runs an operation whose work is limited to `maxWork`; one inside another shares its limit.
   * @throws LanguageLimitError where `spend` finds the limit passed
   */
  bounded<T>(run: () => T): T {
    if (this.#deadline !== Number.POSITIVE_INFINITY) return run();
    this.#deadline = this.#work + this.limits.maxWork;
    try {
      return run();
    } finally {
      this.#deadline = Number.POSITIVE_INFINITY;
    }
  }

  /** Counts work: the operands of what is being built. */
  spend(operands: number): void {
    checkTime();
    this.#work += operands;
    if (this.#work > this.#deadline) throw new LanguageLimitError("maxWork", this.limits.maxWork);
  }

  has(node: Language, fact: Fact): boolean {
    return (this.facts[node]! & fact) !== 0;
  }

  #equalsList(node: Language, items: readonly number[]): boolean {
    if (this.b[node] !== items.length) return false;
    const offset = this.a[node]!;
    for (let i = 0; i < items.length; i++) if (this.lists[offset + i] !== items[i]) return false;
    return true;
  }

  #insert(node: Language): void {
    const mask = this.#slots.length - 1;
    let i = this.#hashes[node]! & mask;
    while (this.#slots[i] !== -1) i = (i + 1) & mask;
    this.#slots[i] = node;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let node = 0; node < this.count; node++) this.#insert(node);
  }

  #grow(): void {
    const facts = new Uint8Array(this.facts.length * 2);
    facts.set(this.facts);
    this.facts = facts;
    const kind = new Uint8Array(this.kind.length * 2);
    kind.set(this.kind);
    this.kind = kind;
    this.a = doubled(this.a);
    this.b = doubled(this.b);
    this.c = doubled(this.c);
    this.d = doubled(this.d);
    this.minLength = doubled(this.minLength);
    this.maxLength = doubled(this.maxLength);
    this.stepStart = doubled(this.stepStart);
    this.stepCount = doubled(this.stepCount);
    this.#hashes = doubled(this.#hashes);
  }
}

function hashOf(kind: number, a: number, b: number, c: number, d: number): number {
  return mix(mix(mix(mix(kind + 1, a), b), c), d);
}

function hashOfList(kind: number, items: readonly number[]): number {
  let hash = kind + 1;
  for (const item of items) hash = mix(hash, item);
  return hash;
}

/** A copy of twice the length. */
export function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(array.length * 2);
  copy.set(array);
  return copy;
}
