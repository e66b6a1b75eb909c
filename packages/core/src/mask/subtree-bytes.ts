import type { TokenTrie } from "../vocabulary/index.js";

/**
 * Bytes in groups, a bit each, so that those of a subtree are one number: patterns rarely tell the bytes of a group apart.
 * The last bit is free.
 */
const GROUPS = [
  "abcdef",
  "ghijklmnopqrstuvwxyz",
  "ABCDEF",
  "GHIJKLMNOPQRSTUVWXYZ",
  "0123456789",
  " ",
  ..."-._/:@+%#?=&,;~$!*'",
  "()",
  "[]",
  "{}",
  "<>^`|",
];
/** The group of all bytes from 0x80 on. */
export const BEYOND_ASCII: number = 1 << GROUPS.length;
/** The group of control characters, which no JSON string has. */
export const CONTROL: number = 1 << (GROUPS.length + 1);
/** The group of quotes and backslashes. */
export const SPECIAL: number = 1 << (GROUPS.length + 2);

/** By byte: its group. */
export const groupOf: Int32Array = new Int32Array(256)
  .fill(CONTROL, 0, 0x20)
  .fill(SPECIAL, 0x20, 0x80)
  .fill(BEYOND_ASCII, 0x80);
for (const [i, group] of GROUPS.entries()) {
  for (const character of group) groupOf[character.charCodeAt(0)] = 1 << i;
}

/** How many bytes are in some groups. */
export function sizeOf(groups: number): number {
  let size = 0;
  for (let byte = 0; byte < 256; byte++) if ((groupOf[byte]! & groups) !== 0) size++;
  return size;
}

/** What is below each node of a trie, and where each byte is. */
export interface SubtreeBytes {
  /** By node: the groups of the bytes below it, its own left out. */
  readonly groups: Int32Array;
  /** By node: how many bytes the longest token has below it; 255 where they are more. */
  readonly heights: Uint8Array;
  /** All tokens in the order of their nodes. */
  readonly ids: Int32Array;
  /** By node: how many of these come before those at the node. One more at the end. */
  readonly firstId: Int32Array;
  /** The nodes by byte, ascending: those of byte `b` from `firstOfByte[b]` to `firstOfByte[b + 1]`. */
  readonly byByte: Int32Array;
  readonly firstOfByte: Int32Array;
}

const known = new WeakMap<TokenTrie, SubtreeBytes>();

/** Made once for a trie. */
export function subtreeBytes(trie: TokenTrie): SubtreeBytes {
  let result = known.get(trie);
  if (result === undefined) {
    result = compute(trie);
    known.set(trie, result);
  }
  return result;
}

function compute({ size, bytes, depth, tokens, nextDuplicate, maxDepth }: TokenTrie): SubtreeBytes {
  const groups = new Int32Array(size);
  const heights = new Uint8Array(size);
  // By depth: the groups of the nodes after the last one that was less deep; from the last node to the first.
  const below = new Int32Array(maxDepth + 2);
  const heightsBelow = new Uint8Array(maxDepth + 2);
  for (let node = size - 1; node > 0; node--) {
    const d = depth[node] as number;
    groups[node] = below[d + 1] as number;
    below[d + 1] = 0;
    heights[node] = heightsBelow[d + 1] as number;
    heightsBelow[d + 1] = 0;
    heightsBelow[d] = Math.max(heightsBelow[d] as number, Math.min((heights[node] as number) + 1, 255));
    below[d]! |= (groups[node] as number) | (groupOf[bytes[node] as number] as number);
  }
  groups[0] = below[1] as number;
  heights[0] = heightsBelow[1] as number;
  const ids = new Int32Array(nextDuplicate.length);
  const firstId = new Int32Array(size + 1);
  let count = 0;
  for (let node = 0; node < size; node++) {
    firstId[node] = count;
    for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) ids[count++] = id;
  }
  firstId[size] = count;
  // A counting sort.
  const firstOfByte = new Int32Array(257);
  for (let node = 1; node < size; node++) firstOfByte[(bytes[node] as number) + 1]!++;
  for (let byte = 0; byte < 256; byte++) firstOfByte[byte + 1]! += firstOfByte[byte] as number;
  const next = firstOfByte.slice();
  const byByte = new Int32Array(size - 1);
  for (let node = 1; node < size; node++) byByte[next[bytes[node] as number]!++] = node;
  return { groups, heights, ids: ids.slice(0, count), firstId, byByte, firstOfByte };
}
