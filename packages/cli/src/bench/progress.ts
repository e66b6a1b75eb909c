import type { Io } from "../io.js";
import { StatusLine } from "../status-line.js";

/** A line with what is done and the time left, for several kinds of steps that take different times. */
export class Progress {
  readonly #line: StatusLine;
  readonly #totals: readonly number[];
  readonly #done: number[];
  /** Milliseconds by kind. */
  readonly #spent: number[];
  #last = performance.now();

  /** @param totals how many steps there are, by kind */
  constructor(io: Io, totals: readonly number[]) {
    this.#line = new StatusLine(io);
    this.#totals = totals;
    this.#done = totals.map(() => 0);
    this.#spent = totals.map(() => 0);
  }

  /** A step of a kind is done; all the time since the last one was its own. */
  step(kind: number, what: string): void {
    const now = performance.now();
    this.#done[kind]!++;
    this.#spent[kind]! += now - this.#last;
    this.#last = now;
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    this.#line.show(`${sum(this.#done)}/${sum(this.#totals)}, ${duration(this.#left())} left: ${what}`);
  }

  end(): void {
    this.#line.clear();
  }

  /** Milliseconds; a kind that has not begun is thought to be like the others. */
  #left(): number {
    const done = this.#done.reduce((sum, count) => sum + count, 0);
    const mean = this.#spent.reduce((sum, ms) => sum + ms, 0) / done;
    let left = 0;
    for (const [kind, total] of this.#totals.entries()) {
      const count = this.#done[kind]!;
      left += (total - count) * (count > 0 ? this.#spent[kind]! / count : mean);
    }
    return left;
  }
}

function duration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
