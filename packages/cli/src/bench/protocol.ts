/**
 * What the benchmark and an engine's process say to each other: a JSON text a line, the same for drivers in JavaScript
 * and in Python. The process gets a `DriverSetup` as its argument, then one `Task` after the other.
 */

export interface DriverSetup {
  readonly engine: string;
  readonly tokenizer: string;
  readonly eos: number;
  /** A file with the bytes of each token, a line of base64 for each id; empty for what is not text. */
  readonly tokens: string;
  readonly order: "any" | "schema";
  readonly peer: string;
  /** Milliseconds for one file; a driver looks at the clock between two tokens. */
  readonly limitMs: number;
  /** Whether all caches are cleared before each file. */
  readonly cold: boolean;
}

/** One file: a schema, and instances as tokens. */
export interface Task {
  readonly schema: string;
  readonly tests: readonly { readonly ids: readonly number[]; readonly valid: boolean }[];
}

/**
 * What can go wrong with a file, worst first: an invalid instance was accepted; something other than a refusal was
 * thrown, or the process ended; it took too long; the schema was refused; a valid instance was not accepted.
 */
export const FAILURE_KINDS = [
  "invalidation-error",
  "crash",
  "timeout",
  "compile-error",
  "validation-error",
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface DriverFailure {
  readonly kind: FailureKind;
  /** The instance; none while the schema is compiled. */
  readonly test?: number;
  /** The token that was not allowed; as many as there are: the end was not. */
  readonly token?: number;
  readonly detail?: string;
}

export type DriverMessage =
  | {
      readonly type: "ready";
      readonly version: string;
      /** Milliseconds from the start of the process: the tokenizer was made ready. */
      readonly preparationMs: number;
      /** Microseconds that the driver itself needs for a token, with calls that do nothing. */
      readonly overhead: number;
      readonly peakRssMiB: number;
    }
  /** The schema has been compiled; in microseconds. */
  | { readonly type: "compiled"; readonly ttfm: number }
  /** An instance is going to be read. */
  | { readonly type: "test"; readonly test: number }
  | {
      readonly type: "done";
      readonly failures: readonly DriverFailure[];
      /** Microseconds for mask, look-up and accept of each token. */
      readonly tbm: readonly number[];
      /** How many of these are of each instance, in the order in which they were read. */
      readonly read: readonly number[];
      readonly peakRssMiB: number;
    };
