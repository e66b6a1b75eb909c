/**
 * Limits of time. What can take long asks now and then whether it is over; since one thing runs at a time, there is one
 * deadline at a time, and nothing has to be told of it.
 */
import { LanguageLimitError, type TimeLimit } from "./limits.js";

/** The clock is looked at once in so many questions. */
const EVERY = 64;
/** Things that begin within so many milliseconds share a reading of the clock, which can take longer than they do. */
const SHARED_MILLISECONDS = 0.25;

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
/** The last reading for a start, and when it was, by `performance.now()`. */
let reading = 0;
let readAt = Number.NEGATIVE_INFINITY;
let current: Deadline | undefined;
let questions = 0;

/**
 * Chooses the clock by which this thread counts the limits `compileMilliseconds` and `maskMilliseconds`. A thread of low priority may
 * count the time for which it has a processor, so that what it refuses does not depend on what else the machine does.
 *
 * @param milliseconds never goes faster than `performance.now()`, which is the default; called at most some thousand times a second for the
 * things with a limit that begin, and again where one may be over
 */
export function setTimeLimitClock(milliseconds: () => number = timePassed): void {
  clock = milliseconds;
  readAt = Number.NEGATIVE_INFINITY;
}

/**
 * Runs something that may take so many milliseconds; Infinity is no limit.
 * @throws LanguageLimitError where `checkTime` finds them over
 */
export function within<T>(limit: TimeLimit, milliseconds: number, run: () => T): T {
  if (milliseconds === Number.POSITIVE_INFINITY) return run();
  const outer = current;
  const now = performance.now();
  current = { limit, milliseconds, start: startAt(now), end: now + milliseconds };
  try {
    return run();
  } finally {
    current = outer;
  }
}

/** What the clock says at most: a limit that counts from there may be found over a little late, and never early. */
function startAt(now: number): number {
  if (clock === timePassed) return now;
  if (now - readAt > SHARED_MILLISECONDS) {
    readAt = now;
    reading = clock();
  }
  return reading + (now - readAt);
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
