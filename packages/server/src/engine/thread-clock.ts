import { readFileSync } from "node:fs";

/**
 * How long the calling thread has worked, in milliseconds: so that what a piece of work costs does not depend on what else the
 * machine does. Where the system does not tell, the time that has passed.
 */
export function threadMilliseconds(): number {
  return workIn("/proc/thread-self/schedstat") ?? performance.now();
}

/**
 * How long a thread of this process has worked, in milliseconds; undefined where it has ended, or the system does not tell.
 *
 * @param id as `systemThreadId` has it
 */
export function workOfThread(id: number): number | undefined {
  return workIn(`/proc/self/task/${id}/schedstat`);
}

/** Its time on a processor in nanoseconds is the first number (Linux: Documentation/scheduler/sched-stats). */
function workIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "latin1").split(" ", 1)[0]) / 1e6;
  } catch {
    return undefined;
  }
}
