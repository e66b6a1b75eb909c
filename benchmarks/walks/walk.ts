import type { Matcher } from "@grammask/core";

/** There is no way on, or the way to the end that the engine names is none: what must never happen. */
export class DeadEnd extends Error {
  override readonly name = "DeadEnd";
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Draws up to `patience` tokens uniformly from the masks, and then ends the output along its short completion.
 *
 * @returns the text
 * @throws DeadEnd where it cannot go on or end
 */
export function randomWalk(matcher: Matcher, patience: number, random: () => number): string {
  for (let count = 0; count < patience && !matcher.isEnded; count++) {
    const token = draw(matcher, random);
    if (!matcher.accept(token)) throw new DeadEnd(`token ${token} is in the mask, but not accepted`);
  }
  if (!matcher.isEnded) end(matcher);
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(matcher.bytes);
}

function draw(matcher: Matcher, random: () => number): number {
  const mask = matcher.mask();
  if (mask.count === 0) throw new DeadEnd("the mask is empty");
  if (mask.ids !== undefined) return mask.ids[Math.floor(random() * mask.count)]!;
  // Many are allowed, so a few tries find one.
  for (;;) {
    const id = Math.floor(random() * matcher.vocabulary.size);
    if (mask.has(id)) return id;
  }
}

function end(matcher: Matcher): void {
  const { bytes } = matcher.shortestCompletion();
  const eos = matcher.vocabulary.eosTokenIds[0]!;
  if (!matcher.acceptBytes(bytes)) throw new DeadEnd(`the completion ${decode(bytes)} is not accepted`);
  if (!matcher.mask().has(eos) || !matcher.accept(eos))
    throw new DeadEnd(`the completion ${decode(bytes)} is no end`);
}

function decode(bytes: Uint8Array): string {
  return JSON.stringify(new TextDecoder().decode(bytes));
}
