import type { Tensor } from "onnxruntime-node";

export type Feeds = Record<string, Tensor>;
export type Outputs = Readonly<Record<string, Tensor>>;

/** The key-value cache of one sequence. */
export interface KvCache {
  /** Valid rows: tokens that the model has seen. */
  readonly length: number;
  /** Whether `rollback` works: not while the rows lie on a GPU. */
  readonly canRollback: boolean;
  /** Forgets the last `rows` rows, 0 to `length`. */
  rollback(rows: number): void;
  /** Frees what does not lie in JavaScript's memory. Safe to call twice. */
  dispose(): void;
}
