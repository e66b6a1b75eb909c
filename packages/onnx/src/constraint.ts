import type { Matcher, Vocabulary } from "@grammask/core";

/** What the loop needs of a matcher: tests put simple ones in its place. */
export type TokenMatcher = Pick<
  Matcher,
  | "mask"
  | "accept"
  | "isComplete"
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
