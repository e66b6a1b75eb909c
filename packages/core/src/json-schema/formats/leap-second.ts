/**
 * Leap seconds. RFC 3339 has them at 23:59:60 UTC, so the offset that may follow is fixed by the local time: 1,440
 * cases, which are made only where a text gets to them.
 */
import type { LeafTheory } from "../../language/algebra.js";
import type { Language, LanguageArena } from "../../language/index.js";
import type { StepBuilder } from "../../language/step-builder.js";

const MINUTES = 24 * 60;
const ZERO = 0x30;

/** The days, in UTC, that ended with a leap second (IERS Bulletin C; 2016 had the last one so far). */
const DAYS =
  "1972-06-30 1972-12-31 1973-12-31 1974-12-31 1975-12-31 1976-12-31 1977-12-31 1978-12-31 1979-12-31 " +
  "1981-06-30 1982-06-30 1983-06-30 1985-06-30 1987-12-31 1989-12-31 1990-12-31 1992-06-30 1993-06-30 " +
  "1994-06-30 1995-12-31 1997-06-30 1998-12-31 2005-12-31 2008-12-31 2012-06-30 2015-06-30 2016-12-31";

/** `partial-time time-offset` of RFC 3339 with 60 seconds: `23:59:60Z`, `01:29:60.5+01:30`. */
export function leapSecondTime(arena: LanguageArena): Language {
  return arena.union([startOf(arena, false), startOf(arena, true)]);
}

/** `date-time` of RFC 3339 with 60 seconds, where a second was inserted: section 5.7 allows it nowhere else. */
export function leapSecondDateTime(arena: LanguageArena, separator: Language): Language {
  const days = DAYS.split(" ");
  // East of Greenwich it is the next day already.
  const next = days.map((day) =>
    day.endsWith("06-30") ? `${day.slice(0, 4)}-07-01` : `${Number(day.slice(0, 4)) + 1}-01-01`,
  );
  return arena.union([
    arena.concat(arena.choice(days), separator, startOf(arena, false)),
    arena.concat(arena.choice(next), separator, startOf(arena, true)),
  ]);
}

function startOf(arena: LanguageArena, isEast: boolean): Language {
  return arena.leaf(new LeapSecondTheory(arena, isEast), START);
}

/** Nothing is read; the next states are the decimal numbers that the digits before make. */
const START = 0;
const HOUR_TENS = 1;
const HOUR = 10;
/** Hours and the first digit of the minutes: `HOUR_AND_TENS + 6 * hours + tens`. */
const HOUR_AND_TENS = 100;
/** Of the local time 23:5x. */
const LAST_TENS = HOUR_AND_TENS + 6 * 23 + 5;

/** Local times with the one offset that makes them 23:59 UTC: a positive one in the east, else none or a negative one. */
export class LeapSecondTheory implements LeafTheory {
  constructor(
    private readonly arena: LanguageArena,
    private readonly isEast: boolean,
  ) {}

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
      const last = this.isEast && state === LAST_TENS ? 8 : 9;
      this.#digits(out, last, (digit) => this.#afterMinutes(10 * (state - HOUR_AND_TENS) + digit));
    }
  }

  #digits(out: StepBuilder, last: number, target: (digit: number) => Language): void {
    out.add(0, this.arena.empty);
    for (let digit = 0; digit <= last; digit++) out.add(ZERO + digit, target(digit));
    out.add(ZERO + last + 1, this.arena.empty);
  }

  /** What follows a local time, in minutes since midnight. */
  #afterMinutes(minutes: number): Language {
    const { arena } = this;
    const west = MINUTES - 1 - minutes;
    const offsets = this.isEast ? [`+${clock(minutes + 1)}`] : [`-${clock(west)}`];
    if (!this.isEast && west === 0) offsets.push("+00:00", "Z", "z");
    const digit = arena.codePoints(arena.sets.range(ZERO, ZERO + 9));
    const digits = arena.repeat(digit, 1, Number.POSITIVE_INFINITY);
    const fraction = arena.repeat(arena.concat(arena.text("."), digits), 0, 1);
    return arena.concat(arena.text(":60"), fraction, arena.choice(offsets));
  }
}

function clock(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
