import { type Distribution, distributionOf, type Histogram, histogramOf } from "./distribution.js";
import type { Outcome } from "./engine-process.js";
import { type DriverFailure, FAILURE_KINDS, type FailureKind } from "./protocol.js";

export interface Failure {
  readonly id: string;
  readonly kind: FailureKind;
  readonly detail: string;
}

export interface EngineResult {
  readonly files: number;
  readonly passed: number;
  /** The schema was refused, or crashed or hung the compiler: the failure's kind says which. */
  readonly compileErrors: number;
  /** A valid instance was not accepted, or reading crashed or took too long. */
  readonly validationErrors: number;
  /** An invalid instance was accepted. */
  readonly invalidationErrors: number;
  /** Mask, look-up and accept of one token, over all files that the engine compiles. */
  readonly tbm: Distribution;
  /** Schema to first mask. */
  readonly ttfm: Distribution;
  readonly tokens: number;
  readonly histograms: { readonly tbm: Histogram; readonly ttfm: Histogram };
  /** The files with the longest times, to look at. */
  readonly slowest: { readonly tbm: readonly SlowToken[]; readonly ttfm: readonly FileTime[] };
  readonly failures: readonly Failure[];
}

/** The longest time of a file, in microseconds. */
export interface FileTime {
  readonly id: string;
  readonly time: number;
}

/** The token of a file that took longest. */
export interface SlowToken extends FileTime {
  /** The instance, and the token's number in it, both from 0. */
  readonly test: number;
  readonly token: number;
  /** The text before the token, or its end. */
  readonly after: string;
}

/** So many of the slowest files are named. */
const SLOWEST = 20;

/** Two engines on the files that both compile. */
export interface Comparison {
  readonly files: number;
  readonly tokens: number;
  readonly tbm: Distribution;
  readonly ttfm: Distribution;
  /** The engine that this one is compared with. */
  readonly other: { readonly name: string; readonly tbm: Distribution; readonly ttfm: Distribution };
}

/** A file that compiled: where its times lie, and its TTFM. */
interface CompiledFile {
  readonly start: number;
  readonly end: number;
  readonly ttfm: number;
  /** None where no token was read. */
  readonly slowest: Omit<SlowToken, "id"> | undefined;
}

/** What a summary asks about a file's texts. */
export interface FileTexts {
  /** What a failure is called in the results. */
  tell(failure: DriverFailure): string;
  /** The text before a token of an instance, or its end. */
  before(test: number, token: number): string;
}

/** Collects the outcomes of one engine's files. */
export class Summary {
  #compileErrors = 0;
  #validationErrors = 0;
  #invalidationErrors = 0;
  #count = 0;
  #times = new Float32Array(1024);
  /** By id. */
  readonly #compiled = new Map<string, CompiledFile>();
  readonly #failures: Failure[] = [];
  #files = 0;

  add(id: string, { failures, ttfm, tbm, read }: Outcome, texts: FileTexts): void {
    this.#files++;
    if (ttfm !== undefined) {
      const start = this.#count;
      this.#push(tbm);
      this.#compiled.set(id, { start, end: this.#count, ttfm, slowest: slowestToken(tbm, read, texts) });
    }
    const worst = [...failures].sort(
      (a, b) => FAILURE_KINDS.indexOf(a.kind) - FAILURE_KINDS.indexOf(b.kind),
    )[0];
    if (worst === undefined) return;
    this.#failures.push({ id, kind: worst.kind, detail: texts.tell(worst) });
    if (ttfm === undefined) this.#compileErrors++;
    else if (worst.kind === "invalidation-error") this.#invalidationErrors++;
    else this.#validationErrors++;
  }

  get failed(): number {
    return this.#failures.length;
  }

  result(): EngineResult {
    const tbm = this.#times.subarray(0, this.#count);
    const ttfm = Float32Array.from([...this.#compiled.values()], (file) => file.ttfm);
    return {
      files: this.#files,
      passed: this.#files - this.#failures.length,
      compileErrors: this.#compileErrors,
      validationErrors: this.#validationErrors,
      invalidationErrors: this.#invalidationErrors,
      tbm: distributionOf(tbm),
      ttfm: distributionOf(ttfm),
      tokens: this.#count,
      histograms: { tbm: histogramOf(tbm), ttfm: histogramOf(ttfm) },
      slowest: {
        tbm: slowestOf(
          [...this.#compiled].flatMap(([id, { slowest }]) =>
            slowest === undefined ? [] : [{ id, ...slowest }],
          ),
        ),
        ttfm: slowestOf([...this.#compiled].map(([id, { ttfm }]) => ({ id, time: ttfm }))),
      },
      failures: this.#failures,
    };
  }

  /** Both engines on the files that both compile. */
  compare(otherName: string, other: Summary): Comparison {
    const ids = [...this.#compiled.keys()].filter((id) => other.#compiled.has(id));
    const own = this.#timesOf(ids);
    const others = other.#timesOf(ids);
    return {
      files: ids.length,
      tokens: own.tbm.length,
      tbm: distributionOf(own.tbm),
      ttfm: distributionOf(own.ttfm),
      other: { name: otherName, tbm: distributionOf(others.tbm), ttfm: distributionOf(others.ttfm) },
    };
  }

  #timesOf(ids: readonly string[]): { tbm: Float32Array; ttfm: Float32Array } {
    const files = ids.map((id) => this.#compiled.get(id)!);
    const tbm = new Float32Array(files.reduce((sum, { start, end }) => sum + end - start, 0));
    let offset = 0;
    for (const { start, end } of files) {
      tbm.set(this.#times.subarray(start, end), offset);
      offset += end - start;
    }
    return { tbm, ttfm: Float32Array.from(files, ({ ttfm }) => ttfm) };
  }

  /** Millions of times, in an array that grows. */
  #push(values: Float32Array): void {
    if (this.#count + values.length > this.#times.length) {
      const grown = new Float32Array(2 * (this.#count + values.length));
      grown.set(this.#times);
      this.#times = grown;
    }
    this.#times.set(values, this.#count);
    this.#count += values.length;
  }
}

function slowestOf<T extends FileTime>(files: readonly T[]): T[] {
  const rounded = files.map((file) => ({ ...file, time: Math.round(file.time) }));
  return rounded.sort((a, b) => b.time - a.time).slice(0, SLOWEST);
}

/** @param read how many of the times are of each instance */
function slowestToken(
  times: Float32Array,
  read: readonly number[],
  { before }: FileTexts,
): Omit<SlowToken, "id"> | undefined {
  if (times.length === 0) return undefined;
  const time = times.reduce((most, each) => Math.max(most, each));
  let token = times.indexOf(time);
  let test = 0;
  while (token >= read[test]!) token -= read[test++]!;
  return { time, test, token, after: before(test, token) };
}
