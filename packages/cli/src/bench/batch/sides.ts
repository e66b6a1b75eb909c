import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { installPeer, MissingPeerError, pythonOf } from "../peers.js";
import type { BenchTokenizer } from "../tokenizer.js";
import type { Track } from "./tracks.js";

/** What the processes read. */
export interface SideFiles {
  readonly tokenizer: BenchTokenizer;
  /** The tracks that a side may be told to keep, as JSON lines. */
  readonly tracks: string;
  /** The vocabulary, serialised. */
  readonly vocabulary: string;
  readonly threads: number;
}

/** @param folder where the files are written */
export async function writeSideFiles(
  tokenizer: BenchTokenizer,
  candidates: readonly Track[],
  threads: number,
  folder: string,
): Promise<SideFiles> {
  const [tracks, vocabulary] = [join(folder, "tracks.jsonl"), join(folder, "vocabulary")];
  await writeFile(tracks, candidates.map((track) => `${JSON.stringify(track)}\n`).join(""));
  await writeFile(vocabulary, tokenizer.vocabulary.serialize());
  return { tokenizer, tracks, vocabulary, threads };
}

/**
 * One of the engines that make steps, in a process of its own: every sequence takes its next token, or begins anew, and
 * gets its mask.
 */
export class Side {
  readonly name: string;
  /** The most memory of its process so far, in MiB. */
  peakMiB = 0;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(name: string, [program, ...args]: readonly string[]) {
    this.name = name;
    this.#child = spawn(program as string, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Grammask's pool of worker threads. */
  static own({ vocabulary, tracks, threads }: SideFiles): Side {
    const script = fileURLToPath(new URL("./own-process.js", import.meta.url));
    return new Side("grammask", [process.execPath, script, vocabulary, tracks, String(threads)]);
  }

  /**
   * llguidance in Python, with its batch functions, and which of the tracks it reads.
   *
   * @throws MissingPeerError where it cannot be installed
   */
  static async llguidance(
    { tokenizer, tracks, threads }: SideFiles,
    say: (line: string) => void,
  ): Promise<{ side: Side; read: boolean[] }> {
    const python = pythonOf(await installPeer("llguidance", say));
    const script = fileURLToPath(new URL("../../../peers/batch-llguidance.py", import.meta.url));
    const args = [script, tokenizer.file, String(tokenizer.eos), tracks, String(threads)];
    const side = new Side("llguidance", [python, ...args]);
    const { read } = (await side.#answer()) as { read: boolean[] };
    return { side, read };
  }

  /** Opens the tracks to run, by their numbers among the candidates. */
  async keep(numbers: readonly number[]): Promise<void> {
    this.#tell({ keep: numbers });
    await this.#answer();
  }

  /** The times of so many steps, in milliseconds. */
  async run(steps: number): Promise<number[]> {
    this.#tell({ steps });
    const { times, peakMiB } = (await this.#answer()) as { times: number[]; peakMiB: number };
    this.peakMiB = peakMiB;
    return times;
  }

  end(): void {
    this.#child.stdin!.end();
  }

  #tell(message: object): void {
    this.#child.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  async #answer(): Promise<unknown> {
    const next = await this.#lines.next();
    if (next.done === true) throw new MissingPeerError(`${this.name} ended before it answered`);
    return JSON.parse(next.value);
  }
}
