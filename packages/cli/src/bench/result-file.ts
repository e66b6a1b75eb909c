import type { Comparison, EngineResult } from "./summary.js";

/** What `grammask bench maskbench --json` writes. */
export interface MaskBenchResult {
  readonly command: string;
  /** By name, in the order in which they took turns. */
  readonly engines: Readonly<Record<string, EngineReport>>;
  /** Engines that could not be measured, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly tokenizer: { readonly name: string; readonly tokens: number; readonly eos: number };
  readonly options: {
    readonly order: string;
    readonly sample: string;
    /** Seconds. */
    readonly fileLimit: number;
    readonly memoryMiB: number;
    readonly cold: boolean;
    /** Helper threads of V8 for engines in Node. */
    readonly v8Threads: number;
  };
  readonly machine: Readonly<Record<string, string | number>>;
  readonly date: string;
}

/** What came of one engine. */
export interface EngineReport extends EngineResult {
  /** A package and its version. */
  readonly version: string;
  /** The part of the records that it was given. */
  readonly sample: string;
  /** From the tokenizer's file to an engine that is ready, in milliseconds. */
  readonly preparationMs: number;
  /** What the driver itself needs for a token, with calls that do nothing: contained in every TBM. Microseconds. */
  readonly driverOverhead: number;
  /** The most memory that its process has held. */
  readonly peakMemoryMiB: number;
  /** With the first engine, on the files that both compile; the first one has none. */
  readonly common?: Comparison;
}
