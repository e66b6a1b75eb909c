import { openSync, readFileSync, readSync } from "node:fs";

/** What the thread has worked is told in a file; undefined: there is none, null: it is not open. To read it costs 2 µs, to open it 25. */
let file: number | undefined | null = null;
const bytes = new Uint8Array(64);
const SPACE = 0x20;
const ZERO = 0x30;

/**
 * How long the calling thread has worked, in milliseconds: so that what a piece of work costs does not depend on what else the
 * machine does. Where the system does not tell, the time that has passed.
 */
export function threadMilliseconds(): number {
  if (file === null) {
    file = ownFile();
  }
  if (file === undefined) {
    return performance.now();
  }
  const length = readSync(file, bytes, 0, bytes.length, 0);
  let nanoseconds = 0;
  for (let i = 0; i < length && bytes[i] !== SPACE; i++) {
    nanoseconds = nanoseconds * 10 + bytes[i]! - ZERO;
  }
  return nanoseconds / 1e6;
}

/**
 * How long a thread of this process has worked, in milliseconds; undefined where it has ended, or the system does not tell.
 *
 * @param id as `systemThreadId` has it
 */
export function workOfThread(id: number): number | undefined {
  try {
    const text = readFileSync(`/proc/self/task/${id}/schedstat`, "latin1");
    return Number(text.split(" ", 1)[0]) / 1e6;
  } catch {
    return undefined;
  }
}

/** Its time on a processor in nanoseconds is the first number (Linux: Documentation/scheduler/sched-stats). */
function ownFile(): number | undefined {
  try {
    // Each thread has a module of its own, and Node closes the file with it.
    return openSync("/proc/thread-self/schedstat", "r");
  } catch {
    return undefined;
  }
}
