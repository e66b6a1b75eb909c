import type { KeyStarts } from "../automaton/alike-objects.js";
import { COMMA, isSpace, QUOTE } from "../automaton/json-bytes.js";
import type { JsonStringAutomaton } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { FreeStringsBelow } from "./free-strings-below.js";
import { subtreeBytes } from "./subtree-bytes.js";
import { pathTo } from "./trie-path.js";

const BACKSLASH = 0x5c;
const SURROGATE = /[\ud800-\udfff]/;

/** Finds what the tokens of a vocabulary can read of a key that they begin behind a value. */
export function keyStarts(strings: JsonStringAutomaton, vocabulary: Vocabulary): KeyStarts {
  const { trie } = vocabulary;
  const { bytes, subtreeEnd } = trie;
  const { byByte, firstOfByte } = subtreeBytes(trie);
  const below = new FreeStringsBelow(strings, trie);
  const ended = new Set<string>();
  const firstBytes = new Uint8Array(256);
  let areEscapesShort = true;
  for (let i = firstOfByte[QUOTE] as number; i < (firstOfByte[QUOTE + 1] as number); i++) {
    const node = byByte[i] as number;
    if ((subtreeEnd[node] as number) === node + 1 || !isBehindComma(pathTo(node, vocabulary))) continue;
    for (const text of below.get(node).closed) ended.add(text);
    for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child)) {
      firstBytes[bytes[child] as number] = 1;
      if (bytes[child] === BACKSLASH && (subtreeEnd[child] as number) > child + 1) areEscapesShort = false;
    }
  }
  const isBeyondAscii = firstBytes.indexOf(1, 0x80) >= 0;
  return {
    ended: [...ended],
    isPlain(name) {
      const first = name.charCodeAt(0);
      if (!areEscapesShort || !(first >= 0x20) || first === QUOTE || first === BACKSLASH) return false;
      if (first < 0x80 ? firstBytes[first] === 1 : isBeyondAscii) return false;
      return !SURROGATE.test(name);
    },
  };
}

/** Whether the quote that a path ends with can open a key behind a value. */
function isBehindComma(path: Uint8Array): boolean {
  let at = path.length - 2;
  while (at >= 0 && isSpace(path[at] as number)) at--;
  return path[at] === COMMA;
}
