import type { SourceText } from "../source-text.js";
import type { LarkToken } from "./tokens.js";

const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  b: "\b",
  v: "\v",
  "0": "\0",
  "\\": "\\",
  '"': '"',
  "'": "'",
  "/": "/",
};
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The text that a string in quotes stands for. @throws GrammarError */
export function larkString(source: SourceText, { text, offset }: LarkToken): string {
  return text.replace(
    /\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)/gsu,
    (whole, spelling: string, at: number) => {
      const kind = spelling.charAt(0);
      const where = offset + 1 + at;
      if (spelling.length > 1 && DIGITS[kind] !== undefined) {
        const codePoint = Number.parseInt(spelling.slice(1), 16);
        if (codePoint > 0x10ffff) source.fail(`${whole} is no character.`, where);
        return String.fromCodePoint(codePoint);
      }
      return SIMPLE[spelling] ?? source.fail(`There is no escape ${whole}.`, where);
    },
  );
}
