/** Reads what rules with a parameter are used with, and the conditions of their alternatives. */
import { GrammarLimitError } from "../../language/index.js";
import type { Condition, Parameter } from "./ast.js";
import {
  ALL_BITS,
  BIT_CONDITIONS,
  type BitRange,
  COMPARISONS,
  comparison,
  NUMBER_PARAMETERS,
  RANGE_CONDITIONS,
  RANGE_PARAMETERS,
} from "./parameters.js";
import type { LarkToken, LarkTokenKind } from "./tokens.js";

const MOST = (1n << 64n) - 1n;

/** What it needs of the parser of a grammar. */
export interface TokenReader {
  readonly next: LarkToken;
  eat(sign: string): boolean;
  expect(sign: string): void;
  take(kind: LarkTokenKind, what: string): LarkToken;
  failAt(message: string, offset: number): never;
}

/** A number, which is the same whatever the rule around has, or what is made of the rule's own parameter. */
export function readParameter(tokens: TokenReader): bigint | Parameter {
  if (tokens.next.kind === "number") return number(tokens, MOST);
  if (tokens.eat("_")) return (parameter) => parameter;
  const { text, offset } = tokens.take("rule", 'A number, "_" or a function of it');
  tokens.expect("(");
  const parameter = inParentheses(text);
  tokens.expect(")");
  return parameter;

  function inParentheses(name: string): Parameter {
    const ofRange = RANGE_PARAMETERS[name];
    if (ofRange !== undefined) return ofRange(range(tokens));
    const ofNumber = NUMBER_PARAMETERS[name];
    if (ofNumber === undefined)
      return tokens.failAt(`There is no function "${name}" of a rule's parameter.`, offset);
    return ofNumber(number(tokens, name.endsWith("_bit") ? 63n : MOST));
  }
}

/** @param maxDepth how many conditions it may have in each other */
export function readCondition(tokens: TokenReader, maxDepth: number, depth = 0): Condition {
  if (depth === maxDepth) throw new GrammarLimitError("maxDepth", maxDepth);
  const { text, offset } = tokens.take("rule", "A condition");
  if (text === "true") {
    if (tokens.eat("(")) tokens.expect(")");
    return () => true;
  }
  tokens.expect("(");
  const condition = inParentheses(text);
  tokens.expect(")");
  return condition;

  function inParentheses(name: string): Condition {
    const ofBit = BIT_CONDITIONS[name];
    if (ofBit !== undefined) return ofBit(number(tokens, 63n));
    const ofRange = RANGE_CONDITIONS[name];
    if (ofRange !== undefined) return ofRange(range(tokens));
    if (COMPARISONS[name.replace(/^bit_count_/, "")] !== undefined) {
      const bits = range(tokens);
      tokens.expect(",");
      return comparison(name, bits, number(tokens, MOST));
    }
    if (name !== "and" && name !== "or" && name !== "not")
      return tokens.failAt(`There is no condition "${name}".`, offset);
    const left = readCondition(tokens, maxDepth, depth + 1);
    if (name === "not") return (parameter) => !left(parameter);
    tokens.expect(",");
    const right = readCondition(tokens, maxDepth, depth + 1);
    return name === "and"
      ? (parameter) => left(parameter) && right(parameter)
      : (parameter) => left(parameter) || right(parameter);
  }
}

/** `[from:to]`, or `_` for all bits. */
function range(tokens: TokenReader): BitRange {
  if (tokens.eat("_")) return ALL_BITS;
  const { offset } = tokens.next;
  tokens.expect("[");
  const from = number(tokens, 64n);
  tokens.expect(":");
  const to = number(tokens, 64n);
  tokens.expect("]");
  return from < to ? { from, to } : tokens.failAt("A range of bits is from one to a later one.", offset);
}

function number(tokens: TokenReader, most: bigint): bigint {
  const { text, offset } = tokens.take("number", "A number");
  const value = /^(?:[0-9]+|0[xX][0-9a-fA-F]+)$/.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value > most)
    return tokens.failAt(`A whole number from 0 to ${most} must stand here.`, offset);
  return value;
}
