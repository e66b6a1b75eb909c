import { type LoadOptions, type LoadProgress, loadModel, type Model } from "@grammask/onnx";
import type { Io } from "./io.js";

/** Loads a model and tells of it on standard error: a download piece by piece, anything else in a line at most. */
export async function openModel(io: Io, name: string, options: LoadOptions): Promise<Model> {
  const line = new StatusLine(io);
  try {
    return await loadModel(name, { ...options, progress: (progress) => line.show(describe(name, progress)) });
  } finally {
    line.clear();
  }
}

function describe(name: string, progress: LoadProgress): string {
  if (progress.stage === "load") return `loading ${name} ...`;
  return `downloading ${name}: ${progress.file}, ${megabytes(progress.loaded)} of ${megabytes(progress.total)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** A line that is redrawn on a terminal; elsewhere at most one line every ten seconds, and none for what is quick. */
class StatusLine {
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
