import type { TokenVocabulary } from "./constraint.js";

/** Shorter beginnings are not worth a step of their own. */
const SHORTEST = 16;

/**
 * How many tokens a prompt's first message has, which other prompts are likely to begin with too: those before the first
 * special token (one that is no text) behind the beginning; 0 where there is none. It depends on these tokens alone, so
 * that prompts that begin alike are read in the same pieces.
 */
export function headLength(ids: readonly number[], vocabulary: Pick<TokenVocabulary, "tokenBytes">): number {
  const end = ids.findIndex((id, i) => i >= SHORTEST && vocabulary.tokenBytes(id) === undefined);
  return Math.max(end, 0);
}

/** The end of the piece that begins at a place: pieces have `chunk` tokens at most, and none goes beyond the head's end. */
export function pieceEnd(at: number, head: number, chunk: number): number {
  return at < head ? Math.min(at + chunk, head) : at + chunk;
}
