import { bitsetAdd, bitsetHas, createBitset, type TokenTrie } from "../vocabulary/index.js";
import { onceFor } from "./once.js";

/**
 * Bytes in groups, a bit each, so that those of a subtree are one number: patterns rarely tell the bytes of a group apart.
 * With those below they are 32.
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
  "{}<>^`|",
];
/** The group of all bytes from 0x80 on. */
export const BEYOND_ASCII: number = 1 << GROUPS.length;
/** The group of control characters, which no JSON string has. */
export const CONTROL: number = 1 << (GROUPS.length + 1);
/** The group of quotes and backslashes. */
export const SPECIAL: number = 1 << (GROUPS.length + 2);
/** What white space beyond ASCII (as of `\\s` in patterns) has besides `BEYOND_ASCII`. */
export const WIDE_SPACE: number = 1 << (GROUPS.length + 3);

/** White space beyond ASCII, in ranges of code points: first ones and ends by turns. */
export const WIDE_SPACES: readonly number[] = [
  ...[0xa0, 0xa1, 0x1680, 0x1681, 0x2000, 0x200b, 0x2028, 0x202a, 0x202f, 0x2030],
  ...[0x205f, 0x2060, 0x3000, 0x3001, 0xfeff, 0xff00],
];

/** By byte: its group. */
export const groupOf: Int32Array = new Int32Array(256)
  .fill(CONTROL, 0, 0x20)
  .fill(SPECIAL, 0x20, 0x80)
  .fill(BEYOND_ASCII, 0x80);
for (const [i, group] of GROUPS.entries()) {
  for (const character of group) groupOf[character.charCodeAt(0)] = 1 << i;
}

/** How many bytes are in some groups; white space beyond ASCII counts as one. */
export function sizeOf(groups: number): number {
  let size = (groups & WIDE_SPACE) !== 0 ? 1 : 0;
  for (let byte = 0; byte < 256; byte++) if ((groupOf[byte]! & groups) !== 0) size++;
  return size;
}

/** What is below each node of a trie, and where each byte is. */
export interface SubtreeBytes {
  /** By node: the groups of the bytes below it, its own left out. */
  readonly groups: Int32Array;
  /** By node: how many bytes the longest token has below it; 255 where they are more. */
  readonly heights: Uint8Array;
  /** A bit for each node: set at the last byte of white space beyond ASCII. */
  readonly wide: Uint32Array;
  /** All tokens in the order of their nodes. */
  readonly ids: Int32Array;
  /** By node: how many of these come before those at the node. One more at the end. */
  readonly firstId: Int32Array;
  /** The nodes by byte, ascending: those of byte `b` from `firstOfByte[b]` to `firstOfByte[b + 1]`. */
  readonly byByte: Int32Array;
  readonly firstOfByte: Int32Array;
  /** By the number of a group's bit: how many bytes of the group a token has next to each other at most; 255: more too. */
  readonly longestRuns: Uint8Array;
}

const known = new WeakMap<TokenTrie, SubtreeBytes>();

/** Made once for a trie. */
export function subtreeBytes(trie: TokenTrie): SubtreeBytes {
  return onceFor(known, trie, () => compute(trie));
}

/** Finds the nodes whose path ends with white space beyond ASCII. */
function wideSpaceNodes({ size, bytes, depth, maxDepth }: TokenTrie): Uint32Array {
  const wide = createBitset(size);
  // By depth.
  const path = new Uint8Array(maxDepth + 1);
  for (let node = 1; node < size; node++) {
    const d = depth[node] as number;
    path[d] = bytes[node] as number;
    if (path[d]! < 0x80 || path[d]! >= 0xc0 || d < 2) continue;
    const before = path[d - 1] as number;
    let codePoint = 0;
    if (before >= 0xc2 && before < 0xe0) codePoint = ((before & 0x1f) << 6) | (path[d]! & 0x3f);
    else if (before >= 0x80 && before < 0xc0 && d > 2 && (path[d - 2]! & 0xf0) === 0xe0)
      codePoint = ((path[d - 2]! & 0x0f) << 12) | ((before & 0x3f) << 6) | (path[d]! & 0x3f);
    if (isWideSpace(codePoint)) bitsetAdd(wide, node);
  }
  return wide;
}

/** The groups of a node's own byte. */
export function groupsAt(node: number, bytes: Uint8Array, wide: Uint32Array): number {
  return groupOf[bytes[node] as number]! | (bitsetHas(wide, node) ? WIDE_SPACE : 0);
}

function isWideSpace(codePoint: number): boolean {
  for (let i = 0; i < WIDE_SPACES.length; i += 2)
    if (codePoint >= WIDE_SPACES[i]! && codePoint < WIDE_SPACES[i + 1]!) return true;
  return false;
}

function compute(trie: TokenTrie): SubtreeBytes {
  const { size, bytes, depth, tokens, nextDuplicate, maxDepth } = trie;
  const wide = wideSpaceNodes(trie);
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
    below[d]! |= (groups[node] as number) | groupsAt(node, bytes, wide);
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
  const longestRuns = findLongestRuns(trie);
  return { groups, heights, wide, ids: ids.slice(0, count), firstId, byByte, firstOfByte, longestRuns };
}

function findLongestRuns({ size, bytes, depth, maxDepth }: TokenTrie): Uint8Array {
  const longest = new Uint8Array(32);
  // By depth.
  const bits = new Uint8Array(maxDepth + 1).fill(32);
  const runs = new Uint8Array(maxDepth + 1);
  for (let node = 1; node < size; node++) {
    const d = depth[node] as number;
    const bit = 31 - Math.clz32(groupOf[bytes[node] as number] as number);
    const run = bits[d - 1] === bit ? Math.min((runs[d - 1] as number) + 1, 255) : 1;
    bits[d] = bit;
    runs[d] = run;
    if (run > (longest[bit] as number)) longest[bit] = run;
  }
  return longest;
}
