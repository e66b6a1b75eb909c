import { GrammarError } from "../src/index.js";

/** The message of the `GrammarError` that is thrown; empty: nothing is thrown. Other errors go on. */
export function complaintOf(compile: () => unknown): string {
  try {
    compile();
  } catch (error) {
    if (error instanceof GrammarError) return error.message;
    throw error;
  }
  return "";
}
