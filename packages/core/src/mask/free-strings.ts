import { contentText } from "../automaton/string-content.js";
import { type JsonStringAutomaton, NO_LANGUAGE } from "../language/index.js";
import { bitsetAdd, createBitset, type Vocabulary } from "../vocabulary/index.js";
import { onceFor } from "./once.js";
import { DenseTokens } from "./token-mask.js";
import { TokensByNeed } from "./tokens-by-need.js";
import { pathTo } from "./trie-path.js";
import { WholeTexts } from "./whole-texts.js";

/** A vocabulary's tokens against the content of a string without conditions, which other strings are compared with. */
export interface FreeStrings {
  /** The tokens that stay in the string. */
  readonly stays: DenseTokens;
  /** The same by how many code points they need. */
  readonly byNeed: TokensByNeed;
  /** By trie node: 1 where its path is one of the string, or of its end. */
  readonly live: Uint8Array;
  /**
   * By trie node on such a path: how many whole code points are above it (at most `MANY_CODE_POINTS`), and `WITHIN` where it
   * is not at the beginning of another one.
   */
  readonly codePoints: Uint8Array;
  /** The trie nodes at a closing quote, ascending. */
  readonly exits: Int32Array;
  /** How many code points the string has before each of them. */
  readonly exitLengths: Uint16Array;
  /** The bytes that lead to them: to exit `i` those from `exitOffsets[i]` to `exitOffsets[i + 1]`. */
  readonly exitPaths: Uint8Array;
  readonly exitOffsets: Int32Array;
  /** Them, by the strings that end there. */
  readonly exitsByText: ReadonlyMap<string, readonly number[]>;
  /** The most code points that such a string has. */
  readonly longestExit: number;
}

/** Only few tokens have more, which are not counted. */
export const MANY_CODE_POINTS = 127;
export const WITHIN = 128;

const known = new WeakMap<Vocabulary, FreeStrings[]>();

/** The free string of a vocabulary and of a kind of escapes, or its free text: made once, like the vocabulary itself. */
export function freeStrings(strings: JsonStringAutomaton | WholeTexts, vocabulary: Vocabulary): FreeStrings {
  const made = onceFor(known, vocabulary, () => []);
  const index = strings instanceof WholeTexts ? 2 : strings.isMinimal ? 1 : 0;
  let free = made[index];
  if (free === undefined) {
    free = compute(strings, vocabulary);
    made[index] = free;
  }
  return free;
}

function compute(strings: JsonStringAutomaton | WholeTexts, vocabulary: Vocabulary): FreeStrings {
  const { size, bytes, depth, subtreeEnd, tokens, nextDuplicate, maxDepth } = vocabulary.trie;
  const stays = createBitset(vocabulary.size);
  const needs = new Uint16Array(size);
  const live = new Uint8Array(size);
  const codePoints = new Uint8Array(size).fill(WITHIN | MANY_CODE_POINTS);
  const exits: number[] = [];
  const exitLengths: number[] = [];
  // By depth in the trie: the state, and how many code points are whole.
  const states = new Int32Array(maxDepth + 1);
  const lengths = new Uint16Array(maxDepth + 1);
  const within = new Uint8Array(maxDepth + 1);
  states[0] = strings.start(strings.arena.any);
  let node = 1;
  while (node < size) {
    const d = depth[node] as number;
    const length = lengths[d - 1] as number;
    const next = strings.step(states[d - 1] as number, bytes[node] as number);
    codePoints[node] = Math.min(length, MANY_CODE_POINTS) | (within[d - 1] as number);
    if (next !== 0) live[node] = 1;
    if (next !== 0 && strings.hasNext(next)) {
      const isWhole = strings.language(next) !== NO_LANGUAGE;
      if ((tokens[node] as number) >= 0) needs[node] = length + 1;
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) bitsetAdd(stays, id);
      states[d] = next;
      lengths[d] = isWhole ? length + 1 : length;
      within[d] = isWhole ? 0 : WITHIN;
      node++;
    } else {
      if (next !== 0) {
        exits.push(node);
        exitLengths.push(length);
      }
      node = subtreeEnd[node] as number;
    }
  }
  const paths = exits.map((exit) => pathTo(exit, vocabulary));
  const exitOffsets = new Int32Array(exits.length + 1);
  for (const [i, path] of paths.entries()) exitOffsets[i + 1] = (exitOffsets[i] as number) + path.length;
  const exitPaths = Uint8Array.from(paths.flatMap((path) => [...path]));
  const exitsByText = new Map<string, number[]>();
  for (const [i, path] of paths.entries()) {
    const text = contentText(path.subarray(0, -1));
    const same = exitsByText.get(text);
    if (same === undefined) exitsByText.set(text, [exits[i] as number]);
    else same.push(exits[i] as number);
  }
  const all = new DenseTokens(stays, true);
  return {
    stays: all,
    byNeed: new TokensByNeed(vocabulary.trie, all, needs),
    live,
    codePoints,
    exits: Int32Array.from(exits),
    exitLengths: Uint16Array.from(exitLengths),
    exitPaths,
    exitOffsets,
    exitsByText,
    longestExit: exitLengths.reduce((most, length) => Math.max(most, length), 0),
  };
}
