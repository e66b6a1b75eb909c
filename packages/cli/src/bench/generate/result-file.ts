import type { BatchPoint } from "./batch.js";
import type { LevelReport, SystemReport } from "./outcomes.js";
import type { EngineResult } from "./protocol.js";

/** What `grammask bench generate --json` writes. */
export interface GenerationResult {
  readonly command: string;
  /** By name; the others are compared with the first one. */
  readonly systems: Readonly<Record<string, SystemReport>>;
  /** Where the ways of asking are compared: each level of what varies, over all others. */
  readonly levels?: readonly LevelReport[];
  readonly batch?: readonly BatchPoint[];
  /** Systems that could not be measured, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly options: {
    readonly half: string;
    /** How many. */
    readonly tasks: number;
    readonly maxTokens: number;
    readonly threads: number;
    readonly modes: boolean;
  };
  readonly outcomes: readonly ({ readonly system: string; readonly task: string } & (
    | EngineResult
    | { readonly failure: string | undefined }
  ))[];
  readonly machine: Readonly<Record<string, string | number>>;
  readonly date: string;
}
