/** Where the time went, in milliseconds. */
export interface Timings {
  /** Rendering and tokenising the prompt. */
  prompt: number;
  /** Reading the tokenizer's vocabulary, in the model's first generation alone. */
  vocabulary: number;
  /** Compiling the schema, nearly nothing where it was compiled before. */
  compile: number;
  /** The model reading the prompt. */
  prefill: number;
  /** The model's steps after that. */
  decode: number;
  /** Masks, forced tokens, and moving the matcher. */
  mask: number;
  sampling: number;
  /** The longest piece of work for the grammar: compiling it, a mask, or a move. So long other generations of the thread wait. */
  longestGrammar: number;
  /** From the call to the result. */
  total: number;
}

export function newTimings(): Timings {
  return {
    prompt: 0,
    vocabulary: 0,
    compile: 0,
    prefill: 0,
    decode: 0,
    mask: 0,
    sampling: 0,
    longestGrammar: 0,
    total: 0,
  };
}
