/**
 * The fixed notation (no sign, no exponent) of the members of a number set, as states of a theory in the arena: all of
 * the arithmetic in one state, so that liveness is a few integer operations and needs no search.
 *
 * A state stands for all prefixes with the same rests: which pieces of the set they can still lead to, how many digits
 * they have as long as that matters, and their remainder by the steps. It keeps one such prefix, exactly.
 */
import type { LeafTheory } from "./algebra.js";
import type { LanguageArena } from "./arena.js";
import { Divisibility, gcd, powerOfTen } from "./divisibility.js";
import type { Language } from "./nodes.js";
import type { NumberSet } from "./number-set.js";
import type { StepBuilder } from "./step-builder.js";

const POINT = 0x2e;
const ZERO = 0x30;

/** Pieces of a set that a lower bound of a length looks at. */
const MAX_PIECES_FOR_LENGTH = 8;

/** Whether a number must be written with a point, must not, or may be either way. */
export type PointUse = "always" | "never" | "either";

/** Where in the number a prefix ends. */
const enum Phase {
  Start,
  /** After a leading zero, which no digit follows. */
  Zero,
  Integer,
  /** After the point, before a digit. */
  Point,
  Fraction,
}

interface State {
  readonly phase: Phase;
  /** The digits of the prefix as an integer. */
  readonly value: bigint;
  /** How many of them stand after the point. */
  readonly places: number;
  readonly minLength: number;
  readonly nullable: boolean;
}

export class FixedNumbers implements LeafTheory {
  readonly #states: State[] = [];
  readonly #byKey = new Map<string, Language>();
  /** The grid on which blocks are asked about. */
  readonly #grid: number;
  /** The integers of the set. */
  readonly #whole: NumberSet;
  /** Integer digits of the largest point; 0 if no point is positive. */
  readonly #mostDigits: number;

  /** @throws LanguageLimitError as `NumberSet.intersection` does */
  constructor(
    private readonly arena: LanguageArena,
    private readonly set: NumberSet,
    private readonly pointUse: PointUse,
  ) {
    this.#grid = set.resolution;
    this.#whole = set.integers(arena.nodes.limits);
    const last = set.points.at(-1) ?? 0n;
    this.#mostDigits = last > 0n ? digitsOf(last / powerOfTen(set.scale)) : 0;
  }

  /** All members that are not negative, in fixed notation; `empty` if there are none. */
  start(): Language {
    const { hasNonNegative } = this.pointUse === "never" ? this.#whole : this.set;
    return hasNonNegative ? this.#at(Phase.Start, 0n, 0) : this.arena.empty;
  }

  nullable(state: number): boolean {
    return this.#states[state]!.nullable;
  }

  minLength(state: number): number {
    return this.#states[state]!.minLength;
  }

  step(state: number, out: StepBuilder): void {
    const { empty } = this.arena;
    const { phase, value, places } = this.#states[state]!;
    out.add(0, empty);
    if (this.pointUse !== "never" && (phase === Phase.Zero || phase === Phase.Integer)) {
      out.add(POINT, this.#at(Phase.Point, value, 0));
      out.add(POINT + 1, empty);
    }
    if (phase === Phase.Zero) return;
    for (let digit = 0; digit < 10; digit++)
      out.add(ZERO + digit, this.#afterDigit(phase, value, places, digit));
    out.add(ZERO + 10, empty);
  }

  #afterDigit(phase: Phase, value: bigint, places: number, digit: number): Language {
    const next = value * 10n + BigInt(digit);
    if (phase === Phase.Start) return this.#at(digit === 0 ? Phase.Zero : Phase.Integer, next, 0);
    if (phase === Phase.Integer) return this.#at(phase, next, 0);
    return this.#at(Phase.Fraction, next, places + 1);
  }

  #at(phase: Phase, value: bigint, places: number): Language {
    // Zeros past everything that is compared change nothing.
    for (; places >= this.#grid && value % 10n === 0n; places--) value /= 10n;
    const key = this.#key(phase, value, places);
    if (key === undefined) return this.arena.empty;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const nullable = this.#isMember(phase, value, places);
    const minLength = nullable ? 0 : this.#minLength(phase, value, places);
    let language = this.arena.empty;
    if (minLength >= 0) {
      this.#states.push({ phase, value, places, minLength, nullable });
      language = this.arena.leaf(this, this.#states.length - 1);
    }
    this.#byKey.set(key, language);
    return language;
  }

  #isMember(phase: Phase, value: bigint, places: number): boolean {
    if (phase === Phase.Start || phase === Phase.Point) return false;
    if (phase !== Phase.Fraction && this.pointUse === "always") return false;
    return this.set.has(value, places);
  }

  /** Equal for prefixes with equal rests; undefined where there is no rest. */
  #key(phase: Phase, value: bigint, places: number): string | undefined {
    if (phase === Phase.Start || phase === Phase.Zero) return `${phase}`;
    return phase === Phase.Integer ? this.#integerKey(value) : this.#fractionKey(phase, value, places);
  }

