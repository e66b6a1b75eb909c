import { openSync, readSync } from "node:fs";

/** Milliseconds of processor time. */
export interface Work {
  /** What the calling thread worked: what a caller waits for where a processor is free. */
  readonly thread: number;
  /** The same with V8's own threads, which optimise code and collect garbage meanwhile. */
  readonly process: number;
}

/** A moment, to tell what has been worked since. Not the time on the clock: the machine may do other things. */
export class Worked {
  private readonly thread = threadTime();
  private readonly process = process.cpuUsage();

  sinceThen(): Work {
    const thread = threadTime() - this.thread;
    const { user, system } = process.cpuUsage(this.process);
    return { thread, process: (user + system) / 1000 };
  }
}

const schedstat = openSchedstat();
const text = Buffer.alloc(64);

/**
 * The thread's first number is its nanoseconds on a processor (Linux: Documentation/scheduler/sched-stats), as of the scheduler's
 * last tick, so some 4 ms coarse; elsewhere the clock's time.
 */
function threadTime(): number {
  if (schedstat === undefined) return performance.now();
  const length = readSync(schedstat, text, 0, text.length, 0);
  return Number(text.toString("latin1", 0, length).split(" ", 1)[0]) / 1e6;
}

function openSchedstat(): number | undefined {
  try {
    return openSync("/proc/thread-self/schedstat", "r");
  } catch {
    return undefined;
  }
}
