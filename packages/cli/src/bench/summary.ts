import type { FailureKind, Outcome } from "./judge-record.js";

/** Microseconds. */
export interface Distribution {
  readonly avg: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

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
  /** Mask and accept of one token. */
  readonly tbm: Distribution;
  /** Schema to first mask. */
  readonly ttfm: Distribution;
  readonly failures: readonly Failure[];
  readonly tokens: number;
}

/** Collects the outcomes of the records. */
export class Summary {
  #files = 0;
  #compileErrors = 0;
  #validationErrors = 0;
  #invalidationErrors = 0;
  readonly #tbm = new Times();
  readonly #ttfm = new Times();
  readonly #failures: Failure[] = [];

  add(id: string, { failure, ttfm, tbm }: Outcome): void {
    this.#files++;
    this.#tbm.push(tbm);
    if (ttfm !== undefined) this.#ttfm.push(Float64Array.of(ttfm));
    if (failure === undefined) return;
    this.#failures.push({ id, kind: failure.kind, detail: failure.detail });
    if (failure.compiling) this.#compileErrors++;
    else if (failure.kind === "invalidation-error") this.#invalidationErrors++;
    else this.#validationErrors++;
  }

  get failed(): number {
    return this.#failures.length;
  }

  result(): EngineResult {
    return {
      files: this.#files,
      passed: this.#files - this.#failures.length,
      compileErrors: this.#compileErrors,
      validationErrors: this.#validationErrors,
      invalidationErrors: this.#invalidationErrors,
      tbm: this.#tbm.distribution(),
      ttfm: this.#ttfm.distribution(),
      failures: this.#failures,
      tokens: this.#tbm.count,
    };
  }
}

/** Millions of times, in an array that grows. */
class Times {
  count = 0;
  #values = new Float64Array(1024);

  push(values: Float64Array): void {
    if (this.count + values.length > this.#values.length) {
      const grown = new Float64Array(2 * (this.count + values.length));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values.set(values, this.count);
    this.count += values.length;
  }

  distribution(): Distribution {
    return distributionOf(this.#values.subarray(0, this.count));
  }
}

/** All zero where there are no values. */
export function distributionOf(values: Float64Array): Distribution {
  const sorted = values.slice().sort();
  const sum = sorted.reduce((total, value) => total + value, 0);
  /** The smallest value that at least this share of the values does not exceed. */
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return {
    avg: round(sorted.length === 0 ? 0 : sum / sorted.length),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
  };
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
