import type { Tensor } from "onnxruntime-node";

export type Feeds = Record<string, Tensor>;
export type Outputs = Readonly<Record<string, Tensor>>;

/** The key-value cache of one sequence: what the graph is fed of the past, and what it gives for the next step. */
export interface KvCache {
  /** Valid rows: tokens that the model has seen. */
  readonly length: number;
  /** The outputs to fetch in every step. */
  readonly outputs: readonly string[];
  /** Whether `rollback` works: not while the rows lie on a GPU. */
  readonly canRollback: boolean;
  /** Adds the past of a step that brings `rows` new tokens. */
  feed(feeds: Feeds, rows: number): void;
  /** Takes over the new rows of a step that succeeded. */
  take(outputs: Outputs, rows: number): void;
  /** Forgets the last `rows` rows, 0 to `length`. */
  rollback(rows: number): void;
  /** Frees what does not lie in JavaScript's memory. Safe to call twice. */
  dispose(): void;
}
