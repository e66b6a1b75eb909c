/**
 * Limits of time. What can take long asks now and then whether it is over; since one thing runs at a time, there is one
 * deadline at a time, and nothing has to be told of it.
 */
import { LanguageLimitError, type TimeLimit } from "./limits.js";

/** The clock is looked at once in so many questions. */
const EVERY = 64;

interface Deadline {
  readonly limit: TimeLimit;
  readonly milliseconds: number;
  /** By the clock of limits. */
  readonly start: number;
  /** By `performance.now()`: no clock of limits is over before it. */
  end: number;
}

const timePassed = () => performance.now();

let clock: () => number = timePassed;
let current: Deadline | undefined;
let questions = 0;

/**
 * Chooses the clock by which this thread counts the limits `compileMilliseconds` and `maskMilliseconds`. A thread of low priority may
 * count the time for which it has a processor, so that what it refuses does not depend on what else the machine does.
 *
 * @param milliseconds never goes faster than `performance.now()`, which is the default; called once for each thing with a limit, and again
 * where it may be over
 */
export function setTimeLimitClock(milliseconds: () => number = timePassed): void {
  clock = milliseconds;
}

/**
 * Runs something that may take so many milliseconds; Infinity is no limit.
 * @throws LanguageLimitError where `checkTime` finds them over
 */
export function within<T>(limit: TimeLimit, milliseconds: number, run: () => T): T {
  if (milliseconds === Number.POSITIVE_INFINITY) return run();
  const outer = current;
  current = { limit, milliseconds, start: clock(), end: performance.now() + milliseconds };
  try {
    return run();
  } finally {
    current = outer;
  }
}

/** Asked by what may be repeated many times. */
export function checkTime(): void {
  if (current === undefined || ++questions % EVERY !== 0) return;
  if (performance.now() > current.end) look(current);
}

function look(deadline: Deadline): void {
  const left = deadline.milliseconds - (clock() - deadline.start);
  if (left <= 0) throw new LanguageLimitError(deadline.limit, deadline.milliseconds);
  deadline.end = performance.now() + left;
}
