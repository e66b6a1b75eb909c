import { type CodePointSet, type CodePointSets, SHORT_ESCAPES } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { onceFor } from "./once.js";
import { BEYOND_ASCII, groupOf, SPECIAL, subtreeBytes, WIDE_SPACE, WIDE_SPACES } from "./subtree-bytes.js";

const BACKSLASH = 0x5c;
const LAST_CODE_POINT = 0x10ffff;
/** So many sets are remembered. */
const MAX_SETS = 256;
/** Of a set with bytes at more nodes of the trie tokens have many, and it takes long to find out how many. */
const MAX_NODES = 65_536;

const known = new WeakMap<Vocabulary, Map<string, number>>();

/**
 * How often the code points of a token come into a set from outside of it, at most. Few tokens have the ends of two words,
 * say, so they cannot tell a counter of many words from one without a bound. Infinity for sets that most tokens have.
 *
 * @param hasEscapes whether tokens are content of JSON strings
 */
export function mostTokenEntries(
  vocabulary: Vocabulary,
  hasEscapes: boolean,
  sets: CodePointSets,
  set: CodePointSet,
): number {
  const all = onceFor(known, vocabulary, () => new Map<string, number>());
  const key = `${hasEscapes}:${sets.ranges(set).join()}`;
  let most = all.get(key);
  if (most === undefined) {
    if (all.size >= MAX_SETS) all.clear();
    most = compute(vocabulary, hasEscapes, sets, set);
    all.set(key, most);
  }
  return most;
}

function compute(
  vocabulary: Vocabulary,
  hasEscapes: boolean,
  sets: CodePointSets,
  set: CodePointSet,
): number {
  const { size, bytes, depth, subtreeEnd, maxDepth } = vocabulary.trie;
  const { groups, firstOfByte } = subtreeBytes(vocabulary.trie);
  const isIn = Uint8Array.from({ length: 0x80 }, (_, byte) => (sets.has(set, byte) ? 1 : 0));
  // Below a node without these nothing comes into the set.
  let entering = hasEscapes ? SPECIAL : 0;
  let nodes = 0;
  for (let byte = 0; byte < 0x80; byte++) {
    if (isIn[byte] === 0) continue;
    entering |= groupOf[byte] as number;
    nodes += (firstOfByte[byte + 1] as number) - (firstOfByte[byte] as number);
  }
  if (nodes > MAX_NODES) return Infinity;
  const beyond = sets.intersection(set, sets.ofRanges([0x80, LAST_CODE_POINT]));
  // Much of a vocabulary is beyond ASCII, and little of that is white space.
  if (beyond !== sets.none)
    entering |= sets.difference(beyond, wideSpaces(sets)) === sets.none ? WIDE_SPACE : BEYOND_ASCII;
  // By depth in the trie. A code point of several bytes counts at its last one.
  const counts = new Uint8Array(maxDepth + 1);
  const inside = new Uint8Array(maxDepth + 1);
  const isEscape = new Uint8Array(maxDepth + 1);
  const partial = new Int32Array(maxDepth + 1);
  const missing = new Uint8Array(maxDepth + 1);
  // What comes before a token may be in the set.
  inside[0] = 1;
  let most = 0;
  for (let node = 1; node < size; ) {
    const d = depth[node] as number;
    const byte = bytes[node] as number;
    counts[d] = counts[d - 1] as number;
    inside[d] = inside[d - 1] as number;
    isEscape[d] = 0;
    partial[d] = 0;
    missing[d] = 0;
    let codePoint = -1;
    if (byte >= 0xc0) {
      missing[d] = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      partial[d] = byte & (0x3f >> (missing[d] as number));
    } else if (byte >= 0x80 && missing[d - 1] === 0) {
      // The end of a character that began in the token before, which may be in the set or not.
      if (d === 1 && beyond !== sets.none) counts[d]!++;
      inside[d] = 0;
    } else if (byte >= 0x80) {
      partial[d] = ((partial[d - 1] as number) << 6) | (byte & 0x3f);
      missing[d] = (missing[d - 1] as number) - 1;
      if (missing[d] === 0) codePoint = partial[d] as number;
    } else if (isEscape[d - 1] !== 0) {
      codePoint = SHORT_ESCAPES.get(byte) ?? -1;
      // An escape by number may be in the set or not. Its digits count as code points: more of them come into it no less often.
      if (codePoint < 0) {
        counts[d]!++;
        inside[d] = 0;
      }
    } else if (hasEscapes && byte === BACKSLASH) isEscape[d] = 1;
    else codePoint = byte;
    if (codePoint >= 0) {
      const now = codePoint < 0x80 ? (isIn[codePoint] as number) : sets.has(set, codePoint) ? 1 : 0;
      if (now > (inside[d] as number)) counts[d]!++;
      inside[d] = now;
    }
    most = Math.max(most, counts[d] as number);
    const isOver = (groups[node]! & entering) === 0 && isEscape[d] === 0;
    node = isOver ? (subtreeEnd[node] as number) : node + 1;
  }
  return most;
}

/** White space beyond ASCII. */
function wideSpaces(sets: CodePointSets): CodePointSet {
  return sets.ofRanges(WIDE_SPACES.map((boundary, i) => (i % 2 === 0 ? boundary : boundary - 1)));
}
