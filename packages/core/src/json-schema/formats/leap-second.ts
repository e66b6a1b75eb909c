/**
 * Leap seconds. RFC 3339 has them at 23:59:60 UTC, so the offset that may follow is fixed by the local time: 1,440
 * cases, which are made only where a text gets to them.
 */
import type { LeafTheory } from "../../language/algebra.js";
import type { Language, LanguageArena } from "../../language/index.js";
import type { StepBuilder } from "../../language/step-builder.js";

const MINUTES = 24 * 60;
const ZERO = 0x30;

/** `partial-time time-offset` of RFC 3339 with 60 seconds: `23:59:60Z`, `01:29:60.5+01:30`. */
export function leapSecondTime(arena: LanguageArena): Language {
  return arena.leaf(new LeapSecondTheory(arena), START);
}

/** Nothing is read; the next states are the decimal numbers that the digits before make. */
const START = 0;
const HOUR_TENS = 1;
const HOUR = 10;
/** Hours and the first digit of the minutes: `HOUR_AND_TENS + 6 * hours + tens`. */
const HOUR_AND_TENS = 100;

class LeapSecondTheory implements LeafTheory {
  constructor(private readonly arena: LanguageArena) {}

  nullable(): boolean {
    return false;
  }

  minLength(state: number): number {
    if (state === START) return 9;
    return state < HOUR ? 8 : state < HOUR_AND_TENS ? 6 : 5;
  }

  step(state: number, out: StepBuilder): void {
    const { arena } = this;
    if (state === START) {
      this.#digits(out, 2, (digit) => arena.leaf(this, HOUR_TENS + digit));
    } else if (state < HOUR) {
      const tens = state - HOUR_TENS;
      const rest = (hour: number) => arena.concat(arena.text(":"), arena.leaf(this, HOUR + hour));
      this.#digits(out, tens === 2 ? 3 : 9, (digit) => rest(10 * tens + digit));
    } else if (state < HOUR_AND_TENS) {
      this.#digits(out, 5, (digit) => arena.leaf(this, HOUR_AND_TENS + 6 * (state - HOUR) + digit));
    } else {
      this.#digits(out, 9, (digit) => this.#afterMinutes(10 * (state - HOUR_AND_TENS) + digit));
    }
  }

  #digits(out: StepBuilder, last: number, target: (digit: number) => Language): void {
    out.add(0, this.arena.empty);
    for (let digit = 0; digit <= last; digit++) out.add(ZERO + digit, target(digit));
    out.add(ZERO + last + 1, this.arena.empty);
  }

  /** What follows a local time, in minutes since midnight: it is 23:59 UTC. */
  #afterMinutes(minutes: number): Language {
    const { arena } = this;
    const east = (minutes + 1) % MINUTES;
    const offsets = [`+${clock(east)}`, `-${clock((MINUTES - east) % MINUTES)}`];
    if (east === 0) offsets.push("Z", "z");
    const digits = arena.repeat(
      arena.codePoints(arena.sets.range(ZERO, ZERO + 9)),
      1,
      Number.POSITIVE_INFINITY,
    );
    const fraction = arena.repeat(arena.concat(arena.text("."), digits), 0, 1);
    return arena.concat(arena.text(":60"), fraction, arena.choice(offsets));
  }
}

function clock(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
