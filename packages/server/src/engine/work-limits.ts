import { readlinkSync } from "node:fs";
import { setTimeLimitClock } from "@grammask/core";
import { threadMilliseconds } from "./thread-clock.js";

/** The thread that asks: `PID/task/TID`. */
const THREAD = "/proc/thread-self";

/** The number of the calling thread in the system; undefined where the system does not tell it. */
export function systemThreadId(): number | undefined {
  try {
    return Number(readlinkSync(THREAD).split("/").at(-1));
  } catch {
    return undefined;
  }
}

/**
 * Lets limits of time in the calling thread count its work, and not the time that passes: on a busy machine it waits for a
 * processor. On Linux, which tells the work of each thread; elsewhere nothing changes.
 */
export function limitByWork(): void {
  if (systemThreadId() !== undefined) setTimeLimitClock(threadMilliseconds);
}
