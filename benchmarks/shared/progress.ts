/** A line on stderr with what is done and the time left. */
export class Progress {
  readonly #total: number;
  readonly #started = performance.now();
  readonly #terminal = process.stderr.isTTY === true;
  #done = 0;
  #lastShown = 0;

  constructor(total: number) {
    this.#total = total;
  }

  step(what: string): void {
    this.#done++;
    const now = performance.now();
    const everySeconds = this.#terminal ? 0 : 10;
    if (this.#done < this.#total && now - this.#lastShown < 1000 * everySeconds) return;
    this.#lastShown = now;
    const left = ((now - this.#started) / this.#done) * (this.#total - this.#done);
    const line = `${this.#done}/${this.#total}  ${duration(left)} left  ${what}`;
    process.stderr.write(
      this.#terminal ? `\r\x1b[2K${line}${this.#done === this.#total ? "\n" : ""}` : `${line}\n`,
    );
  }
}

export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
