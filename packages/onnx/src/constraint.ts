import type { Matcher, TokenMask, Vocabulary } from "@grammask/core";
import { InferenceError } from "./errors.js";

/** What the loop needs of a matcher: tests put simple ones in its place. */
export type TokenMatcher = Pick<
  Matcher,
  | "mask"
  | "accept"
  | "isComplete"
  | "isInLeadIn"
  | "rollback"
  | "forcedContinuation"
  | "limitHit"
  | "fits"
  | "maskWithin"
  | "completionTokens"
  | "shortestCompletion"
>;

/** What the loop needs of a vocabulary. */
export type TokenVocabulary = Pick<Vocabulary, "size" | "eosTokenIds" | "tokenBytes" | "isEos">;

/**
 * Whether the output can only end here.
 *
 * @throws InferenceError where the mask is empty
 */
export function onlyEnds(mask: TokenMask, vocabulary: TokenVocabulary): boolean {
  const { eosTokenIds } = vocabulary;
  if (mask.count > eosTokenIds.length) {
    return false;
  }
  if (mask.count === 0) {
    throw new InferenceError("The grammar allows no token here, and does not end here either.");
  }
  let ends = 0;
  for (const id of eosTokenIds) {
    ends += mask.has(id) ? 1 : 0;
  }
  return ends === mask.count;
}
