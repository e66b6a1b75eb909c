import type { Device } from "./device.js";

/**
 * A graph as the generation loop sees it: in the loop's own thread (`Decoder`), or behind a port (`RemoteDecoder`), so that
 * what the loop costs besides the graph's steps holds up nobody in the graph's thread.
 */
export interface StepDecoder {
  /** The most tokens of a sequence. */
  readonly contextLength: number;
  /** Width of a row of logits. */
  readonly vocabularySize: number;
  readonly device: Device;
  /** Tokens of a prompt to feed in one step. */
  readonly prefillChunk: number;
  /** Whether sequences recall the beginnings of prompts; then these are read in the same pieces each time. */
  readonly keepsPrompts: boolean;
  /** A sequence of no tokens. */
  newSequence(): StepSequence;
  /** Reads a prompt after those that came before it, so that it can use what they have in common. */
  inTurn<T>(read: () => Promise<T>): Promise<T>;
  /** Frees the graph, after the steps that were asked for. Safe to call twice. */
  dispose(): Promise<void>;
}

/** One text under generation: the tokens that the model has seen. */
export interface StepSequence {
  /** Tokens that the model has seen. */
  readonly length: number;
  /** Whether `rollback` works. */
  readonly canRollback: boolean;
  /** How many sequences took their last steps at the same time, this one among them. */
  readonly together: number;
  /**
   * Takes over what is known of a prompt's beginning, in a sequence of no tokens: so many of them.
   *
   * @param cuts where its pieces end besides those of full length
   */
  recall(promptIds: readonly number[], cuts?: readonly number[]): number | Promise<number>;
  /** Keeps what the model made of the first tokens, which are a prompt's, for prompts that begin alike. */
  remember(promptIds: readonly number[], cuts?: readonly number[]): void;
  /**
   * Feeds the next tokens in one step.
   *
   * @param ids at least one token; with those before, at most the context length
   * @param wanted of which tokens the logits are wanted, as distances from the last one, 0 to `ids.length - 1`, descending; at
   *   least one. Default: of the last one
   * @returns a row of logits for each, each as wide as the vocabulary; valid until the sequence's next step or its end
   * @throws ModelDisposedError after the model was disposed of
   * @throws InferenceError where the graph fails; the sequence is then as before
   */
  forward(ids: readonly number[], wanted?: readonly number[]): Promise<Float32Array>;
  /** Forgets the last `rows` tokens, 0 to `length`. */
  rollback(rows: number): void;
  dispose(): void;
}
