import { describe, expect, it, vi } from "vitest";
import { allowedTokens, randomNumbers, triedTokens } from "../../test/walk.js";
import { compileJsonSchema, Matcher, Vocabulary } from "../index.js";
import { OneTextLess } from "./one-text-less.js";

const encoder = new TextEncoder();

/** Texts that begin alike, end in each other, and can be spelled in several ways. */
const TEXTS = [
  ...[
    "",
    "a",
    "ab",
    "abc",
    "abd",
    "b/c",
    "b/",
    "b",
    "é",
    "éa",
    "è",
    "aé",
    "\u{1F600}",
    "\u{1F600}x",
    "\u{1F601}",
  ],
  ...['q"', 'q"r', "q\\", "\n", "\nn", "\u0001", "es6/array", "es6/math", "es6", "es5"],
];

function spelled(text: string, random: () => number): string {
  let content = "";
  for (const character of text) {
    const hex = (unit: string) => {
      const digits = unit.charCodeAt(0).toString(16).padStart(4, "0");
      return `\\u${random() < 0.5 ? digits : digits.toUpperCase()}`;
    };
    if (random() < 0.8) content += JSON.stringify(character).slice(1, -1);
    else
      content +=
        character === "/"
          ? "\\/"
          : Array.from({ length: character.length }, (_, i) => hex(character.charAt(i))).join("");
  }
  return `"${content}"`;
}

/** Each byte, and pieces of lists of the texts. */
function vocabularyOf(random: () => number): Vocabulary {
  const tokens = new Map<string, Uint8Array>();
  const add = (bytes: Uint8Array) => tokens.set(bytes.join(), bytes);
  for (let byte = 0; byte < 256; byte++) add(Uint8Array.of(byte));
  while (tokens.size < 700) {
    const some = [0, 1].map(() => spelled(TEXTS[Math.floor(random() * TEXTS.length)] as string, random));
    const bytes = encoder.encode(some.join(","));
    const from = Math.floor(random() * bytes.length);
    add(bytes.slice(from, from + 1 + Math.floor(random() * 9)));
  }
  return Vocabulary.fromBytes([null, ...tokens.values()], { eosTokenIds: [0] });
}

describe("a list of texts that gets shorter by one text at a time", () => {
  it.each([
    ["of different items", { type: "array", uniqueItems: true, items: { enum: TEXTS } }],
    ["of different items, beside others", { uniqueItems: true, items: { enum: [...TEXTS, 1, null, ["a"]] } }],
  ])("has the masks that trying tokens says: %s", (_, schema) => {
    const below = vi.spyOn(OneTextLess.prototype, "below");
    const random = randomNumbers(7);
    let masks = 0;
    for (let n = 0; n < 2; n++) {
      const vocabulary = vocabularyOf(random);
      const grammar = compileJsonSchema({ ...schema, type: "array" }, { whitespace: "compact" });
      const matcher = new Matcher(grammar, vocabulary);
      const order = [...TEXTS].sort(() => random() - 0.5);
      let output = "[";
      for (const text of order) {
        output += `${output === "[" ? "" : ","}${spelled(text, random)}`;
      }
      for (const byte of encoder.encode(output)) {
        const allowed = allowedTokens(matcher);
        if (random() < 0.5) {
          expect(allowed).toEqual(triedTokens(matcher));
          masks++;
        }
        expect(matcher.acceptBytes(Uint8Array.of(byte))).toBe(true);
      }
    }
    expect(masks).toBeGreaterThan(150);
    expect(below.mock.calls.length).toBeGreaterThan(50);
    below.mockRestore();
  });
});
