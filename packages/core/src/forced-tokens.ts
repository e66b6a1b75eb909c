/** Tokens that a grammar leaves no choice about. */
import { LastUsed } from "./grammar/last-used.js";
import { onceFor } from "./mask/once.js";
import type { TokenMask } from "./mask/token-mask.js";
import { type CanonicalTokens, canonicalTokens, oneOfEachKind } from "./vocabulary/canonical-tokens.js";
import type { Vocabulary } from "./vocabulary/index.js";

/** What is asked of a matcher. */
interface Sequence {
  readonly vocabulary: Vocabulary;
  readonly bytes: Uint8Array;
  readonly isEnded: boolean;
  mask(): TokenMask;
  accept(tokenId: number): boolean;
  acceptBytes(bytes: Uint8Array): boolean;
  rollback(count: number): void;
  forcedBytes(): Uint8Array;
  allowedBytes(): number[];
}

/** How much of the output before forced text the tokenizer is shown: enough for the tokens at the seam. */
const CONTEXT_BYTES = 24;
/** So many forced texts are remembered with their tokens: the tokenizer takes longer than all the rest. */
const REMEMBERED = 1024;

const remembered = new WeakMap<Vocabulary, LastUsed<CanonicalTokens>>();

/** Tokens that must come next. */
export interface ForcedContinuation {
  readonly tokens: number[];
  /** Whether they stand in the place of the last accepted token too. */
  readonly replacesLast: boolean;
}

/**
 * At most `max` tokens that must come next; the matcher does not move.
 * @param last the bytes of the last accepted token, if other tokens may take its place; else none
 */
export function forcedAfter(matcher: Sequence, last: Uint8Array, max: number): ForcedContinuation {
  const tokens: number[] = [];
  if (matcher.isEnded) return { tokens, replacesLast: false };
  const length = matcher.bytes.length;
  let replacesLast = false;
  const canonical = canonicalForced(matcher, last);
  if (canonical !== undefined && canonical.tokens.length > 0) {
    replacesLast = canonical.replacesLast;
    if (replacesLast) matcher.rollback(1);
    acceptAll(matcher, canonical.tokens, tokens, max);
    if (replacesLast && matcher.bytes.length <= length) {
      // Nothing of the forced text is left of it.
      matcher.rollback(tokens.length);
      tokens.length = 0;
      matcher.acceptBytes(last);
      replacesLast = false;
    }
  }
  for (let mask = matcher.mask(); mask.count === 1 && !matcher.isEnded; mask = matcher.mask()) {
    if (tokens.length >= max || acceptAll(matcher, mask.ids as Int32Array, tokens, max) === 0) break;
  }
  matcher.rollback(tokens.length);
  if (replacesLast) matcher.acceptBytes(last);
  return { tokens, replacesLast };
}

/** Accepts tokens as far as the grammar allows and `taken` has less than `max`, adds them there and counts them. */
function acceptAll(matcher: Sequence, tokens: Iterable<number>, taken: number[], max: number): number {
  let count = 0;
  for (const id of tokens) {
    if (taken.length >= max || !matcher.accept(id)) break;
    taken.push(id);
    count++;
  }
  return count;
}

/** The forced bytes as the tokenizer writes them; undefined where there are none or it cannot be asked. */
function canonicalForced(matcher: Sequence, last: Uint8Array): CanonicalTokens | undefined {
  const { encode } = matcher.vocabulary;
  if (encode === undefined) return undefined;
  const forced = matcher.forcedBytes();
  if (forced.length === 0) return undefined;
  const end = matcher.bytes.length - last.length;
  const context = matcher.bytes.slice(Math.max(0, end - CONTEXT_BYTES), end);
  matcher.acceptBytes(forced);
  const next = oneOfEachKind(matcher.allowedBytes());
  matcher.rollback(1);
  const { vocabulary } = matcher;
  const known = onceFor(remembered, vocabulary, () => new LastUsed<CanonicalTokens>(REMEMBERED));
  const key = [context, last, forced, next]
    .map((bytes) => String.fromCharCode(bytes.length, ...bytes))
    .join("");
  return known.get(key, () => canonicalTokens({ context, last, forced, next }, vocabulary, encode));
}
