import type { Matcher } from "../src/index.js";

/** A small deterministic generator of numbers in [0, 1) (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The allowed tokens, listed. */
export function allowedTokens(matcher: Matcher): number[] {
  const mask = matcher.mask();
  const ids: number[] = [];
  for (let id = 0; id < matcher.vocabulary.size; id++) if (mask.has(id)) ids.push(id);
  return ids;
}

/** What ends an output soonest: tokens by their first byte, best first. */
const CLOSERS = ["}", "]", '"', "n", "t", "f", "0", "1", "-", ",", ":"];

/**
 * Draws tokens uniformly from the masks; after `patience` tokens it prefers what closes. Returns the text when the
 * output has ended; undefined when it has not after `limit` tokens. Throws at a dead end.
 */
export function randomWalk(
  matcher: Matcher,
  random: () => number,
  patience = 30,
  limit = 600,
): string | undefined {
  for (let count = 0; count < limit; count++) {
    const allowed = allowedTokens(matcher);
    if (allowed.length === 0) throw new Error(`dead end after ${new TextDecoder().decode(matcher.bytes)}`);
    let id = allowed[Math.floor(random() * allowed.length)] as number;
    if (count > patience && random() < 0.9) id = closing(matcher, allowed) ?? id;
    if (!matcher.accept(id)) throw new Error(`token ${id} is in the mask but not accepted`);
    if (matcher.isEnded) return new TextDecoder("utf-8", { fatal: true }).decode(matcher.bytes);
  }
  return undefined;
}

function closing(matcher: Matcher, allowed: readonly number[]): number | undefined {
  const end = allowed.find((id) => matcher.vocabulary.isEos(id));
  if (end !== undefined) return end;
  // Where most tokens are allowed a string is open.
  for (const text of allowed.length > 128 ? ['"'] : CLOSERS) {
    const found = allowed.find((id) => matcher.vocabulary.tokenText(id) === text);
    if (found !== undefined) return found;
  }
  return undefined;
}
