import type { LeafTheory } from "./algebra.js";
import type { LanguageArena } from "./arena.js";
import type { CodePointSet } from "./code-point-set.js";
import type { Language } from "./nodes.js";
import type { StepBuilder } from "./step-builder.js";

/** What stands to the left of a place in a text: a state of `LeftContexts`. */
export type Left = number;

/** The start of the text. */
export const START: Left = 0;

/** One code point further. */
interface Move {
  readonly set: CodePointSet;
  readonly to: Left;
}

interface State {
  /** For each set, whether the last code point is in it. */
  readonly endsIn: readonly boolean[];
  /** For each tracked language, its derivative by the text. */
  readonly rests: readonly Language[];
  moves: readonly Move[];
}

/**
 * A finite automaton that reads a text from its start and knows what assertions ask about the left: whether anything
 * has been read, which sets the last code point is in (word characters, line terminators), and which languages (those of
 * look-behinds) the text is in. It is built whole, so that "the texts that lead from here to one of these" is a language.
 */
export class LeftContexts implements LeafTheory {
  readonly #states: State[] = [];
  readonly #byKey = new Map<string, Left>();
  /** Whether where a code point leads is the same from everywhere. */
  readonly #isLocal: boolean;
  readonly #reachable: ReadonlySet<Left>[] = [];
  /** States of the theory: where one is, and where one must come to. */
  readonly #goals: { readonly left: Left; readonly targets: readonly Left[] }[] = [];
  readonly #goalByKey = new Map<string, number>();

  /**
   * @param sets asked for by `endsIn`
   * @param languages asked for by `isIn`
   * @param maxStates the most states
   * @param giveUp throws, where that is not enough
   */
  constructor(
    private readonly arena: LanguageArena,
    private readonly sets: readonly CodePointSet[],
    languages: readonly Language[],
    private readonly maxStates: number,
    private readonly giveUp: () => never,
  ) {
    this.#add({ endsIn: sets.map(() => false), rests: languages, moves: [] }, "start");
    for (let left = 0; left < this.#states.length; left++) {
      const state = this.#states[left]!;
      state.moves = this.#movesOf(state);
    }
    const [first, ...others] = this.#states.map(({ moves }) =>
      moves.map(({ set, to }) => `${set}>${to}`).join(),
    );
    this.#isLocal = others.every((moves) => moves === first);
  }

  /** Whether the last code point is in the set with this index. */
  endsIn(left: Left, index: number): boolean {
    return this.#states[left]!.endsIn[index]!;
  }

  /** Whether the text up to here is in the language with this index. */
  isIn(left: Left, index: number): boolean {
    return this.arena.nullable(this.#states[left]!.rests[index]!);
  }

  /** Where each code point leads. */
  moves(left: Left): readonly Move[] {
    return this.#states[left]!.moves;
  }

  /** Where a text leads. */
  after(left: Left, text: Iterable<string>): Left {
    const { sets } = this.arena;
    for (const character of text) {
      const codePoint = character.codePointAt(0)!;
      left = this.moves(left).find(({ set }) => sets.has(set, codePoint))!.to;
    }
    return left;
  }

  /** Where texts of at least one code point can lead. */
  reachable(left: Left): ReadonlySet<Left> {
    let reached = this.#reachable[left];
    if (reached === undefined) {
      const found = new Set(this.moves(left).map(({ to }) => to));
      // A set's iteration includes what is added meanwhile.
      for (const one of found) for (const { to } of this.moves(one)) found.add(to);
      this.#reachable[left] = reached = found;
    }
    return reached;
  }

  /** The texts of at least one code point that lead from here to one of the targets, which are ascending. */
  texts(left: Left, targets: readonly Left[]): Language {
    const { arena } = this;
    if (this.#isLocal) {
      const last = this.moves(left)
        .filter(({ to }) => targets.includes(to))
        .reduce((union, { set }) => arena.sets.union(union, set), arena.sets.none);
      return arena.concat(arena.any, arena.codePoints(last));
    }
    return arena.union(
      this.moves(left).map(({ set, to }) => arena.concat(arena.codePoints(set), this.#goal(to, targets))),
    );
  }

  /** The texts that lead from here to one of the targets; as a state of this theory it has the automaton's states. */
  #goal(left: Left, targets: readonly Left[]): Language {
    const isHere = targets.includes(left);
    if (!isHere && !targets.some((target) => this.reachable(left).has(target))) return this.arena.empty;
    const key = `${left}:${targets.join()}`;
    let state = this.#goalByKey.get(key);
    if (state === undefined) {
      state = this.#goals.push({ left, targets }) - 1;
      this.#goalByKey.set(key, state);
    }
    return this.arena.leaf(this, state);
  }

  nullable(state: number): boolean {
    const { left, targets } = this.#goals[state]!;
    return targets.includes(left);
  }

  minLength(state: number): number {
    return this.nullable(state) ? 0 : 1;
  }

  step(state: number, out: StepBuilder): void {
    const { left, targets } = this.#goals[state]!;
    const { sets } = this.arena;
    const segments: { readonly bound: number; readonly target: Language }[] = [];
    for (const { set, to } of this.moves(left)) {
      const target = this.#goal(to, targets);
      for (const [i, bound] of sets.boundaries(set).entries())
        if (i % 2 === 0) segments.push({ bound, target });
    }
    // The sets of the moves are a partition of all code points: where one ends, another begins.
    for (const { bound, target } of segments.sort((x, y) => x.bound - y.bound)) out.add(bound, target);
  }

  #movesOf({ rests }: State): readonly Move[] {
    const { arena, sets } = this;
    const bounds = new Set([0]);
    for (const set of sets) for (const bound of arena.sets.boundaries(set)) bounds.add(bound);
    for (const rest of rests) {
      arena.prepare(rest);
      const { stepStart, stepCount, stepBounds } = arena.nodes;
      for (let i = 0; i < stepCount[rest]!; i++) bounds.add(stepBounds[stepStart[rest]! + i]!);
    }
    bounds.delete(0x110000);
    const sorted = [...bounds].sort((x, y) => x - y);
    const ranges = new Map<Left, number[]>();
    for (const [i, from] of sorted.entries()) {
      const endsIn = sets.map((set) => arena.sets.has(set, from));
      const targets = rests.map((rest) => arena.derivative(rest, from));
      const to = this.#add({ endsIn, rests: targets, moves: [] }, `${endsIn.join()}:${targets.join()}`);
      const list = ranges.get(to) ?? [];
      ranges.set(to, list);
      list.push(from, (sorted[i + 1] ?? 0x110000) - 1);
    }
    return [...ranges].map(([to, list]) => ({ set: arena.sets.ofRanges(list), to }));
  }

  #add(state: State, key: string): Left {
    let left = this.#byKey.get(key);
    if (left === undefined) {
      if (this.#states.length >= this.maxStates) this.giveUp();
      left = this.#states.push(state) - 1;
      this.#byKey.set(key, left);
    }
    return left;
  }
}
