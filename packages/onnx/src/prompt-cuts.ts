import type { TokenVocabulary } from "./constraint.js";

/** Prompts are known in pieces of so many tokens. */
export const PROMPT_PIECE = 32;
/** Pieces that are shorter are not worth an entry of their own. */
const SHORTEST = 16;

/**
 * Where pieces of a prompt end besides those of full length, ascending: behind its first message, with which other prompts
 * are likely to begin too, and before the special token that begins its end, up to which the same prompt is known when it
 * comes again. Special are tokens that are no text. The first of these depends on the tokens before it alone, so that prompts
 * that begin alike have the same pieces.
 *
 * @param chunk the length of a full piece
 */
export function promptCuts(
  ids: readonly number[],
  vocabulary: Pick<TokenVocabulary, "tokenBytes">,
  chunk: number = PROMPT_PIECE,
): number[] {
  const isSpecial = (id: number) => vocabulary.tokenBytes(id) === undefined;
  const head = ids.findIndex((id, i) => i >= SHORTEST && isSpecial(id));
  if (head < 0) {
    return [];
  }
  const tail = ids.findLastIndex(isSpecial);
  // What a full piece does not take of the way there.
  const rest = (tail - head) % chunk;
  return rest < SHORTEST ? [head] : [head, tail];
}

/** The end of the piece that begins at a place: pieces have `chunk` tokens at most, and none goes beyond a cut. */
export function pieceEnd(at: number, cuts: readonly number[], chunk: number): number {
  const cut = cuts.find((each) => each > at);
  return cut === undefined ? at + chunk : Math.min(at + chunk, cut);
}
