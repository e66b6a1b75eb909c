import { type Grammar, Matcher } from "../src/index.js";
import { byteVocabulary } from "./byte-vocabulary.js";

const vocabulary = byteVocabulary();
const encoder = new TextEncoder();

/** Whether a text is a complete output of a grammar. */
export function accepts(grammar: Grammar, text: string): boolean {
  const matcher = new Matcher(grammar, vocabulary);
  return matcher.acceptBytes(encoder.encode(text)) && matcher.isComplete;
}

/** Whether a text is the beginning of an output of a grammar. */
export function begins(grammar: Grammar, text: string): boolean {
  return new Matcher(grammar, vocabulary).acceptBytes(encoder.encode(text));
}
