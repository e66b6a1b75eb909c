import { threadTime } from "../shared/thread-time.js";

/** Milliseconds of processor time. */
export interface Work {
  /** What the calling thread worked: what a caller waits for where a processor is free. The clock's time where the system does not tell. */
  readonly thread: number;
  /** The same with V8's own threads, which optimise code and collect garbage meanwhile. */
  readonly process: number;
}

/** A moment, to tell what has been worked since. Not the time on the clock: the machine may do other things. */
export class Worked {
  private readonly thread = threadTime() ?? performance.now();
  private readonly process = process.cpuUsage();

  sinceThen(): Work {
    const thread = (threadTime() ?? performance.now()) - this.thread;
    const { user, system } = process.cpuUsage(this.process);
    return { thread, process: (user + system) / 1000 };
  }
}
