import type { TokenTrie } from "../vocabulary/index.js";

/**
 * A free string's trie nodes by their byte, and those of a byte by the groups of the bytes above them, of which there are
 * few different sets: where nothing but some groups may be above, the others are passed over at once.
 */
export interface NodesByAbove {
  /** By byte: the first of its parts. One more at the end. */
  readonly firstPart: Int32Array;
  /** By part: the groups above its nodes. */
  readonly above: Int32Array;
  /** By part: where its nodes begin. One more at the end. */
  readonly firstNode: Int32Array;
  /** The nodes, ascending in each part. */
  readonly nodes: Int32Array;
}

/** @param live by node: 0 where it is left out. */
export function nodesByAbove({ size, bytes }: TokenTrie, above: Int32Array, live: Uint8Array): NodesByAbove {
  // Two counting sorts: by the groups above, then by the byte.
  const numbers = new Map<number, number>();
  const numberOf = new Int32Array(size);
  const all = new Int32Array(size);
  let count = 0;
  let last = -1;
  let number = 0;
  for (let node = 1; node < size; node++) {
    if (above[node] !== last || node === 1) {
      last = above[node] as number;
      number = numbers.get(last) ?? numbers.size;
      numbers.set(last, number);
    }
    if (live[node] === 0) continue;
    numberOf[node] = number;
    all[count++] = node;
  }
  const sorted = sortedBy(all.subarray(0, count), numberOf, numbers.size).nodes;
  const { nodes, first } = sortedBy(sorted, bytes, 256);
  const firstPart = new Int32Array(257);
  const aboveOfPart: number[] = [];
  const firstNode: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    firstPart[byte] = aboveOfPart.length;
    const from = first[byte] as number;
    for (let i = from; i < (first[byte + 1] as number); i++) {
      const groups = above[nodes[i] as number] as number;
      if (i > from && groups === aboveOfPart[aboveOfPart.length - 1]) continue;
      aboveOfPart.push(groups);
      firstNode.push(i);
    }
  }
  firstPart[256] = aboveOfPart.length;
  firstNode.push(count);
  return { firstPart, above: Int32Array.from(aboveOfPart), firstNode: Int32Array.from(firstNode), nodes };
}

/** The nodes by a number that each has, otherwise in the order in which they were, and where those of each number begin. */
function sortedBy(
  nodes: Int32Array,
  numberOf: Int32Array | Uint8Array,
  numbers: number,
): { readonly nodes: Int32Array; readonly first: Int32Array } {
  const first = new Int32Array(numbers + 1);
  for (const node of nodes) first[numberOf[node]! + 1]!++;
  for (let i = 0; i < numbers; i++) first[i + 1]! += first[i] as number;
  const next = first.slice();
  const sorted = new Int32Array(nodes.length);
  for (const node of nodes) sorted[next[numberOf[node] as number]!++] = node;
  return { nodes: sorted, first };
}
