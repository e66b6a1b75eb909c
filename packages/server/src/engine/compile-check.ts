import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { CompileSummary } from "./compile-summary.js";
import type { CompileCommand, CompileMessage, CompileReady } from "./compile-thread.js";
import type { Constraint, ConstraintLimits } from "./constraint.js";
import { apiErrorOf, type ErrorRecord } from "./error-record.js";
import { workOfThread } from "./thread-clock.js";
import { LIGHT } from "./trial.js";

const THREAD = new URL("../../dist/engine/compile-thread.js", import.meta.url);

export interface CompileCheckOptions {
  readonly limits: ConstraintLimits;
  /** Memory of a thread that compiles, in MiB. */
  readonly memoryMegabytes: number;
}

/** What became of a constraint: an error, or perhaps what the compiler says of it. */
interface Outcome extends Pick<CompileMessage, "error" | "summary" | "milliseconds"> {
  /** Whether it was seen to hit a limit in a model's thread. */
  isSlow?: boolean;
}

type Task = Omit<CompileCommand, "id">;

/** A trial that has not ended. */
interface PendingTrial {
  readonly outcome: Promise<Outcome>;
  /** Of those who wait for it. */
  readonly wantedBy: AbortSignal[];
}

/** Time for the first masks, and to measure it all again, beside that to compile. */
const MASKS_MILLISECONDS = 500;
/** What a thread has to do may take so many times as long where others have the processor. */
const LONGEST_WAIT = 5;
/** Between two looks at how long a thread has worked. */
const LOOK_MILLISECONDS = 20;
/** Constraints whose outcome is remembered. */
const REMEMBERED = 1000;
/** Texts up to this many characters are tried in a thread of their own, so that they do not wait for long ones. */
const SHORT = 16_384;

/**
 * Compiles constraints in threads with limits of time and memory before a model's thread does it: so a hostile one costs its
 * sender an error, and nobody else anything.
 */
export class CompileCheck {
  readonly #limits: ConstraintLimits;
  readonly #start: () => CompileThread;
  readonly #short: CompileThread;
  /** Started when the first long text comes. */
  #long: CompileThread | undefined;
  readonly #known = new Map<string, Outcome>();
  readonly #pending = new Map<string, PendingTrial>();

  constructor({ limits, memoryMegabytes }: CompileCheckOptions) {
    this.#limits = limits;
    this.#start = () => new CompileThread(limits, memoryMegabytes);
    this.#short = this.#start();
  }

  /**
   * @returns whether the constraint is light: so that it may be compiled where others wait for it
   * @throws ApiError where the constraint cannot be compiled within the limits
   */
  async check(constraint: Constraint, param: string | undefined, signal: AbortSignal): Promise<boolean> {
    const { milliseconds, isSlow } = await this.#outcome(constraint, param, false, signal);
    return milliseconds <= LIGHT && isSlow !== true;
  }

  /** Takes note that a constraint hit a limit in a model's thread, though it was light on trial. */
  hitLimit(constraint: Constraint): void {
    const outcome = this.#known.get(keyOf(constraint).key);
    if (outcome !== undefined) {
      outcome.isSlow = true;
    }
  }

  /**
   * What the compiler says of a constraint.
   *
   * @throws ApiError where it cannot be compiled within the limits
   */
  async summary(constraint: Constraint, param: string, signal: AbortSignal): Promise<CompileSummary> {
    const { summary } = await this.#outcome(constraint, param, true, signal);
    return summary!;
  }

  async #outcome(
    constraint: Constraint,
    param: string | undefined,
    wantsSummary: boolean,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { text, key } = keyOf(constraint);
    let outcome = this.#known.get(key);
    this.#known.delete(key);
    if (
      outcome === undefined ||
      (wantsSummary && outcome.error === undefined && outcome.summary === undefined)
    ) {
      const thread = text.length <= SHORT ? this.#short : this.#longThread;
      outcome = await this.#trial(thread, `${wantsSummary} ${key}`, { constraint, wantsSummary }, signal);
    }
    // How long it takes depends on what else the machine does: that may be otherwise the next time.
    const { error } = outcome;
    if (error?.limit !== "compileMilliseconds") {
      this.#known.set(key, outcome);
    }
    if (this.#known.size > REMEMBERED) {
      this.#known.delete(this.#known.keys().next().value!);
    }
    if (error !== undefined) {
      throw apiErrorOf(error, param);
    }
    return outcome;
  }

  /** Tries a constraint, once for all who ask for it at the same time. */
  async #trial(thread: CompileThread, key: string, task: Task, signal: AbortSignal): Promise<Outcome> {
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      pending.wantedBy.push(signal);
      return pending.outcome;
    }
    const wantedBy = [signal];
    const outcome = thread.compile(task, this.#limits.compileMilliseconds, () => {
      if (wantedBy.every(({ aborted }) => aborted)) {
        throw signal.reason;
      }
    });
    this.#pending.set(key, { outcome, wantedBy });
    try {
      return await outcome;
    } finally {
      this.#pending.delete(key);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#short.close(), this.#long?.close()]);
  }

  get #longThread(): CompileThread {
    this.#long ??= this.#start();
    return this.#long;
  }
}

