/** The tokens of a grammar in Lark's syntax. */

import type { SourceText } from "../source-text.js";
import { behindJson } from "../tools/json-text.js";

export type LarkTokenKind =
  | "rule"
  | "terminal"
  | "string"
  | "regex"
  | "number"
  | "token"
  | "reference"
  | "statement"
  | "json"
  | "line"
  | "sign"
  | "end";

export interface LarkToken {
  readonly kind: LarkTokenKind;
  /** As it is written; of a string or regex without what encloses it, of an object of JSON the object. */
  readonly text: string;
  /** Behind a string or regex. */
  readonly flags: string;
  /** Where it begins in the source. */
  readonly offset: number;
}

const STATEMENTS = /%(?:ignore|import|override|declare|json|regex|llguidance|lark|if)\b/y;
/** Signs of several characters first. */
const SIGN = /->|\.\.|::|[:,.(){}[\]~|&=_+*?]/y;

/** @throws GrammarError with line and column */
export function larkTokens(source: SourceText): LarkToken[] {
  const tokens: LarkToken[] = [];
  const add = (kind: LarkTokenKind, text: string, offset: number, flags = "") =>
    tokens.push({ kind, text, flags, offset });
  while (!source.isAtEnd) {
    source.match(/[ \t]+/y);
    const offset = source.at;
    if (source.match(/(?:\/\/|#)[^\r\n]*/y) !== "" || source.isAtEnd) continue;
    let text: string;
    if (source.match(/\r?\n|\r/y) !== "") add("line", "\n", offset);
    else if ((text = source.match(/!?[_?]?[a-z][_a-z0-9-]*/y)) !== "") add("rule", text, offset);
    else if ((text = source.match(/_?[A-Z][_A-Z0-9-]*/y)) !== "") add("terminal", text, offset);
    else if ((text = source.match(/"(?:\\[^\r\n]|[^"\\\r\n])*"/y)) !== "") {
      add("string", text.slice(1, -1), offset, source.match(/i?/y));
    } else if (
      (text = source.match(/\/(?!\/)(?:\\[^\r\n]|\[(?:\\[^\r\n]|[^\]\\\r\n])*\]|[^/\\\r\n[])+\//y)) !== ""
    ) {
      add("regex", text.slice(1, -1), offset, source.match(/[imslux]*/y));
    } else if ((text = source.match(/0[xX][0-9a-fA-F]+/y)) !== "") add("number", text, offset);
    else if ((text = source.match(/[+-]?[0-9]+(?:\.[0-9]+)?(?![0-9])/y)) !== "") add("number", text, offset);
    else if ((text = source.match(/<[^<>\s]+>/y)) !== "") add("token", text, offset);
    else if ((text = source.match(/@[A-Za-z0-9_-]+/y)) !== "") add("reference", text.slice(1), offset);
    else if ((text = source.match(STATEMENTS)) !== "") {
      add("statement", text, offset);
      if (text === "%json" || text === "%regex" || text === "%llguidance") json(source, add);
    } else if ((text = source.match(SIGN)) !== "") add("sign", text, offset);
    else source.fail(`Nothing in a grammar begins with ${source.next()}.`);
  }
  add("end", "", source.at);
  return tokens;
}

function json(source: SourceText, add: (kind: "json", text: string, offset: number) => void): void {
  source.match(/\s*/y);
  const offset = source.at;
  const end = source.peek() === "{" ? behindJson(source.source, offset) : -1;
  if (end < 0) source.fail(`An object of JSON must follow, not ${source.next()}.`);
  source.at = end;
  add("json", source.source.slice(offset, end), offset);
}
