/** Masks for a tree of guessed tokens. */
import type { TokenMask } from "./mask/token-mask.js";

/** What is asked of a matcher. */
interface Sequence {
  mask(): TokenMask;
  accept(tokenId: number): boolean;
  rollback(count: number): void;
}

/** See `Matcher.draftMasks`. The tree is walked depth first, so each node is accepted once. */
export function draftMasks(
  matcher: Sequence,
  tokens: readonly number[],
  parents: readonly number[],
): (TokenMask | undefined)[] {
  if (tokens.length !== parents.length) {
    throw new RangeError(`There are ${tokens.length} tokens and ${parents.length} parents`);
  }
  const children = new Map<number, number[]>();
  parents.forEach((parent, node) => {
    if (!Number.isInteger(parent) || parent < -1 || parent >= node) {
      throw new RangeError(`The parent of node ${node} is ${parent}, which does not come before it`);
    }
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [node]);
    else siblings.push(node);
  });
  const masks = new Array<TokenMask | undefined>(tokens.length).fill(undefined);
  // By depth, the nodes that are still to be looked at.
  const open = [[...(children.get(-1) ?? [])]];
  try {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const node = last.shift();
      if (node === undefined) {
        open.pop();
        if (open.length > 0) matcher.rollback(1);
        continue;
      }
      if (!matcher.accept(tokens[node] as number)) continue;
      open.push([...(children.get(node) ?? [])]);
      masks[node] = matcher.mask();
    }
  } finally {
    // Only where a mask could not be had.
    if (open.length > 1) matcher.rollback(open.length - 1);
  }
  return masks;
}
