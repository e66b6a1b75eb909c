/** Where the time went, in milliseconds. */
export interface Timings {
  /** Rendering and tokenising the prompt. */
  prompt: number;
  /** Compiling the schema, nearly nothing where it was compiled before. */
  compile: number;
  /** The model reading the prompt. */
  prefill: number;
  /** The model's steps after that. */
  decode: number;
  /** Masks, forced tokens, and moving the matcher. */
  mask: number;
  sampling: number;
  /** From the call to the result. */
  total: number;
}
