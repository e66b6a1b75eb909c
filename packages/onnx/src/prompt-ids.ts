import { PromptTooLongError } from "./errors.js";

/** More characters than a token of most texts has: so many for each token of the context do not fit, mostly. */
const CHARACTERS = 5;
/** Of a beginning that is not clearly too long, the next one that is read is so many times longer. */
const GROWTH = 4;
/** By how much the beginning of a text must fill the context: its last tokens may be others in the whole. */
const CLEARLY = 1.125;

/**
 * The tokens of a prompt. Of one that is far too long only the beginning is read, so that it does not keep its thread busy for as long as
 * all of it takes (about 0.5 s for a million characters).
 *
 * @throws PromptTooLongError where the beginning of the text fills the context already
 */
export function encodePrompt(
  encode: (text: string) => readonly number[],
  text: string,
  contextLength: number,
): readonly number[] {
  for (let length = CHARACTERS * contextLength; length < text.length; length *= GROWTH) {
    const { length: tokens } = encode(text.slice(0, length));
    if (tokens > CLEARLY * contextLength) {
      throw new PromptTooLongError(tokens, contextLength, true);
    }
  }
  return encode(text);
}
