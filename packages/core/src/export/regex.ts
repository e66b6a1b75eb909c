import { type Expression, type Range, UNBOUNDED } from "./expression.js";
import { expressionOf, tooLarge } from "./machine.js";

const MAX_LENGTH = 4_000_000;

/**
 * Writes an expression as a regular expression that ECMA-262 (flag u) and Rust's `regex` read alike: ASCII but for
 * `\u{...}`, non-capturing groups, no look-around.
 *
 * @param reference the regular expression of a rule
 */
export function writeRegex(expression: Expression, reference: (name: string) => string): string {
  let length = 0;
  const write = (each: Expression): string => {
    const written = one(each);
    length += written.length;
    if (length > MAX_LENGTH) tooLarge("characters of a regular expression", MAX_LENGTH);
    return written;
  };
  const operand = (each: Expression): string => {
    const plain = each.kind === "lexeme" ? each.item : each;
    const written = write(plain);
    const isOne = plain.kind === "characters" || (plain.kind === "text" && [...plain.text].length === 1);
    return isOne ? written : `(?:${written})`;
  };
  const one = (each: Expression): string => {
    switch (each.kind) {
      case "text":
        return [...each.text].map((character) => escapeCharacter(character, SPECIAL)).join("");
      case "characters":
        return characterClass(each.ranges);
      case "sequence":
        return each.items.map((item) => (needsGroup(item) ? `(?:${write(item)})` : write(item))).join("");
      case "choice":
        return each.items.length === 0 ? "[^\\s\\S]" : each.items.map(write).join("|");
      case "repeat":
        return `${operand(each.item)}${quantifier(each.min, each.max)}`;
      case "rule":
        return reference(each.name);
      case "lexeme":
        return write(each.item);
      case "machine":
        return write(expressionOf(each.machine));
    }
  };
  const needsGroup = (each: Expression): boolean => {
    switch (each.kind) {
      case "choice":
        return true;
      case "lexeme":
        return needsGroup(each.item);
      // What they stand for may be a choice.
      case "rule":
      case "machine":
        return true;
      default:
        return false;
    }
  };
  return write(expression);
}

function quantifier(min: number, max: number): string {
  if (max === UNBOUNDED) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

const SPECIAL = "^$\\.*+?()[]{}|/";

function characterClass(ranges: readonly Range[]): string {
  const member = (codePoint: number) => escapeCharacter(String.fromCodePoint(codePoint), "\\]^-[&~/");
  const parts = ranges.map(([first, last]) =>
    first === last ? member(first) : `${member(first)}-${member(last)}`,
  );
  return `[${parts.join("")}]`;
}

function escapeCharacter(character: string, special: string): string {
  const codePoint = character.codePointAt(0) as number;
  if (codePoint < 0x20 || codePoint >= 0x7f || "&~".includes(character))
    return `\\u{${codePoint.toString(16)}}`;
  return special.includes(character) ? `\\${character}` : character;
}
