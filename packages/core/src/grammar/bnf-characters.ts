/** Texts in quotes and character classes of GBNF and EBNF. */
import type { SourceText } from "./source-text.js";
import type { GrammarNode } from "./tree.js";

type Dialect = "gbnf" | "xgrammar";

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
/** What XGrammar's EBNF has besides. */
const FURTHER: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  a: "\x07",
  v: "\v",
  e: "\x1b",
  "?": "?",
  $: "$",
  ".": ".",
  "*": "*",
  "+": "+",
  "(": "(",
  ")": ")",
  "{": "{",
  "}": "}",
  "|": "|",
};
const HEXADECIMAL: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The code point of a character that may be escaped. */
function readCharacter(source: SourceText, dialect: Dialect): number {
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
    const simple = SIMPLE[kind] ?? (dialect === "xgrammar" ? FURTHER[kind] : undefined);
    if (simple === undefined) source.fail(`There is no escape \\${kind}.`, offset);
    return simple.codePointAt(0) as number;
  }
  let hex = source.source.slice(source.at, source.at + digits);
  // In EBNF as many digits as there are.
  if (dialect === "xgrammar" && kind === "x")
    hex = /^[0-9A-Fa-f]*/.exec(source.source.slice(source.at, source.at + 16))?.[0] ?? "";
  else if (!/^[0-9A-Fa-f]+$/.test(hex) || hex.length < digits) hex = "";
  if (hex === "") source.fail(`\\${kind} needs ${digits} hexadecimal digits.`, offset);
  source.at += hex.length;
  const codePoint = Number.parseInt(hex, 16);
  if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
    source.fail(`\\${kind}${hex} is no character.`, offset);
  }
  return codePoint;
}

/** A text in double quotes, which are next. */
export function readQuoted(source: SourceText, dialect: Dialect): string {
  const offset = source.at;
  source.at++;
  let text = "";
  while (!source.eat('"')) {
    if (source.isAtEnd) source.fail("The text is not closed by a quote.", offset);
    text += String.fromCodePoint(readCharacter(source, dialect));
  }
  return text;
}

/** A class in brackets, which are next. */
export function readCharacterClass(source: SourceText, dialect: Dialect): GrammarNode {
  const offset = source.at;
  source.at++;
  const isNegated = source.eat("^");
  const bounds: number[] = [];
  while (!source.eat("]")) {
    if (source.isAtEnd) source.fail("The class is not closed by ].", offset);
    const start = source.at;
    const from = readCharacter(source, dialect);
    let to = from;
    if (source.peek() === "-" && source.peek(1) !== "]" && source.peek(1) !== "") {
      source.at++;
      to = readCharacter(source, dialect);
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
