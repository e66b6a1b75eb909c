/** The memory that the loop and its workers share. */
export interface SharedState {
  /** A row for each sequence: bit `id & 31` of word `id >> 5` says whether the token is allowed. */
  readonly masks: Uint32Array<SharedArrayBuffer>;
  /** A row for each sequence: whether there is something to do, tokens to take back, tokens to accept, these. */
  readonly moves: Int32Array<SharedArrayBuffer>;
  /** A row for each sequence: how many tokens of the last step were accepted, whether it may end here. */
  readonly states: Int32Array<SharedArrayBuffer>;
}

export const MOVE_HEAD = 3;
export const STATE_FIELDS = 2;

/** What a worker is started with. */
export interface WorkerSetup extends SharedState {
  /** `Vocabulary.serialize`, shared. */
  readonly vocabulary: Uint8Array<SharedArrayBuffer>;
  /** The sequences of this worker. */
  readonly sequences: readonly number[];
  readonly tokensPerStep: number;
  readonly warmUp: boolean;
}

/** What is asked of a worker. Each is answered, in order. */
export type Task =
  | { readonly type: "open"; readonly sequence: number; readonly schema: string; readonly options: object }
  | { readonly type: "close"; readonly sequence: number }
  | { readonly type: "step" };

/** The answer: nothing, or what went wrong. */
export interface Answer {
  readonly error?: { readonly code: string; readonly message: string };
}
