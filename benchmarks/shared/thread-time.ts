import { openSync, readSync } from "node:fs";

/** null: it has not been opened; undefined: there is none. A thread has a module of its own, and Node closes the file with it. */
let file: number | undefined | null = null;
const text = Buffer.alloc(64);

/**
 * How long the calling thread has been on a processor, in milliseconds: the first number of the file, which has nanoseconds (Linux:
 * Documentation/scheduler/sched-stats), as of the scheduler's last tick, so some 4 ms coarse. Undefined where the system does not tell.
 */
export function threadTime(): number | undefined {
  file = file === null ? openOwn() : file;
  if (file === undefined) return undefined;
  const length = readSync(file, text, 0, text.length, 0);
  return Number(text.toString("latin1", 0, length).split(" ", 1)[0]) / 1e6;
}

function openOwn(): number | undefined {
  try {
    return openSync("/proc/thread-self/schedstat", "r");
  } catch {
    return undefined;
  }
}
