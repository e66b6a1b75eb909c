import { readlinkSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { setTimeLimitClock } from "@grammask/core";
import { threadMilliseconds } from "./thread-clock.js";

/** The thread that asks: `PID/task/TID`. */
const THREAD = "/proc/thread-self";

/** How much lower its priority is, as `nice` counts: of a processor that another thread wants too, it has about a tenth. */
const LOWER = 10;

/** The number of the calling thread in the system; undefined where the system does not tell it. */
export function systemThreadId(): number | undefined {
  try {
    return Number(readlinkSync(THREAD).split("/").at(-1));
  } catch {
    return undefined;
  }
}

/**
 * Lets the calling thread work in the background: where others want the processor, they have most of it, and since its work takes longer
 * then, limits of time count its work, and not the time that passes. On Linux, where each thread has a priority; elsewhere
 * nothing changes. Threads that it starts later are in the background too.
 */
export function workInBackground(): void {
  const id = systemThreadId();
  if (id === undefined) {
    return;
  }
  try {
    setPriority(id, Math.min(getPriority(id) + LOWER, constants.priority.PRIORITY_LOW));
  } catch {
    // Where it is not allowed, the thread works as others do.
  }
  setTimeLimitClock(threadMilliseconds);
}
