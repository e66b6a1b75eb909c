import type { Device } from "./device.js";
import type { DataType } from "./model-files.js";

/** What the thread of a graph tells first. */
export interface RemoteGraph {
  readonly type: "graph";
  readonly name: string;
  readonly directory: string;
  readonly dtype: DataType;
  readonly device: Device;
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly prefillChunk: number;
  readonly keepsPrompts: boolean;
  readonly canRollback: boolean;
}

/** To the thread of a graph. Sequences and calls are numbered by who sends. */
export type StepCommand =
  | { readonly type: "open"; readonly sequence: number }
  | {
      readonly type: "recall";
      readonly sequence: number;
      readonly call: number;
      readonly ids: readonly number[];
      readonly cuts: readonly number[];
    }
  | {
      readonly type: "remember";
      readonly sequence: number;
      readonly ids: readonly number[];
      readonly cuts: readonly number[];
    }
  | {
      readonly type: "forward";
      readonly sequence: number;
      readonly call: number;
      readonly ids: readonly number[];
      readonly wanted: readonly number[];
    }
  | { readonly type: "rollback"; readonly sequence: number; readonly rows: number }
  | { readonly type: "dispose"; readonly sequence: number };

/** The answer to a call. */
export type StepAnswer =
  | { readonly type: "recalled"; readonly call: number; readonly count: number }
  | {
      readonly type: "logits";
      readonly call: number;
      readonly logits: Float32Array<ArrayBuffer>;
      /** How many sequences took the step at the same time. */
      readonly together: number;
    }
  | {
      readonly type: "failed";
      readonly call: number;
      readonly isDisposed: boolean;
      readonly message: string;
    };