/** A thread that is started again after it had to be ended. It compiles one constraint at a time. */
class CompileThread {
  readonly #limits: ConstraintLimits;
  readonly #memoryMegabytes: number;
  #worker!: Worker;
  /** Resolves when the thread can compile. */
  #ready!: Promise<void>;
  /** Its number in the system, where it has one. */
  #systemThread: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #ids = 0;

  constructor(limits: ConstraintLimits, memoryMegabytes: number) {
    this.#limits = limits;
    this.#memoryMegabytes = memoryMegabytes;
    this.#start();
  }

  /** @param begin called when it is its turn; what it throws, the trial throws */
  compile(task: Task, milliseconds: number, begin: () => void): Promise<Outcome> {
    const turn = this.#turn.then(() => {
      begin();
      return this.#compile(task, milliseconds);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    this.#worker.ref();
    await this.#worker.terminate();
  }

  #start(): void {
    this.#systemThread = undefined;
    const worker = new Worker(THREAD, {
      workerData: this.#limits,
      resourceLimits: { maxOldGenerationSizeMb: this.#memoryMegabytes },
    });
    // It must not keep the program from ending.
    worker.unref();
    // Why it ends is told to who waits for it; without a listener it would end the program.
    worker.on("error", () => undefined);
    this.#worker = worker;
    this.#ready = new Promise<void>((resolve) => {
      worker.once("message", ({ systemThread }: CompileReady) => {
        this.#systemThread = systemThread;
        resolve();
      });
      worker.once("exit", () => resolve());
    });
  }

  async #compile(task: Task, milliseconds: number): Promise<Outcome> {
    await this.#ready;
    const worker = this.#worker;
    const command: CompileCommand = { id: this.#ids++, ...task };
    const outcome = await new Promise<Outcome | "time" | "memory">((resolve) => {
      const settle = (result: Outcome | "memory" | "time") => {
        stopWatching();
        worker.off("message", answered).off("error", ended).off("exit", ended);
        resolve(result);
      };
      const answered = (message: CompileMessage) => message.id === command.id && settle(message);
      const ended = () => settle("memory");
      const stopWatching = this.#watch(milliseconds + MASKS_MILLISECONDS, () => settle("time"));
      worker.on("message", answered).on("error", ended).on("exit", ended);
      worker.postMessage(command);
    });
    if (outcome !== "time" && outcome !== "memory") {
      return outcome;
    }
    this.#start();
    await worker.terminate();
    const error =
      outcome === "time"
        ? overLimit("compileMilliseconds", `it takes more than ${milliseconds} ms to compile`)
        : overLimit("memory", `it takes more than ${this.#memoryMegabytes} MiB to compile`);
    return { error, summary: undefined, milliseconds };
  }

  /**
   * Calls `over` when the thread has worked for so many milliseconds: on a busy machine it may have to wait long for a processor. It is
   * over as well when it has waited for it many times as long. Where the system does not tell its work, the time that passes counts.
   *
   * @returns what ends the watch
   */
  #watch(milliseconds: number, over: () => void): () => void {
    const id = this.#systemThread;
    const work = () => (id === undefined ? undefined : workOfThread(id));
    const [workStart = 0, start] = [work(), performance.now()];
    const look = () => {
      const passed = performance.now() - start;
      const worked = work();
      const left = milliseconds - (worked === undefined ? passed : worked - workStart);
      if (left <= 0 || passed >= LONGEST_WAIT * milliseconds) {
        over();
      } else {
        timer = setTimeout(look, Math.max(left, LOOK_MILLISECONDS));
      }
    };
    let timer = setTimeout(look, milliseconds);
    return () => clearTimeout(timer);
  }
}

function keyOf(constraint: Constraint) {
  // To write a schema of some 100 KB as a string of JSON would take longer than the rest.
  const { schema = "", ...rest } = constraint.kind === "schema" ? constraint : { ...constraint, schema: "" };
  const text = `${JSON.stringify(rest)}\n${schema}`;
  return { text, key: createHash("sha256").update(text).digest("base64") };
}

function overLimit(limit: string, reason: string): ErrorRecord {
  return {
    name: "SchemaLimitError",
    code: "schema-limit",
    message: `The schema is beyond the server's limits: ${reason}. Make it smaller or simpler.`,
    parameter: undefined,
    schema: { pointer: "", keyword: undefined, reason, conflict: undefined },
    limit,
  };
}
