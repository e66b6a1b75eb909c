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
  readonly end: number;
}

let current: Deadline | undefined;
let questions = 0;

/**
 * Runs something that may take so many milliseconds; Infinity is no limit.
 * @throws LanguageLimitError where `checkTime` finds them over
 */
export function within<T>(limit: TimeLimit, milliseconds: number, run: () => T): T {
  if (milliseconds === Number.POSITIVE_INFINITY) return run();
  const outer = current;
  current = { limit, milliseconds, end: performance.now() + milliseconds };
  try {
    return run();
  } finally {
    current = outer;
  }
}

/** Asked by what may be repeated many times. */
export function checkTime(): void {
  if (current === undefined || ++questions % EVERY !== 0) return;
  if (performance.now() > current.end) throw new LanguageLimitError(current.limit, current.milliseconds);
}
