/**
 * The fixed notation (no sign, no exponent) of the members of a number set, as states of a theory in the arena:
 * interval and step in one state, so that liveness is a few integer operations and needs no search.
 *
 * A state stands for all prefixes with the same rests: how the prefix compares with the digits of each bound, how
 * many digits it has as long as that matters, and its remainder by the step. It keeps one such prefix, exactly.
 */
import type { LeafTheory } from "./algebra.js";
import type { LanguageArena } from "./arena.js";
import type { Language } from "./nodes.js";
import { type NumberSet, ScaledSet } from "./number-set.js";
import type { StepBuilder } from "./step-builder.js";

const POINT = 0x2e;
const ZERO = 0x30;

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
  readonly #scaled: ScaledSet;
  readonly #states: State[] = [];
  readonly #byKey = new Map<string, Language>();
  /** Integer digits of the bounds; 0 for no upper bound. */
  readonly #minDigits: number;
  readonly #maxDigits: number;

  constructor(
    private readonly arena: LanguageArena,
    private readonly set: NumberSet,
    /** Whether a point may be written. */
    private readonly fraction: boolean,
  ) {
    this.#scaled = new ScaledSet(set);
    this.#minDigits = String(set.min.floorScaled(0)).length;
    this.#maxDigits = set.max ? String(set.max.floorScaled(0)).length : 0;
  }

  /** All members in fixed notation; `empty` if there are none. */
  start(): Language {
    return this.#at(Phase.Start, 0n, 0);
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
    if (this.fraction && (phase === Phase.Zero || phase === Phase.Integer)) {
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
    if (phase === Phase.Fraction) {
      // Zeros past everything that is compared change nothing; other digits past the step end it.
      for (; places > this.#scaled.scale && value % 10n === 0n; places--) value /= 10n;
      if (this.#isFiner(value, places)) return this.arena.empty;
    }
    const key = this.#key(phase, value, places);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const isWhole = phase === Phase.Zero || phase === Phase.Integer || phase === Phase.Fraction;
    const nullable = isWhole && this.#scaled.has(value, places);
    const minLength = nullable ? 0 : this.#minLength(phase, value, places);
    let language = this.arena.empty;
    if (minLength >= 0) {
      this.#states.push({ phase, value, places, minLength, nullable });
      language = this.arena.leaf(this, this.#states.length - 1);
    }
    this.#byKey.set(key, language);
    return language;
  }

  /** Whether a prefix has digits other than 0 after the last one that a multiple of the step has. */
  #isFiner(value: bigint, places: number): boolean {
    const { step } = this.set;
    return (
      step !== undefined && places > step.scale && value % this.#scaled.power(places - step.scale) !== 0n
    );
  }

  #key(phase: Phase, value: bigint, places: number): string {
    const { step } = this.set;
    let remainder = 0n;
    if (step && step.numerator !== 1n) {
      const units = places > step.scale ? value / this.#scaled.power(places - step.scale) : value;
      remainder = units % step.numerator;
    }
    if (phase === Phase.Start || phase === Phase.Zero) return `${phase}`;
    if (phase === Phase.Integer) {
      const digits = String(value).length;
      return `${phase} ${this.#belowMin(value, digits)} ${this.#belowMax(value, digits)} ${remainder}`;
    }
    const toMin = this.#comparePrefix(value, places, this.set.min);
    const toMax = this.set.max ? this.#comparePrefix(value, places, this.set.max) : -1;
    const settled = toMin > 0 && toMax < 0 && step === undefined;
    return `${phase} ${toMin} ${toMax} ${settled ? "" : places} ${remainder}`;
  }

  /** How an integer prefix relates to the lower bound: settled once it is above whatever follows. */
  #belowMin(value: bigint, digits: number): string {
    if (digits > this.#minDigits) return "";
    const prefix = this.set.min.floorScaled(digits - this.#minDigits);
    if (digits === this.#minDigits && value > prefix) return "";
    return `${digits}${value < prefix ? "<" : value > prefix ? ">" : "="}`;
  }

  #belowMax(value: bigint, digits: number): string {
    if (this.set.max === undefined) return "";
    if (digits > this.#maxDigits) return "dead";
    const prefix = this.set.max.floorScaled(digits - this.#maxDigits);
    return `${digits}${value < prefix ? "<" : value > prefix ? ">" : "="}`;
  }

  /** Compares the prefix with as many digits of a bound. */
  #comparePrefix(value: bigint, places: number, bound: NumberSet["min"]): number {
    const prefix = bound.floorScaled(places);
    return value < prefix ? -1 : value > prefix ? 1 : 0;
  }

  /** The length of a shortest rest of a prefix (or a bound below it), -1 if there is none. */
  #minLength(phase: Phase, value: bigint, places: number): number {
    const scaled = this.#scaled;
    switch (phase) {
      case Phase.Start: {
        let shortest = -1;
        for (let digit = 0; digit < 10; digit++) {
          const first = digit === 0 ? Phase.Zero : Phase.Integer;
          const rest = scaled.has(BigInt(digit), 0) ? 0 : this.#minLength(first, BigInt(digit), 0);
          if (rest >= 0 && (shortest < 0 || rest + 1 < shortest)) shortest = rest + 1;
        }
        return shortest;
      }
      case Phase.Zero:
        return this.fraction && scaled.meets(0n, 1n, 0) ? 2 : -1;
      case Phase.Integer:
        return this.#minIntegerLength(value);
      default: {
        if (!scaled.meets(value, 1n, places)) return -1;
        let more = 1;
        while (places + more < scaled.scale && !scaled.meets(value, 1n, places, places + more)) more++;
        return more;
      }
    }
  }

  #minIntegerLength(value: bigint): number {
    const scaled = this.#scaled;
    const digits = String(value).length;
    const { step, max } = this.set;
    // Without an upper bound, a block above the lower one that is longer than the step has a multiple of it.
    const enough = Math.max(0, this.#minDigits + 1 - digits) + String(step?.numerator ?? 1n).length + 1;
    const most = max === undefined ? enough : this.#maxDigits - digits;
    let shortest = -1;
    for (let more = 0; more <= most && (shortest < 0 || more < shortest); more++) {
      const size = scaled.power(more);
      if (scaled.meets(value * size, size, 0, 0)) return more;
      if (shortest < 0 && this.fraction && scaled.meets(value * size, size, 0)) shortest = more + 2;
    }
    return shortest;
  }
}
