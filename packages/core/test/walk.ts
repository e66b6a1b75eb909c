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

/** The allowed tokens, by trying every one. */
export function triedTokens(matcher: Matcher): number[] {
  const ids: number[] = [];
  for (let id = 0; id < matcher.vocabulary.size; id++) {
    if (!matcher.accept(id)) continue;
    ids.push(id);
    matcher.rollback(1);
  }
  return ids;
}

/**
 * Draws up to `patience` tokens uniformly from the masks, and then ends the output by its short completion. Returns the
 * text. Throws at a dead end, and where a completion is not an end.
 */
export function randomWalk(matcher: Matcher, random: () => number, patience = 30): string {
  for (let count = 0; count < patience && !matcher.isEnded; count++) {
    const allowed = allowedTokens(matcher);
    if (allowed.length === 0) throw new Error(`dead end after ${new TextDecoder().decode(matcher.bytes)}`);
    const id = allowed[Math.floor(random() * allowed.length)] as number;
    if (!matcher.accept(id)) throw new Error(`token ${id} is in the mask but not accepted`);
  }
  if (!matcher.isEnded) end(matcher);
  return new TextDecoder("utf-8", { fatal: true }).decode(matcher.bytes);
}

function end(matcher: Matcher): void {
  const { bytes } = matcher.shortestCompletion();
  const eos = matcher.vocabulary.eosTokenIds[0] as number;
  const isEnd = matcher.acceptBytes(bytes) && matcher.mask().has(eos) && matcher.accept(eos);
  if (!isEnd) {
    const [text, completion] = [matcher.bytes, bytes].map((part) => new TextDecoder().decode(part));
    throw new Error(`${text} is not ended by ${completion}`);
  }
}
