/**
 * An engine as the benchmark drives it: one schema at a time, and one sequence of it. What is timed is said at each
 * method; the rest happens off the clock.
 */
export interface Engine {
  /** What was measured: a package and its version. */
  readonly version: string;
  /** Takes a schema, as JSON text, in the form that `compile` needs. Off the clock. Throws what `isRefusal` knows. */
  read(schema: string): void;
  /** The schema to the first mask: TTFM. */
  compile(): void | Promise<void>;
  /** A new sequence of the compiled schema. Off the clock. */
  start(): void;
  /** Computes the mask, and looks a token up in it. With `accept`: TBM. */
  allows(id: number): boolean | Promise<boolean>;
  /** Takes a token that is in the mask. */
  accept(id: number): boolean;
  /** Whether the output may end here. Off the clock. */
  isComplete(): boolean | Promise<boolean>;
  /** Drops what earlier schemas left behind; for engines that keep something. */
  clearCaches?(): void;
  /** Whether an error says that the engine does not take the schema; all others are crashes. */
  isRefusal(error: unknown): boolean;
}

/** What every engine starts from. */
export interface EngineSetup {
  /** The path of a tokenizer.json. */
  readonly tokenizer: string;
  /** The id of the token that ends a text. */
  readonly eos: number;
  readonly order: "any" | "schema";
  /** The folder with the installed peer; empty for this project's own engine. */
  readonly peer: string;
}
