import { expect, it } from "vitest";
import { CodePointSets } from "../language/index.js";
import { Vocabulary } from "../vocabulary/index.js";
import { mostTokenEntries } from "./token-entries.js";

const encoder = new TextEncoder();

const most = (
  token: string | Uint8Array<ArrayBuffer>,
  ranges: readonly number[],
  hasEscapes = true,
): number => {
  const bytes = typeof token === "string" ? encoder.encode(token) : token;
  const sets = new CodePointSets();
  const vocabulary = Vocabulary.fromBytes([bytes], { eosTokenIds: [] });
  return mostTokenEntries(vocabulary, hasEscapes, sets, sets.ofRanges([...ranges]));
};

/** How often a character of the set follows one that is not in it. */
const counted = (text: string, isIn: (codePoint: number) => boolean): number => {
  const inside = Array.from(text, (character) => isIn(character.codePointAt(0) as number));
  return inside.filter((now, i) => i > 0 && now && !inside[i - 1]).length;
};

it("counts how often a token comes into a set", () => {
  const pieces = ["a", "b", " ", "é", "\u2003", "字", "😀", "\\n", "\\\\", "\\/"];
  const sets: [number, number][] = [
    [0x20, 0x20],
    [0x0a, 0x20],
    [0x61, 0x61],
    [0x80, 0x10ffff],
    [0x2003, 0x2003],
    [0x1f, 0x2003],
    [0x2f, 0x5c],
  ];
  for (let seed = 0; seed < 400; seed++) {
    let text = "";
    for (let rest = seed * 7919 + 1; rest > 0; rest = Math.floor(rest / pieces.length))
      text += pieces[rest % pieces.length];
    for (const [first, last] of sets) {
      const content = JSON.parse(`"${text}"`) as string;
      const expected = counted(content, (codePoint) => first <= codePoint && codePoint <= last);
      expect(most(text, [first, last]), `${text} ${first}`).toBe(expected);
    }
  }
});

it("counts escapes as they are where there are none", () => {
  expect(most("a\\nb\\n", [0x0a, 0x0a])).toBe(2);
  expect(most("a\\nb\\n", [0x0a, 0x0a], false)).toBe(0);
  expect(most("a\\nb\\n", [0x5c, 0x5c], false)).toBe(2);
});

it("counts no fewer than there can be in escapes by number and cut characters", () => {
  expect(most("a\\u0020b\\u0020", [0x20, 0x20])).toBeGreaterThanOrEqual(2);
  expect(most("a\\u0020 \\u0061 ", [0x20, 0x20])).toBeGreaterThanOrEqual(2);
  expect(most(Uint8Array.of(0xa9, 0x20, 0x61, 0x20, 0xc3), [0x20, 0x20])).toBe(2);
  // The end of U+2003, whose first bytes the token before has.
  const cut = Uint8Array.of(0x80, 0x83, 0x61, 0x20, 0x61, 0x20);
  expect(most(cut, [0x20, 0x20, 0x2003, 0x2003])).toBeGreaterThanOrEqual(3);
  expect(most(cut.subarray(1), [0x20, 0x20, 0x2003, 0x2003])).toBeGreaterThanOrEqual(3);
});