  #fractionKey(phase: Phase, value: bigint, places: number): string | undefined {
    const { pieces } = this.set;
    if (places >= this.#grid) {
      // A digit other than 0 behind all points and steps.
      return pieces[this.set.indexOf(value, places)]!.isDense ? `${phase} any` : undefined;
    }
    const piece = this.#pieceOfBlock(value, places);
    if (piece === undefined) return `${phase} ${value}/${places}`;
    if (piece === Divisibility.none) return undefined;
    if (piece.isConstant) return `${phase} any`;
    return `${phase} ${piece.key} ${places} ${value % piece.periodAt(places)}`;
  }

  /** With each further digit a prefix leads to another block, up to the longest number that a point is compared with. */
  #integerKey(value: bigint): string {
    const { pieces } = this.set;
    let key = `${Phase.Integer}`;
    let period = 1n;
    let last: Divisibility | undefined;
    const add = (piece: Divisibility) => {
      key += ` ${piece.key}`;
      if (piece !== last && !piece.isConstant) {
        const own = piece.periodAt(0);
        period = (period / gcd(period, own)) * own;
      }
      last = piece;
    };
    const most = this.#mostDigits - digitsOf(value);
    for (let more = 0; more <= most; more++) {
      const piece = this.#pieceOfBlock(value * powerOfTen(more), 0, powerOfTen(more));
      if (piece === undefined) return `${Phase.Integer} ${value}`;
      add(piece);
    }
    add(pieces.at(-1)!);
    return `${key} ${value % period}`;
  }

  /** The piece that has all of the numbers from `first` / 10^`places` up to `size` / 10^`places` more; undefined: a point. */
  #pieceOfBlock(first: bigint, places: number, size = 1n): Divisibility | undefined {
    const { set } = this;
    const i = set.indexOf(first, places);
    return i === set.indexOf(first + size, places) ? set.pieces[i] : undefined;
  }

  /** The length of a shortest rest of a prefix (or a bound below it), -1 if there is none. */
  #minLength(phase: Phase, value: bigint, places: number): number {
    switch (phase) {
      case Phase.Start:
        return 1;
      case Phase.Zero:
        return this.pointUse !== "never" && this.#meets(0n, 1n, 0) ? 2 : -1;
      case Phase.Integer:
        return this.#minIntegerLength(value);
      default: {
        if (!this.#meets(value, 1n, places)) return -1;
        const isShort = (more: number) => {
          const size = powerOfTen(more);
          const first = value * size;
          return this.set.meets(first, first + size - 1n, places + more, MAX_PIECES_FOR_LENGTH);
        };
        let more = 1;
        while (places + more < this.#grid && !isShort(more)) more++;
        return more;
      }
    }
  }

  #minIntegerLength(value: bigint): number {
    const digits = digitsOf(value);
    const last = this.set.pieces.at(-1)!;
    let most = this.#mostDigits - digits;
    // In the last piece, a block that is longer than the period of its steps has a member.
    if (last !== Divisibility.none) most = Math.max(most + 1, 0) + digitsOf(last.periodAt(0)) + 1;
    let shortest = -1;
    for (let more = 0; more <= most && (shortest < 0 || more < shortest); more++) {
      const size = powerOfTen(more);
      const first = value * size;
      if (this.pointUse !== "always" && this.#whole.meets(first, first + size - 1n, 0)) return more;
      if (shortest < 0 && this.pointUse !== "never" && this.#meets(first, size, 0)) shortest = more + 2;
    }
    return shortest;
  }

  /** Whether the set has a member in a block as in `#pieceOfBlock`. */
  #meets(first: bigint, size: bigint, places: number): boolean {
    const unit = powerOfTen(this.#grid - places);
    return this.set.meets(first * unit, (first + size) * unit - 1n, this.#grid);
  }
}

function digitsOf(value: bigint): number {
  return String(value).length;
}
