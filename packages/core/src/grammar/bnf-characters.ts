/** Texts in quotes and character classes of GBNF and EBNF. */
import type { SourceText } from "./source-text.js";
import type { GrammarNode } from "./tree.js";

const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
  "\\": "\\",
  '"': '"',
  "'": "'",
  "[": "[",
  "]": "]",
  "-": "-",
  "^": "^",
  "/": "/",
};
const HEXADECIMAL: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The code point of a character that may be escaped. */
function readCharacter(source: SourceText): number {
  const offset = source.at;
  if (!source.eat("\\")) {
    const codePoint = source.character().codePointAt(0) as number;
    if (codePoint >= 0xd800 && codePoint <= 0xdfff)
      source.fail("Half a surrogate pair is no character.", offset);
    return codePoint;
  }
  const kind = source.character();
  const digits = HEXADECIMAL[kind];
  if (digits === undefined) {
    const simple = SIMPLE[kind];
    if (simple === undefined) source.fail(`There is no escape \\${kind}.`, offset);
    return simple.codePointAt(0) as number;
  }
  const hex = source.source.slice(source.at, source.at + digits);
  if (!/^[0-9A-Fa-f]+$/.test(hex) || hex.length < digits) {
    source.fail(`\\${kind} needs ${digits} hexadecimal digits.`, offset);
  }
  source.at += digits;
  const codePoint = Number.parseInt(hex, 16);
  if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
    source.fail(`\\${kind}${hex} is no character.`, offset);
  }
  return codePoint;
}

/** A text in double quotes, which are next. */
export function readQuoted(source: SourceText): string {
  const offset = source.at;
  source.at++;
  let text = "";
  while (!source.eat('"')) {
    if (source.isAtEnd) source.fail("The text is not closed by a quote.", offset);
    text += String.fromCodePoint(readCharacter(source));
  }
  return text;
}

/** A class in brackets, which are next. */
export function readCharacterClass(source: SourceText): GrammarNode {
  const offset = source.at;
  source.at++;
  const isNegated = source.eat("^");
  const bounds: number[] = [];
  while (!source.eat("]")) {
    if (source.isAtEnd) source.fail("The class is not closed by ].", offset);
    const start = source.at;
    const from = readCharacter(source);
    let to = from;
    if (source.peek() === "-" && source.peek(1) !== "]" && source.peek(1) !== "") {
      source.at++;
      to = readCharacter(source);
    }
    if (to < from) source.fail("The range ends before it begins.", start);
    bounds.push(from, to);
  }
  return {
    kind: "regular",
    build: (arena) => {
      const { sets } = arena;
      const set = sets.ofRanges(bounds);
      return arena.codePoints(isNegated ? sets.complement(set) : set);
    },
  };
}
