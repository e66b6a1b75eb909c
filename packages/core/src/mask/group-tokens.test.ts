import { expect, it } from "vitest";
import { Vocabulary } from "../index.js";
import { JsonStringAutomaton, LanguageArena } from "../language/index.js";
import { bitsetHas } from "../vocabulary/index.js";
import { freeStrings } from "./free-strings.js";
import { groupTokens } from "./group-tokens.js";
import { groupOf } from "./subtree-bytes.js";

const CHARACTERS = 'abkABK0 -"\\.';
const texts: string[] = [...CHARACTERS].flatMap((a) =>
  ["", ...CHARACTERS].flatMap((b) => ["", ...CHARACTERS].map((c) => (b === "" ? a : a + b + c))),
);
const vocabulary = Vocabulary.fromBytes(
  [...new Set(texts)].map((text) => new TextEncoder().encode(text)),
  { eosTokenIds: [] },
);
const tokens = [...new Set(texts)];
const groupsOf = (text: string) => Buffer.from(text).reduce((all, byte) => all | groupOf[byte]!, 0);

it("the tokens of some groups are those of these alone, whatever was asked for before", () => {
  const free = freeStrings(new JsonStringAutomaton(new LanguageArena()), vocabulary);
  const known = groupTokens(vocabulary, free);
  for (const groups of ["ak", "akAK", "a", "kAK0 ", "-", "akAK0 -.", "akAK0 ", "A.", ""].map(groupsOf)) {
    for (const length of [Infinity, 2, 1]) {
      const { words } = known.of(groups, length);
      for (const [id, text] of tokens.entries()) {
        const isRight = /^[^"\\]*$/.test(text) && text.length <= length && (groupsOf(text) & ~groups) === 0;
        if (bitsetHas(words, id) !== isRight) expect.fail(`${JSON.stringify(text)} of ${groups}, ${length}`);
      }
    }
  }
});

it("the nodes of a byte are in parts by what is above them", () => {
  const free = freeStrings(new JsonStringAutomaton(new LanguageArena()), vocabulary);
  const known = groupTokens(vocabulary, free);
  const { firstPart, above, firstNode, nodes } = known.nodes;
  const { size, bytes } = vocabulary.trie;
  const found = new Set<number>();
  for (let byte = 0; byte < 256; byte++) {
    const sets = above.subarray(firstPart[byte], firstPart[byte + 1]);
    expect(new Set(sets).size).toBe(sets.length);
    for (let part = firstPart[byte]!; part < firstPart[byte + 1]!; part++) {
      const inPart = nodes.subarray(firstNode[part], firstNode[part + 1]);
      expect([...inPart]).toEqual([...inPart].sort((a, b) => a - b));
      for (const node of inPart) {
        expect([bytes[node], known.aboveOf(node)]).toEqual([byte, above[part]]);
        found.add(node);
      }
    }
  }
  const live = Array.from({ length: size - 1 }, (_, i) => i + 1).filter((node) => free.live[node] !== 0);
  expect([...found].sort((a, b) => a - b)).toEqual(live);
});
