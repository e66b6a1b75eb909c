import type { Io } from "./io.js";

/** A line that is redrawn on a terminal; elsewhere at most one line every ten seconds, and none for what is quick. */
export class StatusLine {
  readonly #io: Io;
  #shownAt = performance.now();
  #isShown = false;

  constructor(io: Io) {
    this.#io = io;
  }

  show(text: string): void {
    const interval = this.#io.errIsTerminal ? 100 : 10_000;
    const now = performance.now();
    if (now - this.#shownAt < interval && !(this.#io.errIsTerminal && !this.#isShown)) return;
    this.#shownAt = now;
    this.#isShown = true;
    this.#io.err(this.#io.errIsTerminal ? `\r\x1b[2K${this.#io.colors.dim(text)}` : `${text}\n`);
  }

  clear(): void {
    if (this.#isShown && this.#io.errIsTerminal) this.#io.err("\r\x1b[2K");
  }
}
