import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { MissingPeerError } from "./peers.js";
import type { DriverFailure, DriverMessage, DriverSetup, Task } from "./protocol.js";

type Ready = Extract<DriverMessage, { type: "ready" }>;

/** What came of a task. Times are in microseconds. */
export interface Outcome {
  readonly failures: readonly DriverFailure[];
  /** Schema to first mask; undefined where it did not get that far. */
  readonly ttfm: number | undefined;
  /** Mask, look-up and accept of each token. */
  readonly tbm: Float32Array;
  /** How many of these are of each instance. */
  readonly read: readonly number[];
}

/** How long a driver may go on after its limit before it is ended: between two tokens it stops by itself. */
const GRACE_MS = 500;
/** For the start of a driver: a large vocabulary is prepared in seconds. */
const START_MS = 300_000;
const MEMORY_CHECK_MS = 100;
/** Characters of a driver's error output that are kept, for the message when it crashes. */
const ERRORS_KEPT = 2000;

/** The most helper threads that V8 has by default. */
const MAX_V8_THREADS = 4;

/**
 * How many threads V8 gets for its compiler and its collector: one for each core but that of the thread that is measured.
 * Where they are more than there are cores, the measured thread waits for them.
 */
export function v8Threads(): number {
  return Math.max(1, Math.min(MAX_V8_THREADS, availableParallelism() - 1));
}

/** The driver of this package's own engine, and of those in npm packages. */
export function nodeDriver(memoryMiB: number, threads: number): string[] {
  const file = fileURLToPath(new URL("./driver.js", import.meta.url));
  return [process.execPath, `--max-old-space-size=${memoryMiB}`, `--v8-pool-size=${threads}`, file];
}

/** An engine in a process of its own, which is replaced where it hangs, crashes or needs too much memory. */
export class EngineProcess {
  /** The most memory that any of the processes has held. */
  peakRssMiB = 0;
  /** What the last started process said of itself. */
  ready: Ready | undefined;
  readonly #command: readonly string[];
  readonly #setup: DriverSetup;
  readonly #memoryMiB: number;
  #child: Driver | undefined;

  /** @param command a driver: a program and its first arguments */
  constructor(command: readonly string[], setup: DriverSetup, memoryMiB: number) {
    this.#command = command;
    this.#setup = setup;
    this.#memoryMiB = memoryMiB;
  }

  /** Starts the process, where it is not running. @throws MissingPeerError where it does not come up */
  async start(): Promise<void> {
    if (this.#child?.isAlive) return;
    const driver = new Driver(this.#command, this.#setup, this.#memoryMiB);
    this.#child = driver;
    const end = await driver.next(START_MS, (message) => message.type === "ready");
    if (end.message?.type !== "ready") {
      await this.close();
      throw new MissingPeerError(`${this.#setup.engine} does not start: ${end.trouble?.detail}`);
    }
    this.ready = end.message;
    this.#notePeak(end.message.peakRssMiB);
  }

  async judge(task: Task): Promise<Outcome> {
    await this.start();
    const driver = this.#child!;
    let ttfm: number | undefined;
    let test: number | undefined;
    driver.send(task);
    const { message, trouble } = await driver.next(this.#setup.limitMs + GRACE_MS, (each) => {
      if (each.type === "compiled") ttfm = each.ttfm;
      if (each.type === "test") test = each.test;
      return each.type === "done";
    });
    this.#notePeak(driver.peakRssMiB);
    if (message?.type !== "done") {
      await this.close();
      const failure = test === undefined ? trouble! : { ...trouble!, test };
      return { failures: [failure], ttfm, tbm: new Float32Array(0), read: [] };
    }
    this.#notePeak(message.peakRssMiB);
    // Whoever crashed or ran out of time may have left something behind that the next file would feel.
    if (message.failures.some(({ kind }) => kind === "crash" || kind === "timeout")) await this.close();
    return { failures: message.failures, ttfm, tbm: Float32Array.from(message.tbm), read: message.read };
  }

  async close(): Promise<void> {
    await this.#child?.end();
    this.#child = undefined;
  }

  #notePeak(mebibytes: number): void {
    this.peakRssMiB = Math.max(this.peakRssMiB, mebibytes);
  }
}

/** One process that speaks the protocol. */
class Driver {
  isAlive = true;
  peakRssMiB = 0;
  readonly #child: ChildProcess;
  readonly #memoryMiB: number;
  readonly #ended: Promise<void>;
  #errors = "";
  #listener: ((message: DriverMessage | undefined) => void) | undefined;

  constructor([program = "", ...args]: readonly string[], setup: DriverSetup, memoryMiB: number) {
    this.#memoryMiB = memoryMiB;
    this.#child = spawn(program, [...args, JSON.stringify(setup)]);
    const { stdin, stdout, stderr } = this.#child;
    // A process that has ended does not read any more; `close` tells.
    stdin!.on("error", () => {});
    stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-ERRORS_KEPT);
    });
    createInterface({ input: stdout! }).on("line", (line) => {
      this.#listener?.(JSON.parse(line) as DriverMessage);
    });
    this.#ended = new Promise((resolve) => {
      const end = () => {
        this.isAlive = false;
        this.#listener?.(undefined);
        resolve();
      };
      this.#child.on("close", end);
      this.#child.on("error", (error) => {
        this.#errors += error.message;
        end();
      });
    });
  }

  send(task: Task): void {
    this.#child.stdin!.write(`${JSON.stringify(task)}\n`);
  }

  /** Waits for the message that `isLast` says, or for the end of the process, of its time or of its memory. */
  next(
    limitMs: number,
    isLast: (message: DriverMessage) => boolean,
  ): Promise<{ message?: DriverMessage; trouble?: DriverFailure }> {
    return new Promise((resolve) => {
      const finish = (result: { message?: DriverMessage; trouble?: DriverFailure }) => {
        clearTimeout(timer);
        clearInterval(memory);
        this.#listener = undefined;
        resolve(result);
      };
      const fail = (kind: "crash" | "timeout", detail: string) => finish({ trouble: { kind, detail } });
      const timer = setTimeout(() => fail("timeout", `no answer after ${limitMs} ms`), limitMs);
      const memory = setInterval(() => {
        const used = residentMiB(this.#child.pid);
        this.peakRssMiB = Math.max(this.peakRssMiB, used);
        if (used > this.#memoryMiB) fail("crash", `more than ${this.#memoryMiB} MiB of memory`);
      }, MEMORY_CHECK_MS);
      this.#listener = (message) => {
        if (message === undefined) fail("crash", `the process ended: ${lastLine(this.#errors)}`);
        else if (isLast(message)) finish({ message });
      };
      if (!this.isAlive) this.#listener(undefined);
    });
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/** What a process holds in memory now; 0 where the system does not tell. */
function residentMiB(pid: number | undefined): number {
  try {
    if (process.platform === "linux") {
      const pages = Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]);
      return (pages * 4096) / 2 ** 20;
    }
    if (process.platform === "win32") return 0;
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "latin1" })) / 1024;
  } catch {
    return 0;
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) || "without a word";
}
