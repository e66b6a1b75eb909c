import { plainReport } from "../json-schema/report.js";
import { GrammarError } from "./errors.js";
import type { Grammar } from "./grammar.js";
import { compileText } from "./text.js";

/**
 * Compiles a list of texts to the grammar whose outputs are these texts. The order does not matter, nor does a text that
 * is listed twice.
 *
 * @param texts any number of strings, the empty one included; 100,000 are quick
 * @throws GrammarError where the list is empty or not of strings, or a text has half a surrogate pair, so that it has no
 *   UTF-8
 * @throws LanguageLimitError where the texts are too many
 */
export function compileChoice(texts: readonly string[]): Grammar {
  if (!Array.isArray(texts) || texts.length === 0) {
    throw new GrammarError("A choice needs a list of at least one text.");
  }
  texts.forEach((text: unknown, index) => {
    if (typeof text !== "string") throw new GrammarError(`Text ${index} of the choice is not a string.`);
    if (/\p{Cs}/u.test(text)) {
      throw new GrammarError(
        `Text ${index} of the choice has half a surrogate pair, which no output can have.`,
      );
    }
  });
  const choices = [...texts];
  return compileText(
    () => plainReport("choice"),
    (arena) => arena.choice(choices),
  );
}
