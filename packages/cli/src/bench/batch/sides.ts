import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { MaskPool } from "@grammask/mask-pool";
import { installPeer, MissingPeerError, pythonOf } from "../peers.js";
import type { BenchTokenizer } from "../tokenizer.js";
import { TRACK_OPTIONS, type Track } from "./tracks.js";

/** One of the engines that make steps: every sequence takes its next token, or begins anew, and gets its mask. */
export interface Side {
  readonly name: string;
  /** The times of so many steps, in milliseconds. */
  run(steps: number): Promise<number[]>;
  /** The most memory of its process so far, in MiB. */
  readonly peakMiB: number;
  end(): Promise<void>;
}

/** Grammask's pool of worker threads, in this process. */
export async function ownSide(
  tokenizer: BenchTokenizer,
  tracks: readonly Track[],
  threads: number,
): Promise<Side> {
  const pool = new MaskPool({ vocabulary: tokenizer.vocabulary, sequences: tracks.length, threads });
  await Promise.all(tracks.map(({ schema }, i) => pool.open(i, schema, TRACK_OPTIONS)));
  const places = tracks.map(() => 0);
  return {
    name: "grammask",
    async run(steps) {
      const times: number[] = [];
      for (let step = 0; step < steps; step++) {
        const start = performance.now();
        for (const [i, { tokens }] of tracks.entries()) {
          const place = places[i]!;
          if (place === tokens.length) pool.push(i, [], place);
          else pool.push(i, [tokens[place]!]);
          places[i] = place === tokens.length ? 0 : place + 1;
        }
        await pool.step();
        times.push(performance.now() - start);
      }
      return times;
    },
    get peakMiB() {
      return Math.round(process.resourceUsage().maxRSS / 1024);
    },
    end: () => pool.dispose(),
  };
}

/** llguidance in Python, with its batch functions. It is asked first which tracks it reads. */
export class LlguidanceSide implements Side {
  readonly name = "llguidance";
  peakMiB = 0;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** @throws MissingPeerError where it cannot be installed */
  static async start(
    tokenizer: BenchTokenizer,
    candidates: readonly Track[],
    threads: number,
    folder: string,
    say: (line: string) => void,
  ): Promise<{ side: LlguidanceSide; read: boolean[] }> {
    const python = pythonOf(await installPeer("llguidance", say));
    const script = fileURLToPath(new URL("../../../peers/batch-llguidance.py", import.meta.url));
    const file = join(folder, "tracks.jsonl");
    await writeFile(file, candidates.map((track) => `${JSON.stringify(track)}\n`).join(""));
    const args = [script, tokenizer.file, String(tokenizer.eos), file, String(threads)];
    const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
    const side = new LlguidanceSide(child, createInterface({ input: child.stdout! }));
    const { read } = (await side.#answer()) as { read: boolean[] };
    return { side, read };
  }

  /** The tracks to run, by their numbers among the candidates. */
  async keep(numbers: readonly number[]): Promise<void> {
    this.#tell({ keep: numbers });
    await this.#answer();
  }

  async run(steps: number): Promise<number[]> {
    this.#tell({ steps });
    const { times, peakMiB } = (await this.#answer()) as { times: number[]; peakMiB: number };
    this.peakMiB = peakMiB;
    return times;
  }

  async end(): Promise<void> {
    this.#child.stdin!.end();
  }

  #tell(message: object): void {
    this.#child.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  async #answer(): Promise<unknown> {
    const next = await this.#lines.next();
    if (next.done === true) throw new MissingPeerError("llguidance ended before it answered");
    return JSON.parse(next.value);
  }
}
