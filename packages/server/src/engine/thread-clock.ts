import { readFileSync } from "node:fs";

/** Of the calling thread: its time on the CPU in nanoseconds, first (Linux: Documentation/scheduler/sched-stats). */
const SCHEDULE = "/proc/thread-self/schedstat";

/**
 * How long the calling thread has worked, in milliseconds: so that what a piece of work costs does not depend on what else the
 * machine does. Where the system does not tell, the time that has passed.
 */
export function threadMilliseconds(): number {
  try {
    return Number(readFileSync(SCHEDULE, "latin1").split(" ", 1)[0]) / 1e6;
  } catch {
    return performance.now();
  }
}
